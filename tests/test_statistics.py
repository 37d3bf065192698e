"""Figures over many incidents: counts, times with their median and p90, and targets met or missed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient

from bot.incidents.chart import Labels, buckets, describe_chart, draw_chart
from bot.incidents.opening import join, open_anew
from bot.incidents.past import past_incidents
from bot.incidents.statistics import Kept, Spread, spread, statistics_of
from bot.incidents.targets import Targets
from bot.model import Category, IncidentState, Severity
from bot.slack.commands import Typed
from bot.slack.drawing import Drawing
from bot.slack.incidents.figures import Figures, category_table, labels, table
from bot.slack.incidents.means import Means
from bot.slack.pictures import Pictures
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.spans import short_span
from bot.store import Store
from bot.team import Team
from bot.words import Words, english
from tests.at_work import ROOT
from tests.desk import Desk
from tests.pictures import pixels
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STATES = {"a": IncidentState.ACKNOWLEDGED, "m": IncidentState.MITIGATED, "r": IncidentState.RESOLVED}


def lived(store: Store, severity: str, days: float, moves: str = "", category: Category | None = None) -> str:
    """An incident of so many days ago. `moves`: "a4 r60" is acknowledged after 4 minutes, …; o: open again."""
    opened = NOW - timedelta(days=days)
    incident = open_anew(store, f"Of {days} days ago", Severity(severity), None, opened, who=ALICE)
    if category is not None:
        known = replace(CLASSIFICATION, category=category)
        alert = replace(ALERT, fingerprint=incident.id)
        stored = store.alerts.open_alert(alert, known, MONITOR, "C1", incident.id, opened)
        join(store, stored, incident, opened)
    state = IncidentState.OPEN
    for move in moves.split():
        after = STATES.get(move[0], IncidentState.OPEN)
        assert store.incidents.move_incident(incident.id, state, after, BOB, opened + int(move[1:]) * MINUTE)
        state = after
    return incident.id


def test_a_month(tmp_path: Path) -> None:
    """Everything at once, and the month before it for comparison."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        assessed = lived(store, "P0", 3, "a4 m20 r60", Category.MEMORY)
        store.timeline.append(NOW - 3 * DAY + 9 * MINUTE, BOB, "incident impact", assessed, {"text": "all orders"})
        lived(store, "P1", 2, "a6 r50", Category.MEMORY)  # what is resolved is mitigated
        lived(store, "P1", 0.002, "", Category.DISK)  # three minutes ago
        lived(store, "P2", 10, "m100 o110 a120")  # it came back, and is not over
        lived(store, "P2", 20, "r30 o40 r240")
        merged = lived(store, "P0", 5, "r1")
        store.incidents.mark_merged(merged)
        lived(store, "P3", 31, "a1 m2 r3")
        lived(store, "P3", 60, "a1")

        found = statistics_of(past_incidents(store, NOW - 30 * DAY, NOW), NOW - 30 * DAY, NOW, Targets(), NOW)
        assert found.count == 5
        assert found.by_severity == {Severity.P0: 1, Severity.P1: 2, Severity.P2: 2, Severity.P3: 0}
        assert list(found.by_category.items()) == [(Category.MEMORY, 2), (None, 2), (Category.DISK, 1)]
        assert found.times == {
            "acknowledge": Spread(4, 18 * MINUTE, 100 * MINUTE),  # 4, 6, 30, 100
            "mitigate": Spread(3, 50 * MINUTE, 240 * MINUTE),
            "resolve": Spread(3, 60 * MINUTE, 240 * MINUTE),
        }
        assert found.times_by_category[Category.MEMORY]["acknowledge"] == Spread(2, 5 * MINUTE, 6 * MINUTE)
        assert found.times_by_severity[Severity.P1]["resolve"] == Spread(1, 50 * MINUTE, 50 * MINUTE)
        assert found.times_by_severity[Severity.P3]["resolve"] == Spread(0, None, None)
        assert found.targets == [
            Kept("acknowledge", 5 * MINUTE, met=1, missed=1, pending=1),
            Kept("assess", 10 * MINUTE, met=1, missed=1, pending=1),
            Kept("mitigate", 30 * MINUTE, met=1, missed=1, pending=1),
        ]
        start, end = NOW - 60 * DAY, NOW - 30 * DAY
        before = statistics_of(past_incidents(store, start, end), start, end, Targets(), NOW)
        assert (before.count, before.times["resolve"]) == (2, Spread(1, 3 * MINUTE, 3 * MINUTE))


