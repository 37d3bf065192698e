"""A case replayed: what it expects against what the bot would do. Nothing is run, and answers are pretended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.classify.weigh import classify
from bot.errors import PlanError
from bot.model import Command, Http, Outcome, Plan, Reading, Result, Step, Verdict
from bot.runbooks.cases import NONE, Written
from bot.runbooks.described import describe, described
from bot.runbooks.judge import by_exit_code, by_status, verdict_of
from bot.runbooks.load import Library
from bot.runbooks.plan import fill, seal
from bot.words import english


@dataclass(frozen=True)
class Difference:
    """What a case expected of one thing and what came, and the line of the expectation."""

    line: int
    what: str
    expected: str
    came: str


def replay(written: Written, library: Library, folder: Path) -> tuple[Difference, ...]:
    """What the case says against what would happen; nothing when it holds. Runs nothing."""
    case = written.case
    alert = case.alert.alert if case.alert else None
    if alert is not None:
        found = classify(alert, library, ())  # the team's policy raises severities, and no case speaks of one
        came = found.runbook or NONE
        if came != case.runbook:
            why = f" ({english().plain_reason(found.runbook_why)})" if found.runbook_why else ""
            return (Difference(written.line("runbook"), "runbook", case.runbook, came + why),)
    runbook = library.runbooks.get(case.runbook)
    if runbook is None or not runbook.steps:
        return ()
    try:
        plan = seal(runbook, fill(runbook, alert, case.given or {}), folder, for_alert=alert is not None)
    except PlanError as refusal:
        return _of_refusal(written, str(refusal))
    if case.refused is not None:
        made = ", ".join(f"{name}={_quoted(value)}" for name, value in plan.params.items())
        return (Difference(written.line("refused"), "refused", case.refused, f"a plan with {made or 'no values'}"),)
    return (*_of_values(written, plan), *_of_steps(written, plan), *_of_verdict(written, plan))


def _of_refusal(written: Written, came: str) -> tuple[Difference, ...]:
    expected = written.case.refused
    if expected is None:
        return (Difference(written.line("name"), "plan", "a plan", f"refused: {came}"),)
    return () if expected in came else (Difference(written.line("refused"), "refused", expected, came),)


def _of_values(written: Written, plan: Plan) -> Iterator[Difference]:
    expected = written.case.params
    for name in {**expected, **plan.params} if expected is not None else ():
        wanted, came = (values.get(name) for values in (expected or {}, plan.params))
        if wanted != came:
            line = written.line("params", name)
            yield Difference(line, f"params.{name}", _quoted(wanted), _quoted(came))


def _of_steps(written: Written, plan: Plan) -> Iterator[Difference]:
    expected = written.case.steps
    for at in range(max(len(expected), len(plan.steps)) if expected is not None else 0):
        wanted = expected[at] if expected and at < len(expected) else None
        step = plan.steps[at] if at < len(plan.steps) else None
        if wanted is not None and step is not None and _says(wanted, step):
            continue
        line = written.line("steps", at) if wanted is not None else written.line("steps")
        came = "nothing" if step is None else f"{_shown(step)} (step {step.id})"
        yield Difference(line, f"steps[{at + 1}]", "nothing" if wanted is None else _quoted(wanted), came)


def _says(wanted: tuple[str, ...] | str, step: Step) -> bool:
    if isinstance(wanted, tuple):
        return isinstance(step.action, Command) and step.action.argv == wanted
    return wanted in (described(step.action), describe(step))


def _shown(step: Step) -> str:
    return _quoted(step.action.argv) if isinstance(step.action, Command) else _quoted(described(step.action))


def _quoted(value: tuple[str, ...] | str | None) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _of_verdict(written: Written, plan: Plan) -> Iterator[Difference]:
    case = written.case
    readings = tuple(Reading(step.id, step.say, _answered(step, case.answers.get(step.id))) for step in plan.verify)
    came = verdict_of(plan, readings)
    expected = case.verdict or (Verdict.FIXED if plan.verify else Verdict.DONE)
    if came != expected:
        line = written.line("verdict") if case.verdict else written.line("name")
        heard = ", ".join(f"{each.id}: {each.outcome.said}" for each in readings) or "the runbook has no verify"
        yield Difference(line, "verdict", str(expected), f"{came} ({heard})")


def _answered(step: Step, answer: int | str | None) -> Outcome:
    """The pretended answer, judged as a real one is; without one the entry holds."""
    match step.action:
        case Command(ok=ok):
            return by_exit_code(ok[0] if answer is None else int(answer), ok)
        case Http(url=url) if answer == 0:
            return Outcome(Result.FAILED, f"no connection to {url}", "", 0.0)
        case Http(status=status):
            return by_status(step.action, status if answer is None else int(answer))
        case _:
            holds = answer in (None, "open", "resolved")
            return Outcome(Result.OK if holds else Result.FAILED, str(answer or "holds"), "", 0.0)
