"""The cases of `runbooks/tests/*.yaml`, read strictly: an alert in; runbook, values, steps and verdict out.

A case says what a runbook is for and what it must never do, which the runbook's own file cannot. `replay.py` tells
whether it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from bot.model import Alert, AlertStatus, Verdict
from bot.runbooks.format import Runbook, Text
from bot.runbooks.load import Library, Problem
from bot.strict_yaml import Document, Faults, read

FOLDER = "tests"  # below the runbooks folder
NONE = "none"  # as a case's `runbook`: no runbook fits

# -- as people write them ---


def _as_text(value: object) -> object:
    # A port is written without quotes, and a label or a parameter is text all the same.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _step(value: object) -> object:
    # A tuple, because in pydantic's strict mode what a validator returns has to be of the final type.
    if isinstance(value, list) and value and all(isinstance(element, str) for element in value):
        return tuple(value)
    if isinstance(value, str) and value:
        return value
    raise ValueError(
        "is no step; write the argv of a `run` as a list of texts, and any other step as `runbook plan` prints it"
    )


Value = Annotated[str, BeforeValidator(_as_text)]
Line = Annotated[tuple[str, ...] | str, BeforeValidator(_step)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseAlert(_Part):
    name: Text
    labels: dict[str, Value] = {}
    summary: str = ""
    source: Text = "test"

    @property
    def alert(self) -> Alert:
        return Alert(self.source, self.name, AlertStatus.FIRING, self.summary, self.labels)


class Case(_Part):
    name: Text
    alert: CaseAlert | None = None
    given: dict[str, Value] | None = None
    runbook: Text
    params: dict[str, Value] | None = None
    steps: tuple[Line, ...] | None = None
    answers: dict[str, int | str] = {}
    verdict: Verdict | None = None
    refused: Text | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        given = self.model_fields_set
        found: list[tuple[tuple[str | int, ...], str]] = []
        if self.alert is None and self.given is None:
            found.append(((), "has neither `alert` nor `given`; write what starts it (`given: {}` asks by hand)"))
        if self.alert is None and self.runbook == NONE:
            found.append((("runbook",), "is none, and no alert leads there; give an `alert`"))
        for reason, keys in (
            ("of `runbook: none`", ("given", "params", "steps", "answers", "verdict", "refused")),
            ("of a case that is refused", ("params", "steps", "answers", "verdict")),
        ):
            applies = self.runbook == NONE if "none" in reason else self.refused is not None
            found += [((key,), f"is never reached {reason}; remove it") for key in keys if applies and key in given]
        if found:
            raise Faults(*dict(found).items())
        return self


# -- reading ---


@dataclass(frozen=True)
class Written:
    """A case and where it stands."""

    case: Case
    document: Document

    @property
    def file(self) -> Path:
        return self.document.path

    def line(self, *loc: str | int) -> int:
        return self.document.line(*loc)


@dataclass(frozen=True)
class Cases:
    """Every case that can be replayed, and why others cannot; both in the order of files and lines."""

    written: tuple[Written, ...]
    problems: tuple[Problem, ...]


def load_cases(folder: Path, library: Library, only: Sequence[str] = ()) -> Cases:
    """The cases of the runbooks folder's `tests/`, of all runbooks or `only` these."""
    written: list[Written] = []
    problems: list[Problem] = []
    below = folder / FOLDER
    for file in sorted(below.iterdir()) if below.is_dir() else ():
        if file.name.startswith(".") or (only and file.stem not in only):
            continue
        if file.suffix != ".yaml" and file.suffix.casefold() in {".yaml", ".yml"}:
            problems.append(Problem(file, 1, "error", f"is not read; name it {file.stem.lower()}.yaml"))
        if file.suffix == ".yaml":
            cases, found = load_file(file, library)
            written += cases
            problems += found
    return Cases(tuple(written), tuple(problems))


def load_file(file: Path, library: Library) -> tuple[tuple[Written, ...], tuple[Problem, ...]]:
    """One file: its cases, or all that is wrong with it."""
    document = read(file, whole=list)
    found = [(fault.line, fault.text) for fault in document.faults]
    runbook = library.runbooks.get(file.stem)
    if runbook is None:
        found.append((1, _no_runbook(file.stem, library)))
    parts = [_part(document, at) for at in range(len(document.data))] if isinstance(document.data, list) else []
    if not parts and not document.faults:
        found.append((1, "holds no list of cases; write - {name: …, alert: {name: …}, runbook: …}"))
    written: list[Written] = []
    first: dict[str, int] = {}
    for part in parts:
        case, faults = part.check(Case)
        found += [(fault.line, fault.text) for fault in faults]
        if case is None or runbook is None:
            continue
        line = part.line("name")
        if first.setdefault(case.name, line) != line:
            found.append((line, f"`name` is that of the case on line {first[case.name]} too; choose another"))
        found += [(part.line(*loc), text) for loc, text in _astray(case, runbook)]
        written.append(Written(case, part))
    problems = tuple(Problem(file, line, "error", text) for line, text in sorted(set(found)))
    return (() if problems else tuple(written)), problems


