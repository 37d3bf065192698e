"""`handle`: an alert from a file, a person in a terminal or a pipeline, real processes, and what is recorded."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.model_server import MODEL, ModelServer, says
from tests.nursery import Nursery
from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent

RUNBOOK = """\
runbook: 1
id: clear-cache-folder
title: Empty the cache's folder
doc: text
match:
  - alert: [high_memory]
params:
  folder: {type: string, pattern: "/[a-zA-Z0-9_/-]+", from: [labels.folder], description: Where the cache is}
risk: medium
check:
  - {id: files, say: How much is in it?, run: [sh, -c, 'ls "$RUNBOOK_FOLDER" | wc -l']}
steps:
  - {id: empty, say: Remove what is in it, run: [sh, -c, 'rm "$RUNBOOK_FOLDER"/*; echo removed']}
  - {id: mark, say: Note that it was done, run: [touch, "{folder}/done"]}
verify:
  - {run: [test, -e, "{folder}/done"]}
"""
PROSE = """\
runbook: 1
id: read-me
title: Only to be read
doc: text
match:
  - alert: [odd_thing]
"""
ALERT = {
    "alert_id": "alert-001",
    "timestamp": "2026-11-21T14:02:11Z",
    "severity": "critical",
    "type": "high_memory",
    "message": "Memory is at 95 %",
    "metrics": {"memory_percent": 95},
}


class Workplace:
    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self.nursery = nursery
        self.cache = folder / "cache"
        self.cache.mkdir()
        for name in "ab":
            (self.cache / name).touch()
        (folder / "runbooks").mkdir()
        (folder / "runbooks" / "read-me.yaml").write_text(PROSE)
        self.runbook()
        self.alert()
        self.environ = {"RUNBOOKS_DIR": "runbooks", "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": ""}

    def runbook(self, *changes: tuple[str, str]) -> None:
        text = RUNBOOK
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / "runbooks" / "clear-cache-folder.yaml").write_text(text)

    def alert(self, **more: Any) -> None:
        (self.folder / "alert.json").write_text(json.dumps({**ALERT, "folder": str(self.cache), **more}))

    def terminal(self, *more: str) -> Terminal:
        """A person who has typed `handle alert.json`."""
        return Terminal(self.nursery, ["handle", "alert.json", *more], self.folder, self.environ)

    def piped(self, *more: str, environ: Mapping[str, str] | None = None, file: str = "alert.json") -> tuple[int, str]:
        """The same where nobody sits: the exit status, and what was said."""
        own = {**os.environ, **self.environ, **(environ or {})}
        done = self.nursery.run(["handle", file, *more], self.folder, own)
        return done.returncode, done.stdout + done.stderr

    @property
    def cached(self) -> list[str]:
        return sorted(path.name for path in self.cache.iterdir())

    @property
    def result(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.folder / "incident-result.json").read_text())
        return read

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "logs" / "incidents.log").read_text().splitlines()]


@pytest.fixture
def work(tmp_path: Path, nursery: Nursery) -> Workplace:
    return Workplace(tmp_path, nursery)


# -- in a terminal ---


def test_a_person_says_yes_and_it_is_fixed(work: Workplace) -> None:
    """The alert, what it is taken for, evidence, plan, a yes, live progress, before and after, and a summary."""
    with work.terminal() as terminal:
        terminal.sees("Alert alert-001 · high_memory\n  Memory is at 95 %\n")
        terminal.sees("memory_percent  95")
        terminal.sees("Classified\n  memory · P1\n")
        terminal.sees("runbook   clear-cache-folder: label alertname matches high_memory")
        terminal.sees("Evidence\n  files  2\n")
        terminal.sees(f"folder = {work.cache} (alert)")
        terminal.sees("Run it? [y/N] ")
        assert work.cached == ["a", "b"]
        terminal.types("y\n")
        terminal.sees("✔ 1 empty")
        terminal.sees("Before → after\n  files  2 → 1\n")
        terminal.sees("FIXED · plan ")
        terminal.sees(
            "Summary\n  alert     alert-001\n  type      memory\n  runbook   clear-cache-folder\n  status    FIXED\n"
        )
        terminal.sees("done      Remove what is in it\n            Note that it was done\n")
        terminal.sees("Recorded in logs/incidents.log and incident-result.json")
        assert (terminal.ends(), work.cached) == (0, ["done"])


def test_a_person_says_no(work: Workplace) -> None:
    """Nothing is run, which is recorded too."""
    with work.terminal() as terminal:
        terminal.sees("Run it? [y/N] ")
        terminal.types("n\n")
        terminal.sees("Nothing was run.")
        assert (terminal.ends(), work.cached) == (1, ["a", "b"])
    assert (work.result["status"], work.result["runbook"], work.result["runbook_executed"]) == (
        "rejected",
        "clear-cache-folder",
        None,
    )


def test_a_person_is_asked_for_what_the_alert_does_not_say(work: Workplace) -> None:
    """Until it can be used."""
    work.alert(folder="")
    with work.terminal() as terminal:
        terminal.sees("folder (Where the cache is): ")
        terminal.types("not a folder\n")
        terminal.sees("folder does not fit the pattern")
        terminal.types(f"{work.cache}\n")
        terminal.sees(f"folder = {work.cache} (person)")
        terminal.sees("Run it? [y/N] ")
        terminal.types("y\n")
        assert (terminal.ends(), work.result["status"]) == (0, "fixed")


def test_high_risk_is_asked_about_whatever_was_said_before(work: Workplace) -> None:
    """--approve is for low and medium; the plan's hash has to be typed."""
    work.runbook(("risk: medium", "risk: high\napproval: {required: 2}"))
    with work.terminal("--approve") as terminal:
        terminal.sees("The risk is high. Type ")
        terminal.types("y\n")
        terminal.sees("Nothing was run.")
        assert (terminal.ends(), work.result["status"]) == (1, "rejected")


