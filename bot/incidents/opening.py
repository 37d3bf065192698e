"""Incidents begin: an alert that is grave enough, or a person, opens one, or goes into one that there is.

Each function is to be called in the transaction of what leads to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import BOT, Incident, IncidentState, Severity
from bot.store import Store
from bot.store.alerts import StoredAlert

GRAVE = Severity.P1  # from here up an alert opens an incident by itself
_LONGEST = 150  # characters of a title
# The timers of the next step up the ladder, of the next update and of the postmortem. What is due is worked out when
# they fire.
CLIMB, TELL, REVIEW = "escalate", "update", "postmortem"
_SETTLE = timedelta(seconds=3)  # before anybody is called: many at once turn out to be one storm by then
_OVER = {IncidentState.MITIGATED, IncidentState.RESOLVED}


def is_grave(alert: StoredAlert) -> bool:
    return alert.classification.severity <= GRAVE


def open_for(store: Store, alert: StoredAlert, now: datetime) -> Incident:
    """The incident of a grave alert, as grave as the alert.

    One that comes and goes belongs to what it led to before, until somebody closes that and it is watched no longer.
    """
    severity = alert.classification.severity
    incident = joined(store, alert, now)
    if incident is None:
        incident = open_anew(store, title_of(alert), severity, alert.id, now)
    return raised(store, incident, severity, now)


def joined(store: Store, alert: StoredAlert, now: datetime) -> Incident | None:
    """The incident that it belongs to: one that it led to or joined before, whatever its severity; None: none."""
    incident = store.incidents.incident_of(alert.id)
    if incident is None or incident.state is IncidentState.RESOLVED:
        incident = store.incidents.incident_to_join(alert.alert.fingerprint, alert.poster, now)
        if incident is not None:
            join(store, alert, incident, now)
    return incident


def title_of(alert: StoredAlert) -> str:
    lines = alert.alert.summary.splitlines()
    return lines[0] if lines else alert.alert.name


def open_anew(
    store: Store,
    title: str,
    severity: Severity,
    alert: str | None,
    now: datetime,
    *,
    who: str = BOT,
    impact: str = "",
) -> Incident:
    """`alert`: the id of the one that leads to it. `who`: the person who declares it."""
    title = " ".join(title.split())[:_LONGEST]
    incident = store.incidents.open_incident(title, severity, alert, who, now, impact=impact)
    store.timeline.append(now, who, "incident opened", incident.id, {"number": incident.number, "severity": severity})
    wake(store, incident.id, now + _SETTLE)
    return incident


def join(store: Store, alert: StoredAlert, incident: Incident, now: datetime, who: str = BOT) -> None:
    """The alert is about this incident. What was mitigated or over, and fires again, is open again."""
    store.alerts.join_incident(alert.id, incident.id)
    store.timeline.append(now, who, "alert joined", incident.id, {"alert": alert.id, "name": alert.alert.name})
    if incident.state in _OVER and alert.resolved is None:
        store.incidents.move_incident(incident.id, incident.state, IncidentState.OPEN, who, now)
        store.timeline.append(now, who, "incident open", incident.id, {"again": True})
        wake(store, incident.id, now)


def wake(store: Store, incident_id: str, at: datetime) -> None:
    """It has changed: others may have to be called or told, or nobody, or it is over and to be looked back on."""
    for kind in (CLIMB, TELL, REVIEW):
        store.timers.set_timer(kind, incident_id, at)


def raised(store: Store, incident: Incident, severity: Severity, now: datetime) -> Incident:
    """The same, at least as grave as this."""
    if severity >= incident.severity:
        return incident
    store.timeline.append(now, BOT, "incident severity", incident.id, {"severity": severity})
    wake(store, incident.id, now)
    return store.incidents.set_severity(incident.id, severity)
