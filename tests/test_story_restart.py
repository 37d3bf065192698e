"""Stopped, killed and started again: nothing is lost, nothing runs twice, and the card tells the truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import utc_now
from bot.store import Store
from tests.at_work import ROOT, AtWork


def started(work: AtWork, count: int = 1) -> None:
    work.box.wait(lambda: work.starts == count, what=f"start {count} of the step")


def until(file: Path) -> str:
    """A script's wait for a file, so that a test decides how long a step takes."""
    return f'while [ ! -e "{file}" ]; do sleep 0.02; done; echo well > "$SHOP/state"'


def test_an_alert_posted_while_the_bot_was_away_is_answered_when_it_comes_back(work):
    work.start()
    work.stop()
    ts = work.fire()
    assert work.box.messages("alerts", ts)[1:] == []
    work.start()
    work.waiting(ts)


def test_what_was_posted_before_the_bot_first_came_is_history_and_not_news(work):
    old = work.fire()
    work.start()
    new = work.fire("FluxCapacitorWobble")
    work.card_with(new, "No runbook fits")
    assert work.box.messages("alerts", old)[1:] == []


def test_a_waiting_proposal_can_be_approved_after_a_restart(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.stop()
    work.start()
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")
    assert (work.starts, len(work.box.messages("alerts", ts))) == (1, 2)


def test_an_event_acknowledged_before_a_kill_is_worked_off_after_it(work):
    """The event was written down before Slack was told that it arrived."""
    process = work.start_process()
    os.kill(process.pid, signal.SIGSTOP)  # what arrives now is not worked off
    ts = work.fire()
    os.kill(process.pid, signal.SIGCONT)
    work.kill()
    work.start_process()
    work.waiting(ts)
    assert len(work.box.messages("alerts", ts)) == 2


def test_what_was_acknowledged_and_not_worked_off_is_worked_off_at_the_next_start(work):
    """From the bot's own record: Slack's history does not answer."""
    work.start()
    work.stop()
    ts = work.fire()
    (message,) = work.box.messages("alerts")
    event = {"type": "message", "subtype": "bot_message", "channel": "C0000000001", **message}
    with closing(Store(work.folder / "plantao.db")) as store:
        store.inbox.record_event(f"message:C0000000001:{ts}", {"event": event}, utc_now())
    work.box.faults.add("conversations.history", times=1000)
    work.start()
    work.waiting(ts)


def test_what_cannot_be_written_down_is_not_acknowledged_and_comes_again(work):
    work.box.retry_seconds = (1.0, 1.0)
    work.box.ack_seconds = 1.0
    bot = work.start()
    bot.store.driver.execute(
        "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
    )
    before = len(work.box.deliveries)
    ts = work.fire()
    work.box.wait(lambda: len(work.box.deliveries) > before)
    assert work.box.deliveries[before].acked_at is None
    bot.store.driver.execute("DROP TRIGGER full")
    work.waiting(ts)


@pytest.mark.parametrize(
    ("state", "steps", "expires", "title"),
    [
        ("verifying", "ok", "2999", "FIXED"),  # looked at again: looking changes nothing
        ("running", "", "2999", "FIXED"),  # between two steps: goes on
        ("running", "", "2000", "UNKNOWN"),  # but not when the approval has expired meanwhile
        ("running", "failed", "2999", "FAILED"),
        ("running", "unknown", "2999", "UNKNOWN"),
    ],
)
def test_what_a_crash_leaves_is_judged_by_what_is_written(work, state, steps, expires, title):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")
    work.stop()
    with closing(Store(work.folder / "plantao.db")) as store:
        store.driver.execute("UPDATE runs SET state = :state, ended = NULL, verdict = NULL", {"state": state})
        store.driver.execute("UPDATE proposals SET expires = :at", {"at": f"{expires}-01-01T00:00:00.000000+00:00"})
        if steps:
            store.driver.execute("UPDATE steps SET state = :state", {"state": steps})
        else:
            store.driver.execute("DELETE FROM steps")
    work.start()
    starts = 2 if (title, steps) == ("FIXED", "") else 1
    work.box.wait(lambda: work.starts == starts and title in work.card(ts).title, 15, title)


def test_a_step_cut_by_a_kill_is_unknown_and_not_started_again(work, tmp_path):
    work.write_script(until(tmp_path / "go"))
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.kill()
    work.start_process()
    card = work.card_with(ts, "UNKNOWN")
    assert "The bot stopped while step 1, *restart*, was running" in card.words
    assert "Its lock `service:shop` is held." in card.words
    assert (card.buttons, work.starts) == (["settle_ran", "settle_again", "settle_stop"], 1)


@pytest.mark.parametrize(("answer", "starts", "title"), [("settle_ran", 1, "NOT FIXED"), ("settle_again", 2, "FIXED")])
def test_a_person_says_what_became_of_an_unknown_step(work, tmp_path, answer, starts, title):
    """It ran: the run goes on after it. It did not run: it is started again."""
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    work.write_script(until(tmp_path / "go"))
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.kill()
    work.start_process()
    work.card_with(ts, "UNKNOWN")
    work.press("carol", ts, answer)
    assert "You may not decide this. Only alice, bob may." in work.told("carol")
    if answer == "settle_again":
        (tmp_path / "go").touch()
    work.press("bob", ts, answer)
    work.card_with(ts, title)
    assert work.starts == starts


def test_a_step_that_failed_before_a_kill_is_not_started_again(work):
    """Its outcome is written, the run's own state not yet."""
    work.write_script("exit 3")
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.kill()
    work.start_process()
    work.box.wait(lambda: "FAILED" in work.card(ts).title or "UNKNOWN" in work.card(ts).title, 15, "the end")
    assert work.starts == 1


def test_an_observer_starts_nothing_that_was_cut(work, tmp_path):
    work.write_script(until(tmp_path / "go"))
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.kill()
    work.start_process(MODE="observe")
    work.card_with(ts, "UNKNOWN")
    work.press("alice", ts, "settle_again")
    assert "The bot only observes here" in work.told("alice")
    assert work.starts == 1


def test_a_run_that_waits_is_not_begun_when_its_alert_is_over(work, tmp_path):
    work.write_script(until(tmp_path / "go"))
    work.start()
    first, second = work.fire(), work.fire(labels={"instance": "api-2"})
    for ts in (first, second):
        work.waiting(ts)
        work.press("alice", ts, "approve")
    work.card_with(second, "Waiting for run 1")
    work.resolve(labels={"instance": "api-2"})
    work.card_with(second, "the alert was over before it began")
    (tmp_path / "go").touch()
    work.card_with(first, "FIXED")
    assert work.starts == 1


def test_what_was_posted_while_the_socket_was_cut_is_read_from_the_history(work):
    """Although newer messages were delivered since, and Slack no longer sends the lost one."""
    work.start()
    work.box.retry_seconds = ()
    work.box.faults.deliver("hold")  # lost on the way, for ever
    lost = work.fire()
    work.card_with(work.fire("FluxCapacitorWobble"), "No runbook fits")
    work.box.cut_sockets()
    work.box.wait(lambda: work.box.connected == 1, seconds=30, what="a new socket")
    work.waiting(lost)


def test_stopping_an_unknown_run_frees_its_lock(work, tmp_path):
    work.write_script(until(tmp_path / "go"))
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.kill()
    (tmp_path / "go").touch()
    work.start_process()
    work.card_with(ts, "UNKNOWN")
    other = work.fire(labels={"instance": "api-2"})
    work.waiting(other)
    work.press("bob", other, "approve")
    work.card_with(other, "Waiting for run 1, let go ahead by alice, which holds the lock `service:shop`")
    work.press("bob", ts, "settle_stop")
    assert work.card_with(ts, "ABORTED").buttons == ["check_again", "more"]
    work.card_with(other, "FIXED")


def test_nothing_that_a_step_started_survives_a_kill(work, tmp_path):
    work.write_script(f'echo $$ > "{tmp_path}/pid"; exec sleep 600')
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    pid = int(work.box.wait(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip()))
    assert Path(f"/proc/{pid}").exists()
    work.kill()
    work.box.wait(lambda: not _alive(pid), what=f"process {pid} to end")


def test_a_clean_stop_lets_a_short_step_end(work):
    """What can be finished is finished: the step is not unknown afterwards."""
    work.write_script('sleep 0.5; echo well > "$SHOP/state"')
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    started(work)
    work.stop()
    work.start_process()
    work.card_with(ts, "FIXED")
    assert work.starts == 1


def test_the_card_is_not_posted_twice_when_the_bot_dies_around_the_post(work):
    work.box.faults.add("chat.postMessage", kind="delay", seconds=1.0)
    work.start_process()
    ts = work.fire()
    work.box.wait(
        lambda: any(call.method == "chat.postMessage" for call in work.box.calls) or work.box.messages("alerts", ts)[1:]
    )
    work.kill()
    work.start_process()
    work.waiting(ts)
    work.resolve()
    work.card_with(ts, "Withdrawn")
    assert len(work.box.messages("alerts", ts)) == 2


def test_a_second_bot_on_the_same_database_is_told_so(work):
    work.start_process()
    second = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "serve"],
        cwd=work.folder,
        env=work.environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 2
    assert "Another process of the bot is using" in second.stderr


def test_sockets_that_break_are_opened_again(work):
    work.start()
    work.box.cut_sockets()
    work.box.wait(lambda: work.box.connected == 1, seconds=30, what="a new socket")
    work.waiting(work.fire())


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
