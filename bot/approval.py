"""May this person decide this, now, once? Pure; the store makes the answer hold when two people click together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.errors import (
    AlreadyCounted,
    AlreadyDecided,
    ApprovalExpired,
    NotAllowed,
    ObserveMode,
    OwnRequest,
    StillChecking,
)
from bot.model import Plan, Proposal, ProposalState


def may_decide(
    proposal: Proposal,
    person: str,
    *,
    approve: bool,
    roles: Collection[str],
    now: datetime,
    own_allowed: bool = False,
    observe: bool = False,
) -> None:
    """Returns when the decision counts, else raises the ApprovalError that says why not.

    `roles` are those that the person holds at this moment; `own_allowed` is the team's `self_approval`, which covers
    low and medium risk only. Whoever asked for the run may always reject it. Source: the runbook format, rule 5.
    """
    if approve and person in approvers(proposal):
        raise AlreadyCounted
    if proposal.state is ProposalState.CHECKING:
        raise StillChecking
    if proposal.state is ProposalState.EXPIRED or (
        proposal.state is ProposalState.WAITING and (proposal.expires is None or proposal.expires <= now)
    ):
        raise ApprovalExpired
    if proposal.state is not ProposalState.WAITING:
        raise AlreadyDecided
    own = person == proposal.asked_by
    if not set(roles) & set(proposal.plan.approval.roles) and not (own and not approve):
        raise NotAllowed
    if not approve:
        return
    if observe:
        raise ObserveMode
    if own and not own_approval(proposal.plan, own_allowed):
        raise OwnRequest


def own_approval(plan: Plan, team_allows: bool) -> bool:
    """Whether the one who asked may approve: the runbook says so, or the team does and the risk is not high."""
    return plan.approval.self_approval or (team_allows and plan.risk != "high")


def approvers(proposal: Proposal) -> tuple[str, ...]:
    """The distinct people who approved, in order."""
    return tuple(dict.fromkeys(each.person for each in proposal.decisions if each.approve))


def missing_approvals(proposal: Proposal) -> int:
    """How many more people are needed. No plan runs on nobody's word."""
    return max(0, max(1, proposal.plan.approval.required) - len(approvers(proposal)))
