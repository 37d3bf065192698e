"""Who may decide what, and when a decision counts for nothing."""

from datetime import timedelta

import pytest

from bot.approval import may_decide, missing_approvals
from bot.errors import (
    AlreadyCounted,
    AlreadyDecided,
    ApprovalExpired,
    NotAllowed,
    ObserveMode,
    OwnRequest,
    StillChecking,
)
from bot.model import ApprovalRule, ProposalState
from tests.samples import ALICE, BOB, NOW, approval_by, plan, proposal


def decide(found=None, person=ALICE, *, approve=True, roles=("approvers",), now=NOW, **team):
    may_decide(found or proposal(), person, approve=approve, roles=roles, now=now, **team)


def test_a_holder_of_the_role_may_approve_and_reject():
    """Whoever holds one of the plan's roles at the moment of the click may decide."""
    decide()
    decide(approve=False)


@pytest.mark.parametrize("approve", [True, False])
def test_a_person_without_the_role_may_not(approve):
    with pytest.raises(NotAllowed):
        decide(roles=("sre",), approve=approve)


def test_the_one_who_asked_may_not_approve_but_may_reject():
    """Four eyes: the person who posted the alert does not count."""
    mine = proposal(asked_by=ALICE)
    with pytest.raises(OwnRequest):
        decide(mine)
    decide(mine, approve=False, roles=())


def test_a_small_team_may_allow_it_up_to_medium_risk():
    decide(proposal(asked_by=ALICE), own_allowed=True)
    with pytest.raises(OwnRequest):
        decide(proposal(asked_by=ALICE, plan=plan(risk="high")), own_allowed=True)


def test_a_runbook_may_allow_it():
    decide(proposal(asked_by=ALICE, plan=plan(approval=ApprovalRule(1, ("approvers",), True, 900.0))))


def test_an_approval_counts_until_the_last_moment_and_not_after():
    until = proposal().expires
    decide(now=until - timedelta(microseconds=1))
    with pytest.raises(ApprovalExpired):
        decide(now=until)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (ProposalState.CHECKING, StillChecking),
        (ProposalState.APPROVED, AlreadyDecided),
        (ProposalState.REJECTED, AlreadyDecided),
        (ProposalState.SUPERSEDED, AlreadyDecided),
        (ProposalState.EXPIRED, ApprovalExpired),
    ],
)
def test_only_a_waiting_proposal_is_decided(state, error):
    with pytest.raises(error):
        decide(proposal(state=state))


def test_observing_bots_take_no_approvals_but_rejections():
    with pytest.raises(ObserveMode):
        decide(observe=True)
    decide(approve=False, observe=True)


def test_one_person_counts_once():
    """Two approvals mean two people."""
    two = plan(approval=ApprovalRule(2, ("approvers",), False, 900.0))
    half = proposal(plan=two, decisions=(approval_by(ALICE),))
    assert missing_approvals(half) == 1
    with pytest.raises(AlreadyCounted):
        decide(half)
    done = proposal(plan=two, state=ProposalState.APPROVED, decisions=(approval_by(ALICE), approval_by(BOB)))
    with pytest.raises(AlreadyCounted):  # and not "nothing ran", which would be untrue
        decide(done)
    decide(half, BOB)
    assert missing_approvals(proposal(plan=two, decisions=(approval_by(ALICE), approval_by(BOB)))) == 0


def test_nothing_runs_on_nobodys_word():
    assert missing_approvals(proposal(plan=plan(approval=ApprovalRule(0, ("approvers",), False, 900.0)))) == 1
