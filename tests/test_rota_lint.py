"""What is odd about a rota, said before it is nobody's night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.calendars.events import Reading
from bot.rota import Shift
from bot.rota_lint import odd
from bot.team import Rota

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday of alice's


def cover(who: str, start: str, end: str) -> dict[str, Any]:
    moments = (datetime.fromisoformat(f"2026-{each}") for each in (start, end))
    return dict(zip(("who", "from", "to"), (who, *moments), strict=True))


def by_order(*covers: dict[str, Any], start: str = "2026-11-16T09:00", every: str = "1w") -> Rota:
    names = ("alice", "bob", "carol")
    parts = {"timezone": "America/Sao_Paulo", "start": datetime.fromisoformat(start), "every": every, "order": names}
    return Rota.model_validate({**parts, "cover": covers})


def by_calendar(*covers: dict[str, Any]) -> Rota:
    return Rota.model_validate({"timezone": "UTC", "ics": "oncall.ics", "cover": covers})


def test_a_rota_as_it_should_be_has_nothing_odd() -> None:
    assert odd(by_order(cover("carol", "12-24T09:00", "12-26T09:00")), NOW) == []


@pytest.mark.parametrize(
    ("rota", "said"),
    [
        (
            by_order(start="2026-11-30T09:00"),
            "the rota begins only on 2026-11-30 09:00; until then its order counts backwards, "
            "and bob has the turn now, until 2026-11-23 09:00",
        ),
        (
            by_order(cover("carol", "11-01T09:00", "11-02T09:00")),
            "the cover of carol from 2026-11-01 09:00 to 2026-11-02 09:00 is over; it can be taken out",
        ),
        (
            by_order(cover("bob", "11-24T09:00", "11-26T09:00")),
            "the cover of bob from 2026-11-24 09:00 to 2026-11-26 09:00 changes nothing: bob has the turn all the time",
        ),
        (
            by_order(cover("carol", "11-19T09:00", "11-20T09:00"), cover("bob", "11-20T11:30", "11-21T09:00")),
            "the cover of carol from 2026-11-19 09:00 to 2026-11-20 09:00 and the cover of bob from 2026-11-20 11:30 "
            "to 2026-11-21 09:00 leave alice on call for 2 h 30 min only between them",
        ),
    ],
)
def test_what_is_odd_about_an_order_is_said_in_words(rota: Rota, said: str) -> None:
    assert odd(rota, NOW) == [said]


def test_covers_far_apart_and_such_that_touch_are_meant() -> None:
    covers = (
        cover("carol", "11-19T09:00", "11-20T09:00"),
        cover("bob", "11-20T09:00", "11-21T09:00"),
        cover("carol", "11-22T09:00", "11-23T08:00"),
    )
    assert odd(by_order(*covers), NOW) == []
    # Half a day is a whole shift of a rota of half days.
    covers = (cover("dora", "11-19T09:00", "11-20T09:00"), cover("dora", "11-20T21:00", "11-21T09:00"))
    assert odd(by_order(*covers, every="12h"), NOW) == []


def shifts(*hours: tuple[float, float]) -> Reading:
    """Alice's, in hours from now."""
    at = [Shift("alice", NOW + timedelta(hours=start), NOW + timedelta(hours=end)) for start, end in hours]
    return Reading(tuple(at), ("an event is odd",))


def test_a_calendars_gaps_and_its_end_are_said_and_its_own_problems_first() -> None:
    """A minute between two shifts is none; a cover fills one."""
    reading = shifts((-5, 20), (20.01, 30), (40, 50), (60, 700))
    assert odd(by_calendar(), NOW, reading) == [
        "an event is odd",
        "nobody is on call from 2026-11-19 18:00 until 2026-11-20 04:00",
        "nobody is on call from 2026-11-20 14:00 until 2026-11-21 00:00",
    ]
    assert odd(by_calendar(cover("bob", "11-19T18:00", "11-20T04:00")), NOW, reading)[1:] == [
        "nobody is on call from 2026-11-20 14:00 until 2026-11-21 00:00"
    ]
    assert odd(by_calendar(), NOW, shifts((-5, 20)))[1:] == [
        "nobody is on call from 2026-11-19 08:00 on, as far as the calendar goes"
    ]
    assert odd(by_calendar(), NOW, shifts())[1:] == [
        "nobody is on call from 2026-11-18 12:00 on, as far as the calendar goes"
    ]


def test_many_gaps_are_counted() -> None:
    nights = shifts(*((24 * day, 24 * day + 12) for day in range(29)))
    said = odd(by_calendar(), NOW, nights)[1:]
    assert len(said) == 6
    assert said[-1] == "and 23 more times in the next 28 days when nobody is on call"


def test_a_calendar_that_was_not_read_leaves_the_covers_alone() -> None:
    """As at the start, which asks no address."""
    assert odd(by_calendar(cover("bob", "12-01T09:00", "12-02T09:00")), NOW) == []
