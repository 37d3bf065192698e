"""The postmortems of incidents: each draft as it was made, when it is to be held, and who was asked about it."""

from __future__ import annotations

from datetime import datetime

from bot.model import Postmortem, Reminder
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


class Postmortems:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_postmortem(
        self, incident: str, text: str, by: str, due: datetime | None, now: datetime, before: Postmortem | None = None
    ) -> Postmortem:
        """One more draft. What was held as `before` needs not be held again because somebody wants a fresh text."""
        rows = self._driver.execute(
            "INSERT INTO postmortems (id, incident, number, at, by_whom, text, due, held, held_by) "
            "SELECT :id, :incident, 1 + coalesce(max(number), 0), :now, :by, :text, :due, :held, :held_by "
            "FROM postmortems WHERE incident = :incident RETURNING *",
            {
                "id": new_id("postmortem"),
                "incident": incident,
                "now": to_text(now),
                "by": by,
                "text": text,
                "due": to_text(due) if due else None,
                "held": to_text(before.held) if before and before.held else None,
                "held_by": before.held_by if before else None,
            },
        )
        return self._postmortem(rows[0])

    def postmortems_of(self, incident: str) -> list[Postmortem]:
        """All drafts, the latest last: that one counts."""
        rows = self._driver.query(
            "SELECT * FROM postmortems WHERE incident = :incident ORDER BY number", {"incident": incident}
        )
        return [self._postmortem(row) for row in rows]

    def latest_postmortem(self, incident: str) -> Postmortem | None:
        rows = self._driver.query(
            "SELECT * FROM postmortems WHERE incident = :incident ORDER BY number DESC LIMIT 1", {"incident": incident}
        )
        return self._postmortem(rows[0]) if rows else None

    def hold(self, id: str, person: str, now: datetime) -> bool:
        """It was held, this person says. True for the first who says so."""
        return bool(
            self._driver.execute(
                "UPDATE postmortems SET held = :now, held_by = :person "
                "WHERE id = :id AND due IS NOT NULL AND held IS NULL RETURNING id",
                {"id": id, "person": person, "now": to_text(now)},
            )
        )

    def remind(self, id: str, person: str | None, now: datetime) -> None:
        """This person is asked whether it was held; None: nobody in particular is."""
        self._driver.execute(
            "INSERT INTO postmortem_reminders (postmortem, at, person) VALUES (:id, :now, :person)",
            {"id": id, "person": person, "now": to_text(now)},
        )

    def _postmortem(self, row: Row) -> Postmortem:
        asked = self._driver.query(
            "SELECT at, person FROM postmortem_reminders WHERE postmortem = :id ORDER BY at", {"id": row["id"]}
        )
        return Postmortem(
            id=row["id"],
            incident=row["incident"],
            number=row["number"],
            at=to_time(row["at"]),
            by=row["by_whom"],
            text=row["text"],
            due=to_time_or_none(row["due"]),
            held=to_time_or_none(row["held"]),
            held_by=row["held_by"],
            reminders=tuple(Reminder(to_time(each["at"]), each["person"]) for each in asked),
        )
