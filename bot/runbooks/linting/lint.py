"""What is wrong with a runbook whose keys and types are right. Errors disable it; warnings are for its author to judge.

Here are the rules about the runbook as a whole; `parameter_uses` has those about its parameters, and `shadowing` those
about the runbooks among each other.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cron import next_fire
from bot.errors import PlanError
from bot.runbooks.format import Runbook
from bot.runbooks.linting import parameter_uses
from bot.runbooks.linting.acts import Finding, acts
from bot.runbooks.linting.always_true import why_always_holds
from bot.runbooks.scripts import read_script

REVIEW_DAYS = 180


@dataclass(frozen=True)
class Standards:
    """What a runbook is judged against; None where it is not known.

    `roles` and `unattended` are the team's: its roles, and the runbooks that may run without anybody's approval.
    """

    folder: Path
    roles: Collection[str] | None = None
    unattended: Collection[str] | None = None
    today: date | None = None


def findings(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    """Everything that is wrong, with its place in the file."""
    yield from parameter_uses.findings(runbook, standards.folder)
    yield from _programs(runbook)
    yield from _scripts(runbook, standards.folder)
    yield from _looks_only(runbook)
    yield from _verify(runbook)
    yield from _keys_without_effect(runbook)
    yield from _schedule(runbook)
    yield from _approval(runbook, standards)
    yield from _age(runbook, standards)


def _programs(runbook: Runbook) -> Iterator[Finding]:
    for act in acts(runbook):
        if act.run and not act.run[0].strip():
            yield (*act.loc, "run", 0), "error", "names no program; write its name or path"


def _scripts(runbook: Runbook, folder: Path) -> Iterator[Finding]:
    for act in acts(runbook):
        if act.script is None:
            continue
        loc = (*act.loc, "script")
        try:
            read_script(folder, act.script)
        except PlanError as wrong:
            yield loc, "error", str(wrong)
            continue
        if not (folder / act.script).stat().st_mode & stat.S_IXUSR:
            yield loc, "warning", "cannot be started by hand, only by the bot; chmod +x it"


def _looks_only(runbook: Runbook) -> Iterator[Finding]:
    for act in acts(runbook):
        if act.looks and act.http and act.http.method not in ("GET", "HEAD"):
            said = f"is {act.http.method}, where nothing may be changed; write GET or HEAD, or make it a step"
            yield (*act.loc, "http", "method"), "warning", said


def _verify(runbook: Runbook) -> Iterator[Finding]:
    if runbook.steps and not runbook.verify:
        yield ("steps",), "warning", "are done, and nothing tells whether they helped; add `verify`"
    for act in acts(runbook):
        if act.loc[0] == "verify" and act.run and (why := why_always_holds(act.run, act.ok)):
            yield act.loc, "warning", f"{why}, so it cannot fail; ask for what should be true afterwards"


def _keys_without_effect(runbook: Runbook) -> Iterator[Finding]:
    if runbook.on_failure == "stop":
        for at, step in enumerate(runbook.steps):
            if step.undo:
                said = "is never done, since `on_failure` is stop; write `on_failure: undo` or ask, or remove it"
                yield ("steps", at, "undo"), "warning", said
    for at, step in enumerate(runbook.steps):
        if step.timeout and step.timeout > runbook.timeout and not step.ask:  # nobody counts the time of an answer
            said = f"is longer than the whole run may take, {runbook.timeout:.0f} s; raise `timeout` of the runbook"
            yield ("steps", at, "timeout"), "warning", said
        elif step.wait and step.wait.limit > runbook.timeout:
            said = f"is longer than the whole run may take, {runbook.timeout:.0f} s; raise `timeout` of the runbook"
            yield ("steps", at, "wait", "for"), "warning", said


def _schedule(runbook: Runbook) -> Iterator[Finding]:
    if runbook.schedule is None:
        return
    try:
        # Any moment and zone do: what is asked is whether it is a schedule, and ever due.
        due = next_fire(runbook.schedule, ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC))
    except ValueError as wrong:
        yield ("schedule",), "error", str(wrong)
        return
    if due is None:
        yield ("schedule",), "error", "is never due; choose a day that comes"


def _approval(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    for at, role in enumerate(runbook.approval.roles):
        if standards.roles is not None and role not in standards.roles:
            known = ", ".join(sorted(standards.roles)) or "none"
            said = f"is {role}, a role that the team file does not have; known: {known}"
            yield ("approval", "roles", at), "error", said
    unattended = standards.unattended
    if runbook.approval.required == 0 and unattended is not None and runbook.id not in unattended:
        said = f"is 0, and the team file does not list {runbook.id} under `unattended`; add it there, or write 1"
        yield ("approval", "required"), "error", said


def _age(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    if runbook.reviewed is None or standards.today is None:
        return
    days = (standards.today - runbook.reviewed).days
    if days > REVIEW_DAYS:
        yield ("reviewed",), "warning", f"is {days} days ago; read the runbook again and set the date"
    elif days < 0:
        yield ("reviewed",), "warning", "lies in the future; mend the date"
