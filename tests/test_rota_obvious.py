"""Who is on call, held against the slow and obvious way: turn by turn on the wall clock, and an hourly look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.rota import Calendar, Order, Roster, Shift, Standin, as_moment

# With clock changes of an hour, of half an hour, in the middle of the year, at Ramadan, given up in 2019, and none.
ZONES = [
    *("America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "UTC"),
    *("Asia/Kathmandu", "Pacific/Apia"),
]
NAMES = ("alice", "bob", "carol")
FIRST = datetime(2018, 1, 1, tzinfo=UTC)  # America/Sao_Paulo still had summer time
LAST = datetime(2028, 1, 1, tzinfo=UTC)

moments = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
locals_ = st.datetimes(datetime(2017, 1, 1), datetime(2029, 1, 1)).map(  # noqa: DTZ001 - wall-clock times
    lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
)
orders = st.builds(
    Order,
    st.sampled_from(ZONES).map(ZoneInfo),
    locals_,
    st.sampled_from([1, 7, 8, 12, 24, 168]).map(lambda hours: timedelta(hours=hours)),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(tuple),
)


def by_the_clock(order: Order, moment: datetime) -> str:
    """Walks from the first handover, one wall-clock handover after the other, to the last one that is not later.

    A handover that the clock shows twice is the first of the two, and one that it leaves out comes after the gap.
    """
    number, local = 0, order.start
    while as_moment(local, order.zone) <= moment:
        number, local = number + 1, local + order.every
    while as_moment(local, order.zone) > moment:
        number, local = number - 1, local - order.every
    return order.names[number % len(order.names)]


@given(orders, moments)
def test_an_order_is_what_walking_the_wall_clock_says(order: Order, moment: datetime) -> None:
    """Within a few hundred handovers of the moment, so that the walk comes to an end."""
    near = moment.astimezone(order.zone).replace(tzinfo=None, second=0, microsecond=0)
    shift = (order.start - near) // order.every
    away = max(-300, min(300, shift))
    close = Order(order.zone, near.replace(minute=order.start.minute) + away * order.every, order.every, order.names)
    assert Roster(close).on_call(moment) == by_the_clock(close, moment)


@given(orders, moments)
def test_every_handover_is_at_the_time_of_day_that_the_file_says(order: Order, moment: datetime) -> None:
    """For orders whose turns are whole days; where the clock leaves that time out, within the hour after it."""
    daily = Order(order.zone, order.start, timedelta(days=1), ("alice", "bob"))
    for shift in list(Roster(daily).shifts(moment, moment + timedelta(days=9))):
        local = shift.start.astimezone(daily.zone)
        written = datetime.combine(local.date(), daily.start.time(), daily.zone)
        exists = written.astimezone(UTC).astimezone(daily.zone).time() == daily.start.time()
        late = shift.start - written.astimezone(UTC)
        assert late == timedelta() or (not exists and late <= timedelta(hours=24))


@st.composite
def standins(draw: st.DrawFn) -> list[Standin]:
    """Some for anybody, some for one person, overlapping at will."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(moments)
        long = timedelta(hours=draw(st.integers(1, 24 * 30)))
        absent = draw(st.sampled_from([None, *NAMES]))
        found.append(Standin(draw(st.sampled_from([*NAMES, "dora"])), start, start + long, absent))
    return found


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """With gaps, and with ends that touch."""
    at = draw(moments)
    shifts = []
    for _ in range(draw(st.integers(0, 6))):
        at += timedelta(hours=draw(st.sampled_from([0, 0, 1, 30])))
        end = at + timedelta(hours=draw(st.integers(1, 100)))
        shifts.append(Shift(draw(st.sampled_from(NAMES)), at, end))
        at = end
    return Calendar(tuple(shifts))


rosters = st.builds(Roster, st.one_of(orders, calendars()), standins())


def obvious(roster: Roster, moment: datetime) -> str | None:
    """Who has the turn, and then each who covers, one after the other."""
    turns = roster.turns
    if isinstance(turns, Order):
        who: str | None = turns.at(moment).who
    else:
        assert isinstance(turns, Calendar)
        who = next((each.who for each in turns.shifts if each.start <= moment < each.end), None)
    for each in roster.standins:
        if each.start <= moment < each.end and (each.absent is None or each.absent == who):
            who = each.who
    return who


