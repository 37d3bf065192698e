"""The bot's own page in Slack: within Slack's limits however much there is, and honest about what it cannot show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.incidents.statistics import Past, statistics_of
from bot.incidents.targets import Targets
from bot.model import (
    ActionItem,
    Command,
    Incident,
    IncidentState,
    Outcome,
    Param,
    Reading,
    Result,
    Severity,
    Step,
    Transition,
)
from bot.mrkdwn import Mrkdwn
from bot.slack.click import Click
from bot.slack.drawing import Drawing
from bot.slack.home_view import ACTIONS, INCIDENTS, PROPOSALS, HomeStanding, Waiting, draw_home
from bot.slack.standing import Standing
from bot.slack.telling import Telling
from bot.store.alerts import StoredAlert
from bot.team_file import load
from bot.words import Words, english
from slackbox import Slackbox
from slackbox.blocks import check_view
from tests.at_work import Card
from tests.samples import ALERT, ALICE, CLASSIFICATION, MONITOR, NOW, plan, proposal

ADDRESS = "https://example.slack.com/archives/C1/p1"
WEEK = NOW - timedelta(days=7)


def page(language: str = "en", team: Path = Path("team.yaml"), **parts: Any) -> dict[str, Any]:
    words = Words(Path("templates"), language)
    draw = Drawing(
        words=words,
        team=lambda: load(team),
        who=lambda person: person,
        holders=lambda _: ["alice", "bob"],
        broken=lambda: 0,
        emergency=lambda: ["lead"],
        observe=False,
    )
    nothing = statistics_of([], WEEK, NOW, Targets(), NOW)
    known = {
        "on_call": (ALICE, NOW),
        "incidents": [],
        "more_incidents": 0,
        "actions": [],
        "more_actions": 0,
        "today": NOW.date() + timedelta(days=1),
        "waiting": [],
        "more_waiting": 0,
        "week": nothing,
    }
    view = draw_home(draw, HomeStanding(**{**known, **parts}))
    check_view(view, "home")
    return view


def seen(view: dict[str, Any]) -> Card:
    return Card({"ts": "", "text": "", "blocks": view["blocks"]})


def incident(number: int) -> Incident:
    title = "<!channel> & *everything* " * 6
    return Incident(f"incident_{number}", number, title[:150], Severity.P1, IncidentState.OPEN, NOW, NOW, None, None)


def waiting(steps: int, argument: str = "x" * 150) -> Waiting:
    """A plan of so many long steps, with evidence."""
    made = plan(
        steps=tuple(Step(f"s{at}", "Do it", Command(("echo", argument)), 60.0) for at in range(steps)),
        checks=(Step("state", "How is it?", Command(("cat", "state")), 10.0),),
    )
    shown = proposal(
        plan=made,
        params=tuple(Param(f"p{at}", "v" * 100, "alert") for at in range(20)),
        evidence=(Reading("state", "How is it?", Outcome(Result.OK, "ok", "y" * 5000, 0.1)),),
    )
    alert = StoredAlert("alert_1", ALERT, CLASSIFICATION, MONITOR, "C1", "1.0", 1, NOW, NOW, None, "")
    standing = Standing("alert_1", alert, None, shown, None, None, (), (), None, False, None)
    return Waiting(standing, shown, ADDRESS)


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_however_much_there_is_slack_takes_it(language: str) -> None:
    """What there is no room for is counted."""
    view = page(
        language,
        incidents=[(incident(n), ADDRESS) for n in range(INCIDENTS)],
        more_incidents=45,
        waiting=[waiting(12)] * PROPOSALS,
        more_waiting=25,
        actions=[(ActionItem("a", 1, "i", "<!here> do " * 90, ALICE, NOW.date(), NOW, ALICE), "INC-7")] * ACTIONS,
        more_actions=31,
    )
    assert 60 < len(view["blocks"]) <= 100
    words = seen(view).words
    assert words.count("INC-") == INCIDENTS + ACTIONS
    assert words.count("A-1") == ACTIONS
    assert words.count("31") == 1
    assert words.count("45") == 1
    assert words.count("25") == 1
    assert "<!channel>" not in words
    assert "<!here>" not in words
    assert seen(view).buttons == ["approve", "reject"] * 5


def test_a_plan_that_cannot_be_shown_whole_is_decided_on_its_card() -> None:
    """Nobody approves what they cannot see."""
    found = seen(page(waiting=[waiting(40)]))
    assert found.buttons == []
    assert "The plan is too long to be shown here" in found.words
    assert f"<{ADDRESS}|card>" in found.words
    assert "echo" not in found.words


def test_the_week_is_counted() -> None:
    moves = [Transition(NOW, IncidentState.OPEN, ALICE), Transition(NOW, IncidentState.ACKNOWLEDGED, ALICE)]
    opened = replace(incident(1), opened=NOW - timedelta(minutes=4), since=NOW - timedelta(minutes=4))
    week = statistics_of([Past(opened, moves, (), None)], WEEK, NOW, Targets(), NOW)
    words = seen(page(week=week, on_call=None)).words
    assert "1 incident: P1 1\nMedian / p90 of the time to acknowledge 4m" in words


def test_nobody_on_call_and_no_rota_are_told_apart(tmp_path: Path) -> None:
    without = tmp_path / "team.yaml"
    without.write_text("people: {alice: {slack: U0000000001}}\n")
    assert "*On call: nobody.*" in seen(page(on_call=None)).words
    assert "*On call:* nobody. The team file has no rota." in seen(page(team=without, on_call=None)).words


def test_what_slack_opens_no_window_for_is_said_as_a_direct_message(box: Slackbox) -> None:
    """Three seconds after the click it is too late for one; the person is told all the same."""
    client = WebClient(box.bot_token, base_url=box.api_url)
    Telling(client, english()).tell(Click(ALICE, "approve", "p", "expired.trigger", "", "", None, {}), Mrkdwn("*No.*"))
    between = client.conversations_open(users=ALICE)["channel"]["id"]
    assert [each["text"] for each in box.messages(between)] == ["*No.*"]
