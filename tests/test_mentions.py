"""Who is called when a run needs a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import utc_now
from bot.model import ApprovalRule
from bot.slack.mentions import called
from bot.team import Rota, Team
from tests.samples import ALICE, BOB, NOW, approval_by, plan, proposal

PEOPLE = {"alice": {"slack": ALICE}, "bob": {"slack": BOB}}
ROTA = Rota.model_validate({"timezone": "UTC", "start": "2026-01-05T09:00", "every": "1d", "order": ["bob"]})
RULE = ApprovalRule(0, ("approvers", "sre"), False, 900.0)


def team(rota: Rota | None = None) -> Team:
    return Team.model_validate(
        {"people": PEOPLE, "roles": {"approvers": ["alice", "bob"], "sre": ["bob", "group:S0123"]}, "rota": rota}
    )


@pytest.mark.parametrize("rota", [None, ROTA])
def test_whoever_approved_is_called(rota: Rota | None) -> None:
    """They are the ones who wait for it, whoever is on call; each once."""
    approved = proposal(decisions=(approval_by(ALICE), replace(approval_by(BOB), approve=False), approval_by(ALICE)))
    assert called(team(rota), approved, NOW) == f"<@{ALICE}>"


def test_where_nobody_approved_who_is_on_call_is() -> None:
    assert called(team(ROTA), proposal(plan=plan(approval=RULE)), NOW) == f"<@{BOB}>"


def test_it_is_who_was_on_call_as_it_came_up() -> None:
    """A message that is drawn anew calls nobody else than before."""
    both = ROTA.model_copy(update={"order": ("alice", "bob")})
    one, other = (called(team(both), proposal(), utc_now() + timedelta(days=days)) for days in (0, 1))
    assert {one, other} == {f"<@{ALICE}>", f"<@{BOB}>"}


def test_without_a_rota_all_who_might_have_approved_are() -> None:
    """People and user groups, each once."""
    assert called(team(), proposal(plan=plan(approval=RULE)), NOW) == f"<!subteam^S0123> <@{ALICE}> <@{BOB}>"
