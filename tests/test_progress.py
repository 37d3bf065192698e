"""What a journal means, whatever came to be in it: nothing is left out, done twice or overlooked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import (
    Ask,
    Command,
    Http,
    Notify,
    Outcome,
    Plan,
    Result,
    Run,
    RunState,
    Step,
    StepRecord,
    StepState,
    Tcp,
    Undo,
    Wait,
)
from bot.runbooks.progress import about, left_half_done, may_repeat, progress_of
from bot.runbooks.run import Ended, execute
from bot.runbooks.steps import Surroundings
from tests.samples import NOW, plan

TRUE = Command(("true",))
SETTLED = {StepState.OK, StepState.DECLARED, StepState.EXCUSED}
ENDED = {StepState.FAILED, StepState.TIMED_OUT}
CAUGHT = {StepState.RUNNING, StepState.UNKNOWN}


def step(id: str = "one", **changes: object) -> Step:
    return replace(Step(id, "", TRUE, 60.0), **changes)  # type: ignore[arg-type]


def record(position: int = 0, state: StepState = StepState.OK, attempt: int = 1, *, undo: bool = False) -> StepRecord:
    ended = None if state in {StepState.RUNNING, StepState.ASKING} else NOW + timedelta(seconds=2)
    return StepRecord(position, state, NOW, ended, "", "", attempt, undo)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps = []
    for number in range(draw(st.integers(1, 5))):
        asks = draw(st.booleans())
        retries = 0 if asks else draw(st.integers(0, 2))
        steps.append(
            Step(
                f"s{number}",
                "",
                Ask("Well?") if asks else TRUE,
                60.0,
                retries=retries,
                repeat_safe=bool(retries) or (not asks and draw(st.booleans())),
                optional=draw(st.booleans()),
                undo=None if asks or draw(st.booleans()) else Undo(TRUE, 60.0),
            )
        )
    return plan(steps=tuple(steps), on_failure=draw(st.sampled_from(["stop", "undo", "ask"])))


@st.composite
def journals(draw: st.DrawFn) -> tuple[Plan, tuple[StepRecord, ...]]:
    """A plan, and what the engine may have written of a run of it until some moment; then of its undos."""
    plan_ = draw(plans())
    records = []
    for position, each in enumerate(plan_.steps):
        if draw(st.integers(0, 5)) == 0:  # the bot had come no further
            break
        asks = isinstance(each.action, Ask)
        states = list(StepState) if asks else [state for state in StepState if state is not StepState.ASKING]
        state = draw(st.sampled_from(states))
        attempt = draw(st.integers(1, 1 + each.retries))
        records.append(record(position, state, attempt))
        over = state in SETTLED or (state in ENDED and each.optional and attempt > each.retries)
        if not over:
            break
    if draw(st.booleans()):
        begun = [did for did in records if did.state is not StepState.ASKING and plan_.steps[did.position].undo]
        for did in reversed(begun):
            if draw(st.integers(0, 3)) == 0:
                break
            undo = draw(st.sampled_from([StepState.OK, StepState.FAILED, StepState.RUNNING, StepState.UNKNOWN]))
            records.append(record(did.position, undo, undo=True))
            if undo in CAUGHT:
                break
    return plan_, tuple(records)


@given(journals())
def test_it_goes_on_at_the_first_step_that_is_not_behind_it(journal: tuple[Plan, tuple[StepRecord, ...]]) -> None:
    """Behind it is what was done, what a person declared or excused, and the last failure of an optional step."""
    plan_, records = journal
    progress = progress_of(plan_, records)
    steps = {each.position: each for each in records if not each.undo}
    for position in range(progress.next):
        each, found = plan_.steps[position], steps[position]
        tries_left = each.repeat_safe and found.attempt <= each.retries
        assert found.state in SETTLED or (found.state in ENDED and each.optional and not tries_left)
    now = steps.get(progress.next)
    assert now is None or now.state not in SETTLED
    assert max(steps, default=-1) <= progress.next
    assert progress.tried == (now.attempt if now else 0)


@given(journals())
def test_a_run_stands_at_one_thing_alone(journal: tuple[Plan, tuple[StepRecord, ...]]) -> None:
    """It is caught, or has failed, or asks, or may simply go on; an undo that is caught comes before all."""
    plan_, records = journal
    progress = progress_of(plan_, records)
    assert sum(each is not None for each in (progress.failed, progress.asking)) <= 1
    if progress.caught is not None and not progress.caught.undo:
        assert progress.caught.position == progress.next
        assert progress.failed is None
        assert progress.asking is None
    for stands in (progress.failed, progress.asking):
        assert stands is None or stands.position == progress.next
    if any(written.undo and written.state in CAUGHT for written in records):
        assert progress.caught is not None
        assert progress.caught.undo


@given(journals())
def test_what_was_begun_is_taken_back_once(journal: tuple[Plan, tuple[StepRecord, ...]]) -> None:
    """Done, failed, cut or declared: all that was begun and has an undo, but for what was taken back or tried to be."""
    plan_, records = journal
    progress = progress_of(plan_, records)
    begun = {each.position for each in records if not each.undo and each.state is not StepState.ASKING}
    over = {each.position for each in records if each.undo and each.state not in CAUGHT}
    assert set(progress.to_undo) == {each for each in begun if plan_.steps[each].undo is not None} - over


@given(journals())
def test_whatever_should_have_been_taken_back_and_was_not_is_loud(
    journal: tuple[Plan, tuple[StepRecord, ...]],
) -> None:
    plan_, records = journal
    failed = Run("run", "proposal", RunState.FAILED, None, None, NOW, NOW, NOW, "", records)
    undos = [each for each in records if each.undo]
    if any(each.state in {StepState.FAILED, StepState.UNKNOWN} for each in undos):
        assert left_half_done(plan_, failed)
    elif plan_.on_failure != "undo":
        assert not left_half_done(plan_, failed)
    assert not left_half_done(plan_, replace(failed, state=RunState.UNDONE))


def test_an_answer_is_about_one_try_of_one_thing() -> None:
    """The same step again, its undo, or another step: each is another question."""
    plan_ = plan(steps=(step("one", undo=Undo(TRUE, 60.0)), step("two")))
    unknown = StepState.UNKNOWN
    asked = [
        about(progress_of(plan_, records))
        for records in (
            [record(0, unknown)],
            [record(0, unknown, attempt=2)],
            [record(0, StepState.FAILED), record(0, unknown, undo=True)],
            [record(0), record(1, unknown)],
            [record(0)],
        )
    ]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    ("action", "repeat_safe", "may"),
    [
        (TRUE, False, False),
        (TRUE, True, True),
        (Http("http://x/", "POST"), False, False),
        (Http("http://x/", "GET"), False, False),  # it may be no mere look: only the file can say
        (Notify("deploys", "done"), False, True),
        (Wait(Http("http://x/"), 1.0, 5.0), False, True),
        (Wait(Http("http://x/", "HEAD"), 1.0, 5.0), False, True),
        (Wait(Http("http://x/", "POST"), 1.0, 5.0), False, False),
        (Wait(TRUE, 1.0, 5.0), False, True),  # it is started over and over anyhow
        (Wait(Tcp("127.0.0.1", 80), 1.0, 5.0), False, True),
    ],
)
def test_what_was_caught_goes_on_by_itself_only_where_that_does_no_harm(
    action: Command | Http | Notify | Wait, repeat_safe: bool, may: bool
) -> None:
    assert may_repeat(step(action=action, repeat_safe=repeat_safe)) is may


def test_the_time_for_answers_is_not_the_runs() -> None:
    plan_ = plan(steps=(step("one"), step("two", action=Ask("Well?")), step("three")))
    assert progress_of(plan_, [record(0), record(1), record(2, StepState.FAILED)]).spent == 4.0


# -- the engine itself, killed at any point ---


class Killed(Exception):
    """The bot died here."""


class Memory:
    """A journal that keeps what was written, and where the bot dies before or after a write."""

    def __init__(self, plan_: Plan, dies: Callable[[], bool]) -> None:
        self._plan, self._dies = plan_, dies
        self._records: dict[int, StepRecord] = {}

    @property
    def records(self) -> tuple[StepRecord, ...]:
        return tuple(self._records.values())

    def mark(self, position: int, state: StepState) -> None:
        self._records[position] = replace(self._records[position], state=state)

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        assert not undo
        before = self._records.get(position)
        assert before is None or before.state not in SETTLED | {StepState.RUNNING, StepState.ASKING}
        asks = isinstance(self._plan.steps[position].action, Ask)
        self._perhaps_die()
        state = StepState.ASKING if asks else StepState.RUNNING
        self._records[position] = record(position, state, before.attempt + 1 if before else 1)
        self._perhaps_die()

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        raise AssertionError("nothing here is a process")

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        self._perhaps_die()
        self.mark(position, StepState(outcome.result.value))
        if then is not None:
            self.begin_step(then)
        self._perhaps_die()

    def _perhaps_die(self) -> None:
        if self._dies():
            raise Killed


@settings(max_examples=200)
@given(plans(), st.data())
def test_no_step_is_done_more_often_than_it_may_be(
    tmp_path_factory: pytest.TempPathFactory, plan_: Plan, data: st.DataObject
) -> None:
    """Whatever fails, wherever the bot dies, and whatever people say: one start a try, and in the order of the plan.

    Each step is a message here, which tells the test that it was begun.
    """
    begun: list[int] = []
    outcomes = st.sampled_from([Result.OK, Result.OK, Result.FAILED, Result.TIMED_OUT, Result.UNKNOWN])

    def post(notify: Notify, _step: str, _timeout: float, _stop: threading.Event) -> Outcome:
        begun.append(int(notify.text))
        return Outcome(data.draw(outcomes), "", "", 0.0)

    steps = tuple(
        each if isinstance(each.action, Ask) else replace(each, action=Notify("x", str(position)), retries=0)
        for position, each in enumerate(plan_.steps)
    )  # without retries, which would wait for seconds between two tries
    allowed = dict.fromkeys(range(len(steps)), 1)
    plan_ = replace(plan_, steps=steps)
    journal = Memory(plan_, lambda: data.draw(st.integers(0, 9)) == 0)
    around = Surroundings(tmp_path_factory.getbasetemp(), {}, post)
    for _ in range(30):  # starts of the bot, and answers
        progress = progress_of(plan_, journal.records)
        if progress.caught is not None:
            each = plan_.steps[progress.caught.position]
            journal.mark(progress.caught.position, StepState.UNKNOWN)
            if not each.repeat_safe and data.draw(st.booleans(), "it ran"):
                journal.mark(progress.caught.position, StepState.DECLARED)
                continue
            allowed[progress.caught.position] += 1  # its file says so, or a person
        elif progress.asking is not None:
            journal.mark(progress.asking.position, StepState.OK if data.draw(st.booleans()) else StepState.FAILED)
            continue
        elif progress.failed is not None:
            if data.draw(st.booleans(), "stop"):
                break
            journal.mark(progress.failed.position, StepState.EXCUSED)
            continue
        try:
            ended = one_stretch(plan_, journal, around)
        except Killed:
            continue
        if ended.state is RunState.SUCCEEDED:
            records = {each.position: each.state for each in journal.records}
            assert set(records) == set(range(len(plan_.steps)))
            for position, state in records.items():
                assert state in SETTLED or (state in ENDED and plan_.steps[position].optional)
            break
    assert all(begun.count(position) <= allowed[position] for position in allowed)
    assert begun == sorted(begun)


def one_stretch(plan_: Plan, journal: Memory, around: Surroundings) -> Ended:
    progress = progress_of(plan_, journal.records)
    return execute(
        plan_,
        journal,
        around,
        start=progress.next,
        tried=progress.tried,
        spent=progress.spent,
        hold=threading.Event(),
        stop=threading.Event(),
    )
