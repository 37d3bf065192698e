"""A runbook's secret: it reaches the steps that need it, and is kept, shown and logged nowhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest

from tests.at_work import AtWork
from tests.far_side import FarSide, far_side

TOKEN = "T0K-9f8e7d6c5b4a3210"  # of no system

RUNBOOK = """\
match: [{alert: [HighMemoryUsage]}]
params:
  token: {type: secret, env: SHOP_TOKEN}
  service: {type: string, enum: [shop, cart], default: shop}
env: [SHOP]
check:
  - {id: state, script: scripts/show.sh}
steps:
  - {id: use, script: scripts/use.sh, undo: {script: scripts/show.sh}}
  - {id: ask, http: {url: "%(url)s/restart", method: POST, headers: {Authorization: "Bearer {token}"}, status: 201}}
  - {id: tell, notify: {channel: incidents, text: "{service} is restarted"}}
  - {id: fail, script: scripts/fail.sh}
on_failure: undo
"""
SHOW = 'echo "the token is $RUNBOOK_TOKEN"\n'
USE = 'set -x\nprintf %s "$RUNBOOK_TOKEN" > "$SHOP/token"\nenv\ncat "$SHOP/token"\n'
FAIL = 'echo "denied to $RUNBOOK_TOKEN" >&2\nexit 3\n'


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as far:
        yield far


@pytest.fixture
def work(work: AtWork, far: FarSide) -> AtWork:
    (work.runbooks / "restart-shop.yaml").unlink()
    for name, body in (("show", SHOW), ("use", USE), ("fail", FAIL)):
        file = work.runbooks / "scripts" / f"{name}.sh"
        file.write_text(f"#!/bin/sh\n{body}")
        file.chmod(0o755)
    work.add_runbook("with-a-secret", RUNBOOK % {"url": far.url})
    return work


def rows(work: AtWork) -> list[str]:
    """Every row of every table of the database."""
    with sqlite3.connect(work.folder / "plantao.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [repr(row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
    database.close()
    return found


def test_a_secret_reaches_the_steps_and_is_found_nowhere_else(
    work: AtWork, far: FarSide, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in a row, a file, a message, what a person alone was told, an uploaded file, a request to Slack or a log."""
    far.answers["/restart"] = (201, "")
    work.start(SHOP_TOKEN=TOKEN)
    ts = work.fire()
    card = work.waiting(ts)
    assert "token = `$SHOP_TOKEN` (secret, from the bot's environment)" in card.words
    assert "the token is [secret]" in card.words
    assert "Authorization: Bearer {token}" in card.words
    assert "No plan could be made: token is a secret; it comes from the bot's environment alone" in work.command(
        "alice", f"plan with-a-secret token={TOKEN}"
    )
    work.press("alice", ts, "approve")
    card = work.card_with(ts, "UNDONE")
    assert "denied to [secret]" in card.words
    (shared,) = work.box.wait(lambda: [each for each in work.in_thread(ts) if each.get("files")], what="the output")
    output = work.box.file_text(shared["files"][0]["id"])
    work.stop()

    assert (work.shop / "token").read_text() == TOKEN
    assert [asked.key for asked in far.asked] == [TOKEN]
    assert "RUNBOOK_TOKEN=[secret]" in output

    seen = json.dumps([work.box.messages("alerts"), work.box.messages("alerts", ts), work.box.messages("incidents")])
    seen += json.dumps(
        [work.box.ephemerals("alice", "alerts"), [work.box.file_text(f["id"]) for f in work.box.files()]]
    )
    places = {
        "a row": "".join(rows(work)),
        "Slack": seen + repr(work.box.calls),
        "a log": "".join(capfd.readouterr()),
        **{
            str(file): file.read_bytes().decode("latin-1")
            for file in work.folder.rglob("*")
            if file.is_file() and file != work.shop / "token"
        },
    }
    assert str(work.folder / "plantao.db") in places
    assert [place for place, text in places.items() if TOKEN in text] == []


def proposed_before_the_secret_went(work: AtWork) -> str:
    """It was there when the plan was shown; the bot that gets the approval was started without it."""
    work.start(SHOP_TOKEN=TOKEN)
    ts = work.fire()
    work.waiting(ts)
    work.stop()
    work.start()
    return ts


def test_a_secret_that_has_gone_fails_the_run_before_its_first_step(work: AtWork) -> None:
    ts = proposed_before_the_secret_went(work)
    work.press("alice", ts, "approve")
    card = work.card_with(ts, "*Failed:* SHOP_TOKEN is not set where the bot runs.")
    assert "· 1 use" in card.words
    assert not (work.shop / "token").exists()


def test_how_it_goes_on_without_a_secret_is_asked_where_the_runbook_asks(work: AtWork) -> None:
    """There is no failed step to go on after: it can be tried again, or stopped."""
    file = work.runbooks / "with-a-secret.yaml"
    file.write_text(file.read_text().replace("on_failure: undo", "on_failure: ask"))
    ts = work.approved(proposed_before_the_secret_went(work))
    card = work.card_with(ts, "How shall it go on?")
    assert card.buttons == ["settle_again", "settle_stop"]
    work.press("alice", ts, "settle_stop")
    card = work.card_with(ts, "*Failed:* SHOP_TOKEN is not set where the bot runs.")
    assert "alice at" in card.words
