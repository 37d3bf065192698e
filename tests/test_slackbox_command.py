"""The workspace as a command: `python -m slackbox`, and `app.py slackbox` with the bot's app in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slackbox.__main__ import main

ROOT = Path(__file__).parent.parent


def test_it_runs_alone_and_says_how_to_connect() -> None:
    """`python -m slackbox` prints the page's address and a bot's three settings, and ends on SIGTERM."""
    command = [sys.executable, "-m", "slackbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(5)]
        address = lines[0].removeprefix("The workspace is at ")
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert lines[2:] == [
        f"SLACK_API_URL={address}/api/",
        "SLACK_BOT_TOKEN=xoxb-slackbox",
        "SLACK_APP_TOKEN=xapp-slackbox",
    ]


@pytest.mark.parametrize("reach", [[], ["--host", "0.0.0.0", "--allow-remote"]])
def test_the_command_has_the_bots_app_installed(reach: list[str], tmp_path: Path) -> None:
    """`app.py slackbox`: the doctor finds the scopes of the manifest and no other; it can let others in."""
    command = [sys.executable, str(ROOT / "app.py"), "slackbox", "--port", "0", *reach]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(5)]
        doctor = subprocess.run(
            [sys.executable, ROOT / "app.py", "doctor"],
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
                **dict(line.split("=", 1) for line in lines[2:]),
                "DATABASE_URL": f"sqlite:///{tmp_path / 'plantao.db'}",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert (doctor.returncode, "never used" in doctor.stdout, "Nothing to mend." in doctor.stdout) == (
        0,
        False,
        True,
    ), doctor


def test_another_address_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody opens it to a network without having said so."""
    assert main(["--host", "0.0.0.0", "--port", "0"]) == 2
    assert capsys.readouterr().err == (
        "slackbox: 0.0.0.0 is not a loopback address; say --allow-remote (allow_remote=True) to let other machines in\n"
    )


def test_it_does_not_start_with_a_broken_manifest(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and words that name the trouble."""
    path = tmp_path / "manifest.json"
    path.write_text('{"display_information": {}}', encoding="utf-8")
    assert main(["--port", "0", "--manifest", str(path)]) == 2
    assert "display_information.name is missing" in capsys.readouterr().err
