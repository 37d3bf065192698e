"""The weekly report by the clock: one for each time it is due, late when the bot was down, complete after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from bot.cron import next_fire
from bot.flow import Flow
from bot.incidents.opening import open_anew
from bot.model import BOT, Decision, Severity
from bot.slack.commands import Typed
from bot.slack.drawing import Drawing
from bot.slack.handoffs.weekly_report import WeeklyReport
from bot.slack.outbox import Outbox
from bot.slack.pictures import Pictures
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store.reports import PostedReport
from bot.team_file import load
from bot.words import english
from handoff.reporting import Reporting, read_report
from tests.desk import Desk, pass_time
from tests.samples import ALERT, ALICE, CLASSIFICATION, MONITOR, NOW, plan

MONDAY = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # 09:30 in São Paulo
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)


class Weekly(Desk):
    """A desk whose team wants its report. NOW is a Monday, 11:02 in the team's zone."""

    def begin(self) -> None:
        """As after a start of the bot."""
        self.flow = Flow(self.context, also=(Reporting(self.context),))
        self.shown.clear()
        self.flow.plan_ahead()

    def ask(self, report: str | None, zone: str = "America/Sao_Paulo") -> None:
        """The team file says so by now."""
        text = Path("team.yaml").read_text().replace("America/Sao_Paulo", zone)
        file = self.folder / "team.yaml"
        file.write_text(text + (f"report: {report}\n" if report else ""))
        self.team = load(file)

    def until(self, moment: datetime) -> None:
        """The minutes pass, and files are looked at now and then."""
        self.flow.plan_ahead()
        pass_time(self, (moment - self.now) / MINUTE)
        self.flow.plan_ahead()

    @property
    def reports(self) -> list[PostedReport]:
        rows = self.store.driver.query("SELECT id FROM reports ORDER BY due")
        return [found for row in rows if (found := self.store.reports.find_report(row["id"]))]

    @property
    def dues(self) -> list[datetime]:
        return [each.due for each in self.reports]


@pytest.fixture
def weekly(tmp_path: Path) -> Iterator[Weekly]:
    made = Weekly(tmp_path)
    with closing(made.store):
        made.ask("Mon 09:30")
        made.begin()
        yield made


# -- when ---


def test_a_report_is_made_when_it_is_due_and_again_a_week_later(weekly: Weekly) -> None:
    weekly.until(MONDAY - MINUTE)
    assert weekly.reports == []
    weekly.until(MONDAY + 15 * DAY)
    assert weekly.dues == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
    first = weekly.reports[0]
    assert (first.start, first.at, first.complete) == (MONDAY - WEEK, MONDAY, False)
    assert weekly.shown[0] == first.id
    said = weekly.store.timeline.entries(first.id)
    assert [(each.at, each.who, each.what) for each in said] == [(MONDAY, BOT, "report posted")]


def test_it_stays_at_the_same_time_of_day_when_clocks_change(weekly: Weekly) -> None:
    weekly.now = datetime(2026, 10, 13, 12, 0, tzinfo=UTC)
    weekly.ask("Mon 09:30", "Europe/Berlin")
    weekly.until(datetime(2026, 11, 3, tzinfo=UTC))
    zone = ZoneInfo("Europe/Berlin")
    assert [f"{each.astimezone(zone):%d.%m. %H:%M %Z}" for each in weekly.dues] == [
        "19.10. 09:30 CEST",
        "26.10. 09:30 CET",
        "02.11. 09:30 CET",
    ]
    assert [later.start == earlier.due for earlier, later in pairwise(weekly.reports)] == [True, True]
    assert weekly.dues[0] == next_fire("30 9 * * mon", zone, weekly.dues[0] - DAY)


def test_no_report_that_nobody_asks_for(weekly: Weekly) -> None:
    weekly.ask(None)
    weekly.until(MONDAY + WEEK)
    assert weekly.reports == []


def test_a_changed_file_counts_from_the_next_time_on(weekly: Weekly) -> None:
    """The earlier time makes no report any more; back to it, it makes them again."""
    weekly.ask("tue 08:00")
    weekly.until(MONDAY + 2 * DAY)
    assert weekly.dues == [datetime(2026, 11, 17, 11, 0, tzinfo=UTC), datetime(2026, 11, 24, 11, 0, tzinfo=UTC)]
    weekly.ask("Mon 09:30")
    weekly.until(MONDAY + WEEK + MINUTE)
    assert weekly.dues[2:] == [MONDAY + WEEK]