def test_no_incident_is_no_figure(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "plantao.db")) as store:
        found = statistics_of(past_incidents(store, NOW - DAY, NOW), NOW - DAY, NOW, Targets(), NOW)
    assert (found.count, found.by_category, found.targets) == (0, {}, [])
    assert set(found.times.values()) == {Spread(0, None, None)}


def test_a_year_of_many_incidents_is_counted_while_somebody_waits(tmp_path: Path) -> None:
    """Slack waits three seconds for an answer."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        with store.atomic():
            for number in range(800):
                lived(store, f"P{number % 4}", number % 360 + 0.5, "a3 m20 r90", Category.DISK)
        began = time.monotonic()
        found = statistics_of(past_incidents(store, NOW - 365 * DAY, NOW), NOW - 365 * DAY, NOW, Targets(), NOW)
        assert time.monotonic() - began < 3
    assert (found.count, found.times["resolve"].median) == (800, 90 * MINUTE)


def test_many_incidents_are_as_many_questions_as_one(tmp_path: Path) -> None:
    """Also of grave ones, whose targets are counted."""
    asked: dict[int, list[str]] = {}
    with closing(Store(tmp_path / "plantao.db")) as store:
        for count in (1, 30):
            with store.atomic():
                for _ in range(count):
                    id = lived(store, "P0", 1, "a3 m20 r90", Category.DISK)
                    store.timeline.append(NOW - DAY + MINUTE, BOB, "incident impact", id, {"text": "all orders"})
                    store.timeline.append(NOW, BOB, "note", id, {"text": "of no matter"})
            asked[count] = []
            store.driver.read_only().conn.set_trace_callback(asked[count].append)
            pasts = past_incidents(store, NOW - 2 * DAY, NOW)
            store.driver.read_only().conn.set_trace_callback(None)
    assert len(asked[1]) == len(asked[30])
    assert [[each.what for each in past.entries] for past in pasts] == [["incident impact"]] * 31
    assert {past.category for past in pasts} == {Category.DISK}


def test_one_picture_at_a_time_is_drawn_for_a_person(tmp_path: Path) -> None:
    """Whoever asks again meanwhile has the figures, and is told."""
    desk, go_on = Desk(tmp_path), threading.Event()

    def team() -> Team:  # it is asked for by whoever draws
        assert go_on.wait(20)
        return desk.team

    with closing(desk.store):
        desk.declared()
        desk.now += MINUTE
        draw = Drawing(english(), team, str, lambda _: (), lambda: 0, lambda: (), observe=False)
        uploads = Uploads(desk.store, WebClient(), lambda: desk.now, desk.shown.append)
        means = Means(desk.store, desk.flow, cast(Workspace, None), WebClient(), draw, uploads)
        pictures = Pictures()
        figures = Figures(means, Targets(), pictures, lambda: desk.now)
        asked = [str(figures.verbs["stats"](Typed(ALICE, "C1", "stats", ""))["blocks"]) for _ in range(3)]
        go_on.set()
        pictures.stop()
        assert ["is being drawn for you already" in each for each in asked] == [False, True, True]
        assert [("The chart comes to you" in each, "1 incident in 30d" in each) for each in asked] == [
            (True, True),
            (False, True),
            (False, True),
        ]
        assert desk.store.driver.query("SELECT count(*) AS n FROM files") == [{"n": 1}]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_p90_is_the_smallest_value_that_nine_of_ten_do_not_exceed(seconds: list[int]) -> None:
    found = spread([timedelta(seconds=each) for each in seconds])
    below = lambda value: sum(timedelta(seconds=each) <= value for each in seconds) / len(seconds)  # noqa: E731
    assert found.p90 is not None
    assert below(found.p90) >= 0.9
    assert all(below(timedelta(seconds=each)) < 0.9 for each in seconds if timedelta(seconds=each) < found.p90)
    assert found.median is not None
    assert min(seconds) <= found.median.total_seconds() <= max(seconds)
    assert found.count == len(seconds)


# -- the picture ---

ZONE = ZoneInfo("America/Sao_Paulo")


SIZE = (1170, 806)


def named(language: str) -> Labels:
    return labels(Words(Path("templates"), language), NOW - 30 * DAY, NOW)


def test_the_picture_shows_what_there_was(tmp_path: Path) -> None:
    """Each severity in its colour; also of no incident, of an instant and of ten years there is one."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        lived(store, "P0", 3, "a4 m20 r60")
        lived(store, "P0", 4, "")
        lived(store, "P2", 20, "a0 m0 r0")
        pasts = past_incidents(store, NOW - 3650 * DAY, NOW)
    few = draw_chart(pasts, NOW - 30 * DAY, NOW, ZONE, named("en"))
    none = draw_chart([], NOW - 30 * DAY, NOW, ZONE, named("en"))
    assert pixels(few, "#D55E00", SIZE) > 5 * pixels(none, "#D55E00", SIZE) > 0  # the legend names it all the same
    assert pixels(few, "#56B4E9", SIZE) > 5 * pixels(none, "#56B4E9", SIZE)
    assert pixels(few, "#E69F00", SIZE) <= 1.1 * pixels(none, "#E69F00", SIZE)
    for days in (0.01, 3650):
        assert pixels(draw_chart(pasts, NOW - days * DAY, NOW, ZONE, named("pt_BR")), "#FFFFFF", SIZE) > 500_000


