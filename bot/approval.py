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
    emergency: bool = False,
    emergency_roles: Collection[str] = (),
    origin: str = "",
) -> None:
    """Returns when the decision counts, else raises the ApprovalError that says why not.

    `roles` are those that the person holds at this moment; `own_allowed` is the team's `self_approval`, which covers
    low and medium risk only. `origin` is who posted the alert or asked first: it stays their own when somebody else has
    chosen other values since. Whoever asked for the run may always reject it. An `emergency` approval counts alone,
    from a holder of the team's `emergency_roles`, their own request included. Source: the runbook format, rule 5.
    """
    if approve and not emergency and person in approvers(proposal):
        raise AlreadyCounted
    if proposal.state is ProposalState.CHECKING:
        raise StillChecking
    if proposal.state is ProposalState.EXPIRED or (
        proposal.state is ProposalState.WAITING and (proposal.expires is None or proposal.expires <= now)
    ):
        raise ApprovalExpired
    if proposal.state is not ProposalState.WAITING:
        raise AlreadyDecided
    if emergency:
        if not set(roles) & set(emergency_roles):
            raise NotAllowed
        if observe:
            raise ObserveMode
        return
    own = person in {proposal.asked_by, origin}
    if not set(roles) & set(proposal.plan.approval.roles) and not (own and not approve):
        raise NotAllowed
    if not approve:
        return
    if observe:
        raise ObserveMode
    if own and not own_approval(proposal.plan, own_allowed):
        raise OwnRequest


def may_settle(
    proposal: Proposal,
    person: str,
    roles: Collection[str],
    emergency_roles: Collection[str],
    *,
    asker_too: bool = False,
) -> bool:
    """Whether this person may say how a run goes on: who may approve it may, and in an emergency its roles.

    To stop it, also whoever asked for it (`asker_too`).
    """
    if asker_too and person in (proposal.asked_by, *approvers(proposal)):
        return True
    return bool(set(roles) & {*proposal.plan.approval.roles, *emergency_roles})


def own_approval(plan: Plan, team_allows: bool) -> bool:
    """Whether the one who asked may approve: the runbook says so, or the team does and the risk is not high."""
    return plan.approval.self_approval or (team_allows and plan.risk != "high")


def approvers(proposal: Proposal) -> tuple[str, ...]:
    """The distinct people who approved, in order."""
    return tuple(dict.fromkeys(each.person for each in proposal.decisions if each.approve))


def missing_approvals(proposal: Proposal) -> int:
    """How many more people are needed. On nobody's word a plan runs only by `may_run_unattended`."""
    if any(each.emergency and each.approve for each in proposal.decisions):
        return 0
    return max(0, max(1, proposal.plan.approval.required) - len(approvers(proposal)))


def may_run_unattended(proposal: Proposal, unattended: Collection[str], *, observe: bool) -> bool:
    """Whether a plan may run on nobody's word: it asks for none, its risk is low, the team lists it, nobody chose other
    values than the alert's and the defaults, and each of its checks answered as it should. Else it waits for one
    approval. Source: the runbook format, `required: 0`."""
    plan = proposal.plan
    listed = plan.approval.required == 0 and plan.risk == "low" and plan.runbook in unattended
    return listed and not observe and not proposal.given and all(reading.outcome.ok for reading in proposal.evidence)
