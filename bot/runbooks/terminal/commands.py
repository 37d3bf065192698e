"""What `app.py runbook …` prints without running anything, and the exit status that it ends with."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from rich.console import Console
from rich.markdown import Markdown

from bot.errors import InputError, PlanError
from bot.runbooks.cases import gaps, load_cases
from bot.runbooks.described import in_full
from bot.runbooks.format import Runbook
from bot.runbooks.load import Library
from bot.runbooks.plan import fill, seal
from bot.runbooks.rendered import rendered
from bot.runbooks.replay import replay
from bot.runbooks.shelf import Shelf

DONE, NO, BAD_INPUT = 0, 1, 2
"""Exit statuses: it was done; it ran and the answer is no; what was asked for cannot be used."""


def list_all(shelf: Shelf) -> int:
    """A line for each runbook that can be used; on standard error, what is wrong with the others."""
    library = shelf.library()
    for each in sorted(library.runbooks.values(), key=lambda one: one.id):
        count = len(each.steps)
        kind = f"{count} step{'s' if count > 1 else ''}" if count else "prose"
        say(f"{each.id:<28} {each.risk:<7} {kind:<9} {each.title}")
    for problem in library.problems:
        if problem.level == "error":
            sys.stderr.write(f"{problem}\n")
    return DONE


def show(shelf: Shelf, id: str) -> int:
    """The whole runbook, drawn for a terminal, or as Markdown where it is piped into something."""
    text = rendered(find(shelf.library(), id))
    if sys.stdout.isatty():
        Console().print(Markdown(text, hyperlinks=False))
    else:
        sys.stdout.write(text)
    return DONE


def lint(shelf: Shelf) -> int:
    """Every problem, a line each."""
    problems = shelf.lint().problems
    for problem in problems:
        say(str(problem))
    return NO if any(problem.level == "error" for problem in problems) else DONE


def replay_cases(shelf: Shelf, ids: Sequence[str]) -> int:
    """Replays the cases of these runbooks, or of all: a line each, and below it what differs."""
    library = shelf.library()
    for id in ids:
        find(library, id)
    cases = load_cases(shelf.folder, library, ids)
    differing = 0
    for each in cases.written:
        differences = replay(each, library, shelf.folder)
        differing += bool(differences)
        say(f"{each.file}:{each.line('name')}: {'differs' if differences else 'ok'}: {each.case.name}")
        for one in differences:
            say(f"{each.file}:{one.line}: {one.what}\n    expected {one.expected}\n    came     {one.came}")
    broken = [each for each in library.problems if each.level == "error" and not ids]
    unread = [*broken, *cases.problems]
    missing = gaps(library, cases, shelf.folder, ids)
    for problem in (*unread, *missing):
        say(str(problem))
    untested = sum(problem.level == "error" for problem in missing)
    counts = {"cases": len(cases.written), "differ": differing, "runbooks without": untested, "errors": len(unread)}
    say(", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "cases"))
    if unread:
        return BAD_INPUT
    return NO if differing or untested else DONE


def plan(shelf: Shelf, id: str, values: Sequence[str], *, as_json: bool) -> int:
    """The sealed plan for people, or the very text whose SHA-256 is the plan's hash."""
    runbook = find(shelf.library(), id)
    asked = given(values)
    if lacking := missing(runbook, asked):
        raise InputError(*lacking.values())
    try:
        params = fill(runbook, None, asked)
        sealed = seal(runbook, params, shelf.folder)
    except PlanError as refusal:
        raise InputError(str(refusal)) from refusal
    if as_json:
        # No line end where something reads on: it is not part of what is hashed.
        sys.stdout.write(sealed.to_json() + ("\n" if sys.stdout.isatty() else ""))
    else:
        say("\n".join([*in_full(sealed, params), *left_out(runbook)]))
    return DONE


# -- shared with `runbook run` ---


def find(library: Library, id: str) -> Runbook:
    """The runbook. Raises InputError with what is wrong with it, or with what there is."""
    if id in library.runbooks:
        return library.runbooks[id]
    broken = [str(problem) for problem in library.problems if problem.level == "error" and problem.file.stem == id]
    near = get_close_matches(id, library.runbooks, 3)
    there = f"Did you mean {' or '.join(near)}?" if near else "`runbook list` names those that can be used."
    raise InputError(*(broken or [f"There is no runbook {id}. {there}"]))


def given(values: Sequence[str]) -> dict[str, str]:
    """["service=shop"] → {"service": "shop"}. Raises InputError."""
    found: dict[str, str] = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name:
            raise InputError(f"{value!r} is no value; write NAME=VALUE, such as service=shop.")
        if name in found:
            raise InputError(f"{name} is given twice; give it once.")
        found[name] = text
    return found


def missing(runbook: Runbook, asked: Mapping[str, str]) -> dict[str, str]:
    """The parameters that still need a value, each with how to give it."""
    found = {}
    for name, spec in runbook.params.items():
        if name not in asked and spec.preset is None and spec.type != "secret":
            meaning = f" ({spec.description})" if spec.description else ""
            found[name] = f"{name}{meaning} has no value; add {name}=VALUE"
    return found


def left_out(runbook: Runbook) -> list[str]:
    """What a run without an alert does not verify, a line."""
    waits = any(entry.alert for entry in runbook.verify)
    return ["", "`alert: resolved` is left out of verify: no alert is behind this."] if waits else []


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