def test_what_the_picture_shows_is_said_in_words(tmp_path: Path) -> None:
    """The latest first, with the numbers; what there was not is left out."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        lived(store, "P0", 3, "a4 m20 r60")
        lived(store, "P2", 4, "")
        lived(store, "P2", 20, "a125")
        pasts = past_incidents(store, NOW - 30 * DAY, NOW)
    said = describe_chart(pasts, NOW - 30 * DAY, NOW, ZONE, named("en"))
    assert said == (
        "Incidents from 2026-10-17 to 2026-11-16. Incidents a week, named by its first day; Median time from the "
        "opening. 11-09: P0 1, P2 1, acknowledge 4 min, mitigate 20 min, resolve 1 h. "
        "10-26: P2 1, acknowledge 2 h 5 min."
    )
    none = describe_chart([], NOW - 30 * DAY, NOW, ZONE, named("pt_BR"))
    assert none == "Incidentes de 2026-10-17 a 2026-11-16. Nenhum incidente"


@pytest.mark.parametrize(
    ("days", "unit", "count", "first"),
    [(7, "day", 8, 9), (30, "week", 6, 17), (365, "week", 54, 16), (1000, "month", 34, 20)],
)
def test_bars_are_days_weeks_or_months_of_the_teams_calendar(days: int, unit: str, count: int, first: int) -> None:
    found, bars = buckets([], NOW - days * DAY, NOW, ZONE)
    assert (found, len(bars), bars[0].start.day) == (unit, count, first)
    assert [bar.end for bar in bars[:-1]] == [bar.start for bar in bars[1:]]
    assert (bars[0].start, bars[-1].end) == (NOW - days * DAY, NOW)
    assert {bar.start.astimezone(ZONE).hour for bar in bars[1:]} == {0}
    if unit == "week":
        assert {bar.start.astimezone(ZONE).weekday() for bar in bars[1:]} == {0}


def test_a_bot_that_nobody_asks_for_a_picture_does_not_pay_for_it() -> None:
    """matplotlib is imported when the first one is drawn, and so is NumPy."""
    code = "import sys, app; sys.exit(bool({'matplotlib', 'numpy'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (45, "45s"),
        (240, "4m"),
        (3600, "1h"),
        (7500, "2h05"),
        (7800, "2h10"),
        (86400, "1d"),
        (277200, "3d5h"),
    ],
)
def test_times_in_a_table_are_short(seconds: int, said: str) -> None:
    assert short_span(timedelta(seconds=seconds)) == said


def test_the_table_has_a_line_for_each_severity_that_there_was(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "plantao.db")) as store:
        lived(store, "P0", 3, "a4 m20 r60", Category.MEMORY)
        lived(store, "P2", 2, "a8 m125 r4320")
        lived(store, "P2", 1, "")
        lived(store, "P2", 40, "a1")
        pasts = past_incidents(store, NOW - 60 * DAY, NOW)
    found = statistics_of(pasts, NOW - 30 * DAY, NOW, Targets(), NOW)
    before = statistics_of(pasts, NOW - 60 * DAY, NOW - 30 * DAY, Targets(), NOW)
    assert table(found, before, english()) == [
        "        count  acknowledge  mitigate     resolve",
        "all     3      6m / 8m      1h12 / 2h05  1d12h / 3d",
        "P0      1      4m           20m          1h",
        "P2      2      8m           2h05         3d",
        "before  1      1m           –            –",
    ]
    assert category_table(found, english()) == [
        "                  count  acknowledge  mitigate  resolve",
        "without an alert  2      8m           2h05      3d",
        "memory            1      4m           20m       1h",
    ]
