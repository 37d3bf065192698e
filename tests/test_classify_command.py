"""`classify`: what alerts from files are taken for, a line for each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import Nursery

ROOT = Path(__file__).parent.parent
EXAMPLES = [f"examples/alerts/{name}.json" for name in ("high_memory", "database_down", "high_cpu")]


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(nursery: Nursery) -> Run:
    """`classify` with these arguments, `stdin` and the runbooks of a folder: exit status, output and errors."""

    def classify(*arguments: str, stdin: str = "", runbooks: Path = ROOT / "runbooks") -> tuple[int, str, str]:
        done = nursery.run(["classify", *arguments], ROOT, {**os.environ, "RUNBOOKS_DIR": str(runbooks)}, stdin)
        return done.returncode, done.stdout, done.stderr

    return classify


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_each_alert_is_an_object_a_line_in_the_order_of_the_files(run: Run) -> None:
    """What a script reads."""
    status, out, err = run("--json", *EXAMPLES)
    assert (status, err) == (0, "")
    assert [
        (each["file"], each["source"], each["name"], each["status"], each["severity"], each["runbooks"][0])
        for each in objects(out)
    ] == [
        (EXAMPLES[0], "file", "high_memory", "firing", "P1", {"id": "clear-memory", "score": 1.0}),
        (EXAMPLES[1], "file", "database_down", "firing", "P0", {"id": "database-down", "score": 1.0}),
        (EXAMPLES[2], "file", "high_cpu", "firing", "P2", {"id": "high-cpu", "score": 1.0}),
    ]
    keys = ["file", "source", "name", "status", "category", "severity", "confidence", "by", "why", "runbooks"]
    assert [list(each) for each in objects(out)] == [keys] * 3


def test_the_best_runbook_comes_first(run: Run) -> None:
    """No score grows down the list, and no runbook stands there twice."""
    _, out, _ = run(
        "--json", "-", stdin='{"type": "CheckoutOdd", "message": "the shop answers slowly since the deploy"}'
    )
    (found,) = objects(out)
    scores = [each["score"] for each in found["runbooks"]]
    assert scores == sorted(scores, reverse=True)
    assert len({each["id"] for each in found["runbooks"]}) == len(scores) > 0
    assert all(0 < score <= 1 for score in scores)


def test_a_message_that_is_no_alert_says_so(run: Run) -> None:
    """Thanks are none; a tool's note that a backup is done reports no trouble."""
    messages = [
        {"user": "U1", "text": "thanks, that helped"},
        {"username": "backup", "bot_id": "B1", "text": "Nightly backup completed"},
    ]
    _, out, _ = run("--json", "-", stdin="\n".join(map(json.dumps, messages)))
    assert [each["status"] for each in objects(out)] == ["none", "info"]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(run: Run, tmp_path: Path) -> None:
    """Exit status 2, and no traceback."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    status, out, err = run("--json", EXAMPLES[0], str(broken), str(tmp_path / "none.json"), EXAMPLES[2])
    assert [each["name"] for each in objects(out)] == ["high_memory", "high_cpu"]
    assert (status, err.splitlines()) == (
        2,
        [
            f"{broken}: this is not JSON: Expecting property name enclosed in double quotes in line 1, column 2",
            f"{tmp_path / 'none.json'} cannot be read: No such file or directory",
        ],
    )


def test_a_broken_runbook_is_said_where_it_disturbs_nobody(run: Run, tmp_path: Path) -> None:
    """Standard output holds objects and nothing else."""
    (tmp_path / "broken.yaml").write_text("runbook: 1\nid: other\n")
    status, out, err = run("--json", EXAMPLES[0], runbooks=tmp_path)
    assert (status, [each["runbooks"] for each in objects(out)]) == (0, [[]])
    assert "broken.yaml" in err


def test_people_are_told_in_words(run: Run) -> None:
    """What it is, why, and what else it could be."""
    status, out, _ = run(EXAMPLES[0])
    lines = out.splitlines()
    assert (status, lines[:2]) == (0, [f"{EXAMPLES[0]}: high_memory", "  firing · P1 · memory"])
    assert '  severity  P1: its level is "critical"' in lines
    assert "  runbook   clear-memory: label alertname matches high_memory*" in lines
