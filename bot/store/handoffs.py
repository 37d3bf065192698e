"""Handoffs: the one to come, and those that were posted. People are Slack ids."""

from __future__ import annotations

import json
from datetime import datetime

from bot.model import Handoff, HandoffKind
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


def _handoff(row: Row) -> Handoff:
    return Handoff(
        id=row["id"],
        number=row["number"],
        kind=HandoffKind(row["kind"]),
        shift_start=to_time(row["shift_start"]),
        at=to_time(row["at"]),
        outgoing=row["outgoing"],
        incoming=row["incoming"],
        words=row["words"],
        summary=row["summary"],
        drafted=to_time_or_none(row["drafted"]),
        posted=to_time_or_none(row["posted"]),
        posted_by=row["posted_by"],
        note=row["note"],
        whole=row["whole"],
        accepted=to_time_or_none(row["accepted"]),
        accepted_by=row["accepted_by"],
        reminded=tuple(to_time(each) for each in json.loads(row["reminded"])),
        escalated=to_time_or_none(row["escalated"]),
    )


class Handoffs:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_handoff(
        self, kind: HandoffKind, shift_start: datetime, at: datetime, outgoing: str | None, incoming: str | None
    ) -> Handoff:
        """There is one at most of each kind that is not posted yet."""
        rows = self._driver.execute(
            "INSERT INTO handoffs (id, number, kind, shift_start, at, outgoing, incoming) "
            "SELECT :id, 1 + coalesce(max(number), 0), :kind, :shift_start, :at, :outgoing, :incoming "
            "FROM handoffs RETURNING *",
            {"id": new_id("handoff"), "kind": kind, **_bounds(shift_start, at, outgoing, incoming)},
        )
        return _handoff(rows[0])

    def move_handoff(
        self, id: str, shift_start: datetime, at: datetime, outgoing: str | None, incoming: str | None
    ) -> None:
        """The shift ends at another time, or other people have it; what was written for it is kept.

        For another end it is drafted anew.
        """
        self._driver.execute(
            "UPDATE handoffs SET shift_start = :shift_start, at = :at, outgoing = :outgoing, incoming = :incoming, "
            "drafted = CASE WHEN at = :at AND outgoing IS :outgoing THEN drafted END WHERE id = :id AND posted IS NULL",
            {"id": id, **_bounds(shift_start, at, outgoing, incoming)},
        )

    def drop_handoff(self, id: str) -> None:
        """It is not to come after all: nobody has turns any more."""
        self._driver.execute("DELETE FROM handoffs WHERE id = :id AND posted IS NULL", {"id": id})

    def draft_handoff(self, id: str, now: datetime) -> bool:
        """True for the first time."""
        return self._changed("drafted = :now", "drafted IS NULL AND posted IS NULL", id, {"now": to_text(now)})

    def put_words(self, id: str, words: str) -> None:
        """Who wrote which of them stands on the timeline."""
        self._changed("words = :words", "1", id, {"words": words})

    def keep_summary(self, id: str, summary: str) -> None:
        self._changed("summary = :summary", "posted IS NULL", id, {"summary": summary})

    def post_handoff(self, id: str, note: str, whole: str, by: str, now: datetime) -> bool:
        """The note as it is posted, and with all that it leaves out. True for one caller only."""
        values = {"note": note, "whole": whole, "by": by, "now": to_text(now)}
        return self._changed(
            "posted = :now, posted_by = :by, note = :note, whole = :whole", "posted IS NULL", id, values
        )

    def accept_handoff(self, id: str, person: str, now: datetime) -> bool:
        """True for the first who does."""
        values = {"person": person, "now": to_text(now)}
        return self._changed(
            "accepted = :now, accepted_by = :person", "posted IS NOT NULL AND accepted IS NULL", id, values
        )

    def remind(self, id: str, now: datetime) -> None:
        self._changed("reminded = json_insert(reminded, '$[#]', :now)", "1", id, {"now": to_text(now)})

    def escalate_handoff(self, id: str, now: datetime) -> bool:
        """True for the first time."""
        return self._changed("escalated = :now", "escalated IS NULL", id, {"now": to_text(now)})

    def upcoming(self) -> Handoff | None:
        """The one at the end of a shift that is not posted yet."""
        return self._one("WHERE posted IS NULL AND kind = 'handover'", {})

    def latest_posted(self) -> Handoff | None:
        """Of those at the end of a shift."""
        return self._one("WHERE posted IS NOT NULL AND kind = 'handover' ORDER BY id DESC LIMIT 1", {})

    def told_until(self, start: datetime) -> datetime:
        """Up to when the handoff at this moment tells of the record: it may have been posted early."""
        rows = self._driver.query(
            "SELECT min(posted) AS posted FROM handoffs WHERE at = :start AND kind = 'handover' AND posted IS NOT NULL",
            {"start": to_text(start)},
        )
        posted = to_time_or_none(rows[0]["posted"])
        return min(posted, start) if posted is not None else start

    def posted_handoffs(self, most: int) -> list[Handoff]:
        """The latest first, also those in the middle of a shift."""
        rows = self._driver.query(
            "SELECT * FROM handoffs WHERE posted IS NOT NULL ORDER BY posted DESC, id DESC LIMIT :most", {"most": most}
        )
        return [_handoff(row) for row in rows]

    def find_handoff(self, id: str) -> Handoff | None:
        return self._one("WHERE id = :id", {"id": id})

    def _one(self, where: str, values: dict[str, str]) -> Handoff | None:
        rows = self._driver.query(f"SELECT * FROM handoffs {where}", values)  # noqa: S608 - one of the texts above
        return _handoff(rows[0]) if rows else None

    def _changed(self, change: str, where: str, id: str, values: dict[str, str]) -> bool:
        return bool(
            self._driver.execute(
                f"UPDATE handoffs SET {change} WHERE id = :id AND {where} RETURNING id",  # noqa: S608 - as above
                {"id": id, **values},
            )
        )


def _bounds(shift_start: datetime, at: datetime, outgoing: str | None, incoming: str | None) -> dict[str, str | None]:
    return {"shift_start": to_text(shift_start), "at": to_text(at), "outgoing": outgoing, "incoming": incoming}