def test_an_abort_is_recorded(work: Workplace) -> None:
    """Ctrl-C ends the step under way, and what became of it is written down."""
    work.runbook(('rm "$RUNBOOK_FOLDER"/*; echo removed', 'echo > "$RUNBOOK_FOLDER/began"; sleep 600'))
    with work.terminal("--approve") as terminal:
        terminal.sees_file(work.cache / "began")
        terminal.types("\x03")
        terminal.sees("ABORTED · plan ")
        assert terminal.ends() == 1
    assert (work.result["status"], work.result["runbook_executed"], work.result["actions"]) == (
        "aborted",
        "clear-cache-folder",
        [],
    )


# -- in a pipeline ---


def test_low_and_medium_risk_is_run_when_it_is_approved_beforehand(work: Workplace) -> None:
    """And all of it is on record: a line in the log, and the result."""
    status, said = work.piped("--approve")
    assert (status, work.cached) == (0, ["done"])
    assert "FIXED · plan " in said
    (line,) = work.log
    began = datetime.fromisoformat(line.pop("timestamp"))
    assert began.tzinfo is not None
    took = line.pop("duration")
    assert 0 <= took < 600
    assert line == {
        "alert_id": "alert-001",
        "incident_type": "memory",
        "runbook_executed": "clear-cache-folder",
        "status": "fixed",
        "actions": ["Remove what is in it", "Note that it was done"],
    }
    result = work.result
    assert re.fullmatch(r"[0-9a-f]{64}", result.pop("plan"))
    assert result == {
        "timestamp": began.isoformat(),
        "duration": took,
        **line,
        "name": "high_memory",
        "summary": "Memory is at 95 %",
        "read": "",
        "severity": "P1",
        "runbook": "clear-cache-folder",
        "why": "",
        "before_after": ["files  2 → 1"],
    }


NOT_RUN = [
    ("nobody can say yes here; start it in a terminal, or with --approve", [], {}, []),
    ("MODE is observe, and so nothing is run", ["--approve"], {"MODE": "observe"}, []),
    ("its risk is high, and --approve is for low and medium; start it in a terminal", ["--approve"], {},
     [("risk: medium", "risk: high\napproval: {required: 2}")]),
    ("it needs 2 people, and --approve is one; start it in a terminal", ["--approve"], {},
     [("risk: medium", "risk: medium\napproval: {required: 2}")]),
    ("clear-cache-folder asks a person while it runs; start it in a terminal", ["--approve"], {},
     [("steps:\n", "steps:\n  - {id: sure, ask: Are you sure?}\n")]),
    ("SHOP_TOKEN is not set where the bot runs", ["--approve"], {},
     [("params:\n", "params:\n  token: {type: secret, env: SHOP_TOKEN}\n")]),
    ("folder (Where the cache is) has no value; add folder=VALUE", ["--approve"], {},
     [("from: [labels.folder]", "from: [labels.other]")]),
    ('folder (alert) does not fit the pattern', ["--approve"], {}, [('"/[a-zA-Z0-9_/-]+"', '"[a-z]+"')]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "options", "environ", "changes"), NOT_RUN, ids=[each[0][:30] for each in NOT_RUN])
