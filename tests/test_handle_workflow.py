"""The workflow that people copy for GitHub: its steps are run here as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

import app

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / "examples" / "github" / "incident-response.yml"
READ: dict[str, Any] = YAML(typ="safe").load(WORKFLOW.read_text())
STEPS: list[dict[str, Any]] = READ["jobs"]["respond"]["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}
APP = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nimport app\nsys.exit(app.run())\n"


def test_it_is_started_by_hand_with_the_alerts_file() -> None:
    """And may read the repository and open issues, nothing else."""
    assert list(READ["on"]) == ["workflow_dispatch"]
    inputs = READ["on"]["workflow_dispatch"]["inputs"]
    assert (ROOT / inputs["alert_file"]["default"]).is_file()
    assert inputs["approve"]["default"] is False
    assert READ["permissions"] == {"contents": "read", "issues": "write"}


def test_its_commands_are_ours() -> None:
    """With their options: a workflow that fails on a wrong word helps nobody at night."""
    used = re.findall(r"app\.py (\w+)(.*)", "\n".join(SCRIPTS.values()))
    assert [command for command, _ in used] == ["handle"]
    commands: dict[str, Any] = get_command(app.app).commands  # type: ignore[attr-defined]
    for command, rest in used:
        known = {option for param in commands[command].params for option in param.opts}
        assert set(re.findall(r"--[a-z]+", f"{rest} --approve")) - known == set()


def test_actions_are_pinned_by_their_major_version() -> None:
    """A new one may want other inputs."""
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) == 3
    assert [each for each in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", each)] == []


def test_nothing_that_a_person_typed_becomes_part_of_a_script() -> None:
    """Inputs come through the environment, and are quoted."""
    assert [name for name, script in SCRIPTS.items() if "${{" in script] == []


class Runner:
    """A folder as a runner has it, with a `gh` that notes what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "app.py").write_text(APP)
        (folder / ".venv" / "bin").mkdir(parents=True)
        python = folder / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        gh = folder / "bin" / "gh"
        gh.parent.mkdir()
        gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > asked\n')
        for program in (python, gh):
            program.chmod(0o755)
        (folder / "summary").touch()

    def run(self, step: str, **environ: str) -> int:
        own = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "RUNBOOKS_DIR": str(ROOT / "runbooks"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", SCRIPTS[step]]
        return subprocess.run(
            command, cwd=self.folder, env={**os.environ, **own, **environ}, stdin=subprocess.DEVNULL, check=False
        ).returncode


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here; a runner has it")
def test_what_was_not_fixed_becomes_an_issue(runner: Runner) -> None:
    """With the alert and the status as its title, and the summary below."""
    alert = str(ROOT / "examples" / "alerts" / "high_memory.json")
    assert runner.run("Handle the alert", ALERT_FILE=alert, APPROVE="") == 1
    assert json.loads((runner.folder / "incident-result.json").read_text())["status"] == "not_run"
    assert runner.run("Open an issue", RUN="https://github.example/run/7") == 0
    asked = (runner.folder / "asked").read_text().splitlines()
    assert asked == ["issue", "create", "--title", "Incident alert-001: not_run", "--body-file", "incident-summary.md"]
    body = (runner.folder / "incident-summary.md").read_text()
    assert body.startswith("### NOT RUN: high_memory\n")
    assert body.endswith("The run: https://github.example/run/7\n")


def test_a_file_that_is_no_alert_becomes_an_issue_too(runner: Runner) -> None:
    """There is no result then, and the run has to be looked at."""
    assert runner.run("Handle the alert", ALERT_FILE="--help", APPROVE="--approve") == 2
    assert runner.run("Open an issue", RUN="https://github.example/run/7") == 0
    assert "The incident response failed" in (runner.folder / "asked").read_text().splitlines()
