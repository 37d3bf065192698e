"""What people were told of an incident, and the draft of what they are told next."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from bot.model import Severity, Update, UpdateKind
from bot.store.driver import Driver, Row, to_text, to_time_or_none
from bot.store.ids import new_id


def _update(row: Row) -> Update:
    return Update(
        id=row["id"],
        incident=row["incident"],
        kind=UpdateKind(row["kind"]) if row["kind"] else None,
        text=row["text"] or "",
        edited_by=row["edited_by"],
        held=to_time_or_none(row["held"]),
        asked=tuple(json.loads(row["asked"])),
        sent=to_time_or_none(row["sent"]),
        dropped=to_time_or_none(row["dropped"]),
        severity=Severity(row["severity"]) if row["severity"] else None,
        who=row["who"] or "",
    )


class Updates:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def begin_draft(self, incident: str, asked: Collection[str]) -> Update:
        """An incident has one draft at most. `asked`: the Slack ids of those who see it first."""
        rows = self._driver.execute(
            "INSERT INTO updates (id, incident, asked) VALUES (:id, :incident, :asked) RETURNING *",
            {"id": new_id("update"), "incident": incident, "asked": json.dumps(list(asked))},
        )
        return _update(rows[0])

    def ask(self, id: str, asked: Collection[str]) -> None:
        """These see the draft."""
        self._driver.execute(
            "UPDATE updates SET asked = :asked WHERE id = :id", {"id": id, "asked": json.dumps(list(asked))}
        )

    def edit_draft(self, id: str, text: str, person: str, severity: Severity) -> bool:
        """`severity`: the incident's, as the person saw it. False: it is none any more."""
        return self._changed(
            "text = :text, edited_by = :person, severity = :severity",
            id,
            {"text": text, "person": person, "severity": severity},
        )

    def hold_draft(self, id: str, until: datetime) -> bool:
        """It does not go out before. False: it is none any more."""
        return self._changed("held = :until", id, {"until": to_text(until)})

    def drop_draft(self, id: str, now: datetime) -> bool:
        """It never goes out. False: it is none any more."""
        return self._changed("dropped = :now", id, {"now": to_text(now)})

    def send(self, id: str, kind: UpdateKind, text: str, severity: Severity, who: str, now: datetime) -> bool:
        """The draft goes out with this text. False: it is none any more."""
        return self._changed(
            "kind = :kind, text = :text, severity = :severity, who = :who, sent = :now",
            id,
            {"kind": kind, "text": text, "severity": severity, "who": who, "now": to_text(now)},
        )

    def _changed(self, change: str, id: str, values: dict[str, str]) -> bool:
        return bool(
            self._driver.execute(
                f"UPDATE updates SET {change} "  # noqa: S608 - one of the texts above
                "WHERE id = :id AND sent IS NULL AND dropped IS NULL RETURNING id",
                {"id": id, **values},
            )
        )

    def find_update(self, id: str) -> Update | None:
        rows = self._driver.query("SELECT * FROM updates WHERE id = :id", {"id": id})
        return _update(rows[0]) if rows else None

    def updates_of(self, incident: str) -> list[Update]:
        """What was sent, what was dropped, and last the draft if there is one; in order."""
        rows = self._driver.query(
            "SELECT * FROM updates WHERE incident = :incident "
            "ORDER BY sent IS NULL AND dropped IS NULL, coalesce(sent, dropped), id",
            {"incident": incident},
        )
        return [_update(row) for row in rows]

    def sent_of(self, incident: str) -> list[Update]:
        """The oldest first."""
        return [each for each in self.updates_of(incident) if each.sent is not None]

    def draft_of(self, incident: str) -> Update | None:
        return next((each for each in self.updates_of(incident) if each.is_draft), None)
