"""The demo starts everything, lets people make trouble, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import team_file
from demo import process, stage
from demo.stage import BotProcess, Stage

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    """Everything but the bot, which has stories of its own."""
    with Stage(0, shop_port=0, limit_mb=60, warm_up=0.2, bot=False) as on_stage:
        yield on_stage


def titles(on_stage: Stage) -> list[str]:
    return [one["attachments"][0]["title"] for one in on_stage.box.messages("alerts")]


def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_traffic_leads_to_an_alert_and_a_restart_ends_it(running: Stage) -> None:
    """What the first button is for; a second press while orders come in says so."""
    before = len(titles(running))
    assert running.send_traffic().startswith("Orders are coming in.")
    assert running.send_traffic() == "Orders are coming in already."
    running.box.wait(lambda: "[FIRING:1] :fire: HighMemoryUsage" in titles(running)[before:], 30, "the alert")
    process.start(running.shop_home)
    resolved = "[RESOLVED] :white_check_mark: HighMemoryUsage"
    running.box.wait(lambda: resolved in titles(running)[before:], 30, "its end")


def test_a_crashed_shop_is_down(running: Stage) -> None:
    """The process is gone, and the alert says that the shop does not answer."""
    before = len(titles(running))
    assert running.crash_shop() == "The shop has crashed. The alert fires in a few seconds."
    assert process.running(running.shop_home) is None
    assert running.crash_shop() == "The shop is down already."
    running.box.wait(lambda: "[FIRING:1] :fire: ShopDown" in titles(running)[before:], 30, "the alert")
    process.start(running.shop_home)
    running.box.wait(lambda: "[RESOLVED] :white_check_mark: ShopDown" in titles(running)[before:], 30, "its end")


def test_the_odd_alert_is_switched_on_and_off(running: Stage) -> None:
    """One button for both, and its state says which."""
    assert [running.odd_alert(), running.odd_alert()] == [
        "FluxCapacitorWobble fires.",
        "FluxCapacitorWobble is resolved.",
    ]


def test_a_bot_that_does_not_run_can_be_stopped_without_harm(running: Stage) -> None:
    """The button answers in words."""
    assert running.bot.stop() == "The bot is not running."
    assert running.bot.state == "stopped"


def test_the_demo_has_a_team_of_its_own() -> None:
    """It goes on working when people have put themselves into team.yaml."""
    assert list(team_file.load(ROOT / "demo" / "team.yaml").people) == ["alice", "bob", "carol"]


def test_the_bot_sees_nothing_of_a_real_set_up(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a token nor a mode that stands in the terminal's environment."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("MODE", "observe")
    monkeypatch.setenv("GEMINI_API_KEY", "real")
    seen = running.bot_environment()
    assert (seen["SLACK_BOT_TOKEN"], seen["MODE"], "GEMINI_API_KEY" in seen) == ("xoxb-slackbox", "act", False)
    assert seen["SLACK_API_URL"].startswith("http://127.0.0.1:")


def processes_with(text: str) -> list[int]:
    """Living processes whose command line or environment holds this text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "stat").read_text()
            whole = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if text.encode() in whole and status.rpartition(")")[2].split()[0] != "Z" and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_whole_demo_ends_and_leaves_nothing(how: signal.Signals) -> None:
    """Ctrl-C or SIGTERM ends the bot, the shop and the workspace; a restarted shop too."""
    demo = subprocess.Popen(
        [sys.executable, "app.py", "demo", "--port", "0", "--no-browser"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    try:
        lines = iter(demo.stdout.readline, "")
        said = next((line for line in lines if "http://" in line), "")
        assert re.fullmatch(r"Plantão demo: http://127\.0\.0\.1:\d+\n", said)
        until(lambda: folders_of(demo), "the bot in its folder")
        (home,) = folders_of(demo)
        until(lambda: process.running(home / "shop"), "the shop")
        process.start(home / "shop")  # as a runbook would: this shop is nobody's child
        demo.send_signal(how)
        rest, _ = demo.communicate(timeout=60)
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
        demo.stdout.close()
    assert (demo.returncode, rest.endswith("Ending the demo ...\n")) == (0, True), rest
    assert processes_with(str(home)) == []
    assert not home.exists()


def folders_of(demo: subprocess.Popen[str]) -> list[Path]:
    """Where this demo's bot works: other demos may run beside it."""
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    return [folder for folder in stage.DATA.glob("run-*") if {*map(int, children)} & {*processes_with(str(folder))}]


def test_a_bot_that_dies_by_itself_is_told_from_one_that_was_stopped(tmp_path: Path) -> None:
    """Its last words are at hand, and it can be started again."""
    bot = BotProcess(tmp_path, {"PATH": os.environ["PATH"]})
    assert (bot.state, bot.died) == ("stopped", False)
    bot.start()
    until(lambda: bot.died, "its end: it has no tokens")
    assert bot.state == "died by itself; see the terminal"
    assert any("SLACK_BOT_TOKEN" in line for line in bot.last_lines())
    assert bot.stop() == "The bot is not running."
    assert (bot.state, bot.died) == ("stopped", False)


def test_a_taken_port_is_no_reason_to_stop() -> None:
    """The page is then on a free one, and the address that is printed says which."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert stage.free_port(port) not in {0, port}
    assert stage.free_port(port) == port
