"""What docs/coverage.md says of the library is so."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bot.classify.embedded import embedded
from bot.model import Alert, AlertStatus
from bot.runbooks.load import Library, load_folder
from bot.runbooks.match import matching
from tests.coverage_table import HEADER, PAGE, ROOT, Row, cell, marked, prose, rows, sources, strongest, written
from tests.ran_here import untrue

TEXT = PAGE.read_text()
ROWS = rows(TEXT)
SHIPPED = frozenset(file.stem for file in (ROOT / "runbooks").glob("*.yaml"))
KINDS = {
    *("section", "alert", "diagnosis", "procedure", "decision", "checklist", "template", "table", "escalation"),
    *("schedule", "reference", "background"),
}

# Features that are not built yet. One that is built takes its rows with it.
OPEN = {
    *("incidents", "updates", "escalation ladders", "checklists", "handoff"),
    *("terminal", "classification with a model", "log detection", "workflow"),
}


@cache
def library() -> Library:
    return load_folder(ROOT / "runbooks", compare=False)


def numbered(*parts: int) -> list[str]:
    """Chapters from 1, each with so many sections: 2, 0, 1 is 1, 1.1, 1.2, 2, 3, 3.1."""
    return [
        name
        for chapter, count in enumerate(parts, 1)
        for name in (f"{chapter}", *(f"{chapter}.{section}" for section in range(1, count + 1)))
    ]


# Every section of the five documents, in their order.
SECTIONS = {
    "Agent API operations": [
        *numbered(4, 3, 7, 4, 4, 4, 4, 5, 3, 5, 4, 6),
        *("appendix A", "appendix B", "appendix C", "version history", "feedback"),
    ],
    "CRM alert runbooks": [*numbered(*[0] * 14), "general procedures", "links"],
    "Incident automation": [
        *("introduction", "concept", "part 1", "part 1, step 1", "part 1, step 2"),
        *("part 2", "part 2, step 3", "part 2, step 4", "part 2, step 5", "diagram of part 2", "part 3, step 6"),
        *("part 4", "part 4, step 7", "part 5, step 8", "diagram of the lesson", "learning checklist", "summary"),
        *("links", "closing"),
    ],
    "ML API response": [
        *("overview", "SLOs", "endpoints", "alerts", "operations", "escalation", "postmortem", "checklists"),
    ],
    "Vision operations": numbered(2, 2, 2, 2, 2, 2, 2, 2, 2, 2),
}
BEYOND = "Beyond the documents"

# Every alert that the documents call by a name.
ALERTS = (
    *("SystemDown", "HighErrorRate", "DatabaseDown", "RedisDown", "HighResponseTime", "HighResponseTimeP95"),
    *("ElevatedErrorRate", "LowIntentAccuracy", "HighMemoryUsage", "APIDown", "DatabaseConnectionPoolExhausted"),
    *("HighLatencyP99", "DiskSpaceRunningOut", "SLOAvailabilityViolation", "HighHTTPErrorRate", "HighLatencyP95"),
    *("SlowDatabaseQueries", "HighCPUUsage", "CriticalLogDetected", "DatabaseConnectionErrors"),
    *("MultipleFailedLogins", "PaymentProcessingErrors", "high_memory", "database_down", "high_cpu"),
)


def sections(document: str) -> list[str]:
    """Those that the page has of a document, in its order."""
    return list(
        dict.fromkeys(
            row.section.removeprefix(f"{document} ") for row in ROWS if row.section.startswith(f"{document} ")
        )
    )


@pytest.mark.parametrize("document", SECTIONS)
def test_no_section_is_left_out(document: str) -> None:
    """A section that somebody looks for has a row, in the document's order."""
    assert sections(document) == SECTIONS[document]


def test_every_row_belongs_to_a_document() -> None:
    """A section is written with its document's name."""
    assert [row for row in ROWS if not row.section.startswith((*SECTIONS, BEYOND))] == []


def test_kinds_are_few() -> None:
    """A person can look for all rows of a kind."""
    assert {row.kind for row in ROWS} == KINDS


def test_no_item_stands_twice() -> None:
    """One row, one thing."""
    assert len({(row.section, row.item) for row in ROWS}) == len(ROWS)


def test_named_files_exist() -> None:
    """What a row names can be opened."""
    missing = [f"line {row.number}: {path}" for row in ROWS for path in row.paths if not (ROOT / path).is_file()]
    assert missing == []


def test_every_row_says_what_covers_it() -> None:
    """A file, the rows below, what is open and in which feature, or why nothing is to be done; and nothing else."""
    part = rf"(?:text of )?`[^`]+`|rows below|open: (?:{'|'.join(sorted(OPEN))})|background: .+|the monitoring tool .+"
    wrong = [str(row) for row in ROWS if not re.fullmatch(rf"(?:{part})(?:, (?:{part}))*", row.covered_by)]
    assert wrong == []


def test_rows_below_are_there() -> None:
    """A row that sends on is followed by a row of its section or of a part of it."""
    sent = [(row, after) for row, after in zip(ROWS, [*ROWS[1:], None], strict=True) if row.covered_by == "rows below"]
    assert [
        row.item
        for row, after in sent
        if after is None or not re.fullmatch(rf"{re.escape(row.section)}(?:[., ].*)?", after.section)
    ] == []


def test_every_runbook_has_a_row() -> None:
    """Also one that no document asked for: it stands at the end."""
    assert SHIPPED - {id for row in ROWS for id in row.runbooks} == set()


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_of_the_documents_leads_to_the_runbook_of_its_row(name: str) -> None:
    """With nothing but its name."""
    covering = {id for row in ROWS if row.kind == "alert" and re.match(rf"{name}\b", row.item) for id in row.runbooks}
    alert = Alert("test", name, AlertStatus.FIRING, "", {})
    found = matching(library(), alert, embedded().category(alert)[0])
    assert found
    assert found[0].runbook in covering


