"""Who is asked whether a postmortem was held. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import BOT, Incident, IncidentRole, IncidentState, Transition


def asked(incident: Incident, moves: Iterable[Transition], on_call: str | None) -> str | None:
    """A Slack id: the lead, else who resolved it, else who is on call; None when nobody is."""
    if lead := incident.roles.get(IncidentRole.LEAD):
        return lead
    resolved = [each.who for each in moves if each.state is IncidentState.RESOLVED]
    if resolved and resolved[-1] != BOT:
        return resolved[-1]
    return on_call
