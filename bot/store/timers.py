"""What is due when: kept in the database, so that a restart forgets none and none fires twice."""

from __future__ import annotations

from datetime import datetime

from bot.store.driver import Driver, to_text, to_time


class Timers:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def set_timer(self, kind: str, subject: str, due: datetime) -> None:
        """One timer for each kind and subject; a later call moves it and arms it again."""
        self._driver.execute(
            "INSERT INTO timers (kind, subject, due) VALUES (:kind, :subject, :due) "
            "ON CONFLICT (kind, subject) DO UPDATE SET due = excluded.due, fired = NULL",
            {"kind": kind, "subject": subject, "due": to_text(due)},
        )

    def add_timer(self, kind: str, subject: str, due: datetime) -> None:
        """Unless there is one that has not fired yet."""
        self._driver.execute(
            "INSERT INTO timers (kind, subject, due) VALUES (:kind, :subject, :due) ON CONFLICT (kind, subject) "
            "DO UPDATE SET due = excluded.due, fired = NULL WHERE timers.fired IS NOT NULL",
            {"kind": kind, "subject": subject, "due": to_text(due)},
        )

    def timer_due(self, kind: str, subject: str) -> datetime | None:
        """When it is due; None where there is none that has not fired."""
        rows = self._driver.query(
            "SELECT due FROM timers WHERE kind = :kind AND subject = :subject AND fired IS NULL",
            {"kind": kind, "subject": subject},
        )
        return to_time(rows[0]["due"]) if rows else None

    def due_timers(self, now: datetime) -> list[tuple[str, str]]:
        """Kind and subject of those due and not fired, the longest due first."""
        rows = self._driver.query(
            "SELECT kind, subject FROM timers WHERE fired IS NULL AND due <= :now ORDER BY due, kind, subject",
            {"now": to_text(now)},
        )
        return [(row["kind"], row["subject"]) for row in rows]

    def claim_timer(self, kind: str, subject: str, now: datetime) -> bool:
        """True for one caller only."""
        return bool(
            self._driver.execute(
                "UPDATE timers SET fired = :now WHERE kind = :kind AND subject = :subject AND fired IS NULL "
                "AND due <= :now RETURNING kind",
                {"kind": kind, "subject": subject, "now": to_text(now)},
            )
        )
