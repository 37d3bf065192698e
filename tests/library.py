"""Performs a shipped runbook with the real engine, as the bot would; and records calls of programs not here."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.model import Notify, Outcome, Result, RunState, Verdict
from bot.runbooks.judge import verdict_of
from bot.runbooks.load import Library, load_folder
from bot.runbooks.plan import fill, seal
from bot.runbooks.run import check, execute, take_back, verify
from bot.runbooks.steps import Surroundings
from tests import ran_here

RUNBOOKS = Path(__file__).parent.parent / "runbooks"


@dataclass
class Performed:
    """What came of it: of the checks, the steps, the undos and the verify entries, each by id."""

    before: dict[str, Outcome]
    steps: dict[str, Outcome] = field(default_factory=dict)
    undone: dict[str, Outcome] = field(default_factory=dict)
    state: RunState = RunState.QUEUED
    why: str = ""
    verified: dict[str, Outcome] = field(default_factory=dict)
    verdict: Verdict | None = None
    posted: list[tuple[str, str]] = field(default_factory=list)  # channel and text of each message
    asked: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.state} {self.why} {self.verdict}"]
        for part in (self.before, self.steps, self.undone, self.verified):
            lines += [f"  {id}: {each.result} {each.said}\n{each.output}" for id, each in part.items()]
        return "\n".join(lines)


def perform(
    id: str,
    given: Mapping[str, str],
    environ: Mapping[str, str],
    tmp_path: Path,
    *,
    answers: Mapping[str, bool] | None = None,
    folder: Path = RUNBOOKS,
    resolved: bool = True,
    undoes: bool = False,
) -> Performed:
    """Seals the plan, runs its checks, its steps and what verifies them. Questions are answered with yes, or by step id
    as `answers` say; a failure is taken back when the runbook says so, or when it asks and a person `undoes` it."""
    if (RUNBOOKS / f"{id}.yaml").exists():
        ran_here.performed(id)
    library = _library(folder)
    assert id in library.runbooks, [str(each) for each in library.problems if each.file.stem == id]
    runbook = library.runbooks[id]
    plan = seal(runbook, fill(runbook, None, given), folder, for_alert=True)
    done = Performed({})

    def post(notify: Notify, _step: str, _timeout: float, _stop: threading.Event) -> Outcome:
        done.posted.append((notify.channel, notify.text))
        return Outcome(Result.OK, f"posted to #{notify.channel}", "", 0.0)

    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    surroundings = Surroundings(scratch, dict(environ), post, lambda: resolved)
    hold, stop = threading.Event(), threading.Event()
    done.before = {each.id: each.outcome for each in check(plan, surroundings)}
    journal = _Journal(done, [step.id for step in plan.steps])
    ended = execute(plan, journal, surroundings, hold=hold, stop=stop)
    while ended.state is RunState.ASKING:
        position = ended.position or 0
        step = plan.steps[position]
        done.asked.append(ended.why)
        yes = (answers or {}).get(step.id, True)
        result = Result.OK if yes else Result.FAILED
        journal.finish_step(position, Outcome(result, "answered", "", 0.0), None)
        if not yes:
            ended = type(ended)(RunState.FAILED, f"step {step.id}: answered with no", position)
            break
        ended = execute(plan, journal, surroundings, start=position + 1, hold=hold, stop=stop)
    done.state, done.why = ended.state, ended.why
    undo = plan.on_failure == "undo" or (plan.on_failure == "ask" and undoes)
    if ended.state is RunState.FAILED and undo and journal.begun:
        back = take_back(plan, journal, surroundings, journal.begun, hold=hold, stop=stop)
        done.state, done.why = back.state, back.why or ended.why
    if ended.state is RunState.SUCCEEDED:
        readings = verify(plan, surroundings)
        done.verified = {each.id: each.outcome for each in readings}
        done.verdict = verdict_of(plan, readings)
    return done


@cache
def _library(folder: Path) -> Library:
    return load_folder(folder, compare=False)


class _Journal:
    def __init__(self, done: Performed, ids: list[str]) -> None:
        self._done = done
        self._ids = ids
        self.begun: list[int] = []

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        if not undo and position not in self.begun:
            self.begun.append(position)

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        pass

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        (self._done.undone if undo else self._done.steps)[self._ids[position]] = outcome
        if then is not None:
            self.begin_step(then)


RECORDER = """\
#!{python}
import json, os, sys
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
answers = json.load(open({answers!r}))
line = " ".join(sys.argv[1:])
for start, (code, text) in answers.items():
    if line.startswith(start):
        sys.stdout.write(text)
        sys.exit(code)
sys.exit(0)
"""


class Recorded:
    """A stand-in for programs that are not here: it writes down each call and gives recorded answers.

    `folder` goes first on PATH. `answers`: beginning of the arguments → (exit code, what it prints); the first that
    fits counts, and what fits none ends with 0.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def program(self, name: str, answers: Mapping[str, tuple[int, str]] | None = None) -> None:
        """Adds one, or gives it other answers from now on."""
        ran_here.stood_in(name)
        (self.folder / f"{name}.answers").write_text(json.dumps(dict(answers or {})))
        file = self.folder / name
        file.write_text(
            RECORDER.format(
                python=sys.executable,
                calls=str(self.folder / f"{name}.calls"),
                answers=str(self.folder / f"{name}.answers"),
            )
        )
        file.chmod(0o755)

    def calls(self, name: str) -> list[list[str]]:
        """The arguments of each call, in order."""
        file = self.folder / f"{name}.calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def path(self) -> str:
        return f"{self.folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def recorded(tmp_path: Path, name: str, answers: Mapping[str, tuple[int, str]] | None = None) -> Recorded:
    """One such program; more with `.program(name, answers)`."""
    found = Recorded(tmp_path / "recorded")
    found.program(name, answers)
    return found
