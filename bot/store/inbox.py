"""What Slack delivered, written down before it is acknowledged, and how far each channel has been read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.driver import Driver, to_text


@dataclass(frozen=True)
class Received:
    id: str
    body: dict[str, Any]
    attempts: int
    error: str | None


class Inbox:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def record_event(self, id: str, body: dict[str, Any], now: datetime) -> bool:
        """True when it is new: Slack delivers again after a lost ack, and history is read as well."""
        return bool(
            self._driver.execute(
                "INSERT INTO events (id, body, received) VALUES (:id, :body, :now) ON CONFLICT DO NOTHING RETURNING id",
                {"id": id, "body": json.dumps(body), "now": to_text(now)},
            )
        )

    def claim_event(self, id: str) -> bool:
        """True for the first who works on it: Slack may deliver one click twice at the same time."""
        return bool(
            self._driver.execute(
                "UPDATE events SET attempts = 1 WHERE id = :id AND attempts = 0 AND done IS NULL RETURNING id",
                {"id": id},
            )
        )

    def finish_event(self, id: str, now: datetime, error: str | None = None) -> None:
        """Dealt with; or, with an error, given up and kept for a person to read. What is done stays as it is."""
        self._driver.execute(
            "UPDATE events SET done = :now, error = :error WHERE id = :id AND done IS NULL",
            {"id": id, "now": to_text(now), "error": error},
        )

    def try_event(self, id: str) -> int:
        """Counts an attempt; gives how many there were, this one included. 0: it is done, and not to be tried."""
        rows = self._driver.execute(
            "UPDATE events SET attempts = attempts + 1 WHERE id = :id AND done IS NULL RETURNING attempts", {"id": id}
        )
        return int(rows[0]["attempts"]) if rows else 0

    def waiting_events(self) -> list[Received]:
        """Acknowledged and not dealt with: what a crash left, oldest first."""
        rows = self._driver.query(
            "SELECT id, body, attempts, error FROM events WHERE done IS NULL ORDER BY received, id"
        )
        return [Received(row["id"], json.loads(row["body"]), row["attempts"], row["error"]) for row in rows]

    def waits_since(self, then: datetime) -> bool:
        """Whether anything that was received before that is not dealt with."""
        return bool(
            self._driver.query(
                "SELECT id FROM events WHERE done IS NULL AND received < :then LIMIT 1", {"then": to_text(then)}
            )
        )

    def failed_events(self) -> list[Received]:
        """Those that were given up, with their error."""
        rows = self._driver.query(
            "SELECT id, body, attempts, error FROM events WHERE error IS NOT NULL ORDER BY received, id"
        )
        return [Received(row["id"], json.loads(row["body"]), row["attempts"], row["error"]) for row in rows]

    def mark_read(self, channel: str, ts: str) -> None:
        """The channel has been read up to this message; never goes back."""
        self._driver.execute(
            "INSERT INTO marks (channel, ts) VALUES (:channel, :ts) "
            "ON CONFLICT (channel) DO UPDATE SET ts = excluded.ts WHERE marks.ts < excluded.ts",
            {"channel": channel, "ts": ts},
        )

    def read_until(self, channel: str) -> str | None:
        rows = self._driver.query("SELECT ts FROM marks WHERE channel = :channel", {"channel": channel})
        return rows[0]["ts"] if rows else None
