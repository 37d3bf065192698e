"""A sealed plan: its checks read, its steps executed, its verify entries asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.model import Outcome, Plan, Reading, Result, RunState, Step
from bot.runbooks.process import Processes
from bot.runbooks.steps import Site, Surroundings, environment

# Read side by side, each in processes of its own; more at once would only slow each other down.
_READERS = 4


class Journal(Protocol):
    """Where a run writes down what it is about to do and what came of it, durably."""

    def begin_step(self, position: int) -> None: ...

    def started(self, position: int, pid: int, pid_started: float) -> None: ...

    def finish_step(self, position: int, outcome: Outcome, then: int | None) -> None:
        """What came of it and, in the same write, the intent of the step `then` that follows at once."""


@dataclass(frozen=True)
class Ended:
    """SUCCEEDED, FAILED, UNKNOWN (a step was cut, or nobody can say), or RUNNING (stopped between two steps)."""

    state: RunState
    why: str


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
    hold: threading.Event,
    stop: threading.Event,
) -> Ended:
    """The steps from position `start` on, each journaled before it starts and after it ended.

    `hold` lets nothing further start; `stop` also cuts the step under way with all its processes.
    """
    deadline = time.monotonic() + plan.timeout

    def obstacle(position: int) -> Ended | None:
        """Why the step at `position` may not start now."""
        if hold.is_set() or stop.is_set():
            return Ended(RunState.RUNNING, f"stopped before step {position + 1}, {plan.steps[position].id}")
        if time.monotonic() >= deadline:
            late = f"the run took longer than {plan.timeout:.0f} s, before step {plan.steps[position].id}"
            return Ended(RunState.FAILED, late)
        return None

    with Processes(surroundings.scratch, environment(plan, surroundings.environ)) as processes:
        site = Site(processes, stop)
        ended = obstacle(start) if start < len(plan.steps) else Ended(RunState.SUCCEEDED, "")
        if ended is None:
            journal.begin_step(start)
        position = start
        while ended is None:
            step = plan.steps[position]
            started = partial(journal.started, position)
            outcome = site.perform(step, started, deadline - time.monotonic())
            after = position + 1
            ended = _ended_by(step, outcome)
            if ended is None:
                ended = obstacle(after) if after < len(plan.steps) else Ended(RunState.SUCCEEDED, "")
            journal.finish_step(position, outcome, after if ended is None else None)
            position = after
    return ended


def _ended_by(step: Step, outcome: Outcome) -> Ended | None:
    """How the run ends with this outcome of a step; None when it goes on."""
    if outcome.ok:
        return None
    state = RunState.UNKNOWN if outcome.result is Result.UNKNOWN else RunState.FAILED
    return Ended(state, f"step {step.id}: {outcome.said}")


def _read(plan: Plan, steps: Sequence[Step], surroundings: Surroundings, stop: threading.Event) -> tuple[Reading, ...]:
    if not steps:
        return ()
    with ThreadPoolExecutor(min(len(steps), _READERS), thread_name_prefix="check") as readers:
        return tuple(readers.map(lambda step: _reading(plan, step, surroundings, stop), steps))


def _no_journal(_pid: int, _since: float) -> None:
    """Reading changes nothing, so there is nothing to write down."""


def _reading(plan: Plan, step: Step, surroundings: Surroundings, stop: threading.Event) -> Reading:
    with Processes(surroundings.scratch, environment(plan, surroundings.environ)) as processes:
        outcome = Site(processes, stop).perform(step, _no_journal)
    return Reading(step.id, step.say, outcome)
