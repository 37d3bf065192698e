"""The outbox: for each card, what Slack should show and what it shows. Whoever sends works off the difference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none

_CHOICE = 100  # cards that are looked at when choosing which to send next


@dataclass(frozen=True)
class Card:
    """`content` holds the text and blocks to show; `ts` is the message's once it was posted.

    `posting`: a post was begun and its end was not written, so that the message may stand in the channel.
    """

    key: str
    channel: str
    thread: str | None
    ts: str | None
    content: Mapping[str, Any]
    revision: int
    posting: bool
    urgent: bool
    attempts: int
    due: datetime
    error: str | None  # why the last try failed


def _card(row: Row) -> Card:
    return Card(
        key=row["key"],
        channel=row["channel"],
        thread=row["thread"],
        ts=row["ts"],
        content=json.loads(row["wanted"]),
        revision=row["revision"],
        posting=bool(row["posting"]),
        urgent=bool(row["urgent"]),
        attempts=row["attempts"],
        due=to_time(row["due"]),
        error=row["error"],
    )


class Cards:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def want(
        self,
        key: str,
        channel: str,
        thread: str | None,
        content: Mapping[str, Any],
        now: datetime,
        *,
        urgent: bool = False,
    ) -> bool:
        """The card `key` is to show `content`. False: that is what was wanted already."""
        return bool(
            self._driver.execute(
                "INSERT INTO cards (key, channel, thread, urgent, wanted, revision, due) "
                "VALUES (:key, :channel, :thread, :urgent, :wanted, 1, :now) "
                "ON CONFLICT (key) DO UPDATE SET wanted = excluded.wanted, revision = cards.revision + 1, "
                "urgent = excluded.urgent, attempts = 0, error = NULL "
                "WHERE cards.wanted != excluded.wanted RETURNING key",
                {
                    "key": key,
                    "channel": channel,
                    "thread": thread,
                    "urgent": int(urgent),
                    "wanted": json.dumps(dict(content), sort_keys=True),
                    "now": to_text(now),
                },
            )
        )

    def unsent_cards(self, now: datetime | None = None) -> list[Card]:
        """Those that Slack does not show as they should be: urgent ones first, then the longest due.

        With `now`, only those due by then, and of very many the first ones: enough to choose from.
        """
        due = "" if now is None else f"AND due <= :now ORDER BY urgent DESC, due, key LIMIT {_CHOICE}"
        rows = self._driver.query(
            f"SELECT * FROM cards WHERE sent < revision {due or 'ORDER BY urgent DESC, due, key'}",  # noqa: S608
            {} if now is None else {"now": to_text(now)},
        )
        return [_card(row) for row in rows]

    def next_due(self, now: datetime) -> datetime | None:
        """When the first card that waits for a later try is due."""
        rows = self._driver.query(
            "SELECT min(due) AS due FROM cards WHERE sent < revision AND due > :now", {"now": to_text(now)}
        )
        return to_time_or_none(rows[0]["due"])

    def begin_post(self, key: str) -> bool:
        """Durable before the first post, so that after a crash the message is looked for and not posted twice.

        False: it was withdrawn.
        """
        return bool(self._driver.execute("UPDATE cards SET posting = 1 WHERE key = :key RETURNING key", {"key": key}))

    def withdraw(self, key: str) -> bool:
        """It is no longer to be posted. False: too late, it stands there or may."""
        return bool(
            self._driver.execute(
                "DELETE FROM cards WHERE key = :key AND ts IS NULL AND posting = 0 RETURNING key", {"key": key}
            )
        )

    def card_sent(self, key: str, ts: str, revision: int) -> None:
        """Slack shows this revision in the message `ts`."""
        self._driver.execute(
            "UPDATE cards SET ts = :ts, sent = max(sent, :revision), posting = 0, attempts = 0, error = NULL "
            "WHERE key = :key",
            {"key": key, "ts": ts, "revision": revision},
        )

    def card_found(self, key: str, ts: str) -> None:
        """The message of an interrupted post stands in the channel; whether it shows the latest is not known."""
        self._driver.execute("UPDATE cards SET ts = :ts, posting = 0 WHERE key = :key", {"key": key, "ts": ts})

    def card_delayed(self, key: str, due: datetime, error: str, *, lost: bool = False) -> None:
        """Try again at `due`. `lost`: the message was deleted, so that it is to be posted anew."""
        self._driver.execute(
            "UPDATE cards SET due = :due, attempts = attempts + 1, error = :error, "
            "ts = CASE WHEN :lost THEN NULL ELSE ts END WHERE key = :key",
            {"key": key, "due": to_text(due), "error": error, "lost": int(lost)},
        )

    def post_refused(self, key: str) -> None:
        """Slack said no: the message does not stand in the channel."""
        self._driver.execute("UPDATE cards SET posting = 0 WHERE key = :key", {"key": key})

    def find_card(self, key: str) -> Card | None:
        rows = self._driver.query("SELECT * FROM cards WHERE key = :key", {"key": key})
        return _card(rows[0]) if rows else None

    def keys_of(self, beginning: str) -> list[str]:
        """The keys of those that begin like this, in their order."""
        rows = self._driver.query(
            "SELECT key FROM cards WHERE substr(key, 1, length(:beginning)) = :beginning ORDER BY key",
            {"beginning": beginning},
        )
        return [row["key"] for row in rows]

    def card_at(self, channel: str, ts: str) -> str | None:
        """The key of the card that stands there."""
        rows = self._driver.query(
            "SELECT key FROM cards WHERE channel = :channel AND ts = :ts", {"channel": channel, "ts": ts}
        )
        return rows[0]["key"] if rows else None

    def refused_cards(self) -> list[tuple[str, str]]:
        """Key and error of those that could not be sent so far."""
        rows = self._driver.query("SELECT key, error FROM cards WHERE sent < revision AND error IS NOT NULL")
        return [(row["key"], row["error"]) for row in rows]
