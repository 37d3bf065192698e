"""The tables of a card: what will run, what the checks said, how each step went. Pure; lines in a fixed-width font."""

from __future__ import annotations

import shlex

from bot.model import (
    Plan,
    Run,
    Script,
    Step,
    StepRecord,
    StepState,
)
from bot.runbooks.described import columns, describe
from bot.runbooks.told import SIGNS, last_line, seconds, tail
from bot.words import Words


def will_run(plan: Plan, words: Words) -> list[str]:
    """Each step and verify entry as it would be started, and the parameters that scripts see."""
    rows = [(f"{number} {step.id}", describe(step)) for number, step in enumerate(plan.steps, 1)]
    rows += [(words.plain("label_verify"), describe(step)) for step in plan.verify]
    given = " ".join(f"RUNBOOK_{name.upper()}={shlex.quote(value)}" for name, value in plan.params.items())
    if given and any(isinstance(step.action, Script) for step in plan.steps):
        rows.append((words.plain("label_with"), given))
    return columns(rows)


def progress(plan: Plan, run: Run, words: Words) -> list[str]:
    """One line a step, with its time or what went wrong, and one for each verify entry."""
    done = {record.position: record for record in run.steps}
    rows = [_step(number, step, done.get(number), words) for number, step in enumerate(plan.steps)]
    for each in run.verified:
        sign = "✔" if each.outcome.ok else "✖"
        rows.append((f"{sign} {words.plain('label_verify')}", f"{each.outcome.said} · {seconds(each.outcome.seconds)}"))
    return columns(rows)


def printed_by_failure(run: Run) -> list[str]:
    """The last lines that a failed step printed: mostly they say why."""
    failed = next((each for each in run.steps if each.state in {StepState.FAILED, StepState.TIMED_OUT}), None)
    return tail(failed.output) if failed else []


def _step(number: int, step: Step, record: StepRecord | None, words: Words) -> tuple[str, str]:
    if record is None:
        return f"· {number + 1} {step.id}", ""
    name = f"{SIGNS[record.state]} {number + 1} {step.id}"
    if record.state is StepState.RUNNING:
        return name, words.plain("step_running")
    if record.state is StepState.DECLARED:
        return name, words.plain("step_declared")
    last = last_line(record.output)
    if record.state is StepState.UNKNOWN:
        return name, words.plain("step_unknown", last=last) if last else words.plain("step_unknown_silent")
    took = seconds((record.ended - record.started).total_seconds()) if record.ended else ""
    if record.state is StepState.OK:
        return name, took
    return name, f"{took}  {record.said}"
