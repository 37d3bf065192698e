"""PagerDuty's incidents: "Triggered #48213: title" in a block inside an attachment, or a line of text alone."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint, subject
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "pagerduty"

_INCIDENT = re.compile(r"/incidents/(\w{1,40})")
_TITLE = re.compile(
    r"^\W*(Triggered|Resolved|Acknowledged|Escalated|Reassigned|Re-?opened|Unacknowledged|Delegated|Assigned|Merged|Annotated)?\W*"
    r"(?:incident\W*)?\[?#(\d{1,12})\]?\W*(?:Triggered|Resolved|Acknowledged|Escalated|Reassigned)?\W*\s*([^\n]+)",
    re.IGNORECASE,
)
_STATUS = {
    "resolved": AlertStatus.RESOLVED,
    **dict.fromkeys(("acknowledged", "reassigned", "delegated", "assigned", "merged", "annotated"), AlertStatus.INFO),
    **dict.fromkeys(("triggered", "escalated", "reopened", "re-opened", "unacknowledged"), AlertStatus.FIRING),
}
_PREFIX = re.compile(r"^\s*PagerDuty (?:alert|incident)\s*:\s*", re.IGNORECASE)


def read(message: Message) -> Alert | None:
    if not (is_called(message, "pagerduty") or links_to(message, "pagerduty.com")):
        return None
    alert = generic.read(message)
    heads = [*message.headlines, *(each.fallback for each in message.attachments)]
    found = next((each for head in heads if (each := _TITLE.match(head))), None)
    name = found[3].strip() if found else _PREFIX.sub("", alert.name)
    state = (found[1] or "").casefold() if found else ""
    status = _STATUS.get(state, alert.status)
    number = next(
        (each[1] for _, url in message.all_links if (each := _INCIDENT.search(url))), found[2] if found else ""
    )
    identity = (number,) if number else ("text", subject.identity_of(name))
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=status,
        severity_hint=None if status is AlertStatus.RESOLVED else _level(alert.severity_hint, message),
        fingerprint=fingerprint.of_id(SOURCE, *identity),
    )


def _level(found: str | None, message: Message) -> str | None:
    """Its urgency or priority; every triggered incident is red."""
    return found if any(value.casefold().startswith((found or "-").casefold()) for _, value in message.fields) else None
