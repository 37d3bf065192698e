"""A grave alert has an incident: one of its own, the one that it led to before, or its storm's."""

from __future__ import annotations

from datetime import datetime

from bot.model import BOT, Incident, IncidentState, Severity
from bot.store import Store
from bot.store.alerts import StoredAlert

GRAVE = Severity.P1  # from here up
_LONGEST = 150  # characters of a title


def is_grave(alert: StoredAlert) -> bool:
    return alert.classification.severity <= GRAVE


def open_for(store: Store, alert: StoredAlert, now: datetime) -> Incident:
    """The incident of a grave alert, as grave as the alert; to be called in the transaction that makes it so.

    One that comes and goes belongs to what it led to before, until somebody closes that.
    """
    severity = alert.classification.severity
    incident = store.incidents.incident_of(alert.id)
    if incident is None or incident.state is IncidentState.RESOLVED:
        incident = store.incidents.open_incident_of(alert.alert.fingerprint, alert.poster)
        if incident is not None:
            store.alerts.join_incident(alert.id, incident.id)
            store.timeline.append(now, BOT, "alert fired again", incident.id, {"alert": alert.id})
    if incident is None:
        lines = alert.alert.summary.splitlines()
        incident = open_anew(store, lines[0] if lines else alert.alert.name, severity, alert.id, now)
    return raised(store, incident, severity, now)


def open_anew(store: Store, title: str, severity: Severity, alert: str | None, now: datetime) -> Incident:
    incident = store.incidents.open_incident(title[:_LONGEST], severity, alert, now)
    store.timeline.append(now, BOT, "incident opened", incident.id, {"number": incident.number})
    return incident


def raised(store: Store, incident: Incident, severity: Severity, now: datetime) -> Incident:
    """The same, at least as grave as this."""
    if severity >= incident.severity:
        return incident
    store.timeline.append(now, BOT, "incident raised", incident.id, {"severity": severity})
    return store.incidents.raise_incident(incident.id, severity)