def _part(document: Document, at: int) -> Document:
    """One case of the file as a document of its own, so that its faults are told by its own keys."""
    lines = {loc[1:]: line for loc, line in document.lines.items() if loc[:1] == (at,)}
    spoilt = frozenset(loc[1:] for loc in document.spoilt if loc[:1] == (at,))
    return Document(document.path, document.data[at], lines, spoilt=spoilt)


def _no_runbook(id: str, library: Library) -> str:
    broken = next((each for each in library.problems if each.level == "error" and each.file.stem == id), None)
    if broken:
        return f"tests {id}, which cannot be used: {broken}"
    return f"tests {id}, and there is no such runbook; name the file after the runbook that it tests"


def _astray(case: Case, runbook: Runbook) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a case names and its runbook does not have."""
    if case.runbook not in (runbook.id, NONE):
        yield ("runbook",), f"`runbook` is {case.runbook}; a case of this file leads to {runbook.id}, or to {NONE}"
        return
    listed = ", ".join(runbook.params) or "none"
    for key, values in (("given", case.given), ("params", case.params)):
        for name in values or ():
            # A name that does not exist may be just what a case wants to see refused.
            if name not in runbook.params and not (key == "given" and case.refused):
                yield (key, name), f"`{key}.{name}` is no parameter of {runbook.id}; known: {listed}"
    if not runbook.steps and case.runbook != NONE:
        for key in case.model_fields_set & {"params", "steps", "answers", "verdict", "refused", "given"}:
            yield (key,), f"`{key}` is of a plan, and {runbook.id} is prose; remove it"
        return
    verify = {entry.id or f"verify-{at}": entry for at, entry in enumerate(runbook.verify, 1)}
    for id, answer in case.answers.items():
        entry = verify.get(id)
        if entry is None:
            known = ", ".join(verify) or "none"
            yield ("answers", id), f"`answers.{id}` is no verify entry of {runbook.id}; known: {known}"
        elif entry.alert and case.alert is None:
            yield ("answers", id), f"`answers.{id}` waits for an alert to resolve, and this case has none; remove it"
        elif why := _no_answer(entry.kind, answer):
            yield ("answers", id), f"`answers.{id}` is {answer}; {why}"


def _no_answer(kind: str, answer: int | str) -> str | None:
    """Why a verify entry of this kind never answers so."""
    number = isinstance(answer, int)
    match kind:
        case "run":
            return None if number and 0 <= int(answer) <= 255 else "a `run` answers with its exit code, 0 to 255"
        case "http":
            fits = number and (answer == 0 or 100 <= int(answer) <= 599)
            return None if fits else "an `http` answers with a status, or 0 for no connection"
        case "tcp":
            return None if answer in ("open", "closed") else "a `tcp` answers open or closed"
        case _:
            return None if answer in ("resolved", "firing") else "an `alert` answers resolved or firing"


# -- what is missing ---


def gaps(library: Library, cases: Cases, folder: Path, only: Sequence[str] = ()) -> tuple[Problem, ...]:
    """The runbooks with steps and without a case, as errors; what the cases of the others leave out, as warnings."""
    unread = {problem.file.stem for problem in cases.problems}
    found: list[Problem] = []
    for runbook in sorted(library.runbooks.values(), key=lambda each: each.id):
        if not runbook.steps or runbook.id in unread or (only and runbook.id not in only):
            continue
        written = [each for each in cases.written if each.file.stem == runbook.id]
        if not written:
            said = f"has steps and no case; write {folder / FOLDER / runbook.id}.yaml"
            found.append(Problem(folder / f"{runbook.id}.yaml", 1, "error", said))
            continue
        found += [Problem(written[0].file, 1, "warning", text) for text in _left_out(runbook, written)]
    return tuple(found)


def _left_out(runbook: Runbook, written: Sequence[Written]) -> Iterator[str]:
    cases = [each.case for each in written]
    strings = any(spec.type == "string" for spec in runbook.params.values())
    if runbook.match and not any(case.alert and case.runbook == runbook.id for case in cases):
        yield f"no case shows an alert that leads to {runbook.id}; add one"
    if not any(case.steps is not None for case in cases):
        yield "no case says what the steps are; add `steps` to one"
    if runbook.verify and not any(case.verdict == Verdict.NOT_FIXED for case in cases):
        yield "no case ends NOT FIXED; add one whose `answers` say that it did not help"
    if strings and not any(case.refused for case in cases):
        yield "no case has a value refused; add one with a hostile value and `refused`"
