"""Where a person's clock hangs: Slack is asked, and never waited for while others wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.slack.oncall.zones import Zones
from bot.team_file import load
from slackbox import Slackbox
from tests.samples import ALICE

TEAM = """\
people: {alice: {slack: U0000000001}}
rota: {timezone: Europe/Berlin, start: 2026-11-16T09:00, every: 1w, order: [alice]}
"""


class Clock:
    def __init__(self, box: Slackbox, folder: Path) -> None:
        (folder / "team.yaml").write_text(TEAM)
        team = load(folder / "team.yaml")
        self.box, self.now = box, 0.0
        client = WebClient(token=box.bot_token, base_url=box.api_url, timeout=10)
        self._zones = Zones(client, lambda: team, lambda: self.now)

    @property
    def zone(self) -> str:
        return self._zones.of(ALICE).key

    @property
    def asked(self) -> int:
        return sum(call.method == "users.info" for call in self.box.calls)


@pytest.fixture
def clock(box: Slackbox, tmp_path: Path) -> Clock:
    return Clock(box, tmp_path)


def test_a_zone_is_asked_for_once_an_hour(clock: Clock) -> None:
    """And the last one stays where Slack does not say whether it changed."""
    assert [clock.zone, clock.zone] == ["America/Sao_Paulo", "America/Sao_Paulo"]
    assert clock.asked == 1
    clock.now += 3600
    clock.box.faults.add("users.info")
    assert clock.zone == "America/Sao_Paulo"
    assert clock.asked == 2


def test_slack_that_does_not_say_is_left_alone_for_a_minute(clock: Clock) -> None:
    """The rota's zone counts meanwhile."""
    clock.box.faults.add("users.info", times=1)
    assert [clock.zone, clock.zone] == ["Europe/Berlin", "Europe/Berlin"]
    assert clock.asked == 1
    clock.now += 60
    assert clock.zone == "America/Sao_Paulo"


def test_slack_that_is_slow_is_not_waited_for(clock: Clock) -> None:
    """It would say something else in the end; but whoever typed has three seconds, and others wait for the thread."""
    clock.box.faults.add("users.info", kind="delay", seconds=5)
    assert clock.zone == "Europe/Berlin"
