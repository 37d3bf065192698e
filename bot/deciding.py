"""People's decisions on a proposal: approved, rejected, approved alone in an emergency. What is approved is queued."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.approval import may_decide, missing_approvals
from bot.context import Context
from bot.errors import AlreadyDecided, CoolingDown, Gone, PlanChanged
from bot.model import BOT, Decision, Proposal, ProposalState
from bot.proposing import Proposing


class Deciding:
    def __init__(self, context: Context, proposing: Proposing, start_runs: Callable[[], None]) -> None:
        self._context = context
        self._store = context.store
        self._proposing = proposing
        self._start_runs = start_runs

    def decide(
        self, proposal_id: str, person: str, *, approve: bool, reason: str = "", emergency: bool = False, event: str
    ) -> Proposal:
        """One person's word; the click is done with in the same transaction.

        Raises the ApprovalError that says why it does not count, or Gone. When the plan is no longer what was shown, a
        fresh proposal is made in its place and PlanChanged raised.
        """
        roles = self._context.roles_of(person)  # may ask Slack, so not within the transaction
        with self._store.atomic():
            now = self._context.now()
            proposal = self._may_decide(proposal_id, person, roles, approve=approve, emergency=emergency)
            changed = approve and self._proposing.changed_since(proposal)
            if changed:
                self._store.timeline.append(
                    now, person, "approved too late", proposal.subject, {"proposal": proposal.id}
                )
                self._proposing.renew(proposal.subject)
            else:
                self._count(proposal, Decision(person, approve, reason, now, emergency))
            self._store.inbox.finish_event(event, now)
        self._context.show(proposal.subject)
        if changed:
            self._proposing.start_checks(proposal.subject)
            raise PlanChanged
        self._start_runs()
        return self._proposal(proposal_id)

    def may_decide(self, proposal_id: str, person: str, *, approve: bool, emergency: bool = False) -> None:
        """Asked before a reason is. Raises as `decide` does."""
        self._may_decide(proposal_id, person, self._context.roles_of(person), approve=approve, emergency=emergency)

    def _may_decide(
        self, proposal_id: str, person: str, roles: Collection[str], *, approve: bool, emergency: bool
    ) -> Proposal:
        proposal = self._proposal(proposal_id)
        team = self._context.team()
        may_decide(
            proposal,
            person,
            approve=approve,
            roles=roles,
            now=self._context.now(),
            own_allowed=team.self_approval,
            observe=self._context.observe,
            emergency=emergency,
            emergency_roles=team.emergency.roles,
            origin=self._proposing.origin_of(proposal.subject),
        )
        plan = proposal.plan
        if approve and plan.lock and plan.cooldown:
            until = self._store.runs.rests_until(plan.lock, plan.cooldown, self._context.now())
            if until is not None:
                raise CoolingDown(until)
        return proposal

    def _count(self, proposal: Proposal, decision: Decision) -> None:
        if not self._store.proposals.decide(proposal.id, decision):
            raise AlreadyDecided
        word = "approved" if decision.approve else "rejected"
        what = "approved in an emergency" if decision.emergency else word
        said = {"proposal": proposal.id, "plan": proposal.plan.hash, "reason": decision.reason}
        self._store.timeline.append(decision.at, decision.person, what, proposal.subject, said)
        if not decision.approve:
            self._store.proposals.close_proposal(proposal.id, ProposalState.REJECTED)
        elif missing_approvals(self._proposal(proposal.id)) == 0:
            self._store.proposals.close_proposal(proposal.id, ProposalState.APPROVED)
            run = self._store.runs.queue_run(proposal.id, proposal.plan.lock, decision.at)
            self._store.timeline.append(decision.at, BOT, "queued", proposal.subject, {"run": run.id})

    def _proposal(self, proposal_id: str) -> Proposal:
        proposal = self._store.proposals.find_proposal(proposal_id)
        if proposal is None:
            raise Gone("proposal")
        return proposal