def test_what_may_not_be_run_there_is_not(
    work: Workplace, why: str, options: list[str], environ: dict[str, str], changes: list[tuple[str, str]]
) -> None:
    """It says why, and the exit status says no."""
    work.runbook(*changes)
    status, said = work.piped(*options, environ=environ)
    assert (status, work.cached) == (1, ["a", "b"])
    assert (work.result["status"], work.result["runbook_executed"]) == ("not_run", None)
    assert work.result["why"].startswith(why)
    assert why in said


@pytest.mark.parametrize(
    ("change", "status", "actions"),
    [
        (("{folder}/done\"]}\nverify", "{folder}/other\"]}\nverify"), "not_fixed", 2),
        (("verify:\n  - {run: [test, -e, \"{folder}/done\"]}\n", ""), "done", 2),
        (("echo removed", "exit 3"), "failed", 0),
        (("[touch, \"{folder}/done\"]", '["false"]'), "failed", 1),
    ],
)  # fmt: skip
def test_how_it_ended_is_said_as_it_was(work: Workplace, change: tuple[str, str], status: str, actions: int) -> None:
    """Not fixed is not failed, and done is not fixed."""
    work.runbook(change)
    code, said = work.piped("--approve")
    assert (code, work.result["status"], len(work.result["actions"])) == (0 if status == "done" else 1, status, actions)
    assert f"status    {status.upper().replace('_', ' ')}" in said


@pytest.mark.parametrize(
    ("alert", "code", "status", "why"),
    [
        ({"type": "flux_wobble", "message": "odd"}, 1, "no_runbook", "no runbook fits"),
        ({"type": "odd_thing", "message": "odd"}, 1, "no_runbook", "read-me has no steps; read it with"),
        ({"status": "resolved"}, 0, "nothing_to_do", "the alert is over"),
        ({"status": "info"}, 0, "nothing_to_do", "it reports no trouble"),
        ({"status": "none"}, 1, "no_alert", "it reports nothing"),
    ],
)
def test_where_nothing_can_or_need_be_run(
    work: Workplace, alert: dict[str, str], code: int, status: str, why: str
) -> None:
    """It is recorded all the same, and the exit status says whether somebody has to look."""
    work.alert(**alert)
    assert work.piped("--approve")[0] == code
    assert (work.result["status"], work.result["why"][: len(why)], work.cached) == (status, why, ["a", "b"])
    assert [line["status"] for line in work.log] == [status]


