"""Incidents: numbered as people speak of them, INC-7."""

from __future__ import annotations

from datetime import datetime

from bot.model import Incident, IncidentState, Severity
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        severity=Severity(row["severity"]),
        state=IncidentState(row["state"]),
        opened=to_time(row["opened"]),
        closed=to_time_or_none(row["closed"]),
        alert=row["alert"],
        lead=row["lead"],
    )


class Incidents:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def open_incident(self, title: str, severity: Severity, alert: str | None, now: datetime) -> Incident:
        rows = self._driver.execute(
            "INSERT INTO incidents (id, number, title, severity, state, opened, alert) "
            "SELECT :id, 1 + coalesce(max(number), 0), :title, :severity, 'open', :now, :alert "
            "FROM incidents RETURNING *",
            {"id": new_id("incident"), "title": title, "severity": severity, "now": to_text(now), "alert": alert},
        )
        return _incident(rows[0])

    def move_incident(self, id: str, before: IncidentState, after: IncidentState, now: datetime) -> bool:
        """From one state to another, once. False: it was no longer in `before`."""
        closed = to_text(now) if after is IncidentState.RESOLVED else None
        return bool(
            self._driver.execute(
                "UPDATE incidents SET state = :after, closed = :closed WHERE id = :id AND state = :before RETURNING id",
                {"id": id, "before": before, "after": after, "closed": closed},
            )
        )

    def find_incident(self, id: str) -> Incident | None:
        rows = self._driver.query("SELECT * FROM incidents WHERE id = :id", {"id": id})
        return _incident(rows[0]) if rows else None

    def incident_of(self, alert: str) -> Incident | None:
        """That it joined, or else that it opened."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents LEFT JOIN alerts ON alerts.id = :alert "
            "WHERE incidents.alert = :alert OR incidents.id = alerts.incident "
            "ORDER BY incidents.id = alerts.incident DESC, number DESC LIMIT 1",
            {"alert": alert},
        )
        return _incident(rows[0]) if rows else None

    def open_incidents(self) -> list[Incident]:
        """The worst first, then the oldest."""
        rows = self._driver.query("SELECT * FROM incidents WHERE state != 'resolved' ORDER BY severity, number")
        return [_incident(row) for row in rows]

    def open_incident_of(self, fingerprint: str, poster: str) -> Incident | None:
        """One that the same alert, earlier, has opened or joined, and that nobody has closed."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents JOIN alerts "
            "ON alerts.id = incidents.alert OR alerts.incident = incidents.id "
            "WHERE alerts.fingerprint = :fingerprint AND alerts.poster = :poster AND incidents.state != 'resolved' "
            "ORDER BY number DESC LIMIT 1",
            {"fingerprint": fingerprint, "poster": poster},
        )
        return _incident(rows[0]) if rows else None

    def raise_incident(self, id: str, severity: Severity) -> Incident:
        rows = self._driver.execute(
            "UPDATE incidents SET severity = :severity WHERE id = :id RETURNING *", {"id": id, "severity": severity}
        )
        return _incident(rows[0])

    def opened_by_alerts(self, after: str, until: str) -> list[Incident]:
        """Those that nobody has touched, of alerts that were posted in this time; the worst first."""
        rows = self._driver.query(
            "SELECT incidents.* FROM incidents JOIN alerts ON alerts.id = incidents.alert "
            "WHERE alerts.ts > :after AND alerts.ts <= :until AND incidents.state = 'open' "
            "ORDER BY incidents.severity, number",
            {"after": after, "until": until},
        )
        return [_incident(row) for row in rows]

    def latest_incidents(self, count: int) -> list[Incident]:
        rows = self._driver.query("SELECT * FROM incidents ORDER BY number DESC LIMIT :count", {"count": count})
        return [_incident(row) for row in rows]
