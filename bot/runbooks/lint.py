"""What is wrong with a runbook whose keys and types are right: placeholders, program text, scripts, roles, dates."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bot.errors import PlanError
from bot.runbooks.addresses import refused_template
from bot.runbooks.format import HttpSpec, Runbook, TcpSpec
from bot.runbooks.placeholders import names, texts
from bot.runbooks.programs import code_with_parameter
from bot.runbooks.scripts import read_script
from bot.runbooks.values import refusal
from bot.yaml_faults import Loc

REVIEW_DAYS = 180

Finding = tuple[Loc, Literal["error", "warning"], str]


@dataclass(frozen=True)
class Standards:
    """What a runbook is judged against. `roles` and `today` are None where they are not known."""

    folder: Path
    roles: Collection[str] | None = None
    today: date | None = None


def findings(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    """Everything that is wrong, with its place in the file."""
    yield from _params(runbook)
    yield from _lock(runbook)
    for part, entries in (("check", runbook.check), ("steps", runbook.steps), ("verify", runbook.verify)):
        for at, entry in enumerate(entries):
            here: Loc = (part, at)
            if entry.run:
                yield from _argv(runbook, entry.run, (*here, "run"))
            if path := getattr(entry, "script", None):
                yield from _script(standards.folder, path, (*here, "script"))
            yield from _far_side(runbook, getattr(entry, "http", None), getattr(entry, "tcp", None), here)
            if wait := getattr(entry, "wait", None):
                if wait.run:
                    yield from _argv(runbook, wait.run, (*here, "wait", "run"))
                yield from _far_side(runbook, wait.http, wait.tcp, (*here, "wait"))
    yield from _roles(runbook, standards)
    yield from _age(runbook, standards)


def _params(runbook: Runbook) -> Iterator[Finding]:
    for name, spec in runbook.params.items():
        if spec.preset is not None and (why := refusal(spec, spec.preset)):
            yield ("params", name, "default"), "error", f"{why}; choose a default that the parameter allows"
        for at, value in enumerate(spec.enum or ()):
            if spec.pattern and refusal(spec, value):
                yield ("params", name, "enum", at), "error", "does not fit the pattern; mend one of them"


def _lock(runbook: Runbook) -> Iterator[Finding]:
    if runbook.lock:
        yield from _placeholders(runbook, runbook.lock, ("lock",), bounded=False)


def _argv(runbook: Runbook, argv: tuple[str, ...], loc: Loc) -> Iterator[Finding]:
    found = [wrong for at, element in enumerate(argv) for wrong in _placeholders(runbook, element, (*loc, at))]
    yield from found
    if found:
        return
    at = code_with_parameter(argv)
    if at == 0:
        yield (*loc, 0), "error", "lets a parameter choose the program; name the program here"
    elif at is not None:
        asked = names(argv[at])[0]
        yield (
            (*loc, at),
            "error",
            f"puts `{{{asked}}}` into what a shell or an interpreter reads as program text; "
            f"use a script, which reads RUNBOOK_{asked.upper()} from its environment",
        )
    if "\0" in "".join(argv):
        yield loc, "error", "holds a NUL character; remove it"


def _far_side(runbook: Runbook, http: HttpSpec | None, tcp: TcpSpec | None, here: Loc) -> Iterator[Finding]:
    if tcp:
        yield from _placeholders(runbook, tcp.host, (*here, "tcp", "host"))
    if not http:
        return
    found = list(_placeholders(runbook, http.url, (*here, "http", "url")))
    yield from found
    if not found and (why := refused_template(http.url)):
        yield (*here, "http", "url"), "error", why
    for name, value in http.headers.items():
        loc = (*here, "http", "headers", name)
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            yield loc, "error", "is no header name; mend it"
        yield from _placeholders(runbook, value, loc)
    for text in texts(http.body):
        yield from _placeholders(runbook, text, (*here, "http", "json"), bounded=False)


def _placeholders(runbook: Runbook, text: str, loc: Loc, *, bounded: bool = True) -> Iterator[Finding]:
    try:
        asked = names(text)
    except ValueError as wrong:
        yield loc, "error", str(wrong)
        return
    for name in dict.fromkeys(asked):
        spec = runbook.params.get(name)
        if spec is None:
            known = f"known are {', '.join(runbook.params)}" if runbook.params else "add it there"
            yield loc, "error", f"asks for `{{{name}}}`, which `params` does not have; {known}"
        elif bounded and not spec.bounded:
            yield loc, "error", f"takes in `{{{name}}}`, which may be anything; give {name} a pattern or an enum"


def _script(folder: Path, path: str, loc: Loc) -> Iterator[Finding]:
    try:
        read_script(folder, path)
    except PlanError as wrong:
        yield loc, "error", str(wrong)


def _roles(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    for at, role in enumerate(runbook.approval.roles):
        if standards.roles is not None and role not in standards.roles:
            known = ", ".join(sorted(standards.roles)) or "none"
            yield (
                ("approval", "roles", at),
                "error",
                f"is {role}, a role that the team file does not have; known: {known}",
            )


def _age(runbook: Runbook, standards: Standards) -> Iterator[Finding]:
    if runbook.reviewed is None or standards.today is None:
        return
    days = (standards.today - runbook.reviewed).days
    if days > REVIEW_DAYS:
        yield ("reviewed",), "warning", f"is {days} days ago; read the runbook again and set the date"
    elif days < 0:
        yield ("reviewed",), "warning", "lies in the future; mend the date"
