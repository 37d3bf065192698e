"""The card of an alert, drawn from how it stands: within Slack's limits whatever it has to tell."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.model import (
    Command,
    Outcome,
    Param,
    ProposalState,
    Reading,
    Result,
    Run,
    RunState,
    Step,
    StepRecord,
    StepState,
    Verdict,
)
from bot.slack.cards import draw_card
from bot.slack.drawing import Drawing
from bot.slack.standing import Earlier, Standing
from bot.store.alerts import StoredAlert
from bot.team_file import load
from bot.words import Words
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW, approval_by, plan, proposal

LONG = "x" * 5000
WORDS = Words(Path("templates"), "en")


def card(**parts):
    standing = Standing(
        **{
            "subject": "alert_1",
            "request": None,
            "alert": StoredAlert(
                "alert_1", ALERT, CLASSIFICATION, MONITOR, "C0000000001", "1.0", 1, NOW, NOW, None, ""
            ),
            "proposal": None,
            "run": None,
            "waiting": None,
            "said": (),
            "earlier": (),
            "undoable": None,
            "fired_anew": False,
            "incident": None,
            **parts,
        }
    )
    draw = Drawing(
        words=WORDS,
        team=lambda: load(Path("team.yaml")),
        who=lambda person: person,
        holders=lambda _: ["alice", "bob"],
        broken=lambda: 0,
        emergency=lambda: ("lead",),
        observe=False,
    )
    return draw_card(draw, standing)


def full_plan():
    steps = tuple(Step(f"step-{number}", "", Command((LONG, f"<!channel> {number}")), 60.0) for number in range(40))
    checks = tuple(Step(f"check-{number}", "", Command(("true",)), 10.0) for number in range(20))
    return plan(
        steps=steps, checks=checks, verify=steps[:10], title="T" * 200, params={f"p{n}": LONG for n in range(30)}
    )


def readings():
    return tuple(Reading(f"check-{n}", "", Outcome(Result.FAILED, LONG, LONG, 1.0)) for n in range(20))


def a_run(state, verdict=None, *, ended=True):
    step = StepRecord(0, StepState.FAILED, NOW, NOW + timedelta(seconds=3), "exit code 3", f"{LONG}\n" * 30)
    over = NOW + timedelta(minutes=1) if ended else None
    return Run("run_1", "proposal_1", state, verdict, "a:lock", NOW, NOW, over, LONG, (step,), readings(), readings())


def full_proposal(state=ProposalState.WAITING):
    return proposal(
        plan=full_plan(),
        state=state,
        params=tuple(Param(f"p{n}", LONG, "alert") for n in range(30)),
        evidence=readings(),
        decisions=(approval_by(ALICE), approval_by(BOB)),
    )


@pytest.mark.parametrize(
    "parts",
    [
        {"proposal": full_proposal()},
        {"proposal": full_proposal(ProposalState.REJECTED)},
        {"proposal": full_proposal(ProposalState.APPROVED), "run": a_run(RunState.RUNNING, ended=False)},
        {"proposal": full_proposal(ProposalState.APPROVED), "run": a_run(RunState.FAILED)},
        {"proposal": full_proposal(ProposalState.APPROVED), "run": a_run(RunState.SUCCEEDED, Verdict.NOT_FIXED)},
        {"proposal": full_proposal(ProposalState.APPROVED), "run": a_run(RunState.UNKNOWN, ended=False)},
    ],
    ids=["waiting", "rejected", "running", "failed", "not fixed", "unknown"],
)
def test_the_fullest_card_is_one_that_slack_takes(box, parts):
    """Forty steps, thirty parameters, everything too long: it is posted, and says where it was cut."""
    earlier = tuple(Earlier(full_proposal(ProposalState.APPROVED), a_run(RunState.FAILED)) for _ in range(12))
    content = card(**parts, earlier=earlier)
    client = WebClient(box.bot_token, base_url=box.api_url)
    assert client.chat_postMessage(channel="C0000000001", **content)["ok"]
    assert "cut here" in str(content["blocks"])
    assert "<!channel>" not in str([block for block in content["blocks"] if block["type"] in ("section", "context")])


def test_a_seconds_old_run_and_a_day_old_one_are_told_apart():
    """The title says how long it took since the approval."""
    done = proposal(state=ProposalState.APPROVED, decisions=(approval_by(ALICE),))
    run = Run("run_1", "proposal_1", RunState.SUCCEEDED, Verdict.FIXED, None, NOW, NOW, NOW + timedelta(seconds=41), "")
    assert card(proposal=done, run=run)["text"] == "🟢 FIXED · HighMemoryUsage · shop on api-1 · 41 s after approval"


def test_of_a_run_that_nobody_approved_no_approval_is_told():
    """It says how long it took since it was queued."""
    run = Run("run_1", "proposal_1", RunState.SUCCEEDED, Verdict.FIXED, None, NOW, NOW, NOW + timedelta(seconds=41), "")
    alone = proposal(state=ProposalState.APPROVED)
    assert card(proposal=alone, run=run)["text"] == "🟢 FIXED · HighMemoryUsage · shop on api-1 · in 41 s"
