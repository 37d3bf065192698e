"""Who is on call, from when to when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duty import covers_of, order_of
from bot.rota import Roster, Shift
from bot.team import Rota


def rota(
    start: str, every: str = "1w", zone: str = "America/New_York", cover: tuple[dict[str, Any], ...] = ()
) -> Roster:
    """A rota of alice, bob and carol, as team.yaml writes it."""
    order = ("alice", "bob", "carol")
    moment = datetime.fromisoformat(start)
    parts = {"timezone": zone, "start": moment, "every": every, "order": order, "cover": cover}
    written = Rota.model_validate(parts)
    turns = order_of(written)
    assert turns is not None
    return Roster(turns, covers_of(written))


def cover(who: str, start: str, end: str) -> dict[str, Any]:
    return {"who": who, "from": datetime.fromisoformat(start), "to": datetime.fromisoformat(end)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "who"),
    [
        ("2026-11-16T13:59:59", "carol"),  # before the first shift the order counts backwards
        ("2026-11-16T14:00", "alice"),  # 09:00 in New York
        ("2026-11-23T13:59:59", "alice"),
        ("2026-11-23T14:00", "bob"),
        ("2026-11-30T14:00", "carol"),
        ("2026-12-07T14:00", "alice"),
    ],
)
def test_the_order_goes_round_and_changes_on_the_minute(now: str, who: str) -> None:
    """A shift ends in the moment in which the next one begins."""
    assert rota("2026-11-16T09:00").on_call(utc(now)) == who


def test_a_shift_says_its_bounds_in_utc() -> None:
    """Whatever zone the question came in."""
    asked = datetime(2026, 11, 18, 3, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert rota("2026-11-16T09:00").shift_at(asked) == Shift("alice", utc("2026-11-16T14:00"), utc("2026-11-23T14:00"))


def test_nine_stays_nine_when_the_clock_goes_forward() -> None:
    """On 8 March 2026 New York's day has 23 hours; the handover is at 09:00 on both sides of it."""
    week = rota("2026-03-02T09:00").shift_at(utc("2026-03-05T00:00"))
    assert week == Shift("alice", utc("2026-03-02T14:00"), utc("2026-03-09T13:00"))
    assert week.end - week.start == timedelta(days=7, hours=-1)


def test_nine_stays_nine_when_the_clock_goes_back() -> None:
    """On 1 November 2026 New York's day has 25 hours."""
    week = rota("2026-10-26T09:00").shift_at(utc("2026-10-28T00:00"))
    assert week == Shift("alice", utc("2026-10-26T13:00"), utc("2026-11-02T14:00"))
    assert week.end - week.start == timedelta(days=7, hours=1)


def test_a_handover_in_the_hour_that_comes_twice_happens_once() -> None:
    """Handovers at 01:30: the first 01:30 hands over, the second one does not hand back."""
    daily = rota("2026-10-31T01:30", every="1d")
    assert daily.on_call(utc("2026-11-01T05:29")) == "alice"  # 01:29, the first time
    assert daily.on_call(utc("2026-11-01T05:30")) == "bob"
    assert daily.on_call(utc("2026-11-01T06:15")) == "bob"  # 01:15, the second time
    assert daily.on_call(utc("2026-11-01T06:30")) == "bob"


def test_a_handover_in_the_hour_that_is_left_out_happens_after_it() -> None:
    """Handovers at 02:30, on a night that has none: at 03:30."""
    daily = rota("2026-03-07T02:30", every="1d")
    assert daily.shift_at(utc("2026-03-08T07:29")) == Shift("alice", utc("2026-03-07T07:30"), utc("2026-03-08T07:30"))
    assert daily.shift_at(utc("2026-03-08T07:30")) == Shift("bob", utc("2026-03-08T07:30"), utc("2026-03-09T06:30"))


def test_half_day_shifts_keep_to_the_wall_clock() -> None:
    """Day and night shifts, 09:00 and 21:00, across the change to summer time."""
    half = rota("2026-03-07T09:00", every="12h")
    night = half.shift_at(utc("2026-03-08T05:00"))
    assert night == Shift("bob", utc("2026-03-08T02:00"), utc("2026-03-08T13:00"))


def test_who_covers_wins_and_the_rest_of_the_shift_stands() -> None:
    """Alice's week with two days of carol in it: three shifts, without a gap."""
    covered = rota("2026-11-16T09:00", cover=(cover("carol", "2026-11-18T09:00", "2026-11-20T09:00"),))
    before = covered.shift_at(utc("2026-11-17T00:00"))
    during = covered.shift_at(before.end)
    after = covered.shift_at(during.end)
    assert [before, during, after] == [
        Shift("alice", utc("2026-11-16T14:00"), utc("2026-11-18T14:00")),
        Shift("carol", utc("2026-11-18T14:00"), utc("2026-11-20T14:00")),
        Shift("alice", utc("2026-11-20T14:00"), utc("2026-11-23T14:00")),
    ]


def test_a_cover_may_span_a_handover() -> None:
    """Who covers stays through it, and the next person begins late."""
    covered = rota("2026-11-16T09:00", cover=(cover("carol", "2026-11-22T09:00", "2026-11-24T09:00"),))
    assert covered.shift_at(utc("2026-11-23T14:00")).who == "carol"
    assert covered.shift_at(utc("2026-11-24T14:00")) == Shift("bob", utc("2026-11-24T14:00"), utc("2026-11-30T14:00"))


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    zone=st.sampled_from(["America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/Lisbon", "UTC"]),
    hours=st.sampled_from([1, 8, 12, 24, 168]),
    minute=st.integers(0, 1439),
)
def test_shifts_have_no_gap_and_no_overlap(now: datetime, zone: str, hours: int, minute: int) -> None:
    """At any moment there is one shift, it holds that moment, and the next one begins where it ends."""
    covers = (
        cover("zoe", "2026-03-08T01:00", "2026-03-08T02:40"),
        cover("yan", "2026-10-31T12:00", "2026-11-03T12:00"),
    )
    some = rota(f"2026-01-05T{minute // 60:02}:{minute % 60:02}", every=f"{hours}h", zone=zone, cover=covers)
    shift = some.shift_at(now)
    assert shift is not None
    assert shift.start <= now < shift.end
    assert some.shift_at(shift.start) == shift
    assert some.shift_at(shift.end).start == shift.end
