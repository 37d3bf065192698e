"""docs/coverage.md: its rows, and its last column, which is written from what the library's tests ran.

`make coverage` runs those tests against the real services and writes the column. It writes nothing when a test fails or
is skipped. The other columns are written by hand.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.runbooks.load import load_folder
from tests.ran_here import KINDS, declared

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "coverage.md"
HEADER = ("document and section", "item", "kind", "covered by", "ran here")
NOTHING = "–"


@dataclass(frozen=True)
class Row:
    """One line of the table; `number` is its line in the page, from 1."""

    number: int
    section: str
    item: str
    kind: str
    covered_by: str
    ran_here: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The product's files that cover the item, relative to the repository."""
        return tuple(re.findall(r"`([^`]+)`", self.covered_by))

    @property
    def told(self) -> tuple[str, ...]:
        """The ids of the runbooks whose text says it, for people to do."""
        return tuple(re.findall(r"text of `runbooks/([a-z0-9-]+)\.yaml`", self.covered_by))

    @property
    def runbooks(self) -> tuple[str, ...]:
        """The ids of all runbooks that it names."""
        return tuple(found[1] for path in self.paths if (found := re.fullmatch(r"runbooks/([a-z0-9-]+)\.yaml", path)))

    def __str__(self) -> str:
        return f"| {self.section} | {self.item} | {self.kind} | {self.covered_by} | {self.ran_here} |"


def rows(text: str) -> list[Row]:
    """The rows of all tables of the page. Raises ValueError with the line of one that has not five cells."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or tuple(cells) == HEADER or not "".join(cells).strip("-"):
            continue
        if len(cells) != len(HEADER):
            raise ValueError(f"line {number}: {len(cells)} cells; write {len(HEADER)}: {', '.join(HEADER)}")
        found.append(Row(number, *cells))
    return found


def prose(folder: Path = ROOT / "runbooks") -> frozenset[str]:
    """The runbooks with nothing for a machine to do: no steps, or only questions."""
    books = load_folder(folder, compare=False).runbooks.values()
    return frozenset(book.id for book in books if not book.check and all(step.ask for step in book.steps))


def cell(row: Row, ran: Mapping[str, str], only_prose: Collection[str]) -> str:
    """What stands in the last column: `ran` says of each runbook that a test performed, how."""
    how = {
        id: "prose" if id in row.told else ran.get(id, "prose" if id in only_prose else "not run")
        for id in row.runbooks
    }
    if not how:
        return "code" if any(path.endswith(".py") for path in row.paths) else "prose" if row.paths else NOTHING
    if len(set(how.values())) == 1:
        return how[row.runbooks[0]]
    return "; ".join(
        f"{word}: {', '.join(id for id in how if how[id] == word)}"
        for word in (*KINDS, "prose", "not run")
        if word in how.values()
    )


def written(text: str, ran: Mapping[str, str], only_prose: Collection[str]) -> str:
    """The page with its last column as `ran` has it."""
    lines = text.splitlines()
    for row in rows(text):
        lines[row.number - 1] = str(replace(row, ran_here=cell(row, ran, only_prose)))
    return "\n".join(lines) + "\n"


def strongest(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Runbook → real when any test ran it with the real programs, else recorded. `said`: (kind, runbook)."""
    found: dict[str, str] = {}
    for kind, runbook in said:
        found[runbook] = min(kind, found.get(runbook, kind), key=KINDS.index)
    return found


def marked(files: Iterable[Path]) -> Iterator[tuple[Path, int, str, str]]:
    """Every `pytest.mark.ran(...)` in the source: file, line, kind, runbook.

    Its words are literal, or constants of the file: the page is compared with the source, without running it. Raises
    ValueError for others.
    """
    for file in files:
        tree = ast.parse(file.read_text())
        constants = dict(_constants(tree))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="ran", value=ast.Attribute(attr="mark")), args=args):
                    known = [constants.get(arg.id, arg) if isinstance(arg, ast.Name) else arg for arg in args]
                    words = [arg.value for arg in known if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                    if len(words) != len(args) or len(words) < 2 or words[0] not in KINDS:
                        where = f"{file.name}:{node.lineno}"
                        raise ValueError(f'{where}: write literal words: mark.ran("real" or "recorded", "ID", ...)')
                    yield from ((file, node.lineno, words[0], runbook) for runbook in words[1:])


def _constants(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What `NAME = value` and `ONE, OTHER = value, value` at the top of a file say."""
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    (name.id, value) for name, value in zip(names, values, strict=False) if isinstance(name, ast.Name)
                )


def sources() -> list[Path]:
    return sorted((ROOT / "tests").glob("test_*.py"))


@dataclass
class Results:
    """What a session of pytest ran: a plugin."""

    said: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # test → its markers
    passed: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.said = {item.nodeid: marks for item in items if (marks := declared(item))}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        elif not report.passed:
            self.passed.discard(report.nodeid)


def main(page: Path = PAGE, files: Iterable[Path] = ()) -> int:
    """0 when the column is written, 1 when a test that it needs did not pass. `files` with no marker are not run."""
    os.environ["PLANTAO_REQUIRE_SERVICES"] = "1"
    needed = sorted({str(file) for file, *_ in marked(files or sources())})
    results = Results()
    ended = pytest.main(["-p", "tests.ran_here", "-p", "no:cacheprovider", *needed], plugins=[results]) if needed else 0
    missed = sorted(set(results.said) - results.passed)
    if ended or missed:
        sys.stdout.write("\n  ".join([f"{page.name} is as it was; these did not pass:", *missed]) + "\n")
        return 1
    ran = strongest(each for test in results.said.values() for each in test)
    page.write_text(written(page.read_text(), ran, prose()))
    sys.stdout.write(f"{page.name} is written: {len(results.said)} tests ran {len(ran)} runbooks.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
