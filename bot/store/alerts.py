"""Alerts as they stand: one row from its first message until it is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.model import Alert, Classification
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id

_ALERT = TypeAdapter(Alert)
_CLASSIFICATION = TypeAdapter(Classification)


@dataclass(frozen=True)
class StoredAlert:
    """An alert with where it was posted, how often, and what it was taken for."""

    id: str
    alert: Alert
    classification: Classification
    poster: str
    channel: str
    ts: str
    times: int
    first: datetime
    last: datetime
    resolved: datetime | None
    hindrance: str  # why its runbook could not become a plan


def _stored(row: Row) -> StoredAlert:
    return StoredAlert(
        id=row["id"],
        alert=_ALERT.validate_json(row["alert"]),
        classification=_CLASSIFICATION.validate_json(row["classification"]),
        poster=row["poster"],
        channel=row["channel"],
        ts=row["ts"],
        times=row["times"],
        first=to_time(row["first"]),
        last=to_time(row["last"]),
        resolved=to_time_or_none(row["resolved"]),
        hindrance=row["hindrance"],
    )


class Alerts:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def open_alert(
        self, alert: Alert, classification: Classification, poster: str, channel: str, ts: str, now: datetime
    ) -> tuple[StoredAlert, bool]:
        """A new alert, or one more message of an open one. Gives it and whether it is new."""
        rows = self._driver.execute(
            "INSERT INTO alerts (id, fingerprint, poster, channel, ts, alert, classification, first, last, latest) "
            "VALUES (:id, :fingerprint, :poster, :channel, :ts, :alert, :classification, :now, :now, :ts) "
            "ON CONFLICT (fingerprint, poster) WHERE resolved IS NULL "
            "DO UPDATE SET times = alerts.times + 1, last = excluded.last, "
            "latest = max(alerts.latest, excluded.latest) RETURNING *",
            {
                "id": new_id("alert"),
                "fingerprint": alert.fingerprint,
                "poster": poster,
                "channel": channel,
                "ts": ts,
                "alert": _ALERT.dump_json(alert).decode(),
                "classification": _CLASSIFICATION.dump_json(classification).decode(),
                "now": to_text(now),
            },
        )
        stored = _stored(rows[0])
        return stored, stored.times == 1

    def resolve_alert(self, fingerprint: str, poster: str, ts: str, now: datetime) -> StoredAlert | None:
        """Ends the open alert of this poster; None when it has none. Another poster's word does not count.

        Nor does a message that was posted before the last firing, however late it is delivered.
        """
        rows = self._driver.execute(
            "UPDATE alerts SET resolved = :now WHERE fingerprint = :fingerprint AND poster = :poster "
            "AND resolved IS NULL AND latest < :ts RETURNING *",
            {"now": to_text(now), "fingerprint": fingerprint, "poster": poster, "ts": ts},
        )
        return _stored(rows[0]) if rows else None

    def classify_again(self, id: str, classification: Classification) -> StoredAlert:
        """What the alert is taken for now, with the runbooks as they stand."""
        rows = self._driver.execute(
            "UPDATE alerts SET classification = :classification WHERE id = :id RETURNING *",
            {"id": id, "classification": _CLASSIFICATION.dump_json(classification).decode()},
        )
        return _stored(rows[0])

    def hinder(self, id: str, hindrance: str) -> None:
        """Its runbook could not become a plan, and why; or, with an empty text, it could."""
        self._driver.execute(
            "UPDATE alerts SET hindrance = :hindrance WHERE id = :id", {"id": id, "hindrance": hindrance}
        )

    def open_alert_of(self, fingerprint: str, poster: str) -> StoredAlert | None:
        rows = self._driver.query(
            "SELECT * FROM alerts WHERE fingerprint = :fingerprint AND poster = :poster AND resolved IS NULL",
            {"fingerprint": fingerprint, "poster": poster},
        )
        return _stored(rows[0]) if rows else None

    def find_alert(self, id: str) -> StoredAlert | None:
        rows = self._driver.query("SELECT * FROM alerts WHERE id = :id", {"id": id})
        return _stored(rows[0]) if rows else None

    def open_alerts(self) -> list[StoredAlert]:
        return [_stored(row) for row in self._driver.query("SELECT * FROM alerts WHERE resolved IS NULL ORDER BY id")]
