"""What a plan will do, in words that are exact: one line for each thing that may be started. Pure.

A card in Slack, a terminal and the cases of `runbook test` say it in these same words.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence

from bot.model import Action, AlertResolved, Ask, Command, Http, Limits, Notify, Param, Plan, Script, Step, Tcp, Wait
from bot.runbooks.written import duration, size

Quote = Callable[[str], str]
Row = tuple[str, str, str]

SHORT = 7  # characters of a hash that people see and type


def describe(step: Step) -> str:
    """All that the step may do, in one line: the action, how often it is tried, and what takes it back."""
    undo = [f"undo: {described(step.undo.action)}"] if step.undo else []
    return " · ".join([described(step.action), *conduct(step), *undo])


def conduct(step: Step) -> list[str]:
    """What is special about how the step is performed."""
    tries = [f"tried up to {step.retries + 1} times"] if step.retries else []
    return [*tries, "optional"] if step.optional else tries


def described(action: Action, quote: Quote = shlex.quote) -> str:
    """The action alone, in one line. `quote` makes an element of a command readable as one."""
    return one_line(_said(action, quote))


def _said(action: Action, quote: Quote) -> str:
    match action:
        case Command(argv=argv):
            return " ".join(quote(element) for element in argv)
        case Script(path=path):
            return path
        case Http(url=url, method="GET", status=status, headers={}, json=None):
            return f"http {status} from {url}"
        case Http(url=url, method=method, status=status, headers=headers, json=body):
            sent = [f"{name}: {value}" for name, value in headers.items()]
            sent += [] if body is None else [json.dumps(body, ensure_ascii=False)]
            return " · ".join([f"http {method} {url}", *sent, f"expecting {status}"])
        case Tcp(host=host, port=port):
            return f"tcp {host}:{port}"
        case Wait(probe=probe, limit=limit, stable=stable):
            times = f", {stable} times in a row" if stable > 1 else ""
            return f"wait for {_said(probe, quote)}{times}, at most {limit:g} s"
        case Notify(channel=channel, text=text):
            return f"notify #{channel} {text}"
        case Ask(question=question):
            return f"ask {question}"
        case AlertResolved(limit=limit):
            return f"alert resolved within {limit:g} s"


def one_line(text: str) -> str:
    """A line end is shown as ⏎, and what cannot be shown as its number: no text can pass for a line of its own."""
    shown = text.rstrip("\n").replace("\n", " ⏎ ")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in shown)


# -- a whole plan ---


def in_full(plan: Plan, params: Sequence[Param]) -> list[str]:
    """Every line of the plan: what is looked at, started and taken back, and what holds for the whole."""
    lines = [f"{one_line(plan.title)} · {plan.runbook} · risk {plan.risk} · plan {plan.hash[:SHORT]}", ""]
    given = [f"{each.name} = {one_line(each.value) or '(empty)'} ({each.origin})" for each in params]
    given += [f"{name} = the secret in {variable}" for name, variable in plan.secrets.items()]
    if given:
        lines += [*(f"  {each}" for each in given), ""]
    lines += columns(list(_rows(plan)))
    return [*lines, "", *columns(list(_bounds(plan)))]


def _rows(plan: Plan) -> Iterator[Row]:
    for step in plan.checks:
        yield "check", step.id, describe(step)
    for number, step in enumerate(plan.steps, 1):
        yield f"step {number}", step.id, " · ".join([described(step.action), *conduct(step)])
        if step.undo:
            yield "", "undo", described(step.undo.action)
    for step in plan.verify:
        yield "verify", step.id, describe(step)


def _bounds(plan: Plan) -> Iterator[Row]:
    seen = [f"RUNBOOK_{name.upper()}" for name in (*plan.params, *plan.secrets)] + list(plan.env)
    if seen:
        yield "env", " ".join(seen), ""
    if plan.lock:
        rests = f", which rests for {duration(plan.cooldown)} after a run" if plan.cooldown else ""
        yield "lock", f"{one_line(plan.lock)}{rests}", ""
    elif plan.cooldown:
        yield "cooldown", duration(plan.cooldown), ""
    yield "timeout", duration(plan.timeout), ""
    yield "on failure", plan.on_failure, ""
    rule = plan.approval
    own = "" if rule.self_approval else ", not the one who asks"
    people = f"{rule.required} of {', '.join(rule.roles)}{own}, within {duration(rule.expires)}"
    yield "approvals", people if rule.required else "none, where the team's file lists it under `unattended`", ""
    if plan.limits != Limits():
        own_limits = plan.limits
        told = f"cpu {duration(own_limits.cpu)}, memory {size(own_limits.memory)}, "
        yield "limits", f"{told}processes {own_limits.processes}, file {size(own_limits.file)}", ""
    yield "hash", plan.hash, ""


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns begin below each other."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
