"""The tables of a card: what will run, what the checks said, how each step went. Pure; lines in a fixed-width font."""

from __future__ import annotations

import shlex

from bot.model import (
    Plan,
    Run,
    RunState,
    Script,
    Step,
    StepRecord,
    StepState,
)
from bot.runbooks.described import columns, describe
from bot.runbooks.told import SIGNS, last_line, seconds
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
    done = {record.position: record for record in run.steps if not record.undo}
    asking = run.state is RunState.ASKING
    rows = [_step(number, step, done.get(number), words, asking=asking) for number, step in enumerate(plan.steps)]
    for each in run.verified:
        sign = "✔" if each.outcome.ok else "✖"
        rows.append((f"{sign} {words.plain('label_verify')}", f"{each.outcome.said} · {seconds(each.outcome.seconds)}"))
    return columns(rows)


def undone(plan: Plan, run: Run, words: Words) -> list[str]:
    """One line for each undo that was begun, in the order in which they are done."""
    undos = sorted((record for record in run.steps if record.undo), key=lambda record: -record.position)
    return columns([_step(record.position, plan.steps[record.position], record, words) for record in undos])


def _step(number: int, step: Step, record: StepRecord | None, words: Words, *, asking: bool = False) -> tuple[str, str]:
    if record is None:
        return f"· {number + 1} {step.id}", ""
    name = f"{SIGNS[record.state]} {number + 1} {step.id}"
    if record.state is StepState.ASKING:
        return name, words.plain("step_asking" if asking else "step_unanswered")
    if record.state is StepState.RUNNING:
        return name, words.plain("step_running")
    if record.state is StepState.DECLARED:
        return name, words.plain("step_declared")
    if record.state is StepState.EXCUSED:
        return name, words.plain("step_excused", said=record.said)
    last = last_line(record.output)
    if record.state is StepState.UNKNOWN and record.said:
        return name, words.plain("step_cut", said=record.said, last=last or "")
    if record.state is StepState.UNKNOWN:
        return name, words.plain("step_unknown", last=last) if last else words.plain("step_unknown_silent")
    took = seconds((record.ended - record.started).total_seconds()) if record.ended else ""
    again = words.plain("step_try", number=record.attempt) if record.attempt > 1 else ""
    if record.state is StepState.OK:
        return name, "  ".join(filter(None, (took, again)))
    said = words.plain("step_optional", said=record.said) if step.optional and not record.undo else record.said
    return name, "  ".join(filter(None, (took, again, said)))
