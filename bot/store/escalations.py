"""Whom an incident was brought to, when and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.model import Escalation
from bot.store.driver import Driver, Row, to_text, to_time
from bot.store.ids import new_id


def _escalation(row: Row) -> Escalation:
    return Escalation(
        id=row["id"],
        incident=row["incident"],
        at=to_time(row["at"]),
        to=row["told"],
        people=tuple(json.loads(row["people"])),
        by=row["by_whom"],
        why=row["why"],
    )


class Escalations:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_escalation(
        self, incident: str, to: str, people: Sequence[str], by: str, why: str, now: datetime
    ) -> Escalation:
        """`to` as the team file writes it, `people` the Slack ids of people and user groups at this moment."""
        rows = self._driver.execute(
            "INSERT INTO escalations (id, incident, at, told, people, by_whom, why) "
            "VALUES (:id, :incident, :now, :to, :people, :by, :why) RETURNING *",
            {
                "id": new_id("escalation"),
                "incident": incident,
                "now": to_text(now),
                "to": to,
                "people": json.dumps(list(people)),
                "by": by,
                "why": why,
            },
        )
        return _escalation(rows[0])

    def escalations_of(self, incident: str) -> list[Escalation]:
        """The oldest first."""
        rows = self._driver.query(
            "SELECT * FROM escalations WHERE incident = :incident ORDER BY id", {"incident": incident}
        )
        return [_escalation(row) for row in rows]

    def told_between(self, start: datetime, end: datetime) -> list[Escalation]:
        """Those made from `start` until before `end`, the oldest first."""
        rows = self._driver.query(
            "SELECT * FROM escalations WHERE at >= :start AND at < :end ORDER BY at, id",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [_escalation(row) for row in rows]
