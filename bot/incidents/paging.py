"""The pager of the team file: a page when the ladder or a person says so, and the word that it is taken or over.

Sources: PagerDuty, "Send an alert event" (Events API v2): routing_key, event_action, dedup_key, payload with summary,
source and severity. The routing key is no part of what is stored: it is added as the page is sent.
To be called in the transaction of what leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.model import BOT, Escalation, Incident, IncidentState, Severity
from bot.store import Store
from bot.team import PAGER

PAGE = "page"
_PAGERDUTY = {Severity.P0: "critical", Severity.P1: "error", Severity.P2: "warning", Severity.P3: "info"}
_ACTIONS = {IncidentState.ACKNOWLEDGED: "acknowledge", IncidentState.MITIGATED: "acknowledge"}


def page(store: Store, incident: Incident, made: Escalation, link: str) -> None:
    """`link`: the address of the incident's card."""
    why = made.why if made.by != BOT else ""
    _add(store, made, incident, "trigger", why, link, made.at)


def stand_down(store: Store, incident: Incident, link: str, now: datetime) -> None:
    """Whoever was paged hears that somebody has taken it since, or that it is over."""
    if incident.state is IncidentState.OPEN:
        return
    taken = store.incidents.transitions(incident.id)[-1].at
    action = _ACTIONS.get(incident.state, "resolve")
    for made in store.escalations.escalations_of(incident.id):
        if made.to == PAGER and made.at <= taken:
            _add(store, made, incident, action, "", link, now)


def _add(store: Store, made: Escalation, incident: Incident, action: str, why: str, link: str, now: datetime) -> None:
    """Once for each page and what is said of it."""
    body = {
        "action": action,
        "id": made.id,
        "incident": incident.number,
        "title": incident.title,
        "severity": incident.severity.value,
        "state": incident.state.value,
        "impact": incident.impact,
        "opened": incident.opened.isoformat(timespec="seconds"),
        "why": why,
        "link": link,
    }
    store.deliveries.add_delivery(f"page:{made.id}:{action}", PAGE, incident.id, "", body, now)


def as_pagerduty(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The same as PagerDuty's Events API v2 takes it; `key` is the integration's."""
    event: dict[str, Any] = {
        "routing_key": key,
        "event_action": body["action"],
        "dedup_key": f"plantao-{body['id']}",
    }
    if body["action"] != "trigger":
        return event
    event["payload"] = {
        "summary": f"{body['severity']} INC-{body['incident']}: {body['title']}"[:1024],
        "source": "plantao",
        "severity": _PAGERDUTY[Severity(body["severity"])],
        "custom_details": {name: body[name] for name in ("state", "impact", "opened", "why") if body[name]},
    }
    if body["link"]:
        event["links"] = [{"href": body["link"], "text": f"INC-{body['incident']}"}]
    return event