def test_a_bot_that_was_down_makes_up_for_the_last_one_alone(weekly: Weekly) -> None:
    """It tells of the week until it was due, and not until the bot was back."""
    weekly.now = MONDAY + 2 * WEEK + 3 * DAY
    weekly.begin()
    weekly.until(weekly.now + MINUTE)
    (made,) = weekly.reports
    assert (made.start, made.due) == (MONDAY + WEEK, MONDAY + 2 * WEEK)
    assert made.at == MONDAY + 2 * WEEK + 3 * DAY
    weekly.until(MONDAY + 3 * WEEK)
    assert weekly.dues == [MONDAY + 2 * WEEK, MONDAY + 3 * WEEK]


def test_what_is_due_is_made_once_however_often_it_fires(weekly: Weekly) -> None:
    """Also by a timer that a restart, or a file that was changed and changed back, has armed again."""
    weekly.until(MONDAY)
    weekly.store.timers.set_timer("report", "mon 09:30 America/Sao_Paulo", MONDAY)
    weekly.until(MONDAY + MINUTE)
    weekly.begin()
    weekly.until(MONDAY + 2 * MINUTE)
    assert weekly.dues == [MONDAY]


def test_a_busy_week_is_as_many_questions_as_a_quiet_one(weekly: Weekly) -> None:
    """However many incidents, alerts, runs and calls there were."""
    asked: list[list[str]] = []
    for count in (1, 12):
        for _ in range(count):
            id = happened(weekly, MONDAY - DAY)
            weekly.store.escalations.add_escalation(id, "oncall", [ALICE], BOT, "acknowledged", MONDAY - DAY)
            alert = replace(ALERT, fingerprint=id)
            stored = weekly.store.alerts.open_alert(alert, CLASSIFICATION, MONITOR, "C1", id, MONDAY - DAY)
            made = weekly.store.proposals.propose(stored.id, plan(), (), MONITOR, "team", MONDAY - DAY)
            weekly.store.proposals.offer(made.id, (), MONDAY)
            assert weekly.store.proposals.decide(made.id, Decision(ALICE, True, "", MONDAY - DAY))
            weekly.store.runs.queue_run(made.id, None, MONDAY - DAY)
        asked.append([])
        weekly.store.driver.read_only().conn.set_trace_callback(asked[-1].append)
        found = read_report(weekly.store, MONDAY, ZoneInfo("UTC"), MONDAY)
        weekly.store.driver.read_only().conn.set_trace_callback(None)
    assert len(asked[0]) == len(asked[1])
    assert (found.week.count, len(found.calls), found.approvals) == (13, 13, 13)
    assert [(each.times, each.episodes) for each in found.noise] == [(13, 13)]
    assert [each.runs for each in found.uses] == [13]


# -- in Slack ---


@dataclass
class Shelf:
    """What is to stand in Slack: nothing is sent."""

    desk: Weekly
    room: WeeklyReport
    pictures: Pictures

    def posted(self, id: str) -> None:
        """Slack has taken the message."""
        self.desk.store.cards.card_sent(f"report:{id}", "1.000001", 1)

    @property
    def message(self) -> str:
        (row,) = self.desk.store.driver.query("SELECT wanted FROM cards WHERE key LIKE 'report:%'")
        return str(row["wanted"])

    @property
    def files(self) -> list[dict[str, Any]]:
        self.pictures.stop()
        return self.desk.store.driver.query("SELECT key, channel, thread, name, described FROM files")


def shelf(desk: Weekly) -> Shelf:
    """As after a start of the bot."""
    client, pictures = WebClient(), Pictures()
    draw = Drawing(
        words=english(),
        team=lambda: desk.team,
        who=lambda id: desk.team.name_of(id) or id,
        holders=lambda roles: roles,
        broken=lambda: 0,
        emergency=tuple,
        observe=False,
    )
    workspace = Workspace(
        "https://x/", "U1", "B1", {"C1": "alerts"}, "C2", {"alerts": "C1", "incidents": "C2", "sre": "C3"}
    )
    now = lambda: desk.now  # noqa: E731
    outbox, uploads = Outbox(desk.store, client, now), Uploads(desk.store, client, now, desk.shown.append)
    reporting = Reporting(desk.context)
    return Shelf(desk, WeeklyReport(reporting, desk.store, outbox, uploads, pictures, workspace, draw), pictures)


def happened(desk: Desk, at: datetime, severity: Severity = Severity.P1) -> str:
    return open_anew(desk.store, "Checkout is down", severity, None, at, who=ALICE).id


