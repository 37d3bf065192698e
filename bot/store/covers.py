"""Who stands in for whom: asked for, and taken on by whoever accepts first."""

from __future__ import annotations

import json

from bot.model import Cover
from bot.store.driver import Driver, Row, to_time, to_time_or_none


def _cover(row: Row) -> Cover:
    return Cover(
        id=row["id"],
        number=row["number"],
        absent=row["absent"],
        asked=tuple(json.loads(row["asked"])),
        start=to_time(row["start"]),
        until=to_time(row["until"]),
        at=to_time(row["at"]),
        accepted=to_time_or_none(row["accepted"]),
        accepted_by=row["accepted_by"],
        declined=tuple(json.loads(row["declined"])),
        ended=to_time_or_none(row["ended"]),
        ended_by=row["ended_by"],
    )


class Covers:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def accepted_covers(self) -> list[Cover]:
        """Those that count, in the order in which they were accepted."""
        rows = self._driver.query(
            "SELECT * FROM covers WHERE accepted IS NOT NULL AND ended IS NULL ORDER BY accepted, id"
        )
        return [_cover(row) for row in rows]
