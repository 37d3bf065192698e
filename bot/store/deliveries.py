"""What goes out by other ways than Slack: mails, pages, and what a status page is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none


@dataclass(frozen=True)
class Delivery:
    """`subject` is the id of what it is about. `target`: an address of `way`; empty where there is only one."""

    key: str
    way: str
    subject: str
    target: str
    body: Mapping[str, Any]
    created: datetime
    attempts: int
    error: str | None  # why the last try failed


def _delivery(row: Row) -> Delivery:
    return Delivery(
        key=row["key"],
        way=row["way"],
        subject=row["subject"],
        target=row["target"],
        body=json.loads(row["body"]),
        created=to_time(row["created"]),
        attempts=row["attempts"],
        error=row["error"],
    )


# Of those to one target about one thing only the oldest: a page must not come after the word that it is over.
_NEXT = """sent IS NULL AND given_up IS NULL AND way = :way AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier WHERE earlier.way = deliveries.way AND earlier.subject = deliveries.subject
    AND earlier.target = deliveries.target AND earlier.sent IS NULL AND earlier.given_up IS NULL
    AND (earlier.created, earlier.key) < (deliveries.created, deliveries.key))"""


class Deliveries:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_delivery(
        self, key: str, way: str, subject: str, target: str, body: Mapping[str, Any], now: datetime
    ) -> None:
        """Once for each key."""
        self._driver.execute(
            "INSERT INTO deliveries (key, way, subject, target, body, created, due) "
            "VALUES (:key, :way, :subject, :target, :body, :now, :now) ON CONFLICT DO NOTHING",
            {
                "key": key,
                "way": way,
                "subject": subject,
                "target": target,
                "body": json.dumps(dict(body), sort_keys=True),
                "now": to_text(now),
            },
        )

    def due_delivery(self, way: str, now: datetime) -> Delivery | None:
        """The longest due by this way."""
        rows = self._driver.query(
            f"SELECT * FROM deliveries WHERE due <= :now AND {_NEXT} ORDER BY due, key LIMIT 1",  # noqa: S608
            {"way": way, "now": to_text(now)},
        )
        return _delivery(rows[0]) if rows else None

    def next_due(self, way: str) -> datetime | None:
        rows = self._driver.query(
            f"SELECT min(due) AS due FROM deliveries WHERE {_NEXT}",  # noqa: S608 - the text above
            {"way": way},
        )
        return to_time_or_none(rows[0]["due"])

    def delivered(self, key: str, now: datetime) -> None:
        self._driver.execute(
            "UPDATE deliveries SET sent = :now, error = NULL WHERE key = :key", {"key": key, "now": to_text(now)}
        )

    def begin_delivery(self, key: str, due: datetime) -> None:
        """It is about to be tried, and once more at `due` when nobody says how that went."""
        self._driver.execute(
            "UPDATE deliveries SET due = :due, attempts = attempts + 1 WHERE key = :key",
            {"key": key, "due": to_text(due)},
        )

    def delivery_failed(self, key: str, due: datetime, error: str) -> None:
        """It is tried again at `due`."""
        self._driver.execute(
            "UPDATE deliveries SET due = :due, error = :error WHERE key = :key",
            {"key": key, "due": to_text(due), "error": error},
        )

    def give_up_delivery(self, key: str, error: str, now: datetime) -> None:
        """It is not tried any more."""
        self._driver.execute(
            "UPDATE deliveries SET given_up = :now, error = :error WHERE key = :key",
            {"key": key, "error": error, "now": to_text(now)},
        )

    def undelivered(self) -> list[tuple[Delivery, bool]]:
        """Those that could not be sent so far, the latest first; and whether they were given up."""
        rows = self._driver.query(
            "SELECT * FROM deliveries WHERE sent IS NULL AND error IS NOT NULL ORDER BY created DESC, key"
        )
        return [(_delivery(row), row["given_up"] is not None) for row in rows]
