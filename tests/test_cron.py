"""When a schedule is due: five fields as cron reads them, in local time, also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.cron import next_fire

NEW_YORK = ZoneInfo("America/New_York")


def due(schedule: str, after: datetime, times: int, zone: ZoneInfo = NEW_YORK) -> list[str]:
    found = []
    for _ in range(times):
        moment = next_fire(schedule, zone, after)
        assert moment is not None
        found.append(moment.strftime("%a %d %b %H:%M %z"))
        after = moment
    return found


def test_working_days_are_monday_to_friday() -> None:
    """Cron counts from Sunday as 0; the library below counts from Monday."""
    friday = datetime(2026, 11, 20, 8, tzinfo=NEW_YORK)
    assert due("0 9 * * 1-5", friday, 3) == [
        "Fri 20 Nov 09:00 -0500",
        "Mon 23 Nov 09:00 -0500",
        "Tue 24 Nov 09:00 -0500",
    ]


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN"])
def test_sunday_has_two_numbers_and_a_name(sunday: str) -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=NEW_YORK)
    assert due(f"0 0 * * {sunday}", saturday, 2) == ["Sun 22 Nov 00:00 -0500", "Sun 29 Nov 00:00 -0500"]


@pytest.mark.parametrize("days", ["0-6", "0-7", "1-7", "*"])
def test_a_whole_week_however_it_is_written(days: str) -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=NEW_YORK)
    assert [each[:3] for each in due(f"0 0 * * {days}", saturday, 7)] == [
        "Sun",
        "Mon",
        "Tue",
        "Wed",
        "Thu",
        "Fri",
        "Sat",
    ]


def test_a_time_that_comes_twice_is_due_once() -> None:
    """On 1 November clocks go back from two to one."""
    assert due("30 1 * * *", datetime(2026, 10, 31, 12, tzinfo=UTC), 2) == [
        "Sun 01 Nov 01:30 -0400",
        "Mon 02 Nov 01:30 -0500",
    ]


def test_a_time_that_is_left_out_is_due_all_the_same() -> None:
    """On 8 March clocks go from two to three: the day is not passed over."""
    found = due("30 2 * * *", datetime(2026, 3, 7, 12, tzinfo=UTC), 2)
    assert [each[:10] for each in found] == ["Sun 08 Mar", "Mon 09 Mar"]


def test_the_very_moment_is_past() -> None:
    """What was due and has fired is not due again within the same second."""
    nine = datetime(2026, 11, 20, 9, tzinfo=NEW_YORK)
    assert due("0 9 * * *", nine, 1) == ["Sat 21 Nov 09:00 -0500"]


def test_a_day_that_never_comes_is_never_due() -> None:
    assert next_fire("0 0 30 2 *", NEW_YORK, datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("0 9 * *", "has 4 fields"),
        ("61 9 * * *", "is no schedule"),
        ("0 9 * * 8", "is no schedule"),
        ("0 9 1 * 1", "limits both the day of the month and the day of the week"),
        ("@daily", "has 1 fields"),
        ("x 9 * * *", "is no schedule"),
    ],
)
def test_what_is_no_schedule_says_what_is(schedule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        next_fire(schedule, NEW_YORK, datetime(2026, 1, 1, tzinfo=UTC))
