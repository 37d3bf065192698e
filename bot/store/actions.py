"""Action items: what people are to do so that an incident does not come again. People speak of A-3."""

from __future__ import annotations

from datetime import date, datetime

from bot.model import ActionItem
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id

_ORDER = "ORDER BY done IS NOT NULL, due IS NULL, due, number"  # open ones first, then the first due


def _item(row: Row) -> ActionItem:
    return ActionItem(
        id=row["id"],
        number=row["number"],
        incident=row["incident"],
        text=row["text"],
        owner=row["owner"],
        due=date.fromisoformat(row["due"]) if row["due"] else None,
        at=to_time(row["at"]),
        by=row["by_whom"],
        done=to_time_or_none(row["done"]),
        done_by=row["done_by"],
    )


class Actions:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_action(
        self, incident: str, text: str, owner: str | None, due: date | None, by: str, now: datetime
    ) -> ActionItem:
        rows = self._driver.execute(
            "INSERT INTO actions (id, number, incident, text, owner, due, at, by_whom) "
            "SELECT :id, 1 + coalesce(max(number), 0), :incident, :text, :owner, :due, :now, :by "
            "FROM actions RETURNING *",
            {
                "id": new_id("action"),
                "incident": incident,
                "text": text,
                "owner": owner,
                "due": due.isoformat() if due else None,
                "by": by,
                "now": to_text(now),
            },
        )
        return _item(rows[0])

    def numbered_action(self, number: int) -> ActionItem | None:
        rows = self._driver.query("SELECT * FROM actions WHERE number = :number", {"number": number})
        return _item(rows[0]) if rows else None

    def finish_action(self, id: str, person: str, now: datetime) -> bool:
        """It is done, this person says. False: somebody said so before."""
        return bool(
            self._driver.execute(
                "UPDATE actions SET done = :now, done_by = :person WHERE id = :id AND done IS NULL RETURNING id",
                {"id": id, "person": person, "now": to_text(now)},
            )
        )

    def take_up_action(self, id: str) -> bool:
        """It is not done after all. False: nobody had said that it was."""
        return bool(
            self._driver.execute(
                "UPDATE actions SET done = NULL, done_by = NULL WHERE id = :id AND done IS NOT NULL RETURNING id",
                {"id": id},
            )
        )

    def actions_of(self, incident: str) -> list[ActionItem]:
        """Of one incident: the open ones first, by the day on which they are due; those without one come last."""
        rows = self._driver.query(f"SELECT * FROM actions WHERE incident = :incident {_ORDER}", {"incident": incident})  # noqa: S608
        return [_item(row) for row in rows]

    def open_actions(self, owner: str | None = None) -> list[ActionItem]:
        """Those of this person (a Slack id), or everybody's and nobody's, in the same order."""
        rows = self._driver.query(
            f"SELECT * FROM actions WHERE done IS NULL AND (:owner IS NULL OR owner = :owner) {_ORDER}",  # noqa: S608
            {"owner": owner},
        )
        return [_item(row) for row in rows]
