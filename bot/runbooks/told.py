"""What happened, in words that are exact: how a step went, and what the checks said, before and after. Pure.

A card in Slack and a terminal say it in these same words. Lines are for a fixed-width font.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Http, Plan, Reading, StepState, Tcp
from bot.runbooks.described import columns

SIGNS = {
    StepState.RUNNING: "▸",
    StepState.OK: "✔",
    StepState.DECLARED: "✔",
    StepState.EXCUSED: "✖",
    StepState.FAILED: "✖",
    StepState.TIMED_OUT: "✖",
    StepState.UNKNOWN: "?",
    StepState.ASKING: "▸",
}
_TAIL = 12  # lines
_EVIDENCE = 8  # lines of one check


def evidence(plan: Plan, readings: Sequence[Reading]) -> list[str]:
    """What each check said: in a line, and what else it printed below it."""
    return columns([row for each in readings for row in _rows(plan, each)])


def before_and_after(plan: Plan, before: Sequence[Reading], after: Sequence[Reading]) -> list[str]:
    """How each check changed, a line."""
    earlier = {each.id: _brief(plan, each) for each in before}
    return columns([(each.id, f"{earlier.get(each.id, '–')} → {_brief(plan, each)}") for each in after])


def seconds(passed: float) -> str:
    if passed < 0.1:
        return "< 0.1 s"
    return f"{passed:.1f} s" if passed < 10 else f"{passed:.0f} s" if passed < 120 else f"{passed / 60:.0f} min"


def tail(output: str) -> list[str]:
    """The last lines that a step printed: mostly they say why it failed."""
    return [line for line in output.splitlines() if line.strip()][-_TAIL:]


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


def _rows(plan: Plan, reading: Reading) -> list[tuple[str, str]]:
    printed = [line.rstrip() for line in reading.outcome.output.splitlines() if line.strip()]
    probe = any(step.id == reading.id and isinstance(step.action, Http | Tcp) for step in plan.checks)
    more = [] if probe else printed[1:_EVIDENCE]
    if not probe and len(printed) > _EVIDENCE:
        more.append(f"… {len(printed) - _EVIDENCE} more lines")
    return [(reading.id, _line(plan, reading)), *(("", line) for line in more)]


def _brief(plan: Plan, reading: Reading) -> str:
    """Without the address, which is the same before and after."""
    line = _line(plan, reading)
    url = next(
        (step.action.url for step in plan.checks if step.id == reading.id and isinstance(step.action, Http)), None
    )
    return line.removesuffix(f" from {url}") if url else line
