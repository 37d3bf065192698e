"""Which handover comes next, and which ones went by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.rota import Calendar, Order, Roster, Shift, Standin
from handoff.coming import Coming, Passed, coming, passed

WEEK = Order(ZoneInfo("UTC"), datetime(2026, 11, 16, 9), timedelta(weeks=1), ("alice", "bob", "carol"))  # noqa: DTZ001


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_the_next_is_at_the_end_of_the_shift() -> None:
    assert coming(Roster(WEEK), at(18)) == Coming(at(16), at(23), "alice", "bob")


def test_who_covers_takes_over_and_hands_back() -> None:
    """Each is a handover of its own."""
    roster = Roster(WEEK, (Standin("carol", at(18), at(20), "alice"),))
    assert coming(roster, at(17)) == Coming(at(16), at(18), "alice", "carol")
    assert coming(roster, at(18)) == Coming(at(18), at(20), "carol", "alice")
    assert coming(roster, at(20)) == Coming(at(20), at(23), "alice", "bob")


def test_after_one_that_was_posted_early_the_shift_that_follows_is_next() -> None:
    """Asked for what comes after that handover, and not after now."""
    assert coming(Roster(WEEK), at(23)) == Coming(at(23), at(30), "bob", "carol")


def test_a_time_without_anybody_is_handed_to_nobody_and_from_nobody() -> None:
    gap = Roster(Calendar((Shift("alice", at(16), at(18)), Shift("bob", at(20), at(23)))))
    assert coming(gap, at(17)) == Coming(at(16), at(18), "alice", None)
    assert coming(gap, at(18)) == Coming(at(18), at(20), None, "bob")
    assert coming(gap, at(22)) == Coming(at(20), at(23), "bob", None)
    assert coming(gap, at(24)) is None


def test_one_person_alone_hands_over_to_herself() -> None:
    """A week is still a week, with a note at its end."""
    alone = Roster(Order(ZoneInfo("UTC"), datetime(2026, 11, 16, 9), timedelta(weeks=1), ("alice",)))  # noqa: DTZ001
    assert coming(alone, at(18)) == Coming(at(16), at(23), "alice", "alice")


def test_one_that_is_just_due_has_passed() -> None:
    assert passed(Roster(WEEK), at(23), "alice", at(23)) == Passed(at(23), "alice", "bob", 0)


def test_of_several_that_went_by_the_last_counts() -> None:
    """The others are counted."""
    assert passed(Roster(WEEK), at(23), "alice", at(30, 12)) == Passed(at(30), "bob", "carol", 1)


def test_a_shift_that_goes_on_after_all_has_not_ended() -> None:
    """Somebody took the cover back just before it began."""
    assert passed(Roster(WEEK), at(18), "alice", at(18)) is None


@given(
    asked=st.datetimes(datetime(2026, 11, 1), datetime(2027, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    covers=st.lists(
        st.builds(
            lambda who, start, hours, absent: Standin(
                who, at(1) + timedelta(hours=start), at(1) + timedelta(hours=start + hours), absent
            ),
            st.sampled_from(["alice", "bob", "carol"]),
            st.integers(0, 1500),
            st.integers(1, 300),
            st.sampled_from(["alice", "bob", "carol", None]),
        ),
        max_size=4,
    ),
)
def test_from_handover_to_handover_nobody_is_left_out(asked: datetime, covers: list[Standin]) -> None:
    """Each begins where the one before ended, another person comes, and the one who came is the next to go."""
    roster = Roster(WEEK, covers)
    before = coming(roster, asked)
    assert before is not None
    assert before.start <= asked < before.at
    for _ in range(6):
        after = coming(roster, before.at)
        assert after is not None
        assert (after.start, after.outgoing) == (before.at, before.incoming)
        assert before.outgoing != before.incoming
        assert passed(roster, before.at, before.outgoing, before.at) == Passed(
            before.at, before.outgoing, before.incoming, 0
        )
        before = after
