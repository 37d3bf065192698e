"""Who is called when a run needs a person: whoever approved it, else who is on call, else who could have. Pure."""

from __future__ import annotations

from bot.approval import approvers
from bot.model import Proposal
from bot.mrkdwn import Mrkdwn, person
from bot.team import Team


def called(team: Team, proposal: Proposal, on_call: str | None) -> Mrkdwn:
    """Mentions, with spaces. `on_call`: who was when a person came to be needed, so that a later drawing calls them."""
    if ids := approvers(proposal):
        return Mrkdwn(" ".join(map(person, ids)))
    if on_call is not None:
        return person(on_call)
    holders = sorted({slack_id for role in proposal.plan.approval.roles for slack_id in team.holders(role)})
    return Mrkdwn(" ".join(f"<!subteam^{each}>" if each.startswith("S") else person(each) for each in holders))
