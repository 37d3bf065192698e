"""The weekly reports that were posted: one for each moment at which one was due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.driver import Driver, Row, to_text, to_time
from bot.store.ids import new_id


@dataclass(frozen=True)
class PostedReport:
    """It tells of what came from `start` until before `due`, and was posted at `at`, or soon after.

    `complete`: its picture stands beside it or is on its way there, or it needs none.
    """

    id: str
    start: datetime
    due: datetime
    at: datetime
    complete: bool


def _report(row: Row) -> PostedReport:
    return PostedReport(
        row["id"], to_time(row["start"]), to_time(row["due"]), to_time(row["at"]), row["pictured"] is not None
    )


class Reports:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_report(self, start: datetime, due: datetime, now: datetime) -> PostedReport | None:
        """Once for each `due`. None: there was one before."""
        rows = self._driver.execute(
            "INSERT INTO reports (id, due, start, until, at) VALUES (:id, :due, :start, :due, :now) "
            "ON CONFLICT DO NOTHING RETURNING *",
            {"id": new_id("report"), "due": to_text(due), "start": to_text(start), "now": to_text(now)},
        )
        return _report(rows[0]) if rows else None

    def find_report(self, id: str) -> PostedReport | None:
        rows = self._driver.query("SELECT * FROM reports WHERE id = :id", {"id": id})
        return _report(rows[0]) if rows else None

    def complete_report(self, id: str, now: datetime) -> None:
        """Its picture is on its way, or it needs none."""
        self._driver.execute("UPDATE reports SET pictured = :now WHERE id = :id", {"id": id, "now": to_text(now)})

    def incomplete_reports(self, since: datetime) -> list[str]:
        """The ids of those that were posted since then and lack something."""
        rows = self._driver.query(
            "SELECT id FROM reports WHERE pictured IS NULL AND at >= :since ORDER BY id", {"since": to_text(since)}
        )
        return [row["id"] for row in rows]
