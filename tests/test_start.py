"""What keeps the bot from starting is said all at once, with how to mend it, before anything starts."""

from __future__ import annotations

import subprocess
import sys

from tests.at_work import ROOT, AtWork


def start(work: AtWork, **changes: str) -> tuple[int, str]:
    """The exit status and what was said."""
    ended = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "serve"],
        cwd=work.folder,
        env=work.environment(**changes),
        capture_output=True,
        text=True,
        timeout=30,
    )
    return ended.returncode, ended.stderr


def test_everything_that_is_wrong_is_said_at_once(work):
    (work.folder / "team.yaml").write_text("people:\n  alice: {slack: alice}\nroles: {approvers: [dave]}\n")
    status, said = start(work, SLACK_BOT_TOKEN="", MODE="panic", TEAM_FILE=str(work.folder / "team.yaml"))
    assert status == 2
    assert [line.split(":")[0] for line in said.splitlines()] == ["settings", "settings", "team", "team"]
    for part in ("SLACK_BOT_TOKEN is missing", "MODE is 'panic'", "team.yaml:2", "names dave"):
        assert part in said
    assert not (work.folder / "plantao.db").exists()


def test_channels_are_said_by_name(work):
    """One that is not there, and one that the bot is not in."""
    status, said = start(work, ALERTS_CHANNELS="alerts,pagers", INCIDENTS_CHANNEL="general")
    assert status == 2
    assert "there is no channel #pagers" in said
    assert "the bot is not in #general. Write there: /invite @plantao" in said


def test_tokens_that_slack_refuses_are_said_and_not_shown(work):
    status, said = start(work, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong")
    assert status == 2
    assert "bot token: Slack refuses it: invalid_auth" in said
    assert "app token: Slack refuses: invalid_auth" in said
    assert "wrong" not in said.replace("wrong  ", "")


def test_an_unreachable_slack_is_said(work):
    status, said = start(work, SLACK_API_URL="http://127.0.0.1:9/api/")
    assert status == 2
    assert "http://127.0.0.1:9/api/ cannot be reached" in said


def test_a_broken_runbook_is_no_reason_not_to_start(work):
    (work.runbooks / "broken.yaml").write_text("runbook: 1\nid: broken\ntitel: x\n")
    work.start_process()
    work.waiting(work.fire())
