"""The weekly report's picture: what is on it, and what it says to those who do not see it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from matplotlib import image

from bot.slack.handoffs.report_card import labels
from bot.team_file import load
from bot.words import Words
from handoff.report import Report
from handoff.report_picture import Labels, describe_report, draw_report
from tests.pictures import pixels
from tests.samples import ALICE, BOB
from tests.test_report import DAY, DUE, call, past, report

NIGHT, SATURDAY = datetime(2026, 11, 18, 5, 0, tzinfo=UTC), datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
COLOURS = {"weekday": "#56B4E9", "weekday night": "#0072B2", "weekend": "#CC79A7", "weekend night": "#882255"}

BUSY = report(
    pasts=[
        past(DUE - DAY, "P0", number=1, acknowledged=4, resolved=65),
        past(DUE - DAY, "P2", number=2, acknowledged=6),
        past(DUE - 8 * DAY, "P1", number=3, acknowledged=30),
    ],
    escalations=[call(NIGHT, ALICE), call(NIGHT + timedelta(hours=9), ALICE, BOB), call(SATURDAY, BOB)],
)


def named(found: Report, language: str = "en") -> Labels:
    return labels(found, Words(Path("templates"), language), load(Path("team.yaml")))


SIZE = (1274, 884)


def test_each_hour_has_the_colour_of_its_time() -> None:
    """A call at night or at the weekend is seen at a glance: by the hour and by the person."""
    nothing = draw_report(report(), named(report()))
    for at, what in ((NIGHT, "weekday night"), (SATURDAY, "weekend"), (SATURDAY_NIGHT, "weekend night")):
        called = report(escalations=[call(at, ALICE)])
        drawn = draw_report(called, named(called))
        more = {each: pixels(drawn, colour, SIZE) - pixels(nothing, colour, SIZE) for each, colour in COLOURS.items()}
        assert more.pop(what) > 5000
        assert max(more.values()) < 100


def test_the_picture_brings_its_ground_along() -> None:
    """It is read on a light and on a dark screen: no part of it is transparent, and nothing touches its edge."""
    drawn = image.imread(io.BytesIO(draw_report(BUSY, named(BUSY, "pt_BR"))), format="png")
    assert drawn.shape[2] == 3 or drawn[..., 3].min() == 1
    for edge in (drawn[:8], drawn[-8:], drawn[:, :8], drawn[:, -8:]):
        assert edge[..., :3].min() == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Weekly report · 11-16 to 11-23. Incidents a day: Sun 11-22 P0 1, P2 1. "
            "Median time from the opening, by week: 11-09 acknowledge 30 min; 11-16 acknowledge 5 min, "
            "resolve 1 h 5 min. "
            "Calls by person: alice weekday 1, weekday night 1; bob weekday 1, weekend 1. "
            "Calls by hour: weekday 11:00 2; weekday night 2:00 1; weekend 12:00 1.",
        ),
        (
            "pt_BR",
            "Relatório semanal · 16/11 a 23/11. Incidentes por dia: dom 22/11 P0 1, P2 1. "
            "Tempo mediano desde a abertura, por semana: 09/11 reconhecer 30 min; 16/11 reconhecer 5 min, "
            "resolver 1 h 5 min. "
            "Chamados por pessoa: alice dia útil 1, noite de dia útil 1; bob dia útil 1, fim de semana 1. "
            "Chamados por hora: dia útil 11:00 2; noite de dia útil 2:00 1; fim de semana 12:00 1.",
        ),
    ],
)
def test_what_it_shows_is_said_in_words_with_its_numbers(language: str, said: str) -> None:
    assert describe_report(BUSY, named(BUSY, language)) == said


def test_what_there_was_not_is_said_too() -> None:
    said = describe_report(report(), named(report()))
    assert said.count("No incident") == 2
    assert said.count("Nobody was called.") == 2


def test_names_that_people_chose_break_no_picture() -> None:
    """They are no formula, many are not squeezed in, and a long one is cut."""
    team = load(Path("team.yaml"))
    many = report(escalations=[call(NIGHT, *(f"U{number:03}$x^" for number in range(30)), "U" * 60)])
    found = labels(many, Words(Path("templates"), "en"), team)
    assert pixels(draw_report(many, found), "#0072B2", SIZE) > 5000
