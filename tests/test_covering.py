"""Standing in for another: asked for, taken on by the first who accepts, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.covering import pieces_of
from bot.duty import Duty
from bot.errors import (
    CoverAskedAlready,
    CoverBackwards,
    CoverBegun,
    CoverError,
    CoverOver,
    CoverPast,
    CoverTaken,
    CoverTooLong,
    DeclinedAlready,
    NobodyToAsk,
    NoRota,
    NoSuchCover,
    NoSuchPerson,
    NotAsked,
    NothingToCover,
    NotOnCallThen,
    NotOnTheTeam,
    OwnCover,
)
from bot.model import BOT, Cover, Severity
from bot.slack.oncall.clicks import WHY_NOT
from bot.stints import stints
from bot.words import english
from tests.desk import Desk, pass_time
from tests.samples import ALICE, BOB, CAROL, NOW

HOUR = timedelta(hours=1)
STRANGER = "U0000000099"


def asked(desk: Desk, begins: float = 1, ends: float = 5, **named: str) -> Cover:
    """Alice, who is on call this week, asks for these hours from now."""
    return desk.flow.covering.ask(ALICE, desk.now + begins * HOUR, desk.now + ends * HOUR, **named)


def cover(desk: Desk, id: str) -> Cover:
    found = desk.store.covers.find_cover(id)
    assert found is not None
    return found


def duty(desk: Desk) -> Duty:
    return Duty(lambda: desk.team, desk.store)


def on_call(desk: Desk, *hours: float) -> list[str | None]:
    """Who is, so many hours after the beginning of the story."""
    return [duty(desk).on_call(NOW + each * HOUR) for each in hours]


def lines(desk: Desk, id: str) -> list[tuple[str, str]]:
    return [(each.who, each.what) for each in desk.store.timeline.entries(id)]


def without(desk: Desk, **parts: object) -> None:
    """The team file changes."""
    desk.team = desk.team.model_copy(update=parts)


def test_the_first_who_accepts_is_on_call_and_nobody_else_can_be(desk: Desk) -> None:
    """Everybody else of the rota is asked; whoever asked is on call before and after."""
    id = asked(desk).id
    assert cover(desk, id).asked == (BOB, CAROL)
    assert on_call(desk, 2) == ["alice"]
    desk.flow.covering.accept(id, CAROL)
    assert on_call(desk, 0, 1, 4.9, 5) == ["alice", "carol", "carol", "alice"]
    with pytest.raises(CoverTaken) as taken:
        desk.flow.covering.accept(id, BOB)
    assert taken.value.by == CAROL
    with pytest.raises(CoverTaken):
        desk.flow.covering.decline(id, BOB)
    assert lines(desk, id) == [(ALICE, "cover asked"), (CAROL, "cover accepted")]
    assert desk.shown == [id, id]


def test_of_two_who_accept_at_once_one_has_it(desk: Desk) -> None:
    id = asked(desk).id

    def accept(person: str) -> bool:
        try:
            desk.flow.covering.accept(id, person)
        except CoverTaken:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = dict(zip((BOB, CAROL), pool.map(accept, (BOB, CAROL)), strict=True))
    assert sorted(won.values()) == [False, True]
    assert cover(desk, id).accepted_by == next(person for person, had in won.items() if had)


def test_who_is_named_is_asked_alone(desk: Desk) -> None:
    id = asked(desk, other=BOB).id
    assert cover(desk, id).asked == (BOB,)
    for person in (CAROL, ALICE):
        with pytest.raises(NotAsked):
            desk.flow.covering.accept(id, person)
    with pytest.raises(NotOnTheTeam):
        desk.flow.covering.accept(id, STRANGER)


def test_whoever_covers_is_called(desk: Desk) -> None:
    """An incident in that time is brought to them, and after it to whoever has the turn."""
    desk.flow.covering.accept(asked(desk, 1, 3).id, CAROL)
    pass_time(desk, 90)
    first = desk.declared(severity=Severity.P0)
    pass_time(desk, 1)
    (called,) = desk.store.escalations.escalations_of(first.id)
    assert (called.to, called.people) == ("oncall", (CAROL,))
    pass_time(desk, 120)
    later = desk.declared("Search is down", Severity.P0)
    pass_time(desk, 1)
    assert [each.people for each in desk.store.escalations.escalations_of(later.id)] == [(ALICE,)]


def test_an_open_incident_shows_who_is_on_call_now(desk: Desk) -> None:
    incident = desk.declared()
    id = asked(desk).id
    desk.shown.clear()
    desk.flow.covering.accept(id, BOB)
    assert desk.shown == [id, incident.id]


def test_what_was_covered_stays_when_it_is_taken_back(desk: Desk) -> None:
    """By either of the two, at any time; the rest is again whose turn it is."""
    id = asked(desk, 1, 5).id
    desk.flow.covering.accept(id, BOB)
    pass_time(desk, 120)
    with pytest.raises(NotAsked):
        desk.flow.covering.end(id, CAROL)
    desk.flow.covering.end(id, BOB)
    assert on_call(desk, 1, 1.9, 2, 4) == ["bob", "bob", "alice", "alice"]
    for person in (ALICE, BOB):
        with pytest.raises(CoverOver):
            desk.flow.covering.end(id, person)
    with pytest.raises(CoverOver):
        desk.flow.covering.accept(id, CAROL)
    assert lines(desk, id)[-1] == (BOB, "cover ended")


def test_one_that_is_withdrawn_or_taken_back_before_it_begins_never_was(desk: Desk) -> None:
    waiting = asked(desk, 1, 2).id
    with pytest.raises(NotAsked):
        desk.flow.covering.end(waiting, BOB)  # who is asked declines
    desk.flow.covering.end(waiting, ALICE)
    with pytest.raises(CoverOver):
        desk.flow.covering.decline(waiting, BOB)
    taken = asked(desk, 1, 2).id
    desk.flow.covering.accept(taken, BOB)
    desk.flow.covering.end(taken, ALICE)
    assert on_call(desk, 1.5) == ["alice"]
    assert desk.store.covers.current_covers(desk.now) == desk.store.covers.accepted_covers() == []


def test_one_that_has_begun_counts_from_when_it_is_accepted(desk: Desk) -> None:
    """Nobody is said to have been on call who was not."""
    id = asked(desk, -1, 4).id
    assert cover(desk, id).start == NOW
    pass_time(desk, 60)
    desk.flow.covering.accept(id, BOB)
    assert on_call(desk, 0.5, 1, 3.9, 4) == ["alice", "bob", "bob", "alice"]


def test_who_declined_may_accept_after_all(desk: Desk) -> None:
    id = asked(desk).id
    desk.flow.covering.decline(id, BOB)
    with pytest.raises(DeclinedAlready):
        desk.flow.covering.decline(id, BOB)
    assert cover(desk, id).declined == (BOB,)
    desk.flow.covering.accept(id, BOB)
    assert on_call(desk, 2) == ["bob"]


def test_whoever_asked_is_told_when_it_begins_and_nobody_has_accepted(desk: Desk) -> None:
    """It still stands; and once it has passed, nobody can accept it any more."""
    id = asked(desk, 1, 3).id
    pass_time(desk, 59)
    assert lines(desk, id) == [(ALICE, "cover asked")]
    desk.shown.clear()
    pass_time(desk, 2)
    assert (lines(desk, id)[1:], desk.shown) == ([(BOT, "cover unanswered")], [id])
    pass_time(desk, 120)
    assert (len(lines(desk, id)), desk.shown) == (2, [id, id])  # drawn once more, without its buttons
    for act in (desk.flow.covering.accept, desk.flow.covering.decline):
        with pytest.raises(CoverOver):
            act(id, BOB)
    with pytest.raises(CoverOver):
        desk.flow.covering.end(id, ALICE)


def test_people_have_a_while_to_answer_for_what_begins_at_once(desk: Desk) -> None:
    id = asked(desk, 0, 3).id
    pass_time(desk, 9)
    assert len(lines(desk, id)) == 1
    pass_time(desk, 2)
    assert lines(desk, id)[1:] == [(BOT, "cover unanswered")]


def test_nobody_is_told_of_what_was_accepted_in_time(desk: Desk) -> None:
    id = asked(desk, 1, 3).id
    desk.flow.covering.accept(id, BOB)
    desk.shown.clear()
    pass_time(desk, 200)
    assert lines(desk, id)[1:] == [(BOB, "cover accepted")]
    assert desk.shown == [id]  # it is over, and has no button any more


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda desk: asked(desk, 5, 1), CoverBackwards),
        (lambda desk: asked(desk, 1, 1), CoverBackwards),
        (lambda desk: asked(desk, -5, -1), CoverPast),
        (lambda desk: asked(desk, -5, 1), CoverBegun),
        (lambda desk: asked(desk, 1, 61 * 24 + 2), CoverTooLong),
        (lambda desk: asked(desk, other=ALICE), OwnCover),
        (lambda desk: asked(desk, other=STRANGER), NoSuchPerson),
        (lambda desk: desk.flow.covering.ask(STRANGER, desk.now, desk.now + HOUR), NotOnTheTeam),
        (lambda desk: desk.flow.covering.ask(BOB, desk.now, desk.now + HOUR), NotOnCallThen),
        (lambda desk: desk.flow.covering.accept("cover_0", BOB), NoSuchCover),
        (lambda desk: desk.flow.covering.numbered(7), NoSuchCover),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, ask: Callable[[Desk], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        ask(desk)
    assert desk.store.covers.current_covers(desk.now) == []
    assert desk.store.timeline.entries() == []


def test_who_is_not_on_call_then_hears_when_they_are(desk: Desk) -> None:
    with pytest.raises(NotOnCallThen) as refused:
        desk.flow.covering.ask(BOB, desk.now, desk.now + HOUR)
    assert str(refused.value.start) == "2026-11-23 12:00:00+00:00"  # 09:00 in São Paulo
    assert str(refused.value.end) == "2026-11-30 12:00:00+00:00"


def test_without_a_rota_or_others_nobody_can_be_asked(desk: Desk) -> None:
    rota = desk.team.rota
    assert rota is not None
    without(desk, rota=rota.model_copy(update={"order": ("alice",)}))
    with pytest.raises(NobodyToAsk):
        asked(desk)
    assert asked(desk, other=BOB).asked == (BOB,)  # who is in no rota can help all the same
    without(desk, rota=None)
    with pytest.raises(NoRota):
        asked(desk)


def test_the_same_time_is_asked_for_once(desk: Desk) -> None:
    """Typed twice, it would ask everybody twice. What does not overlap is another matter."""
    first = asked(desk, 1, 5)
    with pytest.raises(CoverAskedAlready) as refused:
        asked(desk, 4, 8)
    assert refused.value.name == first.name == "C-1"
    assert asked(desk, 5, 8).name == "C-2"
    desk.flow.covering.accept(first.id, BOB)
    with pytest.raises(NotOnCallThen):
        asked(desk, 2, 3)
    assert desk.flow.covering.ask(BOB, desk.now + 2 * HOUR, desk.now + 3 * HOUR).name == "C-3"  # who covers may ask too


def test_who_has_left_the_team_covers_nothing(desk: Desk) -> None:
    """Whoever has the turn is on call again; and nobody accepts for somebody who has left."""
    id = asked(desk).id
    desk.flow.covering.accept(id, CAROL)
    other = asked(desk, 6, 8).id
    people = dict(desk.team.people)
    without(desk, people={name: each for name, each in people.items() if name != "carol"})
    assert on_call(desk, 2) == ["alice"]
    without(desk, people={name: each for name, each in people.items() if name != "alice"})
    with pytest.raises(CoverOver):
        desk.flow.covering.accept(other, BOB)


def test_nobody_covers_for_somebody_who_is_not_on_call_any_more(desk: Desk) -> None:
    """The rota was changed while others thought about it: people would believe that they are called."""
    id = asked(desk).id
    assert desk.team.rota is not None
    without(desk, rota=desk.team.rota.model_copy(update={"order": ("bob", "carol", "alice")}))
    with pytest.raises(NothingToCover):
        desk.flow.covering.accept(id, CAROL)
    assert cover(desk, id).waits
    assert on_call(desk, 2) == ["bob"]


def test_one_that_is_to_come_counts_however_many_have_passed(desk: Desk) -> None:
    """Of very many those that end last are known."""
    desk.flow.covering.accept(asked(desk, 24, 25).id, CAROL)
    for _ in range(100):
        cover = desk.store.covers.ask_for_cover(ALICE, [BOB], desk.now, desk.now + HOUR, desk.now)
        desk.store.covers.accept_cover(cover.id, BOB, desk.now)
    pass_time(desk, 120)
    roster = duty(desk).roster()
    assert roster is not None
    assert roster.on_call(NOW + timedelta(hours=24.5)) == "carol"


def test_every_refusal_has_its_sentence() -> None:
    """A click that does nothing says why."""

    def below(error: type[CoverError]) -> set[type[CoverError]]:
        return {each for child in error.__subclasses__() for each in {child, *below(child)}}

    assert set(WHY_NOT) == below(CoverError)
    values = dict.fromkeys(("absent", "by", "name", "start", "until"), "x")
    assert all(english().plain(sentence, **values) for sentence in WHY_NOT.values())


def test_the_shifts_ahead_are_cut_where_somebody_covers(desk: Desk) -> None:
    """And say in whose place; without a gap and in order."""
    desk.flow.covering.accept(asked(desk, 24, 48).id, BOB)
    desk.flow.covering.accept(asked(desk, 150, 190).id, BOB)  # into his own turn, which begins after 166 hours
    roster = duty(desk).roster()
    assert roster is not None
    found = list(stints(roster, NOW, NOW + timedelta(days=15)))
    assert [(each.who, each.absent) for each in found] == [
        ("alice", None),
        ("bob", "alice"),
        ("alice", None),
        ("bob", "alice"),
        ("bob", None),
        ("carol", None),
    ]
    assert [each.start for each in found[1:]] == [each.end for each in found[:-1]]
    assert pieces_of(roster, "alice", NOW + 20 * HOUR, NOW + 200 * HOUR) == [(NOW + 20 * HOUR, found[3].end)]
