"""Who is called when a run needs a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import ApprovalRule
from bot.slack.mentions import called
from bot.team import Team
from tests.samples import ALICE, BOB, approval_by, plan, proposal

PEOPLE = {"alice": {"slack": ALICE}, "bob": {"slack": BOB}}
RULE = ApprovalRule(0, ("approvers", "sre"), False, 900.0)


TEAM = Team.model_validate({"people": PEOPLE, "roles": {"approvers": ["alice", "bob"], "sre": ["bob", "group:S0123"]}})


@pytest.mark.parametrize("on_call", [None, BOB])
def test_whoever_approved_is_called(on_call: str | None) -> None:
    """They are the ones who wait for it, whoever is on call; each once."""
    approved = proposal(decisions=(approval_by(ALICE), replace(approval_by(BOB), approve=False), approval_by(ALICE)))
    assert called(TEAM, approved, on_call) == f"<@{ALICE}>"


def test_where_nobody_approved_who_is_on_call_is() -> None:
    assert called(TEAM, proposal(plan=plan(approval=RULE)), BOB) == f"<@{BOB}>"


def test_where_nobody_is_on_call_all_who_might_have_approved_are() -> None:
    """People and user groups, each once."""
    assert called(TEAM, proposal(plan=plan(approval=RULE)), None) == f"<!subteam^S0123> <@{ALICE}> <@{BOB}>"
