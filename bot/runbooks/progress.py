"""What the journal says of a run: what is done, what was caught in the middle, and where it goes on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Ask, Notify, Plan, Run, RunState, Step, StepRecord, StepState, Wait

_DONE = {StepState.OK, StepState.DECLARED, StepState.EXCUSED}
_FAILED = {StepState.FAILED, StepState.TIMED_OUT}
_CAUGHT = {StepState.RUNNING, StepState.UNKNOWN}
_READS = {"GET", "HEAD"}


@dataclass(frozen=True)
class Progress:
    """`next`: the first step that is not done, its number of tries so far, and the seconds of work before it.

    `caught`: what may or may not have run, a step or an undo. `failed`: the step that ends the run. `asking`: the
    question that waits for an answer. `touched`: the steps that an undo has to cover, as they were at least begun.
    `to_undo`: those of them whose undo is still to be started.
    """

    next: int
    tried: int
    spent: float
    caught: StepRecord | None
    failed: StepRecord | None
    asking: StepRecord | None
    touched: tuple[int, ...]
    to_undo: tuple[int, ...]


def progress_of(plan: Plan, records: Sequence[StepRecord]) -> Progress:
    """`records`: the latest attempt at each step and each undo."""
    steps = {record.position: record for record in records if not record.undo}
    undos = {record.position: record for record in records if record.undo}
    position = 0
    while position in steps and _behind(plan.steps[position], steps[position]):
        position += 1
    now = steps.get(position)
    open_undo = next((each for each in undos.values() if each.state in _CAUGHT), None)
    touched = tuple(position for position in sorted(steps) if steps[position].state is not StepState.ASKING)
    settled = {position for position, record in undos.items() if record.state in _DONE | _FAILED}
    return Progress(
        next=position,
        tried=now.attempt if now else 0,
        spent=sum(_seconds(record) for at, record in steps.items() if not isinstance(plan.steps[at].action, Ask)),
        caught=open_undo or (now if now and now.state in _CAUGHT else None),
        failed=now if now and now.state in _FAILED and not _again(plan.steps[position], now) else None,
        asking=now if now and now.state is StepState.ASKING else None,
        touched=touched,
        to_undo=tuple(at for at in touched if plan.steps[at].undo is not None and at not in settled),
    )


def about(progress: Progress) -> str:
    """Names what a person is asked about: a step or an undo and its try, so that an answer counts for that alone."""
    record = progress.caught or progress.failed
    return f"{record.position}.{int(record.undo)}.{record.attempt}" if record else "-"


def may_repeat(step: Step) -> bool:
    """Whether a step that was caught in the middle may start again without asking: it says so, or it only looks.

    A message to a channel is looked for there before it is posted again.
    """
    if isinstance(step.action, Wait):
        probe = step.action.probe
        return getattr(probe, "method", "GET") in _READS
    return step.repeat_safe or isinstance(step.action, Notify)


def undo_failed(records: Sequence[StepRecord]) -> bool:
    """Whether an undo did not do its work, or nobody knows."""
    return any(record.undo and record.state in _FAILED | {StepState.UNKNOWN} for record in records)


def left_half_done(plan: Plan, run: Run) -> bool:
    """Whether a run is over that should have been taken back and was not, or not wholly: nobody may overlook that."""
    due = plan.on_failure == "undo" and bool(progress_of(plan, run.steps).to_undo)
    return run.state is RunState.FAILED and (due or undo_failed(run.steps))


def _behind(step: Step, record: StepRecord) -> bool:
    return record.state in _DONE or (step.optional and record.state in _FAILED and not _again(step, record))


def _again(step: Step, record: StepRecord) -> bool:
    return step.repeat_safe and record.attempt <= step.retries


def _seconds(record: StepRecord) -> float:
    ended: datetime = record.ended or record.started
    return (ended - record.started).total_seconds()
