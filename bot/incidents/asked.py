"""Who is asked whether a postmortem was held. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import BOT, Incident, IncidentRole, IncidentState, Transition
from bot.rota import on_call
from bot.team import Team


def asked(incident: Incident, moves: Iterable[Transition], team: Team, now: datetime) -> str | None:
    """A Slack id: the lead, else who resolved it, else who is on call; None where there is no rota."""
    if lead := incident.roles.get(IncidentRole.LEAD):
        return lead
    resolved = [each.who for each in moves if each.state is IncidentState.RESOLVED]
    if resolved and resolved[-1] != BOT:
        return resolved[-1]
    return team.people[on_call(team.rota, now)].slack if team.rota else None
