"""Checklists that stand in the threads of incidents or came with a handoff, and who ticked what."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.model import StoredChecklist, Tick
from bot.store.driver import Driver, Row, to_text, to_time
from bot.store.ids import new_id


class Checklists:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_checklist(self, subject: str, name: str, title: str, items: Sequence[str], now: datetime) -> str:
        """With its boxes as they are now, whatever becomes of the file. Gives its id."""
        rows = self._driver.execute(
            "INSERT INTO checklists (id, subject, name, title, items, at) "
            "VALUES (:id, :subject, :name, :title, :items, :now) RETURNING id",
            {
                "id": new_id("checklist"),
                "subject": subject,
                "name": name,
                "title": title,
                "items": json.dumps(list(items), ensure_ascii=False),
                "now": to_text(now),
            },
        )
        return str(rows[0]["id"])

    def find_checklist(self, id: str) -> StoredChecklist | None:
        rows = self._driver.query("SELECT * FROM checklists WHERE id = :id", {"id": id})
        return self._checklist(rows[0]) if rows else None

    def checklists_of(self, subject: str) -> list[StoredChecklist]:
        """Of an incident or a handoff, the oldest first."""
        rows = self._driver.query("SELECT * FROM checklists WHERE subject = :subject ORDER BY id", {"subject": subject})
        return [self._checklist(row) for row in rows]

    def tick(self, id: str, positions: Collection[int], person: str, now: datetime) -> None:
        for position in positions:
            self._driver.execute(
                "INSERT INTO ticks (checklist, position, person, at) VALUES (:id, :position, :person, :now) "
                "ON CONFLICT DO NOTHING",
                {"id": id, "position": position, "person": person, "now": to_text(now)},
            )

    def untick(self, id: str, position: int) -> None:
        self._driver.execute(
            "DELETE FROM ticks WHERE checklist = :id AND position = :position", {"id": id, "position": position}
        )

    def _checklist(self, row: Row) -> StoredChecklist:
        ticks = self._driver.query("SELECT * FROM ticks WHERE checklist = :id", {"id": row["id"]})
        return StoredChecklist(
            id=row["id"],
            subject=row["subject"],
            name=row["name"],
            title=row["title"],
            items=tuple(json.loads(row["items"])),
            ticks={each["position"]: Tick(each["person"], to_time(each["at"])) for each in ticks},
        )
