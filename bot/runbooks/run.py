"""A sealed plan: its checks read, its steps executed and taken back, its verify entries asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.errors import SecretMissing
from bot.model import Ask, Outcome, Plan, Reading, Result, RunState, Step
from bot.runbooks.steps import Surroundings, open_site, secrets_of

# Read side by side, each in processes of its own; more at once would only slow each other down.
_READERS = 4
_LONGEST_PAUSE = 10.0  # seconds between two tries of a step


class Journal(Protocol):
    """Where a run writes down what it is about to do and what came of it, durably.

    `position` counts from 0; with `undo`, it is the undo of that step.
    """

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        """Of a question: it is asked from now on."""

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None: ...

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        """What came of it and, in the same write, the intent of the step `then` that follows at once."""


@dataclass(frozen=True)
class Ended:
    """How a stretch of work on a run ended, and at which step.

    SUCCEEDED, FAILED, UNKNOWN (a step was cut, or nobody can say), RUNNING or UNDOING (stopped between two of them),
    ASKING (the step at `position` is a question), UNDONE.
    """

    state: RunState
    why: str
    position: int | None = None
    at_large: bool = False  # what was cut may still run


def check(plan: Plan, surroundings: Surroundings, *, stop: threading.Event | None = None) -> tuple[Reading, ...]:
    """Every check of the plan, read side by side. One that fails is evidence too; one that `stop` cut is UNKNOWN."""
    return _read(plan, plan.checks, surroundings, stop or threading.Event())


def verify(plan: Plan, surroundings: Surroundings, *, stop: threading.Event | None = None) -> tuple[Reading, ...]:
    """Every verify entry; all must be ok for the trouble to be gone. One that `stop` cut is UNKNOWN."""
    return _read(plan, plan.verify, surroundings, stop or threading.Event())


def execute(
    plan: Plan,
    journal: Journal,
    surroundings: Surroundings,
    *,
    start: int = 0,
    tried: int = 0,
    spent: float = 0.0,
    hold: threading.Event,
    stop: threading.Event,
) -> Ended:
    """The steps from position `start` on, each journaled before it starts and after it ended.

    `tried`: how often the first of them was tried before; `spent`: seconds that the run has worked already. `hold` lets
    nothing further start; `stop` also cuts the step under way with all its processes.
    """
    deadline = time.monotonic() + plan.timeout - spent

    def obstacle(position: int) -> Ended | None:
        """Why the step at `position` may not start now."""
        if hold.is_set() or stop.is_set():
            return Ended(RunState.RUNNING, f"stopped before step {position + 1}, {plan.steps[position].id}", position)
        if time.monotonic() >= deadline:
            late = f"the run took longer than {plan.timeout:.0f} s, before step {plan.steps[position].id}"
            return Ended(RunState.FAILED, late, position)
        return None

    def before(position: int) -> Ended | None:
        return obstacle(position) if position < len(plan.steps) else Ended(RunState.SUCCEEDED, "")

    try:
        secrets = secrets_of(plan, surroundings.environ)
    except SecretMissing as missing:
        return Ended(RunState.FAILED, str(missing), start)
    with open_site(plan, surroundings, stop, secrets) as site:
        position = start
        ended = before(position)
        if ended is None:
            journal.begin_step(position)
        while ended is None:
            step = plan.steps[position]
            if isinstance(step.action, Ask):
                return Ended(RunState.ASKING, step.action.question, position)
            outcome = site.perform(step, partial(journal.started, position), deadline - time.monotonic())
            if outcome.result is Result.TIMED_OUT and time.monotonic() >= deadline:
                outcome = replace(outcome, said=f"ended, as the whole run had only {plan.timeout:g} s")
            if _worth_another_try(step, outcome, tried):
                journal.finish_step(position, outcome, None)
                stop.wait(min(_LONGEST_PAUSE, 2.0**tried, max(deadline - time.monotonic(), 0)))
                tried += 1
                ended = obstacle(position)
                if ended is None:
                    journal.begin_step(position)
                continue
            tried = 0
            ended = _ended_by(step, outcome, position)
            if ended is None:
                ended = before(position + 1)
            journal.finish_step(position, outcome, position + 1 if ended is None else None)
            position += 1
    return ended


def take_back(
    plan: Plan,
    journal: Journal,
    surroundings: Surroundings,
    positions: Sequence[int],
    *,
    hold: threading.Event,
    stop: threading.Event,
) -> Ended:
    """The undos of the steps at these positions, the last first; steps without one are passed over.

    One that fails does not keep the others from being tried: UNDONE is said only when none has failed.
    """
    failed: list[str] = []
    try:
        secrets = secrets_of(plan, surroundings.environ)
    except SecretMissing as missing:
        return Ended(RunState.FAILED, f"nothing was undone: {missing}")
    with open_site(plan, surroundings, stop, secrets) as site:
        for position in sorted(positions, reverse=True):
            step = plan.steps[position]
            if step.undo is None:
                continue
            if hold.is_set() or stop.is_set():
                return Ended(RunState.UNDOING, f"stopped before the undo of step {step.id}", position)
            journal.begin_step(position, undo=True)
            undo = Step(f"undo-{step.id}", "", step.undo.action, step.undo.timeout)
            outcome = site.perform(undo, partial(journal.started, position, undo=True))
            journal.finish_step(position, outcome, None, undo=True)
            if outcome.result is Result.UNKNOWN:
                return Ended(RunState.UNKNOWN, f"the undo of step {step.id}: {outcome.said}", position)
            if not outcome.ok:
                failed.append(f"the undo of step {step.id}: {outcome.said}")
    return Ended(RunState.FAILED, "; ".join(failed)) if failed else Ended(RunState.UNDONE, "")


def _worth_another_try(step: Step, outcome: Outcome, tried: int) -> bool:
    return step.repeat_safe and tried < step.retries and outcome.result in {Result.FAILED, Result.TIMED_OUT}


def _ended_by(step: Step, outcome: Outcome, position: int) -> Ended | None:
    """How the run ends with this outcome of a step; None when it goes on."""
    if outcome.ok or (step.optional and outcome.result is not Result.UNKNOWN):
        return None
    state = RunState.UNKNOWN if outcome.result is Result.UNKNOWN else RunState.FAILED
    return Ended(state, f"step {step.id}: {outcome.said}", position, outcome.at_large)


def _read(plan: Plan, steps: Sequence[Step], surroundings: Surroundings, stop: threading.Event) -> tuple[Reading, ...]:
    if not steps:
        return ()
    with ThreadPoolExecutor(min(len(steps), _READERS), thread_name_prefix="check") as readers:
        return tuple(readers.map(lambda step: _reading(plan, step, surroundings, stop), steps))


def _no_journal(_pid: int, _since: float) -> None:
    """Reading changes nothing, so there is nothing to write down."""


def _reading(plan: Plan, step: Step, surroundings: Surroundings, stop: threading.Event) -> Reading:
    try:
        with open_site(plan, surroundings, stop, secrets_of(plan, surroundings.environ)) as site:
            outcome = site.perform(step, _no_journal)
    except SecretMissing as missing:
        outcome = Outcome(Result.FAILED, str(missing), "", 0.0)
    return Reading(step.id, step.say, outcome)
