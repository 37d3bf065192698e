"""Runbook files: each slip is an error with its own line, and a broken file disables itself alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.runbooks.load import load_folder

GOOD = """\
runbook: 1
id: good
title: A good one
doc: Read this.
params:
  service: {type: string, pattern: "[a-z]+"}
  free: {type: string}
  count: {type: integer, min: 1, max: 5, default: 2}
steps:
  - {id: one, run: [echo, "{service}"]}
"""


def problems(folder: Path, text: str, name: str = "good.yaml") -> list[str]:
    """What is said about one file, without its folder."""
    (folder / name).write_text(text)
    library = load_folder(folder, ["approvers"], today=date(2026, 11, 21))
    return [str(problem).removeprefix(f"{folder}/") for problem in library.problems]


def steps(entry: str) -> str:
    """The good file with other steps; they begin on line 10."""
    return GOOD.replace('  - {id: one, run: [echo, "{service}"]}\n', f"  - {entry}\n")


BROKEN = {
    # whole file
    "no doc": (GOOD.replace("doc: Read this.\n", ""), "1: error: `doc` is missing; add it"),
    "other version": (GOOD.replace("runbook: 1", "runbook: 2"), "1: error: `runbook` is 2; write 1"),
    "other id": (
        GOOD.replace("id: good", "id: bad"),
        "2: error: `id` is bad, but the file is good.yaml; make them equal",
    ),
    "bad id": (
        GOOD.replace("id: good", "id: Good"),
        '2: error: `id` is "Good"; write text of the form ^[a-z0-9-]{1,63}$',
    ),
    "bad risk": (GOOD + "risk: huge\n", '11: error: `risk` is "huge"; write low, medium or high'),
    # what a later version will know
    "undo": (
        steps("{id: one, run: [a], undo: {run: [b]}}"),
        "10: error: `steps[1].undo` is not known to this version; "
        "known here: run, ok, id, say, script, wait, http, timeout",
    ),
    "on_failure": (
        GOOD + "on_failure: undo\n",
        "11: error: `on_failure` is undo, which is not known to this version; write stop, or remove it",
    ),
    "secret": (
        GOOD.replace("free: {type: string}", "free: {type: secret}"),
        '7: error: `params.free.type` is "secret"; write string or integer',
    ),
    "unattended": (
        GOOD + "risk: low\napproval: {required: 0}\n",
        "12: error: `approval.required` is 0; write at least 1",
    ),
    # approval
    "one for high risk": (
        GOOD + "risk: high\n",
        "11: error: `risk` high risk needs at least 2 approvers; write `approval: {required: 2}`",
    ),
    "one for high risk, written": (
        GOOD + "risk: high\napproval: {required: 1}\n",
        "12: error: `approval.required` high risk needs at least 2 approvers; write `approval: {required: 2}`",
    ),
    "unknown role": (
        GOOD + "approval:\n  roles: [approvers, kings]\n",
        "12: error: `approval.roles[2]` is kings, a role that the team file does not have; known: approvers",
    ),
    # params
    "param name": (
        GOOD.replace("free:", "Free:"),
        "7: error: `params.Free` is no parameter name; write small letters, digits and _",
    ),
    "bad pattern": (
        GOOD.replace('"[a-z]+"', '"[a-z"'),
        "6: error: `params.service.pattern` is no regular expression: "
        "unterminated character set at position 0; mend it",
    ),
    "default outside": (
        GOOD.replace("default: 2", "default: 9"),
        "8: error: `params.count.default` is above 5; choose a default that the parameter allows",
    ),
    "default of another type": (
        GOOD.replace("default: 2", 'default: "2"'),
        "8: error: `params.count.default` does not fit type integer; write a whole number",
    ),
    "default is nothing": (
        GOOD.replace("default: 2", "default: "),
        '8: error: `params.count.default` is nothing; write "" for an empty value, or remove it',
    ),
    "min of a string": (
        GOOD.replace("free: {type: string}", "free: {type: string, min: 1}"),
        "7: error: `params.free.min` is not for type string; remove it",
    ),
    "from elsewhere": (
        GOOD.replace("free: {type: string}", "free: {type: string, from: [env.X]}"),
        '7: error: `params.free.from[1]` is "env.X"; write text of the form ^labels\\..+$',
    ),
    # placeholders
    "unknown param": (
        steps('{id: one, run: [echo, "{nope}"]}'),
        "10: error: `steps[1].run[2]` asks for `{nope}`, which `params` does not have; known are service, free, count",
    ),
    "anything in run": (
        steps('{id: one, run: [echo, "{free}"]}'),
        "10: error: `steps[1].run[2]` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything in a URL": (
        steps('{id: one, http: {url: "http://a/{free}"}}'),
        "10: error: `steps[1].http.url` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "lone brace": (
        steps('{id: one, run: [echo, "{"]}'),
        "10: error: `steps[1].run[2]` has a brace that is no parameter; write {{ for a brace, or {name}",
    ),
    "unquoted placeholder": (
        steps("{id: one, run: [echo, {service}]}"),
        '10: error: `steps[1].run[2]` is a mapping, not text; put it in quotes: "{service}"',
    ),
    "program text": (
        steps('{id: one, run: [sh, -c, "echo {service}"]}'),
        "10: error: `steps[1].run[3]` puts `{service}` into what a shell or an interpreter reads as program text; "
        "use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "chosen program": (
        steps('{id: one, run: ["{service}"]}'),
        "10: error: `steps[1].run[1]` lets a parameter choose the program; name the program here",
    ),
    # steps
    "same id": (
        GOOD + "  - {id: one, run: [a]}\n",
        "11: error: `steps[2].id` `one` is used twice in `steps`; choose another",
    ),
    "two actions": (
        steps("{id: one, run: [a], script: b}"),
        "10: error: `steps[1]` has run and script; give exactly one of run, script, wait, http",
    ),
    "no action": (
        steps("{id: one, say: hello}"),
        "10: error: `steps[1]` does nothing; give exactly one of run, script, wait, http",
    ),
    "empty argv": (steps("{id: one, run: []}"), "10: error: `steps[1].run` is a list; write at least 1 of them"),
    "a shell line": (
        steps("{id: one, run: systemctl restart x}"),
        '10: error: `steps[1].run` is "systemctl restart x"; write a list: [one, two]',
    ),
    "exit codes of a wait": (
        steps("{id: one, wait: {tcp: {host: a, port: 1}}, ok: [1]}"),
        "10: error: `steps[1].ok` lists exit codes, which only run and script have; remove it",
    ),
    "short wait": (
        steps("{id: one, wait: {tcp: {host: a, port: 1}, for: 60s}, timeout: 5s}"),
        "10: error: `steps[1].timeout` is shorter than the wait's `for`; remove it",
    ),
    "zero timeout": (
        steps("{id: one, run: [a], timeout: 0s}"),
        '10: error: `steps[1].timeout` is "0s"; write more than 0',
    ),
    "port": (
        steps("{id: one, wait: {tcp: {host: a, port: 70000}}}"),
        "10: error: `steps[1].wait.tcp.port` is 70000; write at most 65535",
    ),
    "no scheme": (
        steps("{id: one, http: {url: example.com}}"),
        "10: error: `steps[1].http.url` is no address; write http://host/path or https://host/path",
    ),
    "password": (
        steps('{id: one, http: {url: "http://u:p@example.com/"}}'),
        "10: error: `steps[1].http.url` has a user or password in it; remove it, the plan is shown to everyone",
    ),
    "no such script": (
        steps("{id: one, script: scripts/none.sh}"),
        "10: error: `steps[1].script` does not exist; the path starts at the runbooks folder",
    ),
    "script outside": (
        steps("{id: one, script: ../evil.sh}"),
        "10: error: `steps[1].script` leads out of the runbooks folder; write scripts/name",
    ),
    "absolute script": (
        steps("{id: one, script: /bin/sh}"),
        "10: error: `steps[1].script` leads out of the runbooks folder; write scripts/name",
    ),
    # check, verify, match, env
    "slow check": (
        GOOD + "check:\n  - {id: a, run: [b], timeout: 11s}\n",
        '12: error: `check[1].timeout` is "11s"; write at most 10',
    ),
    "check without steps": (
        "runbook: 1\nid: good\ntitle: x\ndoc: y\ncheck: [{id: a, run: [b]}]\n",
        "5: error: `check` needs `steps`; without them the runbook is only text to read",
    ),
    "verify by script": (
        GOOD + "verify:\n  - {script: a}\n",
        "12: error: `verify[1].script` is not known to this version; known here: run, ok, id, say, http, tcp, timeout",
    ),
    "verify by alert": (
        GOOD + "verify:\n  - {alert: resolved, for: 5m}\n",
        "12: error: `verify[1].alert` is not known to this version; known here: run, ok, id, say, http, tcp, timeout",
    ),
    "matches all": (
        GOOD + "match:\n  - {}\n",
        "12: error: `match[1]` is empty and would match everything; give alert, labels, category or text",
    ),
    "unknown category": (
        GOOD + "match:\n  - {category: weather}\n",
        '12: error: `match[1].category` is "weather"; write availability, latency, errors, cpu, memory, disk, network, '
        "database, cache, queue, kubernetes, deploy, certificate, backup, security, capacity, monitoring, model or "
        "other",
    ),
    "own secret": (
        GOOD + "env: [SLACK_BOT_TOKEN]\n",
        "11: error: `env[1]` is a secret of the bot itself; steps never see it, remove it",
    ),
    "parameter as env": (
        GOOD + "env: [RUNBOOK_X]\n",
        "11: error: `env[1]` is kept for parameters; choose another name",
    ),
    # warnings
    "old review": (
        GOOD + "reviewed: 2026-01-01\n",
        "11: warning: `reviewed` is 324 days ago; read the runbook again and set the date",
    ),
}


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_each_slip_has_its_line_and_remedy(tmp_path: Path, case: str) -> None:
    """What is wrong is said where it stands, with what would be right."""
    text, said = BROKEN[case]
    assert [line for line in problems(tmp_path, text) if said in line] == [f"good.yaml:{said}"]


@pytest.mark.parametrize(
    "key", ["cooldown: 10m", "limits: {cpu: 60s}", 'schedule: "0 9 * * 1-5"', "notify: x", "nonsense: 1"]
)
def test_what_this_version_does_not_know_is_refused(tmp_path: Path, key: str) -> None:
    """A key without effect would be a promise broken silently."""
    name = key.split(":")[0]
    said = problems(tmp_path, f"{GOOD}{key}\n")
    assert [line.split(";")[0] for line in said] == [f"good.yaml:11: error: `{name}` is not known to this version"]


def test_the_good_file_is_good(tmp_path: Path) -> None:
    """The file that the others are bent from has no problem."""
    assert problems(tmp_path, GOOD) == []


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """A person mends a file in one go."""
    text = (
        steps('{id: one, run: [sh, -c, "{service}"]}') + '  - {id: two, run: [a, "{free}"]}\n  - {id: x, script: n}\n'
    )
    assert [line.split("`")[0] for line in problems(tmp_path, text)] == [
        "good.yaml:10: error: ",
        "good.yaml:11: error: ",
        "good.yaml:12: error: ",
    ]


def test_a_broken_file_disables_itself_alone(tmp_path: Path) -> None:
    """Its neighbours stay usable, and a warning disables nothing."""
    (tmp_path / "bad.yaml").write_text("runbook: 1\n")
    (tmp_path / "old.yaml").write_text(GOOD.replace("id: good", "id: old") + "reviewed: 2020-01-01\n")
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not a runbook")
    library = load_folder(tmp_path, today=date(2026, 11, 21))
    assert sorted(library.runbooks) == ["good", "old"]
    assert {problem.file.name for problem in library.problems} == {"bad.yaml", "old.yaml"}


def test_a_file_of_another_ending_is_said(tmp_path: Path) -> None:
    """A runbook that is silently not read would be missed in the night."""
    assert problems(tmp_path, GOOD, "good.yml") == ["good.yml:1: error: is not read; name it good.yaml"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A wrong RUNBOOKS_DIR is no crash."""
    library = load_folder(tmp_path / "none")
    assert (dict(library.runbooks), [problem.text for problem in library.problems]) == (
        {},
        ["there is no such folder; set RUNBOOKS_DIR to the right one"],
    )


