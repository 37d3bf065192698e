"""What a shift leaves the next ones. People speak of N-3."""

from __future__ import annotations

from datetime import datetime

from bot.model import Note, NoteKind
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


def _note(row: Row) -> Note:
    return Note(
        id=row["id"],
        number=row["number"],
        kind=NoteKind(row["kind"]),
        text=row["text"],
        at=to_time(row["at"]),
        by=row["by_whom"],
        done=to_time_or_none(row["done"]),
        done_by=row["done_by"],
    )


class Notes:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_note(self, kind: NoteKind, text: str, by: str, now: datetime) -> Note:
        rows = self._driver.execute(
            "INSERT INTO notes (id, number, kind, text, at, by_whom) "
            "SELECT :id, 1 + coalesce(max(number), 0), :kind, :text, :now, :by FROM notes RETURNING *",
            {"id": new_id("note"), "kind": kind, "text": text, "by": by, "now": to_text(now)},
        )
        return _note(rows[0])

    def numbered_note(self, number: int) -> Note | None:
        rows = self._driver.query("SELECT * FROM notes WHERE number = :number", {"number": number})
        return _note(rows[0]) if rows else None

    def finish_note(self, id: str, person: str, now: datetime) -> bool:
        """It is done, this person says. False: somebody said so before."""
        return bool(
            self._driver.execute(
                "UPDATE notes SET done = :now, done_by = :person WHERE id = :id AND done IS NULL RETURNING id",
                {"id": id, "person": person, "now": to_text(now)},
            )
        )

    def take_up_note(self, id: str) -> bool:
        """It is not done after all. False: nobody had said that it was."""
        return bool(
            self._driver.execute(
                "UPDATE notes SET done = NULL, done_by = NULL WHERE id = :id AND done IS NOT NULL RETURNING id",
                {"id": id},
            )
        )

    def open_notes(self) -> list[Note]:
        """Planned maintenance first, then tasks, then observations; of each kind the oldest first."""
        rows = self._driver.query(
            "SELECT * FROM notes WHERE done IS NULL "
            "ORDER BY CASE kind WHEN 'maintenance' THEN 0 WHEN 'task' THEN 1 ELSE 2 END, number"
        )
        return [_note(row) for row in rows]

    def notes_done_between(self, start: datetime, end: datetime) -> list[Note]:
        """Those that were done from `start` until before `end`, in the order in which they were."""
        rows = self._driver.query(
            "SELECT * FROM notes WHERE done >= :start AND done < :end ORDER BY done, number",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [_note(row) for row in rows]
