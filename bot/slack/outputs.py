"""What a run printed: the last lines for a card, and the whole for a file. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import Plan, Run, StepRecord, StepState
from bot.runbooks.told import tail

_FAILED = {StepState.FAILED, StepState.TIMED_OUT}


def printed_by_failure(run: Run) -> list[str]:
    """The last lines of what went wrong last, a step, an undo or a verify entry: mostly they say why."""
    outputs = [each.output for each in run.steps if each.state in _FAILED]
    outputs += [each.outcome.output for each in run.verified if not each.outcome.ok]
    return tail(outputs[-1]) if outputs else []


def printed_last(run: Run, before: int | None = None) -> list[str]:
    """The last lines of the last step that printed anything, by default of all, else of those before a position."""
    steps = [each for each in run.steps if not each.undo and (before is None or each.position < before)]
    return next((lines for each in reversed(steps) if (lines := tail(each.output))), [])


def whole_output(plan: Plan, run: Run) -> str:
    """All that was printed, when steps and failed verify entries printed more than the card shows; else nothing."""
    outputs = [each.output for each in run.steps] + [
        each.outcome.output for each in run.verified if not each.outcome.ok
    ]
    lines = sum(1 for output in outputs for line in output.splitlines() if line.strip())
    if lines <= len(printed_by_failure(run) or printed_last(run)):
        return ""
    return "\n".join(f"== {title}\n{output.rstrip()}\n" for title, output in _parts(plan, run))


def _parts(plan: Plan, run: Run) -> Iterator[tuple[str, str]]:
    for record in run.steps:
        if record.output.strip():
            yield f"{_name(plan, record)}: {record.said}", record.output
    for title, readings in (("verify", run.verified), ("check, afterwards", run.after)):
        for reading in readings:
            if reading.outcome.output.strip():
                yield f"{title} {reading.id}: {reading.outcome.said}", reading.outcome.output


def _name(plan: Plan, record: StepRecord) -> str:
    step = f"{record.position + 1} {plan.steps[record.position].id}"
    return f"undo of {step}" if record.undo else step