def test_what_detect_prints_is_handled_one_after_the_other(work: Workplace) -> None:
    """Several alerts in one file: each has its line, and the result is a list."""
    lines = [{**ALERT, "alert_id": f"a-{at}", "labels": {"folder": str(work.cache)}} for at in range(3)]
    (work.folder / "alerts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert work.piped("--approve", file="alerts.jsonl")[0] == 0
    assert [(line["alert_id"], line["status"]) for line in work.log] == [
        ("a-0", "fixed"),
        ("a-1", "fixed"),
        ("a-2", "fixed"),
    ]
    assert [each["alert_id"] for each in json.loads((work.folder / "incident-result.json").read_text())] == [
        "a-0",
        "a-1",
        "a-2",
    ]


# -- what is recorded, and where ---


def test_what_a_model_chose_is_not_run_on_nobodys_word(work: Workplace) -> None:
    """Words of the alert may have led it to that. What it reads is told as its own."""
    work.runbook(("alert: [high_memory]", "alert: [NobodyPostsThis]"))
    with ModelServer() as server:
        server.answer = says(
            category="memory", runbook="clear-cache-folder", confidence=1.0, summary="The cache is full."
        )
        environ = {"OLLAMA_HOST": server.url, "LLM_MODEL": MODEL, "LLM_PROVIDER": "ollama"}
        status, said = work.piped("--approve", "--llm", "ollama", environ=environ)
    assert (status, work.cached) == (1, ["a", "b"])
    assert f"runbook   clear-cache-folder: {MODEL} chose it" in said
    assert f"{MODEL} reads: The cache is full." in said
    assert work.result["read"] == f"{MODEL} reads: The cache is full."
    assert work.result["why"].startswith(f"no rule names it ({MODEL} chose it), and --approve is for what a rule names")


def test_a_second_incident_is_added_to_the_log(work: Workplace) -> None:
    """After half a line, which one that was killed left, it begins on a new one."""
    work.alert(status="resolved")
    work.piped("--log", "history/of/it.log")
    log = work.folder / "history" / "of" / "it.log"
    log.write_text(log.read_text() + '{"timestamp": "2026-')
    work.piped("--log", "history/of/it.log")
    first, half, second = log.read_text().splitlines()
    assert (json.loads(first)["status"], half, json.loads(second)["status"]) == (
        "nothing_to_do",
        '{"timestamp": "2026-',
        "nothing_to_do",
    )


def test_many_at_once_write_whole_lines(work: Workplace) -> None:
    """Pipelines that share a log do not cut each other's lines."""
    work.alert(status="resolved", message="long " * 200)
    environ = {**os.environ, **work.environ}
    commands = [["handle", "alert.json", "--result", f"{at}.json"] for at in range(6)]
    running = [work.nursery.start(each, work.folder, environ) for each in commands]
    assert [process.wait() for process in running] == [0] * 6
    assert [line["status"] for line in work.log] == ["nothing_to_do"] * 6


def test_nothing_is_done_when_it_could_not_be_recorded(work: Workplace) -> None:
    """Bad input, before anything was started."""
    (work.folder / "taken").write_text("a file")
    status, said = work.piped("--approve", "--log", "taken/incidents.log", "--result", ".")
    assert (status, work.cached) == (2, ["a", "b"])
    assert said.splitlines() == [
        "--log: taken/incidents.log cannot be written: File exists; name another file",
        "--result: . cannot be written: Is a directory; name another file",
    ]


@pytest.mark.parametrize("content", ["{", "", "[]", '{"labels": 7, "type": "a"}'])
def test_a_file_that_is_no_alert_is_bad_input(work: Workplace, content: str) -> None:
    """Exit status 2 with the file's name, and nothing is recorded."""
    (work.folder / "alert.json").write_text(content)
    status, said = work.piped("--approve")
    assert (status, said.startswith("alert.json: "), "Traceback" in said) == (2, True, False)
    assert not (work.folder / "logs").exists()


HOSTILE = "</td><script>alert(1)</script> | @everyone #1 [a](https://evil.example.com) `x` **b** $(id) ![i](x)"


def test_githubs_summary_shows_what_became_of_it_and_obeys_nobody(work: Workplace) -> None:
    """An alert's words neither format, nor link, nor mention; what is there already stays."""
    work.alert(message=HOSTILE, alert_id="a|b`c")
    summary = work.folder / "summary.md"
    summary.write_text("before\n")
    assert work.piped("--approve", environ={"GITHUB_STEP_SUMMARY": str(summary)})[0] == 0
    text = summary.read_text()
    assert text.startswith("before\n### FIXED: high_memory\n\n| | |\n|---|---|\n| Alert | a\\|b\\`c: high_memory |\n")
    assert "Done:\n\n1. Remove what is in it\n1. Note that it was done\n" in text
    assert "```text\nfiles  2 → 1\n```" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| What |")]
    assert row == (
        "| What | &lt;/td>&lt;script>alert(1)&lt;/script> \\| @\u2060everyone #\u20601 "
        "\\[a\\](https:\u2060//evil.example.com) \\`x\\` \\*\\*b\\*\\* \\$(id) !\\[i\\](x) |"
    )


def test_no_secret_of_an_alert_is_recorded(work: Workplace) -> None:
    """Neither in the result nor in GitHub's summary."""
    work.alert(status="resolved", message="cannot connect with password=hunter2hunter2")
    summary = work.folder / "summary.md"
    work.piped(environ={"GITHUB_STEP_SUMMARY": str(summary)})
    assert work.result["summary"] == "cannot connect with password=[secret]"
    assert "hunter2" not in summary.read_text()
