"""Who is called when a run needs a person: whoever approved it, else who is on call, else who could have. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.approval import approvers
from bot.model import Proposal
from bot.mrkdwn import Mrkdwn, person
from bot.rota import on_call
from bot.team import Team


def called(team: Team, proposal: Proposal, at: datetime) -> Mrkdwn:
    """Mentions, with spaces. `at`: when the person came to be needed, so that a later drawing calls the same one."""
    if ids := approvers(proposal):
        return Mrkdwn(" ".join(map(person, ids)))
    if team.rota is not None:
        return person(team.people[on_call(team.rota, at)].slack)
    holders = sorted({slack_id for role in proposal.plan.approval.roles for slack_id in team.holders(role)})
    return Mrkdwn(" ".join(f"<!subteam^{each}>" if each.startswith("S") else person(each) for each in holders))
