"""Alerts as they stand: one row from its first message until it is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.model import Alert, Category, Classification, Severity
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
    storm: str | None = None  # in which it came, and so has no card of its own
    incident: str | None = None  # that it belongs to and did not open itself


@dataclass(frozen=True)
class Episode:
    """An alert from its first message until it was resolved, for counting many of them.

    The same alert, by poster and fingerprint, has one for each time that it came.
    """

    id: str
    name: str
    service: str  # what it is about, and where, as its labels say; empty when they do not
    place: str
    fingerprint: str
    poster: str
    category: Category
    severity: Severity
    times: int  # messages, the first one included
    first: datetime
    last: datetime
    resolved: datetime | None
    incident: str | None  # that it belongs to and did not open itself


def _episode(row: Row) -> Episode:
    alert = _ALERT.validate_json(row["alert"])
    return Episode(
        id=row["id"],
        name=alert.name,
        service=alert.service,
        place=alert.place,
        fingerprint=row["fingerprint"],
        poster=row["poster"],
        category=Category(row["category"]),
        severity=Severity(row["severity"]),
        times=row["times"],
        first=to_time(row["first"]),
        last=to_time(row["last"]),
        resolved=to_time_or_none(row["resolved"]),
        incident=row["incident"],
    )


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
        storm=row["storm"],
        incident=row["incident"],
    )


class Alerts:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def open_alert(
        self,
        alert: Alert,
        classification: Classification,
        poster: str,
        channel: str,
        ts: str,
        now: datetime,
        *,
        said: str | None = None,
    ) -> StoredAlert:
        """A new alert. `said`: the ts when, later than the message's own where that was edited.

        The same poster has no open one with the same fingerprint; that would be an IntegrityError.
        """
        rows = self._driver.execute(
            "INSERT INTO alerts (id, fingerprint, poster, channel, ts, alert, classification, category, severity, "
            "service, first, last, latest) VALUES (:id, :fingerprint, :poster, :channel, :ts, :alert, "
            ":classification, :category, :severity, :service, :now, :now, :said) RETURNING *",
            {
                "id": new_id("alert"),
                "fingerprint": alert.fingerprint,
                "poster": poster,
                "channel": channel,
                "ts": ts,
                "said": said or ts,
                "alert": _ALERT.dump_json(alert).decode(),
                "classification": _CLASSIFICATION.dump_json(classification).decode(),
                "category": classification.category,
                "severity": classification.severity,
                "service": alert.service,
                "now": to_text(now),
            },
        )
        return _stored(rows[0])

    def count_once_more(self, id: str, ts: str, now: datetime) -> None:
        """One more message of an open alert."""
        self._driver.execute(
            "UPDATE alerts SET times = times + 1, last = :now, latest = max(latest, :ts) WHERE id = :id",
            {"id": id, "ts": ts, "now": to_text(now)},
        )

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
            "UPDATE alerts SET classification = :classification, category = :category, severity = :severity "
            "WHERE id = :id RETURNING *",
            {
                "id": id,
                "classification": _CLASSIFICATION.dump_json(classification).decode(),
                "category": classification.category,
                "severity": classification.severity,
            },
        )
        return _stored(rows[0])

    def read_again(self, id: str, alert: Alert) -> StoredAlert:
        """What its message says now that the tool has edited it."""
        rows = self._driver.execute(
            "UPDATE alerts SET alert = :alert, service = :service WHERE id = :id RETURNING *",
            {"id": id, "alert": _ALERT.dump_json(alert).decode(), "service": alert.service},
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

    def alert_of_message(self, channel: str, ts: str) -> StoredAlert | None:
        """The latest that began with this message."""
        rows = self._driver.query(
            "SELECT * FROM alerts WHERE channel = :channel AND ts = :ts ORDER BY id DESC LIMIT 1",
            {"channel": channel, "ts": ts},
        )
        return _stored(rows[0]) if rows else None

    def oldest_open(self, channel: str, after: str) -> str | None:
        """The ts of the first message, of those after this one, whose alert is still open or ended by its own edit."""
        rows = self._driver.query(
            "SELECT min(ts) AS ts FROM alerts WHERE channel = :channel AND ts > :after "
            "AND (resolved IS NULL OR channel || ':' || ts IN (SELECT fingerprint FROM recoveries))",
            {"channel": channel, "after": after},
        )
        found: str | None = rows[0]["ts"]
        return found

    # -- over before it was known ---

    def note_recovery(self, fingerprint: str, poster: str, ts: str) -> None:
        """A resolved message, whether or not its firing is known yet: messages can overtake each other.

        In place of a fingerprint, `channel:ts` of a message that was edited to say so.
        """
        self._driver.execute(
            "INSERT INTO recoveries (fingerprint, poster, ts) VALUES (:fingerprint, :poster, :ts) "
            "ON CONFLICT (fingerprint, poster) DO UPDATE SET ts = excluded.ts WHERE recoveries.ts < excluded.ts",
            {"fingerprint": fingerprint, "poster": poster, "ts": ts},
        )

    def was_over(self, fingerprint: str, poster: str, ts: str) -> bool:
        """Whether a resolved message was posted before this."""
        return bool(
            self._driver.query(
                "SELECT ts FROM recoveries WHERE fingerprint = :fingerprint AND poster = :poster AND ts < :ts",
                {"fingerprint": fingerprint, "poster": poster, "ts": ts},
            )
        )

    def is_over(self, fingerprint: str, poster: str, ts: str) -> bool:
        """Whether a resolved message was posted after this firing."""
        return bool(
            self._driver.query(
                "SELECT ts FROM recoveries WHERE fingerprint = :fingerprint AND poster = :poster AND ts > :ts",
                {"fingerprint": fingerprint, "poster": poster, "ts": ts},
            )
        )

    # -- how many, how often ---

    def posted_between(self, after: str, until: str) -> int:
        """How many alerts began with a message after the first ts, and not after the second."""
        rows = self._driver.query(
            "SELECT count(*) AS n FROM alerts WHERE ts > :after AND ts <= :until", {"after": after, "until": until}
        )
        return int(rows[0]["n"])

    def episodes(self, alert: StoredAlert, since: datetime) -> int:
        """How often the same has begun since then, this time included."""
        rows = self._driver.query(
            "SELECT count(*) AS n FROM alerts WHERE fingerprint = :fingerprint AND poster = :poster "
            "AND first >= :since AND id <= :id",
            {
                "fingerprint": alert.alert.fingerprint,
                "poster": alert.poster,
                "since": to_text(since),
                "id": alert.id,
            },
        )
        return int(rows[0]["n"])

    def fired_between(self, start: datetime, end: datetime) -> list[Episode]:
        """Those of which a message came from `start` until before `end`, the oldest first.

        How many of an episode's messages came within that time is not kept: `times` counts all of them.
        """
        return self._episodes("last >= :start AND first < :end", {"start": to_text(start), "end": to_text(end)})

    def still_firing(self) -> list[Episode]:
        """Those that nobody has resolved, the oldest first."""
        return self._episodes("resolved IS NULL", {})

    def _episodes(self, where: str, params: dict[str, str]) -> list[Episode]:
        rows = self._driver.query(
            "SELECT id, alert, fingerprint, poster, category, severity, times, first, last, resolved, incident "  # noqa: S608
            f"FROM alerts WHERE {where} ORDER BY id",
            params,
        )
        return [_episode(row) for row in rows]

    def join_incident(self, id: str, incident: str) -> None:
        self._driver.execute("UPDATE alerts SET incident = :incident WHERE id = :id", {"id": id, "incident": incident})

    def find_alert(self, id: str) -> StoredAlert | None:
        rows = self._driver.query("SELECT * FROM alerts WHERE id = :id", {"id": id})
        return _stored(rows[0]) if rows else None

    def open_alerts(self) -> list[StoredAlert]:
        return [_stored(row) for row in self._driver.query("SELECT * FROM alerts WHERE resolved IS NULL ORDER BY id")]
