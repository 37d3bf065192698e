"""Runbooks that were asked for by hand or by their schedule: what a proposal without an alert is about."""

from __future__ import annotations

from datetime import datetime

from bot.model import Request
from bot.store.driver import Driver, Row, to_text, to_time
from bot.store.ids import new_id


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        runbook=row["runbook"],
        asked_by=row["asked_by"],
        channel=row["channel"],
        created=to_time(row["created"]),
        hindrance=row["hindrance"],
        incident=row["incident"],
    )


class Requests:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def add_request(
        self, runbook: str, asked_by: str, channel: str, now: datetime, incident: str | None = None
    ) -> Request:
        """`incident`: that it is to help with."""
        rows = self._driver.execute(
            "INSERT INTO requests (id, runbook, asked_by, channel, created, incident) "
            "VALUES (:id, :runbook, :asked_by, :channel, :now, :incident) RETURNING *",
            {
                "id": new_id("request"),
                "runbook": runbook,
                "asked_by": asked_by,
                "channel": channel,
                "now": to_text(now),
                "incident": incident,
            },
        )
        return _request(rows[0])

    def choose_runbook(self, id: str, runbook: str) -> None:
        """Another runbook is to do what was asked for."""
        self._driver.execute("UPDATE requests SET runbook = :runbook WHERE id = :id", {"id": id, "runbook": runbook})

    def hinder(self, id: str, hindrance: str) -> None:
        """Its runbook could not become a plan, and why; or, with an empty text, it could."""
        self._driver.execute(
            "UPDATE requests SET hindrance = :hindrance WHERE id = :id", {"id": id, "hindrance": hindrance}
        )

    def find_request(self, id: str) -> Request | None:
        rows = self._driver.query("SELECT * FROM requests WHERE id = :id", {"id": id})
        return _request(rows[0]) if rows else None
