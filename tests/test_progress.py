"""What a run's journal means, whatever it holds: where the run goes on, and what an undo has to cover."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Ask, Command, Http, Notify, Run, RunState, Step, StepRecord, StepState, Tcp, Undo, Wait
from bot.runbooks.progress import about, left_half_done, may_repeat, progress_of
from tests.samples import NOW, plan

UNDO = Undo(Command(("true",)), 60.0)
WORKED = {StepState.OK, StepState.DECLARED, StepState.EXCUSED}
FAILED = {StepState.FAILED, StepState.TIMED_OUT}


def step(**changes: object) -> Step:
    parts = {"id": "a", "say": "", "action": Command(("true",)), "timeout": 60.0}
    return Step(**{**parts, **changes})  # type: ignore[arg-type]


def record(position: int, state: StepState, *, undo: bool = False, attempt: int = 1) -> StepRecord:
    return StepRecord(position, state, NOW, NOW + timedelta(seconds=2), "", "", attempt, undo)


steps = st.builds(
    step,
    repeat_safe=st.booleans(),
    retries=st.integers(0, 2),
    optional=st.booleans(),
    undo=st.sampled_from([None, UNDO]),
)


@st.composite
def journals(draw):
    """Plans, and journals as the engine writes them: each step done before the next, and undos in reverse."""
    planned = tuple(draw(st.lists(steps, min_size=1, max_size=5)))
    done = draw(st.integers(0, len(planned)))
    records = [record(at, draw(st.sampled_from(sorted(WORKED)))) for at in range(done)]
    if done < len(planned) and draw(st.booleans()):
        records.append(record(done, draw(st.sampled_from(sorted(StepState))), attempt=draw(st.integers(1, 3))))
    undos = [each.position for each in records if planned[each.position].undo]
    taken = draw(st.integers(0, len(undos)))
    records += [record(at, StepState.OK, undo=True) for at in undos[len(undos) - taken :]]
    return plan(steps=planned), records


@given(journals())
def test_it_goes_on_at_the_first_step_that_is_not_done(journal) -> None:
    """Everything before has its outcome, and nothing that worked is started again."""
    sealed, records = journal
    found = progress_of(sealed, records)
    states = {each.position: each.state for each in records if not each.undo}
    assert all(states[at] in WORKED | FAILED for at in range(found.next))
    assert states.get(found.next) not in WORKED
    assert all(sealed.steps[at].optional for at in range(found.next) if states[at] in FAILED)


@given(journals())
def test_one_thing_at_most_stands_in_the_way(journal) -> None:
    """What is next was caught in the middle, has failed, asks, or is free to start: never two of these."""
    found = progress_of(*journal)
    in_the_way = [each for each in (found.caught, found.failed, found.asking) if each is not None]
    assert len(in_the_way) <= 1
    assert (about(found) == "-") == (found.caught is None and found.failed is None)


@given(journals())
def test_an_undo_covers_what_was_begun_and_is_not_taken_back_yet(journal) -> None:
    """The failed and the interrupted step too; no undo is started twice."""
    sealed, records = journal
    begun = {each.position for each in records if not each.undo and each.state is not StepState.ASKING}
    taken = {each.position for each in records if each.undo}
    expected = {at for at in begun if sealed.steps[at].undo} - taken
    assert set(progress_of(sealed, records).to_undo) == expected


def test_a_failed_step_with_a_try_left_is_not_the_end() -> None:
    """A crash between two tries does not use up the ones that are left."""
    tried = step(repeat_safe=True, retries=1)
    assert progress_of(plan(steps=(tried,)), [record(0, StepState.FAILED, attempt=1)]).failed is None
    assert progress_of(plan(steps=(tried,)), [record(0, StepState.FAILED, attempt=2)]).failed is not None


def test_the_time_that_people_take_is_not_the_runs() -> None:
    asked = plan(steps=(step(), step(action=Ask("Go on?")), step()))
    assert progress_of(asked, [record(0, StepState.OK), record(1, StepState.OK)]).spent == 2.0


def test_what_only_looks_may_start_again_by_itself() -> None:
    """And what says that it may; a request that writes may not, nor a plain command."""
    url = "http://127.0.0.1/"
    assert may_repeat(step(action=Wait(Tcp("127.0.0.1", 1), 1.0, 5.0)))
    assert may_repeat(step(action=Wait(Http(url), 1.0, 5.0)))
    assert may_repeat(step(action=Notify("deploys", "Hello")))
    assert may_repeat(step(repeat_safe=True))
    assert not may_repeat(step())
    assert not may_repeat(step(action=Http(url, "POST")))
    assert not may_repeat(step(action=Wait(Http(url, "POST"), 1.0, 5.0)))


def test_what_should_have_been_taken_back_and_was_not_is_half_done() -> None:
    sealed = plan(steps=(step(undo=UNDO),), on_failure="undo")
    for undo, loud in ((StepState.OK, False), (StepState.FAILED, True), (StepState.UNKNOWN, True)):
        records = (record(0, StepState.FAILED), record(0, undo, undo=True))
        run = Run("run_1", "p", RunState.FAILED, None, None, NOW, NOW, NOW, "", records)
        assert left_half_done(sealed, run) is loud
