"""Who is told of an update by other ways than Slack: stakeholders by mail, and the status page.

Whoever was told of an incident while it was grave is told of its end too. To be called in the transaction that sends
the update.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from bot.incidents.facts import Facts
from bot.model import Incident, Severity, Update
from bot.store import Store
from bot.team import Team

MAIL, STATUS = "mail", "status"


def announce(
    store: Store,
    team: Team,
    incident: Incident,
    update: Update,
    before: Sequence[Update],
    facts: Facts,
    status: str,
    cadence: timedelta | None,
    ways: Collection[str],
) -> None:
    """`before`: what was sent until now; `status`: what customers may read; `ways`: those that are set up."""
    assert update.sent is not None  # noqa: S101  # it was sent just now
    told = {incident.severity, *(each.severity for each in before if each.severity)}
    addresses = dict.fromkeys(address for each in sorted(told) for address in team.stakeholders.get(each, ()))
    first = before[0].id if before else update.id
    title, _, _ = update.text.partition("\n")
    for address in addresses if MAIL in ways else ():
        mail = {
            "subject": f"{incident.name}: {title}",
            "text": update.text if facts.thread in update.text else f"{update.text}\n\n{facts.thread}",
            "id": update.id,
            "thread": first,
        }
        store.deliveries.add_delivery(f"mail:{update.id}:{address}", MAIL, incident.id, address, mail, update.sent)
    if Severity.P0 in told and STATUS in ways:
        due = update.sent + cadence if cadence and incident.goes_on else None
        body = {
            "incident": incident.number,
            "title": incident.title,
            "severity": incident.severity.value,
            "state": incident.state.value,
            "impact": incident.impact,
            "text": status,
            "at": update.sent.isoformat(timespec="seconds"),
            "next_update": due.isoformat(timespec="seconds") if due else None,
        }
        store.deliveries.add_delivery(f"status:{update.id}", STATUS, incident.id, "", body, update.sent)