def test_markers_name_runbooks_that_exist() -> None:
    """A runbook that was renamed is renamed in its tests."""
    assert [f"{file.name}:{line}: {id}" for file, line, _, id in marked(sources()) if id not in SHIPPED] == []


def test_the_last_column_is_what_the_tests_say() -> None:
    """`make coverage` writes it; by hand it is not changed."""
    ran = strongest((kind, id) for _, _, kind, id in marked(sources()))
    now = rows(written(TEXT, ran, prose()))
    assert [str(row) for row in ROWS] == [str(row) for row in now], "run make coverage"


# -- the machinery ---


def row(covered_by: str) -> Row:
    return Row(1, "A 1", "an item", "procedure", covered_by, "–")


@pytest.mark.parametrize(
    ("covered_by", "said"),
    [
        ("`runbooks/a.yaml`", "real"),
        ("`runbooks/b.yaml`, open: updates", "recorded"),
        ("`runbooks/c.yaml`, `team.yaml`", "prose"),
        ("`runbooks/d.yaml`", "not run"),
        ("`runbooks/b.yaml`, `runbooks/a.yaml`, `runbooks/c.yaml`", "real: a; recorded: b; prose: c"),
        ("text of `runbooks/a.yaml`, open: postmortem", "prose"),
        ("text of `runbooks/a.yaml`, `runbooks/b.yaml`", "recorded: b; prose: a"),
        ("`bot/flow.py`, `team.yaml`", "code"),
        ("`team.yaml`", "prose"),
        ("open: postmortem", "–"),
    ],
)
def test_the_word_of_a_row(covered_by: str, said: str) -> None:
    """One word when all its runbooks were run alike, else each word with its runbooks."""
    assert cell(row(covered_by), {"a": "real", "b": "recorded"}, {"c"}) == said


def test_the_strongest_way_counts() -> None:
    """A runbook that one test ran for real and another with a stand-in was run for real."""
    assert strongest([("recorded", "a"), ("real", "a"), ("recorded", "b"), ("recorded", "a")]) == {
        "a": "real",
        "b": "recorded",
    }


def test_a_row_with_a_cell_too_many_is_named() -> None:
    """A stray bar in a text would shift the columns."""
    with pytest.raises(ValueError, match="line 3: 6 cells; write 5"):
        rows(f"| {' | '.join(HEADER)} |\n|---|---|---|---|---|\n| a | b | c | d | e | f |\n")


@pytest.mark.parametrize(
    ("said", "did", "stand_ins", "wrong"),
    [
        ({("real", "a")}, {"a"}, set(), []),
        ({("recorded", "a")}, {"a"}, {"kubectl"}, []),
        (set(), set(), {"kubectl"}, []),
        ({("real", "a")}, set(), set(), ["a is marked, and was not performed"]),
        (set(), {"a"}, set(), ["a was performed, and no marker says so"]),
        ({("real", "a")}, {"a"}, {"kubectl"}, ["a is marked real, and kubectl was a stand-in"]),
        ({("reel", "a")}, {"a"}, set(), ['a is marked "reel"; write real or recorded']),
    ],
)
def test_a_marker_is_held_to_what_the_test_did(
    said: set[tuple[str, str]], did: set[str], stand_ins: set[str], wrong: list[str]
) -> None:
    """It names what was performed, no more and no less, and calls nothing real that was not."""
    assert untrue(said, did, stand_ins) == wrong


STORY = """\
import pytest
from tests import ran_here

@pytest.mark.ran("real", "a")
def test_it():
    {does}
"""


def coverage(tmp_path: Path, does: str) -> tuple[int, str]:
    """The command's status and the row it leaves, for a page with one row and one test that does this."""
    page, test = tmp_path / "coverage.md", tmp_path / "test_story.py"
    page.write_text("| A 1 | an item | procedure | `runbooks/a.yaml` | – |\n")
    test.write_text(STORY.format(does=does))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = ran\n")
    script = "import sys; from tests.coverage_table import *; sys.exit(main(Path(sys.argv[1]), [Path(sys.argv[2])]))"
    done = subprocess.run(
        [sys.executable, "-c", script, page, test],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, page.read_text().split("|")[-2].strip()


@pytest.mark.parametrize(
    ("does", "ends"),
    [
        ("ran_here.performed('a')", (0, "real")),
        ("pass", (1, "–")),
        ("ran_here.performed('a'); ran_here.stood_in('kubectl')", (1, "–")),
        ("ran_here.performed('a'); pytest.skip('no database')", (1, "–")),
        ("ran_here.performed('a'); assert False", (1, "–")),
    ],
    ids=["ran", "did-nothing", "stand-in", "skipped", "failed"],
)
def test_the_column_is_written_only_from_tests_that_passed_and_told_the_truth(
    tmp_path: Path, does: str, ends: tuple[int, str]
) -> None:
    """A test that did not run what it says, that failed or that was skipped leaves the page as it was."""
    assert coverage(tmp_path, does) == ends


def test_a_marker_is_read_from_the_source(tmp_path: Path) -> None:
    """Its words stand there, in the marker or in a constant of the file; what only running would tell is refused."""
    file = tmp_path / "test_story.py"
    file.write_text("NAME, OTHER = 'b', 'c'\n@pytest.mark.ran('real', 'a', NAME)\ndef test_it(): ...\n")
    assert list(marked([file])) == [(file, 2, "real", "a"), (file, 2, "real", "b")]
    file.write_text("@pytest.mark.ran('real', name())\ndef test_it(): ...\n")
    with pytest.raises(ValueError, match=r"test_story\.py:1: write literal words"):
        list(marked([file]))
