"""The runbooks folder → the runbooks that can be used, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from stat import S_IWOTH
from types import MappingProxyType
from typing import Literal

from bot.runbooks.format import Runbook
from bot.runbooks.linting.lint import Standards, findings
from bot.runbooks.linting.shadowing import shadowed
from bot.strict_yaml import Document, Fault, read
from bot.yaml_faults import Loc, place


@dataclass(frozen=True)
class Problem:
    file: Path
    line: int
    level: Literal["error", "warning"]
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.text}"


@dataclass(frozen=True, eq=False)
class Library:
    """The usable runbooks by id, and every problem in the order of files and lines. Each reading is one of its own."""

    runbooks: Mapping[str, Runbook]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> tuple[Path, ...]:
        """The files that cannot be used until they are mended."""
        return tuple(sorted({problem.file for problem in self.problems if problem.level == "error"}))


def load_folder(
    folder: Path,
    roles: Collection[str] | None = None,
    *,
    unattended: Collection[str] | None = None,
    today: date | None = None,
    compare: bool = True,
) -> Library:
    """Every `*.yaml` directly in the folder. A file with an error disables itself alone.

    `roles` and `unattended` are the team's; without them they are not judged. `today` is for the warning about old
    reviews. `compare`: also warn of what only shows in all of them together, which takes a while.
    """
    standards = Standards(folder, roles, unattended, today)
    if not folder.is_dir():
        return Library({}, (Problem(folder, 1, "error", "there is no such folder; set RUNBOOKS_DIR to the right one"),))
    runbooks: dict[str, Runbook] = {}
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.suffix != ".yaml":
            if file.suffix.casefold() in {".yaml", ".yml"}:
                problems.append(Problem(file, 1, "error", f"is not read; name it {file.stem.lower()}.yaml"))
            continue
        document, runbook, found = _judge(file, standards)
        problems += found
        if runbook:
            runbooks[runbook.id] = runbook
            documents[runbook.id] = document
    if compare:
        problems += _among_each_other(runbooks, documents)
    return Library(
        MappingProxyType(runbooks), tuple(sorted(problems, key=lambda each: (each.file, each.line, each.text)))
    )


def _judge(file: Path, standards: Standards) -> tuple[Document, Runbook | None, tuple[Problem, ...]]:
    """One file: the runbook, or None when any of its problems is an error."""
    stat = file.stat() if file.exists() else file.lstat()  # of what a link leads to, if it leads anywhere
    document, runbook, faults = _read(
        file, (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode, stat.st_ctime_ns)
    )
    problems = [Problem(file, fault.line, "error", fault.text) for fault in faults]
    if runbook:
        if stat.st_mode & S_IWOTH:
            said = "can be changed by everyone on the machine; chmod o-w it"
            problems.append(Problem(file, 1, "error", said))
        if runbook.id != file.stem:
            text = f"`id` is {runbook.id}, but the file is {file.name}; make them equal"
            problems.append(Problem(file, document.line("id"), "error", text))
        for loc, level, text in findings(runbook, standards):
            problems.append(Problem(file, document.line(*loc), level, f"`{place(loc)}` {text}"))
    broken = any(problem.level == "error" for problem in problems)
    return document, None if broken else runbook, tuple(problems)


@lru_cache(maxsize=2048)
def _read(file: Path, _stamp: tuple[int, ...]) -> tuple[Document, Runbook | None, tuple[Fault, ...]]:
    """Reading a hundred files takes seconds, and mostly one of them has changed."""
    document = read(file)
    return document, *document.check(Runbook)


def _among_each_other(runbooks: Mapping[str, Runbook], documents: Mapping[str, Document]) -> Iterator[Problem]:
    for found in shadowed(runbooks.values()):
        loc: Loc = ("match", found.entry)
        text = f"is never the first choice: {found.by} fits all that it fits, and comes first; narrow it or remove it"
        document = documents[found.runbook]
        yield Problem(document.path, document.line(*loc), "warning", f"`{place(loc)}` {text}")