def edges(roster: Roster, start: datetime, end: datetime) -> list[datetime]:
    """Each moment at which something may change, and each hour."""
    found = {start, end}
    for standin in roster.standins:
        found |= {standin.start, standin.end}
    if isinstance(roster.turns, Calendar):
        for each in roster.turns.shifts:
            found |= {each.start, each.end}
    at = start
    while isinstance(roster.turns, Order) and at < end:
        at = roster.turns.at(at).end
        found.add(at)
    return sorted(each for each in found if start <= each <= end)


@given(rosters, moments)
def test_who_is_on_call_is_the_turn_and_then_each_cover(roster: Roster, moment: datetime) -> None:
    assert roster.on_call(moment) == obvious(roster, moment)


@given(rosters, moments, st.integers(1, 20))
def test_shifts_and_gaps_together_are_all_the_time_there_is(roster: Roster, start: datetime, days: int) -> None:
    """Each says who is on call in all of it; none overlaps; of two that touch, another person has the second one, or
    the same one whose turns are shifts of their own."""
    end = start + timedelta(days=days)
    shifts, gaps = list(roster.shifts(start, end)), list(roster.gaps(start, end))
    parts = sorted([*((each.start, each.end) for each in shifts), *gaps])
    assert parts[0][0] <= start
    assert parts[-1][1] >= end
    assert all(one[1] == other[0] for one, other in pairwise(parts))
    for before, after in pairwise(edges(roster, start, end)):
        middle = before + (after - before) / 2
        who = obvious(roster, middle)
        within = [each.who for each in shifts if each.start <= middle < each.end]
        assert within == ([who] if who else [])
        gap = roster.gap_at(middle)
        assert (gap is None) is (who is not None)
        assert gap is None or gap[0] <= middle < gap[1]
    alone = isinstance(roster.turns, Order) and len(set(roster.turns.names)) == 1
    for one, other in pairwise(shifts):
        assert one.end < other.start or one.who != other.who or (alone and one.who == roster.turns.at(one.start).who)


@given(rosters, moments)
def test_a_shift_is_the_same_from_wherever_in_it_one_asks(roster: Roster, moment: datetime) -> None:
    shift = roster.shift_at(moment)
    if shift is None:
        gap = roster.gap_at(moment)
        assert gap is not None
        after = roster.next_after(moment)
        assert after is None or after.start == gap[1]
        return
    assert shift.start <= moment < shift.end
    if shift.start.year > 1:
        assert roster.shift_at(shift.start) == shift
    assert roster.shift_at(shift.end - timedelta(microseconds=1)) == shift
    after = roster.next_after(shift.end)
    assert after is None or after.start >= shift.end


def test_one_person_alone_has_a_shift_for_each_turn_and_hands_over_to_nobody_else() -> None:
    """Else it would be one without an end, and no handoff ever be due. A cover by another spans turns as one shift."""
    order = Order(ZoneInfo("UTC"), datetime(2026, 11, 16, 9), timedelta(days=7), ("alice",))  # noqa: DTZ001

    def at(day: int, hour: int = 9) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=UTC)

    cover = Standin("bob", at(22), at(24))
    assert list(Roster(order, [cover]).shifts(at(16), at(30))) == [
        Shift("alice", at(16), at(22)),
        Shift("bob", at(22), at(24)),
        Shift("alice", at(24), at(30)),
    ]
    herself = Standin("alice", at(20), at(26))
    assert list(Roster(order, [herself]).shifts(at(16), at(30))) == [
        Shift("alice", at(16), at(23)),
        Shift("alice", at(23), at(30)),
    ]


def test_a_cover_without_an_end_is_one_shift_and_found_at_once() -> None:
    """Till the end of all time: hundreds of thousands of turns, over which nobody walks."""
    order = Order(ZoneInfo("Asia/Tokyo"), datetime(2026, 11, 16, 9), timedelta(hours=1), NAMES)  # noqa: DTZ001
    end = as_moment(datetime(9999, 12, 31, 23), ZoneInfo("America/New_York"))  # noqa: DTZ001
    start = datetime(2026, 11, 20, tzinfo=UTC)
    roster = Roster(order, [Standin("dora", start, end)])
    assert roster.shift_at(start + timedelta(days=3)) == Shift("dora", start, datetime.max.replace(tzinfo=UTC))
    assert roster.next_after(start + timedelta(days=3)) is None
