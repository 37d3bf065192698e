"""Nobody on call is said loudly: on the ladder, and when a gap of the rota begins; and a user group follows who is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.flow import Flow
from bot.model import Severity
from bot.nobody import NOBODY, ROTA, SOMEBODY, Nobody
from bot.slack.incidents.escalation import draw_escalation
from bot.slack.incidents.plights import plight_of
from bot.slack.user_group import UserGroup
from bot.slack.workspace import Workspace
from bot.team import Rota
from bot.words import english
from slackbox import Slackbox
from tests.at_work import AtWork, Card
from tests.desk import Desk, pass_time
from tests.samples import ALICE, BOB, CAROL, NOW
from tests.test_calendars import calendar, event

GROUP = "S0000000001"  # the local workspace's, in which alice is
PLACE = Workspace("https://x.slack.example/", "U0BOT", "B0BOT", {"C1": "alerts"}, "C2")


@pytest.fixture
def nobody(desk: Desk) -> Desk:
    """A desk whose rota comes from a calendar that nobody could ever read."""
    desk.team = desk.team.model_copy(update={"rota": Rota.model_validate({"timezone": "UTC", "ics": "oncall.ics"})})
    return desk


def called(desk: Desk, id: str) -> list[tuple[int, str, tuple[str, ...]]]:
    """After how many minutes, to whom as the team file says, and who that is."""
    opened = desk.incident(id).opened
    found = desk.store.escalations.escalations_of(id)
    return [(int((each.at - opened).total_seconds() // 60), each.to, tuple(each.people)) for each in found]


def card(desk: Desk, id: str, at: int) -> str:
    """The message of one escalation, as people read it."""
    escalation = desk.store.escalations.escalations_of(id)[at]
    plight = plight_of(desk.store, PLACE, desk.team, desk.incident(id), escalation)
    return "\n".join([Card({"ts": "1", **draw_escalation(plight, english(), str)}).words])


# -- on the ladder ---


def test_where_nobody_is_on_call_the_next_ones_are_called_at_once_and_not_once_more(nobody: Desk) -> None:
    """The lead is called at minute 0 and not again at minute 15; the ladder goes on above."""
    id = nobody.declared(severity=Severity.P0).id
    pass_time(nobody, 60)
    assert called(nobody, id) == [
        (0, "oncall", ()),
        (0, "role:lead", (CAROL,)),
        (30, "role:manager", (CAROL,)),
    ]
    assert "*Nobody is on call now.* Called at once in their place: lead." in card(nobody, id, 0)
    assert f"<@{CAROL}>" in card(nobody, id, 1)
    assert "If that does not change: manager" in card(nobody, id, 1)


def test_a_ladder_that_ends_with_nobody_says_so(nobody: Desk) -> None:
    """Whoever reads it is all there is."""
    ladder = nobody.team.escalation.model_copy(update={"P0": nobody.team.escalation.P0[:1]})
    nobody.team = nobody.team.model_copy(update={"escalation": ladder})
    id = nobody.declared(severity=Severity.P0).id
    pass_time(nobody, 60)
    assert called(nobody, id) == [(0, "oncall", ())]
    assert "*Nobody is on call now.* The ladder names nobody else. Somebody here has to act." in card(nobody, id, 0)


def test_a_role_that_nobody_holds_is_passed_over_and_complains_in_its_own_time(nobody: Desk) -> None:
    nobody.team = nobody.team.model_copy(update={"roles": {**nobody.team.roles, "lead": ()}})
    id = nobody.declared(severity=Severity.P0).id
    pass_time(nobody, 60)
    assert called(nobody, id) == [(0, "oncall", ()), (0, "role:manager", (CAROL,)), (15, "role:lead", ())]


def test_by_hand_the_ladders_next_is_called_too_and_by_the_clock_all_the_same(nobody: Desk) -> None:
    id = nobody.declared(severity=Severity.P1).id
    pass_time(nobody, 1)
    made = nobody.escalating.escalate(id, ALICE, "oncall", "the pool fills up")
    assert (made.to, tuple(made.people), made.by, made.why) == ("role:lead", (CAROL,), ALICE, "the pool fills up")
    assert "Called at once in their place: lead." in card(nobody, id, 2)
    assert [to for _, to, _ in called(nobody, id)] == ["oncall", "role:lead", "oncall", "role:lead"]


def test_a_late_ladder_calls_each_once(nobody: Desk) -> None:
    """A bot that was down for an hour finds all of it due."""
    id = nobody.declared(severity=Severity.P0).id
    nobody.now += timedelta(hours=1)
    pass_time(nobody, 1)
    assert [to for _, to, _ in called(nobody, id)] == ["oncall", "role:lead", "role:manager"]


def test_where_somebody_is_on_call_nothing_is_different(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 20)
    assert called(desk, id) == [(0, "oncall", (ALICE,)), (15, "role:lead", (CAROL,))]


# -- when a gap begins ---


def gapped(folder: Path) -> Desk:
    """Alice from 08:00 to 16:00 and bob from 18:00 on, by a calendar; it is 14:02."""
    text = "BEGIN:VCALENDAR\r\n"
    for who, start, end in (("alice", "16T080000", "16T160000"), ("bob", "16T180000", "17T180000")):
        text += event(who, f":202611{start}Z", f":202611{end}Z", f"UID:{who}")
    (folder / "oncall.ics").write_text(f"{text}END:VCALENDAR\r\n")
    desk = Desk(folder)
    watch(desk, folder)
    return desk


def watch(desk: Desk, folder: Path) -> None:
    """As app.py wires it; again, as a restart does."""
    from bot.calendars.kept import Calendars
    from bot.duty import Duty

    desk.team = desk.team.model_copy(update={"rota": Rota.model_validate({"timezone": "UTC", "ics": "oncall.ics"})})
    calendars = Calendars(desk.store, lambda: desk.team, folder, lambda: desk.now)
    duty = Duty(lambda: desk.team, desk.store, calendars)
    desk.flow = Flow(desk.flow._context, None, [Nobody(desk.store, duty, lambda: calendars.settled(desk.team))])


def told(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    return [(f"{each.at:%H:%M}", each.what, dict(each.data)) for each in desk.store.timeline.entries(ROTA)]


def test_a_gap_is_written_down_when_it_begins_and_when_it_ends_once_each(tmp_path: Path) -> None:
    """To the minute, and also when the bot is started anew in the middle of it."""
    desk = gapped(tmp_path)
    while desk.now < NOW + timedelta(hours=5):
        desk.flow.plan_ahead()
        pass_time(desk, 1)
        if f"{desk.now:%H:%M}" == "16:30":
            watch(desk, tmp_path)
    assert told(desk) == [
        ("16:00", NOBODY, {"until": "2026-11-16T18:00:00+00:00"}),
        ("18:00", SOMEBODY, {"who": BOB}),
    ]
    assert desk.shown.count(ROTA) == 2
    desk.store.close()


def test_a_gap_that_began_while_the_bot_was_down_is_said_late_and_the_next_one_too(tmp_path: Path) -> None:
    """Down from 14:02 to 17:00, and again until the calendar is over."""
    desk = gapped(tmp_path)
    desk.now = NOW.replace(hour=17, minute=0)
    desk.flow.plan_ahead()
    pass_time(desk, 1)
    desk.now = NOW.replace(day=17, hour=20, minute=0)
    desk.flow.plan_ahead()
    pass_time(desk, 1)
    assert told(desk) == [
        ("17:00", NOBODY, {"until": "2026-11-16T18:00:00+00:00"}),
        ("20:00", NOBODY, {"until": ""}),
    ]
    desk.store.close()


def test_a_gap_of_a_minute_is_no_news(tmp_path: Path) -> None:
    """Calendars that end a shift at 17:59."""
    desk = gapped(tmp_path)
    file = tmp_path / "oncall.ics"
    file.write_text(file.read_text().replace("16T160000Z", "16T175900Z"))
    while desk.now < NOW + timedelta(hours=4):
        desk.flow.plan_ahead()
        pass_time(desk, 1)
    assert told(desk) == []
    desk.store.close()


def test_a_team_without_a_rota_is_not_told_that_nobody_is_on_call(desk: Desk) -> None:
    desk.team = desk.team.model_copy(update={"rota": None})
    part = Nobody(desk.store, desk.flow._context.duty, lambda: True)
    part.plan_ahead(desk.now)
    assert part.on_time("nobody-on-call", ROTA, desk.now) is None
    assert told(desk) == []


# -- the user group ---


class Group:
    """A real client against the local workspace, whose group `oncall` holds alice."""

    def __init__(self, box: Slackbox, desk: Desk) -> None:
        self.box, self.desk = box, desk
        self.client = WebClient(box.bot_token, base_url=box.api_url)
        self.id = GROUP
        self.kept = UserGroup(self.client, lambda: desk.team, desk.flow._context.duty, lambda: desk.now)
        self.rota(user_group=self.id)

    def rota(self, **changes: Any) -> None:
        assert self.desk.team.rota is not None
        self.desk.team = self.desk.team.model_copy(update={"rota": self.desk.team.rota.model_copy(update=changes)})

    @property
    def users(self) -> list[str]:
        return list(self.client.usergroups_users_list(usergroup=self.id)["users"])

    @property
    def changes(self) -> int:
        return len([each for each in self.box.calls if each.method == "usergroups.users.update"])


@pytest.fixture
def group(box: Slackbox, desk: Desk) -> Group:
    return Group(box, desk)


def test_the_group_is_whoever_is_on_call_and_nobody_elses_change_survives(group: Group) -> None:
    """It is changed only where it is different."""
    group.desk.now += timedelta(days=7)
    group.kept.keep()
    group.kept.keep()
    assert (group.users, group.changes) == ([BOB], 1)
    group.client.usergroups_users_update(usergroup=group.id, users=[CAROL, BOB])
    group.kept.keep()
    assert (group.users, group.changes) == ([BOB], 3)
    group.desk.now += timedelta(days=7)
    group.kept.keep()
    assert (group.users, group.changes) == ([CAROL], 4)


def test_with_nobody_on_call_the_group_is_left_as_it_is(group: Group, capsys: pytest.CaptureFixture[str]) -> None:
    """Slack takes no empty one; that is logged once."""
    group.rota(start=None, every=None, order=None, ics="none.ics")
    for _ in range(3):
        group.kept.keep()
    assert group.changes == 0
    assert capsys.readouterr().out.count("nobody is on call; the user group is left as it is") == 1


def test_a_group_that_slack_does_not_have_is_logged_once(group: Group, capsys: pytest.CaptureFixture[str]) -> None:
    group.rota(user_group="S0NONE")
    for _ in range(3):
        group.kept.keep()
    assert capsys.readouterr().out.count("no_such_subteam") == 1
    group.rota(user_group=group.id)
    group.desk.now += timedelta(days=7)
    group.kept.keep()
    assert group.users == [BOB]


def test_the_next_look_is_when_the_shift_changes(group: Group) -> None:
    """Or in a minute, if that is sooner."""
    assert group.kept._pause() == 60.0
    shift = group.desk.flow._context.duty.roster()
    assert shift is not None
    current = shift.shift_at(group.desk.now)
    assert current is not None
    group.desk.now = current.end - timedelta(seconds=20)
    assert group.kept._pause() == 20.0


# -- the whole of it, in Slack ---


def test_people_are_told_in_the_incidents_channel(work: AtWork) -> None:
    """The calendar that was never read, that nobody is on call, who is called instead; and when it is well again."""
    rota = Path("team.yaml").read_text().partition("rota:\n")[2].partition("\nescalation:")[0]
    work.write_team((rota, f"  timezone: UTC\n  ics: oncall.ics\n  user_group: {GROUP}\n"))
    work.start()

    def said(text: str) -> Card:
        found = lambda: [each for each in map(Card, work.box.messages("incidents")) if text in each.words]  # noqa: E731
        return Card({"ts": "", "text": "", "blocks": work.box.wait(found, what=text)[0].blocks})

    broken = said("The rota's calendar cannot be read")
    assert "It has never been read, so nobody is on call by it." in broken.words
    assert work.bot is not None
    work.bot.flow.plan_ahead()
    nobody = said("Nobody is on call.")
    assert f"<@{CAROL}>" in nobody.words
    work.fire()
    said("Called at once in their place: lead.")
    always = event("bob", ":20200101T000000Z", ":20991231T000000Z")
    (work.folder / "oncall.ics").write_text(calendar(always))
    work.bot._calendars.refresh()
    said("The rota's calendar can be read again")
    work.bot.flow.plan_ahead()
    said("Now it is")
    work.bot._user_group.keep()
    client = WebClient(work.box.bot_token, base_url=work.box.api_url)
    assert client.usergroups_users_list(usergroup=GROUP)["users"] == [BOB]