def test_the_picture_stands_in_the_thread_of_the_message(weekly: Weekly) -> None:
    """It is drawn once the message stands there."""
    happened(weekly, MONDAY - DAY)
    weekly.until(MONDAY)
    (made,) = weekly.reports
    before = shelf(weekly)
    before.room.show(made.id)
    assert before.files == []
    assert "1 incident" in before.message
    assert "Posted late" not in before.message
    before.posted(made.id)
    after = shelf(weekly)
    after.room.show(made.id)
    (file,) = after.files
    assert (file["key"], file["thread"]) == (f"report:{made.id}", "1.000001")
    assert file["name"] == "week-until-2026-11-23-093000.png"
    assert file["described"].startswith("Weekly report · 11-16 to 11-23. Incidents a day: Sun 11-22 P1 1.")
    assert [each.complete for each in weekly.reports] == [True]


def test_the_week_so_far_is_asked_for_in_either_language(weekly: Weekly) -> None:
    verbs = shelf(weekly).room.verbs
    first, *others = (verbs[verb](Typed(ALICE, "C1", verb, "")) for verb in ("report", "relatório", "relatorio"))
    assert first["text"].startswith("Weekly report")
    assert others == [first, first]


@pytest.mark.parametrize("reached", ["made", "drawn", "posted"])
def test_what_a_crash_kept_from_it_is_made_up_for(weekly: Weekly, reached: str) -> None:
    """However far it came: after the start it is looked for, until message and picture are there; and no longer."""
    happened(weekly, MONDAY - DAY)
    weekly.until(MONDAY)
    (made,) = weekly.reports
    if reached != "made":
        shelf(weekly).room.show(made.id)
    if reached == "posted":
        shelf(weekly).posted(made.id)
    weekly.now += MINUTE
    weekly.begin()
    assert weekly.shown == [made.id]
    shelf(weekly).room.show(made.id)
    shelf(weekly).posted(made.id)
    complete = shelf(weekly)
    complete.room.show(made.id)
    assert len(complete.files) == 1
    weekly.begin()
    assert weekly.shown == []
    again = shelf(weekly)
    again.room.show(made.id)
    assert len(again.files) == 1


def test_what_comes_later_does_not_change_what_was_posted(weekly: Weekly) -> None:
    id = happened(weekly, MONDAY - DAY)
    weekly.until(MONDAY)
    (made,) = weekly.reports
    shelf(weekly).room.show(made.id)
    before = shelf(weekly).message
    weekly.coordinating.grade(id, ALICE, Severity.P0)
    shelf(weekly).room.show(made.id)
    assert shelf(weekly).message == before


def test_a_quiet_week_has_no_picture(weekly: Weekly) -> None:
    """And says outright that there is nothing to report; a late one says that it is late."""
    weekly.now = MONDAY + 10 * MINUTE
    weekly.begin()
    weekly.until(weekly.now + MINUTE)
    (made,) = weekly.reports
    there = shelf(weekly)
    there.room.show(made.id)
    there.posted(made.id)
    there.room.show(made.id)
    assert there.files == []
    assert "Nothing to report." in there.message
    assert "Posted late: it was due" in there.message
    assert [each.complete for each in weekly.reports] == [True]


@pytest.mark.parametrize(("channel", "where"), [("incidents", "C2"), ("#sre", "C3"), ("gone", "C2")])
def test_it_is_posted_where_the_handoffs_are(weekly: Weekly, channel: str, where: str) -> None:
    """In the incidents channel, where the bot is in no such one."""
    handoff = weekly.team.handoff.model_copy(update={"channel": channel})
    weekly.team = weekly.team.model_copy(update={"handoff": handoff})
    weekly.until(MONDAY)
    (made,) = weekly.reports
    shelf(weekly).room.show(made.id)
    assert weekly.store.driver.query("SELECT channel FROM cards") == [{"channel": where}]


def test_a_look_at_it_is_for_one_person_alone(weekly: Weekly) -> None:
    """Of the seven days until now, and whether or not one is ever due; nothing is posted."""
    weekly.ask(None)
    happened(weekly, NOW - DAY)
    there = shelf(weekly)
    answer = there.room.verbs["report"](Typed(ALICE, "C1", "report", ""))
    assert answer["response_type"] == "ephemeral"
    assert "1 incident" in answer["text"]
    assert "as a direct message" in str(answer["blocks"])
    assert [(each["channel"], each["thread"]) for each in there.files] == [(ALICE, None)]
    assert weekly.store.driver.query("SELECT key FROM cards") == []


def test_a_look_at_a_quiet_week_promises_no_picture(weekly: Weekly) -> None:
    there = shelf(weekly)
    assert "picture" not in str(there.room.preview(ALICE)).lower()
    assert there.files == []
