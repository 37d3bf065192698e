"""When a model is left alone, and how long its words are kept: by a clock that is passed in."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.classify.llm.answers import Answers
from bot.classify.llm.breaker import FAILURES, LONGEST_PAUSE, PAUSE, Breaker
from bot.classify.llm.opinion import Opinion
from bot.model import Category

OPINION = Opinion(Category.MEMORY, None, 0.5, "Full.", "small:1b")


def broken(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.allows(now)
        breaker.failed(now)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    """One that works now and then is asked."""
    breaker = Breaker()
    for _ in range(5):
        for _ in range(FAILURES - 1):
            breaker.failed(0.0)
        breaker.succeeded()
    assert breaker.allows(0.0)
    assert not broken().allows(0.0)


def test_after_a_pause_one_trial_decides() -> None:
    """Meanwhile nobody else is let through."""
    breaker = broken()
    assert not breaker.allows(PAUSE - 0.1)
    assert breaker.allows(PAUSE)
    assert not breaker.allows(PAUSE)
    breaker.succeeded()
    assert breaker.allows(PAUSE)
    assert breaker.allows(PAUSE)


def test_the_pause_grows_to_a_ceiling_and_a_success_forgets_it() -> None:
    """30 s, 1 min, 2 min and so on to 10 min."""
    breaker, now, pauses = broken(), 0.0, []
    for _ in range(7):
        pauses.append(breaker.rests_for(now))
        now += pauses[-1]
        assert breaker.allows(now)
        breaker.failed(now)
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert breaker.rests_for(now) == LONGEST_PAUSE
    now += LONGEST_PAUSE
    assert breaker.allows(now)
    breaker.succeeded()
    for _ in range(FAILURES):
        breaker.failed(now)
    assert breaker.rests_for(now) == PAUSE


def test_a_busy_model_neither_ends_the_pause_nor_prolongs_it() -> None:
    """The next one may try."""
    breaker = broken()
    assert breaker.allows(PAUSE)
    breaker.gave_nothing()
    assert breaker.rests_for(PAUSE) == 0
    assert breaker.allows(PAUSE)


def test_questions_that_were_under_way_when_it_opened_prolong_nothing() -> None:
    """The pause grows by trials alone."""
    breaker = broken()
    breaker.failed(1.0)
    assert breaker.rests_for(0.0) == PAUSE


@given(st.lists(st.tuples(st.sampled_from(["ask", "fail", "succeed", "busy"]), st.floats(0, 1000)), max_size=60))
def test_it_never_rests_for_longer_than_the_ceiling(events: list[tuple[str, float]]) -> None:
    """Whatever happens, in whatever order: after the longest pause somebody may ask, or is asking."""
    breaker, now = Breaker(), 0.0
    for event, passed in events:
        now += passed
        if event == "ask":
            breaker.allows(now)
        elif event == "fail":
            breaker.failed(now)
        elif event == "succeed":
            breaker.succeeded()
        else:
            breaker.gave_nothing()
        assert 0 <= breaker.rests_for(now) <= LONGEST_PAUSE
    breaker.gave_nothing()
    assert breaker.allows(now + LONGEST_PAUSE)


def test_old_words_are_forgotten() -> None:
    """They may name numbers that are no longer true."""
    answers = Answers(lifetime=10.0)
    answers.put("a", OPINION, 0.0)
    assert answers.get("a", 9.9) == OPINION
    assert answers.get("a", 10.0) is None
    assert len(answers) == 0


def test_the_least_used_make_room() -> None:
    """A bounded number is kept, whatever comes."""
    answers = Answers(kept=2)
    first, second, third = (replace(OPINION, summary=name) for name in "abc")
    answers.put("a", first, 0.0)
    answers.put("b", second, 0.0)
    assert answers.get("a", 0.0) == first
    answers.put("c", third, 0.0)
    assert [answers.get(name, 0.0) for name in "abc"] == [first, None, third]
    assert len(answers) == 2
