"""When a schedule is due: in the zone's local time, once for each time that it names, also as clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cron import next_fire, parse

SAO_PAULO, BERLIN, LORD_HOWE = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
MONDAY = datetime(2026, 11, 16, 14, 2, tzinfo=UTC)


def due(schedule: str, zone: ZoneInfo, after: datetime, count: int = 1) -> list[str]:
    """The next so many times, as a clock on the wall shows them."""
    found = []
    for _ in range(count):
        next_ = next_fire(schedule, zone, after)
        if next_ is None:
            break
        found.append(next_.astimezone(zone).strftime("%a %d %b %H:%M"))
        after = next_
    return found


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ("0 9 * * 1-5", ["Tue 17 Nov 09:00", "Wed 18 Nov 09:00", "Thu 19 Nov 09:00", "Fri 20 Nov 09:00"]),
        ("0 9 * * 5-7", ["Fri 20 Nov 09:00", "Sat 21 Nov 09:00", "Sun 22 Nov 09:00", "Fri 27 Nov 09:00"]),
        ("0 9 * * 0", ["Sun 22 Nov 09:00", "Sun 29 Nov 09:00"]),
        ("0 9 * * 7", ["Sun 22 Nov 09:00", "Sun 29 Nov 09:00"]),
        ("0 9 * * 0-2", ["Tue 17 Nov 09:00", "Sun 22 Nov 09:00", "Mon 23 Nov 09:00", "Tue 24 Nov 09:00"]),
        ("0 9 * * mon,Fri", ["Fri 20 Nov 09:00", "Mon 23 Nov 09:00"]),
        ("0 9 1 * *", ["Tue 01 Dec 09:00", "Fri 01 Jan 09:00"]),
        ("30 6 1 JAN,apr,jul,oct *", ["Fri 01 Jan 06:30", "Thu 01 Apr 06:30"]),
        ("*/15 11 * * *", ["Mon 16 Nov 11:15", "Mon 16 Nov 11:30", "Mon 16 Nov 11:45", "Tue 17 Nov 11:00"]),
        ("0 9 29 2 *", ["Tue 29 Feb 09:00", "Sun 29 Feb 09:00"]),
    ],
)
def test_a_schedule_is_read_as_cron_does(schedule: str, times: list[str]) -> None:
    """Sunday is 0 or 7, ranges of days may go over the week's end, months and days have names."""
    assert due(schedule, SAO_PAULO, MONDAY, len(times)) == times


def test_now_is_not_next() -> None:
    """A timer that fires at its time is set to the next one, and not to the same again."""
    at = datetime(2026, 11, 17, 9, tzinfo=SAO_PAULO)
    assert due("0 9 * * *", SAO_PAULO, at) == ["Wed 18 Nov 09:00"]
    assert due("0 9 * * *", SAO_PAULO, at + timedelta(milliseconds=1)) == ["Wed 18 Nov 09:00"]
    assert due("0 9 * * *", SAO_PAULO, at - timedelta(seconds=1)) == ["Tue 17 Nov 09:00"]


def test_what_never_comes_is_never_due() -> None:
    assert next_fire("0 9 31 2 *", SAO_PAULO, MONDAY) is None


def test_an_hour_that_comes_twice_is_due_once() -> None:
    """In Berlin clocks go back at 03:00 to 02:00 on 25 October 2026."""
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("30 2 * * *", BERLIN, before, 3) == ["Sun 25 Oct 02:30", "Mon 26 Oct 02:30", "Tue 27 Oct 02:30"]


def test_every_hour_is_due_every_hour_that_a_clock_shows_for_the_first_time() -> None:
    before = datetime(2026, 10, 24, 23, tzinfo=UTC)  # 01:00 in Berlin
    assert due("0 * * * *", BERLIN, before, 3) == ["Sun 25 Oct 02:00", "Sun 25 Oct 03:00", "Sun 25 Oct 04:00"]


def test_an_hour_that_clocks_leave_out_is_due_once_they_have_gone_on() -> None:
    """In Berlin clocks go from 02:00 to 03:00 on 29 March 2026."""
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("30 2 * * *", BERLIN, before, 2) == ["Sun 29 Mar 03:30", "Mon 30 Mar 02:30"]


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("0 9 * *", "has 4 fields; write five"),
        ("0 9 * * * 2026", "has 6 fields; write five"),
        ("", "has 0 fields; write five"),
        ("60 9 * * *", "is no schedule"),
        ("0 24 * * *", "is no schedule"),
        ("0 9 * * 8", "is no schedule"),
        ("0 9 * * someday", "is no schedule"),
        ("0 9 32 * *", "is no schedule"),
        ("@daily", "has 1 fields; write five"),
        ("0 9 1 * 1", "limits both the day of the month and the day of the week"),
    ],
)
def test_what_is_no_schedule_is_said_to_be_none(schedule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(schedule, SAO_PAULO)


_numbers = {"minute": range(60), "hour": range(24), "day": range(1, 29), "weekday": range(7)}


@st.composite
def schedules(draw: st.DrawFn) -> str:
    def one(name: str) -> str:
        numbers = _numbers[name]
        number = draw(st.sampled_from(numbers))
        return draw(st.sampled_from(["*", str(number), f"{number}-{numbers[-1]}", f"*/{max(number, 1)}"]))

    day, weekday = draw(st.sampled_from([("*", one("weekday")), (one("day"), "*")]))
    return f"{one('minute')} {one('hour')} {day} * {weekday}"


@given(
    schedules(),
    st.sampled_from([SAO_PAULO, BERLIN, LORD_HOWE]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
)
def test_one_after_the_other_each_once(schedule: str, zone: ZoneInfo, start: datetime) -> None:
    """Each is later than the one before by the wall's clock, so that none comes twice; and on a whole minute."""
    at = start.replace(tzinfo=UTC)
    times = []
    for _ in range(4):
        found = next_fire(schedule, zone, at)
        assert found is not None
        assert found > at
        times.append(found.astimezone(zone))
        at = found
    assert all(time.second == 0 for time in times)
    shown = [time.replace(tzinfo=None) for time in times]
    assert all(one < other for one, other in pairwise(shown))
