"""Storms: more new alerts at once than people can read. At most one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Category, Severity
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


@dataclass(frozen=True)
class Storm:
    """`channel` is where its card stands."""

    id: str
    channel: str
    began: datetime
    ended: datetime | None
    incident: str


@dataclass(frozen=True)
class Group:
    """Alerts of one storm that are about the same."""

    category: Category
    service: str
    count: int
    firing: int
    worst: Severity


def _storm(row: Row) -> Storm:
    return Storm(
        id=row["id"],
        channel=row["channel"],
        began=to_time(row["began"]),
        ended=to_time_or_none(row["ended"]),
        incident=row["incident"],
    )


class Storms:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def begin_storm(self, channel: str, incident: str, after: str, until: str, now: datetime) -> Storm:
        """The alerts whose messages came in this time are the first in it."""
        rows = self._driver.execute(
            "INSERT INTO storms (id, channel, began, incident) VALUES (:id, :channel, :now, :incident) RETURNING *",
            {"id": new_id("storm"), "channel": channel, "incident": incident, "now": to_text(now)},
        )
        self._driver.execute(
            "UPDATE alerts SET storm = :storm WHERE ts > :after AND ts <= :until AND storm IS NULL",
            {"storm": rows[0]["id"], "after": after, "until": until},
        )
        return _storm(rows[0])

    def set_incident(self, id: str, incident: str) -> None:
        """What came of it is coordinated in another incident from now on."""
        self._driver.execute("UPDATE storms SET incident = :incident WHERE id = :id", {"id": id, "incident": incident})

    def end_storm(self, id: str, now: datetime) -> bool:
        return bool(
            self._driver.execute(
                "UPDATE storms SET ended = :now WHERE id = :id AND ended IS NULL RETURNING id",
                {"id": id, "now": to_text(now)},
            )
        )

    def join(self, alert: str, storm: str | None) -> None:
        """The alert came in this storm; or, with None, it is taken out of it and has a card of its own."""
        self._driver.execute("UPDATE alerts SET storm = :storm WHERE id = :alert", {"alert": alert, "storm": storm})

    def storm_now(self) -> Storm | None:
        rows = self._driver.query("SELECT * FROM storms WHERE ended IS NULL")
        return _storm(rows[0]) if rows else None

    def find_storm(self, id: str) -> Storm | None:
        rows = self._driver.query("SELECT * FROM storms WHERE id = :id", {"id": id})
        return _storm(rows[0]) if rows else None

    def alerts_in(self, storm: str) -> list[str]:
        """The ids of the alerts that came in it."""
        rows = self._driver.query("SELECT id FROM alerts WHERE storm = :storm ORDER BY id", {"storm": storm})
        return [row["id"] for row in rows]

    def groups(self, storm: str) -> list[Group]:
        """Its alerts by what they are about: the worst first, then the most."""
        rows = self._driver.query(
            "SELECT category, service, count(*) AS count, sum(resolved IS NULL) AS firing, min(severity) AS worst "
            "FROM alerts WHERE storm = :storm GROUP BY category, service ORDER BY worst, count DESC, category, service",
            {"storm": storm},
        )
        return [
            Group(Category(row["category"]), row["service"], row["count"], row["firing"], Severity(row["worst"]))
            for row in rows
        ]
