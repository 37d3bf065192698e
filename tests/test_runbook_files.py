"""The runbooks folder: which files are read, and against what they are judged. The slips are in test_runbook_broken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from bot.runbooks.load import load_folder
from bot.runbooks.shelf import Shelf
from bot.runbooks.terminal.commands import list_all
from tests.broken.good import GOOD, PROSE, plus, step

TODAY = date(2026, 11, 21)


def good(text: str = GOOD, name: str = "good") -> str:
    return text.replace("NAME", name)


def problems(folder: Path) -> list[str]:
    """What is said, without the folder."""
    library = load_folder(folder, ["approvers"], unattended=[], today=TODAY)
    return [str(problem).removeprefix(f"{folder}/") for problem in library.problems]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """A person mends a file in one go, and reads from the top down."""
    text = plus('  - {run: [sh, -c, "{service}"]}\n  - {run: [a, "{free}"]}\n  - {run: [echo]}')
    (tmp_path / "good.yaml").write_text(good(text))
    (tmp_path / "bad.yaml").write_text("runbook: 1\ntitle: 4\n")
    assert [line.split("`")[0] for line in problems(tmp_path)] == [
        "bad.yaml:1: error: ",
        "bad.yaml:1: error: ",
        "bad.yaml:2: error: ",
        "good.yaml:16: error: ",
        "good.yaml:17: error: ",
        "good.yaml:18: warning: ",
    ]


def test_a_warning_disables_nothing(tmp_path: Path) -> None:
    """It is for the author; the person in the night has the runbook."""
    (tmp_path / "good.yaml").write_text(good(plus("reviewed: 2020-01-01")))
    library = load_folder(tmp_path, today=TODAY)
    assert (list(library.runbooks), library.broken, len(library.problems)) == (["good"], (), 1)


def test_a_file_of_another_ending_is_said(tmp_path: Path) -> None:
    """A runbook that is silently not read would be missed in the night."""
    for name in ("good.yml", "Fine.YAML", "nice.Yml"):
        (tmp_path / name).write_text(good())
    assert problems(tmp_path) == [
        "Fine.YAML:1: error: is not read; name it fine.yaml",
        "good.yml:1: error: is not read; name it good.yaml",
        "nice.Yml:1: error: is not read; name it nice.yaml",
    ]


def test_a_file_that_everyone_may_change_is_refused(tmp_path: Path) -> None:
    """Whoever can write it chooses what is proposed; by way of a link as well."""
    file = tmp_path / "elsewhere"
    file.write_text(good())
    file.chmod(0o646)
    (tmp_path / "good.yaml").symlink_to(file)
    assert problems(tmp_path) == ["good.yaml:1: error: can be changed by everyone on the machine; chmod o-w it"]
    file.chmod(0o664)
    assert problems(tmp_path) == []
    file.unlink()
    assert "there is no such file" in problems(tmp_path)[0]


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    """Notes, an editor's leftovers, scripts, and the cases of the runbooks."""
    for name in ("notes.txt", ".good.yaml.swp", ".hidden.yaml", "good.yaml~", "tests/good.yaml", "scripts/a.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("not a runbook")
    library = load_folder(tmp_path)
    assert (dict(library.runbooks), library.problems) == ({}, ())


def test_the_list_in_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each: what it is called, how risky it is, how long, and what it does."""
    one = GOOD.replace("  - {id: two", "  # - {id: two")
    for name, text in (("good", GOOD), ("one", one), ("read", PROSE)):
        (tmp_path / f"{name}.yaml").write_text(good(text, name))
    list_all(Shelf(tmp_path))
    assert [line.split(maxsplit=2)[1:] for line in capsys.readouterr().out.splitlines()] == [
        ["medium", "2 steps   A good one"],
        ["medium", "1 step    A good one"],
        ["medium", "prose     A text"],
    ]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A wrong RUNBOOKS_DIR is no crash."""
    library = load_folder(tmp_path / "none")
    assert (dict(library.runbooks), [problem.text for problem in library.problems]) == (
        {},
        ["there is no such folder; set RUNBOOKS_DIR to the right one"],
    )


def test_a_doc_alone_is_a_runbook(tmp_path: Path) -> None:
    """A team starts with prose and automates it step by step."""
    (tmp_path / "good.yaml").write_text(good(PROSE))
    assert (problems(tmp_path), list(load_folder(tmp_path).runbooks)) == ([], ["good"])


# -- against the team ---

UNATTENDED = plus("risk: low\napproval: {required: 0, roles: [sre]}")
NOT_LISTED = (
    "17: error: `approval.required` is 0, and the team file does not list good under `unattended`; "
    "add it there, or write 1"
)
NO_ROLE = "17: error: `approval.roles[1]` is sre, a role that the team file does not have; known: approvers, lead"


@pytest.mark.parametrize(
    ("roles", "unattended", "expected"),
    [
        (["approvers", "sre"], ["good"], []),
        (["lead", "approvers"], ["good"], [NO_ROLE]),
        (["sre"], ["other"], [NOT_LISTED]),
        (["approvers", "lead"], [], [NOT_LISTED, NO_ROLE]),
        (None, None, []),
    ],
)
def test_a_runbook_is_judged_against_the_team(
    tmp_path: Path, roles: Collection[str] | None, unattended: Collection[str] | None, expected: list[str]
) -> None:
    """Its roles have to exist, and only what the team listed runs by itself. Without a team file neither is judged."""
    (tmp_path / "good.yaml").write_text(good(UNATTENDED))
    library = load_folder(tmp_path, roles, unattended=unattended)
    assert [str(problem).partition("good.yaml:")[2] for problem in library.problems] == expected
    assert list(library.runbooks) == ([] if expected else ["good"])


def test_a_hundred_runbooks_are_judged_together(tmp_path: Path) -> None:
    """One that differs in one place is found among them."""
    for number in range(100):
        (tmp_path / f"book-{number:02}.yaml").write_text(good(name=f"book-{number:02}"))
    (tmp_path / "book-50.yaml").write_text(good(step("{id: one, run: [a]}"), "book-50"))
    assert problems(tmp_path) == [
        "book-50.yaml:14: error: `steps[3].id` `one` is used twice in `steps`; choose another"
    ]
