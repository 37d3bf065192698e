"""The next working day, wherever people work and whatever their clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incidents.working_days import at_the_desk, next_working_day

ZONES = ("UTC", "America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "Asia/Kolkata", "Pacific/Auckland")
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@pytest.mark.parametrize(
    ("zone", "after", "then"),
    [
        ("America/Sao_Paulo", "2026-11-18T12:00-03:00", "2026-11-19T10:00-03:00"),
        ("America/Sao_Paulo", "2026-11-18T09:59-03:00", "2026-11-19T10:00-03:00"),  # never the same day
        ("America/Sao_Paulo", "2026-11-21T01:00+00:00", "2026-11-23T10:00-03:00"),  # still Friday there
        ("America/Sao_Paulo", "2026-11-22T23:00-03:00", "2026-11-23T10:00-03:00"),
        ("America/New_York", "2026-03-06T12:00-05:00", "2026-03-09T10:00-04:00"),  # clocks go forward in between
        ("America/New_York", "2026-10-30T12:00-04:00", "2026-11-02T10:00-05:00"),  # and back
        ("Europe/Lisbon", "2026-10-24T23:30+01:00", "2026-10-26T10:00+00:00"),
        ("Pacific/Auckland", "2026-11-20T10:30+00:00", "2026-11-23T10:00+13:00"),  # Friday, late, there
    ],
)
def test_ten_in_the_morning_where_people_work(zone: str, after: str, then: str) -> None:
    assert next_working_day(datetime.fromisoformat(after), ZoneInfo(zone)) == datetime.fromisoformat(then)


@given(MOMENTS, st.sampled_from(ZONES))
def test_it_is_ten_on_a_working_day_within_four_days(after: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = next_working_day(after, zone)
    local = found.astimezone(zone)
    assert (local.hour, local.minute, local.weekday() < 5) == (10, 0, True)
    assert timedelta() < found - after < timedelta(days=4)
    days = (local.date() - after.astimezone(zone).date()).days
    skipped = [(local.date() - timedelta(days=ago)).weekday() for ago in range(1, days)]
    assert set(skipped) <= {5, 6}


@given(MOMENTS, st.sampled_from(ZONES))
def test_people_are_at_their_desks_now_or_at_the_next_ten(at: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = at_the_desk(at, zone)
    local = found.astimezone(zone)
    assert local.weekday() < 5
    assert (found == at and 10 <= local.hour < 18) or (found > at and (local.hour, local.minute) == (10, 0))
    assert at_the_desk(found, zone) == found
