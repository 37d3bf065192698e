"""Silences that somebody was asked about in Slack: drafted, asked for, made in Alertmanager, and ended there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from bot.model import Matcher, Silence
from bot.store.driver import Driver, Row, to_text, to_time_or_none
from bot.store.ids import new_id


def _silence(row: Row) -> Silence:
    return Silence(
        id=row["id"],
        alert=row["alert"],
        matchers=tuple(Matcher(**each) for each in json.loads(row["matchers"])),
        by=row["by_whom"],
        comment=row["comment"],
        ends=to_time_or_none(row["ends"]),
        remote=row["remote"],
        ended=to_time_or_none(row["ended"]),
        ended_by=row["ended_by"],
    )


class Silences:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def draft_silence(self, alert: str, matchers: Sequence[Matcher]) -> Silence:
        """What somebody is shown, and may then ask for."""
        rows = self._driver.execute(
            "INSERT INTO silences (id, alert, matchers) VALUES (:id, :alert, :matchers) RETURNING *",
            {
                "id": new_id("silence"),
                "alert": alert,
                "matchers": json.dumps([asdict(each) for each in matchers], ensure_ascii=False),
            },
        )
        return _silence(rows[0])

    def ask_for_silence(self, id: str, by: str, comment: str, ends: datetime) -> bool:
        """Before Alertmanager is told. True for the first time."""
        return bool(
            self._driver.execute(
                "UPDATE silences SET by_whom = :by, comment = :comment, ends = :ends "
                "WHERE id = :id AND by_whom = '' RETURNING id",
                {"id": id, "by": by, "comment": comment, "ends": to_text(ends)},
            )
        )

    def made_silence(self, id: str, remote: str) -> bool:
        """Alertmanager has it, under this id of its own. True for the first time."""
        return bool(
            self._driver.execute(
                "UPDATE silences SET remote = :remote WHERE id = :id AND remote = '' RETURNING id",
                {"id": id, "remote": remote},
            )
        )

    def extend_silence(self, id: str, ends: datetime) -> bool:
        """Somebody moved its end in Alertmanager. True when that is news."""
        return bool(
            self._driver.execute(
                "UPDATE silences SET ends = :ends WHERE id = :id AND ended IS NULL AND ends != :ends RETURNING id",
                {"id": id, "ends": to_text(ends)},
            )
        )

    def ending_silence(self, id: str, by: str) -> None:
        """Before Alertmanager is told to end it; empty: it was not told after all."""
        self._driver.execute(
            "UPDATE silences SET ended_by = :by WHERE id = :id AND ended IS NULL", {"id": id, "by": by}
        )

    def end_silence(self, id: str, by: str, at: datetime) -> bool:
        """True for the first time."""
        return bool(
            self._driver.execute(
                "UPDATE silences SET ended = :at, ended_by = :by WHERE id = :id AND ended IS NULL RETURNING id",
                {"id": id, "by": by, "at": to_text(at)},
            )
        )

    def find_silence(self, id: str) -> Silence | None:
        rows = self._driver.query("SELECT * FROM silences WHERE id = :id", {"id": id})
        return _silence(rows[0]) if rows else None

    def silence_known_as(self, remote: str) -> Silence | None:
        """By Alertmanager's id."""
        rows = self._driver.query("SELECT * FROM silences WHERE remote = :remote", {"remote": remote})
        return _silence(rows[0]) if rows else None

    def silences_of(self, alert: str) -> list[Silence]:
        """Those that were made, the oldest first."""
        rows = self._driver.query(
            "SELECT * FROM silences WHERE alert = :alert AND remote != '' ORDER BY id", {"alert": alert}
        )
        return [_silence(row) for row in rows]

    def standing_silences(self) -> list[Silence]:
        """Those that were made and are not known to be over."""
        rows = self._driver.query("SELECT * FROM silences WHERE remote != '' AND ended IS NULL ORDER BY id")
        return [_silence(row) for row in rows]
