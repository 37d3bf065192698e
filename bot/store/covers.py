"""Who stands in for whom: asked for, and taken on by whoever accepts first."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from bot.model import Cover
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


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


_MOST = 100  # covers that who is on call may depend on; each question looks at all of them


class Covers:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def ask_for_cover(
        self, absent: str, asked: Collection[str], start: datetime, until: datetime, now: datetime
    ) -> Cover:
        """People are Slack ids; any of `asked` may accept."""
        rows = self._driver.execute(
            "INSERT INTO covers (id, number, absent, asked, start, until, at) "
            "SELECT :id, coalesce(max(number), 0) + 1, :absent, :asked, :start, :until, :now FROM covers RETURNING *",
            {
                "id": new_id("cover"),
                "absent": absent,
                "asked": json.dumps(list(asked)),
                "start": to_text(start),
                "until": to_text(until),
                "now": to_text(now),
            },
        )
        return _cover(rows[0])

    def accept_cover(self, id: str, person: str, now: datetime) -> bool:
        """Whoever is first has it, from now on at the earliest. False: somebody has it, or it is over."""
        return self._changed(
            "UPDATE covers SET accepted = :now, accepted_by = :person, start = max(start, :now) "
            "WHERE id = :id AND accepted IS NULL AND ended IS NULL AND until > :now RETURNING id",
            {"id": id, "person": person, "now": to_text(now)},
        )

    def decline_cover(self, id: str, person: str) -> bool:
        """False: they have declined already, or it waits for nobody any more."""
        return self._changed(
            "UPDATE covers SET declined = json_insert(declined, '$[#]', :person) "
            "WHERE id = :id AND accepted IS NULL AND ended IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM json_each(declined) WHERE value = :person) RETURNING id",
            {"id": id, "person": person},
        )

    def end_cover(self, id: str, person: str, now: datetime) -> bool:
        """From now on nobody covers; what has passed stays. False: it is over already."""
        return self._changed(
            "UPDATE covers SET ended = :now, ended_by = :person "
            "WHERE id = :id AND ended IS NULL AND until > :now RETURNING id",
            {"id": id, "person": person, "now": to_text(now)},
        )

    def _changed(self, sql: str, values: dict[str, str]) -> bool:
        return bool(self._driver.execute(sql, values))

    def find_cover(self, id: str) -> Cover | None:
        rows = self._driver.query("SELECT * FROM covers WHERE id = :id", {"id": id})
        return _cover(rows[0]) if rows else None

    def numbered(self, number: int) -> Cover | None:
        """People speak of C-3."""
        rows = self._driver.query("SELECT * FROM covers WHERE number = :number", {"number": number})
        return _cover(rows[0]) if rows else None

    def current_covers(self, now: datetime) -> list[Cover]:
        """Those that wait and those that were accepted, of which some is still to come; the first to begin first."""
        rows = self._driver.query(
            "SELECT * FROM covers WHERE ended IS NULL AND until > :now ORDER BY start, id", {"now": to_text(now)}
        )
        return [_cover(row) for row in rows]

    def accepted_covers(self, at: datetime | None = None) -> list[Cover]:
        """Those that count or counted for a while, in the order of acceptance; of very many those that end last.

        `at`: only those that may count at that moment.
        """
        rows = self._driver.query(
            "SELECT * FROM (SELECT * FROM covers WHERE accepted IS NOT NULL AND (ended IS NULL OR ended > start) "
            "AND (:at IS NULL OR (start <= :at AND until > :at)) ORDER BY until DESC, id DESC LIMIT :most) "
            "ORDER BY accepted, id",
            {"most": _MOST, "at": to_text(at) if at is not None else None},
        )
        return [_cover(row) for row in rows]
