"""The tables of a card: what will run, what the checks said, how each step went. Pure; lines in a fixed-width font."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from bot.model import (
    Http,
    Plan,
    Reading,
    Run,
    Script,
    Step,
    StepRecord,
    StepState,
    Tcp,
)
from bot.runbooks.described import describe
from bot.words import Words

_TAIL = 12  # lines

_STEP_SIGNS = {
    StepState.RUNNING: "▸",
    StepState.OK: "✔",
    StepState.DECLARED: "✔",
    StepState.FAILED: "✖",
    StepState.TIMED_OUT: "✖",
    StepState.UNKNOWN: "?",
}


def will_run(plan: Plan, words: Words) -> list[str]:
    """Each step and verify entry as it would be started, and the parameters that scripts see."""
    rows = [(f"{number} {step.id}", describe(step)) for number, step in enumerate(plan.steps, 1)]
    rows += [(words.plain("label_verify"), describe(step)) for step in plan.verify]
    given = " ".join(f"RUNBOOK_{name.upper()}={shlex.quote(value)}" for name, value in plan.params.items())
    if given and any(isinstance(step.action, Script) for step in plan.steps):
        rows.append((words.plain("label_with"), given))
    return _columns(rows)


def evidence(plan: Plan, readings: Sequence[Reading]) -> list[str]:
    return _columns([(each.id, _line(plan, each)) for each in readings])


def before_and_after(plan: Plan, before: Sequence[Reading], after: Sequence[Reading]) -> list[str]:
    earlier = {each.id: _brief(plan, each) for each in before}
    return _columns([(each.id, f"{earlier.get(each.id, '–')} → {_brief(plan, each)}") for each in after])


def progress(plan: Plan, run: Run, words: Words) -> list[str]:
    """One line a step, with its time or what went wrong, and one for each verify entry."""
    done = {record.position: record for record in run.steps}
    rows = [_step(number, step, done.get(number), words) for number, step in enumerate(plan.steps)]
    for each in run.verified:
        sign = "✔" if each.outcome.ok else "✖"
        rows.append((f"{sign} {words.plain('label_verify')}", f"{each.outcome.said} · {seconds(each.outcome.seconds)}"))
    return _columns(rows)


def printed_by_failure(run: Run) -> list[str]:
    """The last lines that a failed step printed: mostly they say why."""
    failed = next((each for each in run.steps if each.state in {StepState.FAILED, StepState.TIMED_OUT}), None)
    return [line for line in failed.output.splitlines() if line.strip()][-_TAIL:] if failed else []


def seconds(passed: float) -> str:
    if passed < 0.1:
        return "< 0.1 s"
    return f"{passed:.1f} s" if passed < 10 else f"{passed:.0f} s" if passed < 120 else f"{passed / 60:.0f} min"


def last_line(output: str) -> str | None:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), None)


def _line(plan: Plan, reading: Reading) -> str:
    """A reading in one line: how the far side answered, or the first line that a command printed."""
    outcome = reading.outcome
    probe = any(step.id == reading.id and isinstance(step.action, Http | Tcp) for step in plan.checks)
    first = next((line.strip() for line in outcome.output.splitlines() if line.strip()), "")
    if probe or not first:
        return outcome.said
    return first if outcome.ok else f"{first} ({outcome.said})"


def _brief(plan: Plan, reading: Reading) -> str:
    """Without the address, which is the same before and after."""
    line = _line(plan, reading)
    url = next(
        (step.action.url for step in plan.checks if step.id == reading.id and isinstance(step.action, Http)), None
    )
    return line.removesuffix(f" from {url}") if url else line


def _step(number: int, step: Step, record: StepRecord | None, words: Words) -> tuple[str, str]:
    if record is None:
        return f"· {number + 1} {step.id}", ""
    name = f"{_STEP_SIGNS[record.state]} {number + 1} {step.id}"
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


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(left) for left, _ in rows), default=0)
    return [f"{left:<{width}}  {right}".rstrip() for left, right in rows]
