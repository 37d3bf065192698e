"""What the weekly report counts, and how it is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents.statistics import Past
from bot.model import (
    BOT,
    Category,
    Decision,
    Escalation,
    Incident,
    IncidentState,
    RunState,
    Severity,
    Transition,
    Verdict,
)
from bot.mrkdwn import person
from bot.slack.drawing import Drawing
from bot.slack.handoffs.report_card import called_as, draw_report_card, weeks_table
from bot.store.alerts import Episode
from bot.store.proposals import Decided
from bot.store.runs import BriefRun
from bot.team import Team
from bot.team_file import load
from bot.words import Words, english
from handoff.noise import Loud, loudest
from handoff.report import Call, Hours, Report, Result, Use, hours_of, report_of, uses_of, weeks_until
from tests.at_work import Card
from tests.hostile_values import NASTY
from tests.samples import ALICE, BOB, CAROL, MONITOR

ZONE = ZoneInfo("America/Sao_Paulo")
DUE = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # a Monday, 09:30 there
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def past(at: datetime, severity: str = "P1", *, number: int = 1, acknowledged: float | None = None,
         resolved: float | None = None) -> Past:  # fmt: skip
    """An incident opened `at`, acknowledged and resolved after so many minutes."""
    state = IncidentState.RESOLVED if resolved is not None else IncidentState.OPEN
    made = Incident(f"incident_{number}", number, "Down", Severity(severity), state, at, at, None, None)
    moves = [Transition(at, IncidentState.OPEN, BOT)]
    for after, reached in ((acknowledged, IncidentState.ACKNOWLEDGED), (resolved, IncidentState.RESOLVED)):
        if after is not None:
            moves.append(Transition(at + after * MINUTE, reached, BOB))
    return Past(made, moves, (), None)


def episode(name: str, place: str = "api-1", *, times: int = 1, first: datetime = DUE - DAY, service: str = "shop",
            open: bool = False) -> Episode:  # fmt: skip
    return Episode(
        f"alert_{name}", name, service, place, f"{name}{place}", MONITOR, Category.MEMORY, Severity.P2, times, first,
        first + HOUR, None if open else first + HOUR, None,
    )  # fmt: skip


def run(runbook: str, state: RunState, verdict: Verdict | None = None, at: datetime = DUE - DAY) -> BriefRun:
    return BriefRun("run_1", 1, runbook, "alert_1", state, verdict, "", at, at, None)


def decided(who: str, reason: str = "", *, yes: bool = False, alone: bool = False, at: datetime = DUE - DAY,
            runbook: str = "restart-shop") -> Decided:  # fmt: skip
    return Decided("proposal_1", "alert_1", runbook, Decision(who, yes, reason, at, alone))


def call(at: datetime, *people: str, to: str = "oncall") -> Escalation:
    return Escalation("escalation_1", "incident_1", at, to, people, BOT, "")


def report(**parts: Any) -> Report:
    given: dict[str, Any] = dict.fromkeys(("pasts", "episodes", "runs", "decided", "escalations"), ())
    return report_of(DUE, ZONE, DUE, **{**given, **parts})


# -- which week ---


def test_the_week_is_the_seven_days_until_it_is_due() -> None:
    """And what lies outside of it is of another week: the first moment belongs to it, the last one does not."""
    start = DUE - 7 * DAY
    found = report(
        pasts=[past(at, number=number) for number, at in enumerate((start - MINUTE, start, DUE - MINUTE, DUE))],
        episodes=[
            episode("Before", first=start - 2 * HOUR),
            episode("Across", first=start - HOUR),
            episode("After", first=DUE),
        ],
        runs=[run("before", RunState.FAILED, at=start - MINUTE), run("within", RunState.FAILED, at=start)],
        decided=[decided(ALICE, "before", at=start - MINUTE), decided(BOB, "within", at=start), decided(CAROL, at=DUE)],
        escalations=[call(start - MINUTE, ALICE), call(start, BOB), call(DUE, CAROL)],
    )  # fmt: skip
    assert [week.count for week in found.weeks] == [2, 1, 0, 0, 0]
    assert [each.name for each in found.noise] == ["Across"]
    assert [each.runbook for each in found.uses] == ["within"]
    assert [each.decision.person for each in found.decided] == [BOB]
    assert [each.person for each in found.calls] == [BOB]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["America/Sao_Paulo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_weeks_follow_each_other_at_the_same_time_of_day(local: datetime, name: str) -> None:
    """Also across the changes of the clock; where the clock leaves that time out, as soon as it has gone on."""
    zone = ZoneInfo(name)
    due = local.replace(tzinfo=zone).astimezone(UTC)
    weeks = weeks_until(due, zone)
    assert len(weeks) == 5
    assert weeks[0][1] == due
    assert [start for start, _ in weeks[:-1]] == [end for _, end in weeks[1:]]
    for start, end in weeks:
        assert abs(end - start - 7 * DAY) <= HOUR
        moved = start.astimezone(zone).replace(tzinfo=None) - due.astimezone(zone).replace(tzinfo=None)
        assert moved % (7 * DAY) in {timedelta(0), HOUR, timedelta(minutes=30), 7 * DAY - HOUR, 7 * DAY - HOUR / 2}


def test_incidents_are_counted_by_the_teams_days() -> None:
    """The first and the last day are as short as the week makes them."""
    at = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)  # the evening of the 17th there
    found = report(pasts=[past(at, "P0"), past(at + HOUR, "P2"), past(DUE - HOUR, "P2")])
    counts = [(each.by_severity[Severity.P0], each.by_severity[Severity.P2]) for each in found.days]
    assert [(f"{each.day:%a %d}", *count) for each, count in zip(found.days, counts, strict=True)] == [
        ("Mon 16", 0, 0), ("Tue 17", 1, 0), ("Wed 18", 0, 1), ("Thu 19", 0, 0), ("Fri 20", 0, 0), ("Sat 21", 0, 0),
        ("Sun 22", 0, 0), ("Mon 23", 0, 1),
    ]  # fmt: skip


def test_times_are_medians_of_each_week() -> None:
    found = report(
        pasts=[
            past(DUE - DAY, acknowledged=4, resolved=60),
            past(DUE - 2 * DAY, acknowledged=8, resolved=90),
            past(DUE - 3 * DAY, acknowledged=30),
            past(DUE - 8 * DAY, acknowledged=1, resolved=150),
        ]
    )
    assert weeks_table(found, english()) == [
        "             11-16  11-09  11-02  10-26  10-19",
        "incidents    3      1      0      0      0",
        "acknowledge  8m     1m     –      –      –",
        "resolve      1h15   2h30   –      –      –",
    ]


# -- what there was ---


def test_an_alert_is_as_noisy_as_it_had_messages() -> None:
    """By name, over all its episodes; a place is a service and where it runs."""
    assert loudest(
        [
            episode("Memory", "api-1", times=9),
            episode("Disk", "db-1", times=20),
            episode("Disk", "db-2", times=3, open=True),
            episode("Disk", "db-1", times=1),
            episode("Login", "", service="shop"),
            episode("Login", "", service="cart"),
            episode("Nowhere", "", service="", times=2),
        ]
    ) == [
        Loud("Disk", times=24, places=2, episodes=3, firing=True),
        Loud("Memory", times=9, places=1, episodes=1, firing=False),
        Loud("Login", times=2, places=2, episodes=2, firing=False),
        Loud("Nowhere", times=2, places=1, episodes=1, firing=False),
    ]


def test_the_runbook_that_fixed_most_often_comes_first() -> None:
    runs = [
        run("clean-disk", RunState.SUCCEEDED, Verdict.NOT_FIXED),
        run("clean-disk", RunState.FAILED),
        run("clean-disk", RunState.SUCCEEDED, Verdict.NOT_FIXED),
        run("restart", RunState.SUCCEEDED, Verdict.FIXED),
        run("restart", RunState.UNKNOWN),
        run("check", RunState.SUCCEEDED, Verdict.DONE),
    ]
    assert uses_of(runs) == [
        Use("restart", 2, {Result.FIXED: 1, Result.UNKNOWN: 1}),
        Use("clean-disk", 3, {Result.NOT_FIXED: 2, Result.FAILED: 1}),
        Use("check", 1, {Result.DONE: 1}),
    ]
    assert list(uses_of(runs)[1].results) == [Result.NOT_FIXED, Result.FAILED]


@pytest.mark.parametrize("state", RunState)
def test_only_a_run_that_succeeded_fixed_something(state: RunState) -> None:
    """A verdict of one that was undone since, or that is unknown, tells of nothing that holds."""
    (use,) = uses_of([run("restart", state, Verdict.FIXED)])
    (result,) = use.results
    assert (result is Result.FIXED) == (state is RunState.SUCCEEDED)
    under_way = {RunState.QUEUED, RunState.RUNNING, RunState.ASKING, RunState.UNDOING, RunState.VERIFYING}
    assert (result is Result.UNDER_WAY) == (state in under_way)


@pytest.mark.parametrize(
    ("day", "clock", "when"),
    [
        ("2026-11-20", "06:59", Hours.NIGHT),  # a Friday
        ("2026-11-20", "07:00", Hours.DAY),
        ("2026-11-20", "21:59", Hours.DAY),
        ("2026-11-20", "22:00", Hours.NIGHT),
        ("2026-11-21", "00:00", Hours.WEEKEND_NIGHT),
        ("2026-11-21", "12:00", Hours.WEEKEND_DAY),
        ("2026-11-22", "23:59", Hours.WEEKEND_NIGHT),
        ("2026-11-23", "00:00", Hours.NIGHT),
    ],
)
def test_nights_and_weekends_are_the_teams(day: str, clock: str, when: Hours) -> None:
    local = datetime.fromisoformat(f"{day}T{clock}")
    assert hours_of(local) is when
    at = local.replace(tzinfo=ZONE)
    assert report(escalations=[call(at, ALICE)] if at < DUE else []).calls == [Call(ALICE, local.hour, when)]


def test_everybody_who_was_told_was_called() -> None:
    """Each person once for each time; what went to the pager names nobody."""
    night = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)  # 03:15 there
    found = report(
        escalations=[
            call(night, ALICE),
            call(night, to="page"),
            call(night + HOUR, ALICE, BOB),
            call(night + 12 * HOUR, BOB, ALICE),
        ]
    )
    assert found.called() == {ALICE: {Hours.NIGHT: 2, Hours.DAY: 1}, BOB: {Hours.NIGHT: 1, Hours.DAY: 1}}
    assert list(found.called()) == [ALICE, BOB]
    by_hour = found.by_hour()
    assert [by_hour[Hours.NIGHT][hour] for hour in (3, 4, 15)] == [1, 2, 0]
    assert by_hour[Hours.DAY][15] == 2
    assert {len(each) for each in by_hour.values()} == {24}


# -- how it is said ---


def drawing(team: Team | None = None, language: str = "en") -> Drawing:
    known = team or load(Path("team.yaml"))
    return Drawing(
        words=Words(Path("templates"), language),
        team=lambda: known,
        who=lambda id: known.name_of(id) or person(id),
        holders=lambda roles: roles,
        broken=lambda: 0,
        emergency=tuple,
        observe=False,
    )


FULL = report(
    pasts=[
        past(DUE - DAY, "P2", number=9, acknowledged=4),
        past(DUE - 2 * DAY, "P0", number=8, acknowledged=6, resolved=40),
        past(DUE - 3 * DAY, "P1", number=7),
        past(DUE - 9 * DAY, number=3, acknowledged=20, resolved=90),
    ],
    episodes=[episode("Disk", "db-1", times=20, open=True), episode("Disk", "db-2", times=4)]
    + [episode(f"Other{number}", times=2) for number in range(6)],
    runs=[run("restart-shop", RunState.SUCCEEDED, Verdict.FIXED), run("restart-shop", RunState.UNKNOWN)],
    decided=[
        decided(ALICE, yes=True, at=DUE - 5 * HOUR),
        decided(BOB, "nobody else is awake", yes=True, alone=True, at=DUE - 4 * HOUR, runbook="restart-database"),
        decided(ALICE, "wrong *host*,\nask <!channel>", at=DUE - 3 * HOUR),
        decided(CAROL, at=DUE - 2 * HOUR, runbook="clean-disk"),
    ],
    escalations=[call(datetime(2026, 11, 21, 6, 15, tzinfo=UTC), ALICE), call(DUE - 2 * HOUR, ALICE, "S0123")],
)


def test_what_people_read() -> None:
    """The most important first; every number stands against the weeks before."""
    team = load(Path("team.yaml"))
    team = team.model_copy(update={"roles": {**team.roles, "sre": ("group:S0123",)}})
    drawn = draw_report_card(FULL, drawing(team), picture="thread")
    assert drawn["text"] == "Weekly report, 11-16 to 11-23: 3 incidents"
    assert Card({"ts": "1", **drawn}).words.splitlines() == [
        "Weekly report · 11-16 to 11-23",
        "*3 incidents*: P0 1, P1 1, P2 1. Not resolved yet: INC-7 P1, INC-9 P2",
        "Against the weeks before",
        "             11-16  11-09  11-02  10-26  10-19",
        "incidents    3      1      0      0      0",
        "acknowledge  5m     20m    –      –      –",
        "resolve      40m    1h30   –      –      –",
        "*Noisiest alerts*",
        "Disk: 24 messages, came 2 times, in 2 places, still firing",
        *[f"Other{number}: 2 messages" for number in range(4)],
        "… and 2 more",
        "*Runbooks*: 2 runs",
        "`restart-shop` 2 runs: 1 FIXED, 1 UNKNOWN",
        "*Decisions*: 2 approvals (1 alone in an emergency), 2 rejections",
        "`restart-database` approved alone by bob: nobody else is awake",
        "`clean-disk` rejected by carol: no reason given",
        "`restart-shop` rejected by alice: wrong *host*, ask &lt;!channel&gt;",
        "*Called* 3 times",
        "alice: 2, 1 at night, 1 at the weekend",
        "sre: 1",
        "Times are medians from the opening, columns are weeks by their first day. Night: 22:00 to 07:00, "
        "America/Sao_Paulo; a weekend's night counts as both. The picture is in the thread.",
    ]


def test_a_week_in_which_nothing_happened_says_so() -> None:
    """Outright, and without empty lists; also where the weeks before were busy."""
    quiet = report(pasts=[past(DUE - 10 * DAY)])
    assert quiet.is_quiet
    for late, lines in ((False, 2), (True, 3)):
        said = Card({"ts": "1", **draw_report_card(quiet, drawing(), late=late, picture="thread")}).words.splitlines()
        assert len(said) == lines
        assert said[-1].startswith("*Nothing to report.*")
        assert ("Posted late: it was due" in said[1]) == late


MARKUP = "<!channel> <@U0000000001> <https://evil.example|here> *b* `c` :fire:"


@pytest.mark.parametrize("language", ["en", "pt_BR"])
@pytest.mark.parametrize("outside", [MARKUP, *(each for each in NASTY if len(each) < 5000)])
def test_a_report_of_hostile_values_is_one_that_slack_takes(outside: str, language: str) -> None:
    """Nothing in it mentions or links, and the fullest one is no longer than Slack lets a message be."""
    full = report(
        episodes=[episode(f"{number}{outside}", times=number + 2) for number in range(9)],
        runs=[run(f"{number}-restart", RunState.FAILED) for number in range(9)],
        decided=[decided(ALICE, outside) for number in range(9)],
        escalations=[call(DUE - HOUR, *(f"U{number:09}" for number in range(30)))],
        pasts=[past(DUE - HOUR, number=number) for number in range(40)],
    )
    drawn = draw_report_card(full, drawing(language=language), late=True, picture="busy")
    assert len(Card({"ts": "1", **drawn}).words) < 5000
    assert re.findall(r"<(?!!date)|:fire:", str(drawn)) == []


def test_a_group_is_named_by_its_role_and_a_stranger_by_the_id() -> None:
    """Nobody is called because of a report."""
    team = load(Path("team.yaml"))
    team = team.model_copy(update={"roles": {"sre": ("group:S0123",), "lead": ("carol",)}})
    assert [called_as(team, each) for each in (CAROL, "S0123", "S0999", "U0999")] == ["carol", "sre", "S0999", "U0999"]


def test_unresolved_ones_are_the_gravest_first() -> None:
    found = report(
        pasts=[replace(past(DUE - DAY, "P2", number=1)), past(DUE - DAY, "P0", number=2), past(DUE, number=3)]
    )
    assert [each.number for each in found.unresolved] == [2, 1]