def test_a_doc_alone_is_a_runbook(tmp_path: Path) -> None:
    """A team starts with prose and automates it step by step."""
    assert problems(tmp_path, "runbook: 1\nid: good\ntitle: x\ndoc: y\n") == []


def script_problem(folder: Path) -> list[str]:
    return [line.split("`steps[1].script` ")[1] for line in problems(folder, steps("{id: one, script: scripts/a.sh}"))]


def test_scripts_must_be_plain_files(tmp_path: Path) -> None:
    """A link could be turned elsewhere after the review; a file that anyone may change is nobody's."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "a.sh"
    (tmp_path / "real.sh").write_text("#!/bin/sh\n")
    said = []
    script.symlink_to(tmp_path / "real.sh")
    said += script_problem(tmp_path)
    script.unlink()
    script.mkdir()
    said += script_problem(tmp_path)
    script.rmdir()
    script.write_text("echo no interpreter\n")
    said += script_problem(tmp_path)
    script.write_text("#!/bin/sh\r\n")
    said += script_problem(tmp_path)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o777)
    said += script_problem(tmp_path)
    script.chmod(0o644)
    assert said == [
        "cannot be read: Too many levels of symbolic links; it must be a plain file, without links",
        "is not a regular file",
        "has no interpreter line; begin it with #!/bin/sh or #!/usr/bin/env python3",
        "has Windows line ends, so its interpreter is not found; save it with plain ones",
        "can be changed by everyone on the machine; chmod o-w it",
    ]
    assert script_problem(tmp_path) == []


def test_a_linked_folder_of_scripts_is_refused(tmp_path: Path) -> None:
    """Neither the file nor a folder on the way to it may be a link."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.sh").write_text("#!/bin/sh\n")
    (tmp_path / "scripts").symlink_to(tmp_path / "elsewhere")
    assert script_problem(tmp_path) == ["cannot be read: Not a directory; it must be a plain file, without links"]
