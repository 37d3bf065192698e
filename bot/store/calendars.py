"""What a calendar said when it could be read last, and since when it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none


@dataclass(frozen=True)
class KeptCalendar:
    """`body` is empty while it has never been read; `error` is why it cannot be now."""

    key: str
    body: str
    read: datetime
    error: str | None
    failing_since: datetime | None


def _kept(row: Row) -> KeptCalendar:
    return KeptCalendar(
        key=row["key"],
        body=row["body"],
        read=to_time(row["read"]),
        error=row["error"],
        failing_since=to_time_or_none(row["failing_since"]),
    )


class KeptCalendars:
    """`key` stands for an address or a file, and tells neither."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def find_calendar(self, key: str) -> KeptCalendar | None:
        rows = self._driver.query("SELECT * FROM calendars WHERE key = :key", {"key": key})
        return _kept(rows[0]) if rows else None

    def failing_calendars(self) -> list[KeptCalendar]:
        return [_kept(row) for row in self._driver.query("SELECT * FROM calendars WHERE failing_since IS NOT NULL")]

    def calendar_read(self, key: str, body: str, now: datetime) -> None:
        """It can be read; whatever other one there was before is forgotten."""
        with self._driver.atomic():
            self._driver.execute("DELETE FROM calendars WHERE key <> :key", {"key": key})
            self._driver.execute(
                "INSERT INTO calendars (key, body, read) VALUES (:key, :body, :now) ON CONFLICT (key) DO UPDATE "
                "SET body = excluded.body, read = excluded.read, error = NULL, failing_since = NULL",
                {"key": key, "body": body, "now": to_text(now)},
            )

    def calendar_failed(self, key: str, error: str, now: datetime) -> None:
        """It cannot be read now; what it said before stays."""
        self._driver.execute(
            "INSERT INTO calendars (key, body, read, error, failing_since) VALUES (:key, '', :now, :error, :now) "
            "ON CONFLICT (key) DO UPDATE SET error = excluded.error, "
            "failing_since = coalesce(calendars.failing_since, excluded.failing_since)",
            {"key": key, "error": error, "now": to_text(now)},
        )
