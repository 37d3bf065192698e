"""`make bench`: how fast the bot is, as ratios to what it cannot do without, measured in one run on one machine.

Prints a line a number and writes bench.json. The far side is the local workspace; the bot and the bare Bolt handler
that it is held against are processes of their own. Exits with 1 when a number misses its limit.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx

from bot.duty import Duty
from bot.model import RunState
from bot.store import Store
from bot.team import Team
from slackbox import Slackbox
from tests.at_work import AtWork
from tests.busy_year import fill
from tests.desk import Desk
from tests.samples import alertmanager

MESSAGES = 300
ALERTS = 30
CLICKS = 20
STEPS = 100
FLOOD = 10_000
INCIDENTS = 10_000  # of a year
LINES = 200_000  # of its timeline

LIBRARIES = (
    "slack_bolt, slack_bolt.adapter.socket_mode, slack_sdk.models.blocks, apscheduler.schedulers.background, "
    "sqlite_utils, pydantic_settings, ruamel.yaml, jinja2.sandbox, structlog, httpx, typer, rich"
)
ALONE = "import sys; sys.modules['numpy'] = None"  # sqlite-utils would load it; see bot/store/sqlite.py
READY = "print('ready', flush=True); import sys; sys.stdin.read()"
HELLO = """
import sys
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
app = App(client=WebClient(sys.argv[1], base_url=sys.argv[2]))
@app.event("message")
def hello(): pass
SocketModeHandler(app, sys.argv[3]).start()
"""


@dataclass(frozen=True)
class Number:
    name: str
    value: float
    limit: float
    unit: str
    detail: str

    @property
    def holds(self) -> bool:
        return self.value <= self.limit


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


def acks(box: Slackbox, post: Callable[[int], object]) -> list[float]:
    """Seconds from each message's delivery to its acknowledgement."""
    before = len(box.deliveries)
    for number in range(MESSAGES):
        post(number)
        time.sleep(0.01)
    box.wait(lambda: all(each.acked_at for each in box.deliveries[before:]), 30, "all acknowledgements")
    return [each.acked_at - each.sent_at for each in box.deliveries[before:] if each.acked_at]


def ack(folder: Path) -> Number:
    """What the durable write before each acknowledgement costs, against a handler that does nothing."""

    def chat(box: Slackbox) -> list[float]:
        return acks(box, lambda number: box.say("bob", "alerts", f"lunch {number}?"))

    with Slackbox() as box:
        arguments = [box.bot_token, box.api_url, box.app_token]
        bare = subprocess.Popen([sys.executable, "-c", HELLO, *arguments])
        box.wait(lambda: box.connected == 1, 20, "the bare handler")
        hello = percentile(chat(box), 0.99)
        bare.kill()
        bare.wait()
        box.wait(lambda: box.connected == 0)
        work = AtWork(box, folder / "ack")
        work.start_process()
        ours = percentile(chat(box), 0.99)
        work.kill()
    detail = f"p99 {ours * 1000:.1f} ms against {hello * 1000:.1f} ms, {MESSAGES} messages"
    return Number("acknowledgement, p99", ours / hello, 5.0, "times a bare handler", detail)


def alert_to_card(folder: Path) -> Number:
    """From the webhook's answer to the card in the alert's thread, at Slack's rate limits."""
    passed = []
    with Slackbox(rate_limits=True) as box:
        work = AtWork(box, folder / "card")
        work.start_process()
        for number in range(ALERTS):
            ts = work.fire(f"Wobble{number}", labels={"severity": "warning"})
            began = time.perf_counter()
            box.wait(lambda ts=ts: len(box.messages("alerts", ts)) > 1, what="the card")
            passed.append(time.perf_counter() - began)
            time.sleep(1.0)  # Slack's own pace for a channel
        work.kill()
    return Number(
        "alert to card, p95", percentile(passed, 0.95), 1.0, "s", f"median {median(passed):.3f} s of {ALERTS}"
    )


def flood(folder: Path) -> Number:
    """Until a storm's messages are all written down, with what the bot posts meanwhile."""
    with Slackbox() as box:
        work = AtWork(box, folder / "flood")
        work.start_process(STORM_ALERTS="20")
        began = time.perf_counter()
        with httpx.Client() as client, ThreadPoolExecutor(16) as tools:

            def post(number: int) -> None:
                labels = {"severity": "warning", "instance": f"host-{number % 4000}"}
                client.post(work.monitor, json=alertmanager(f"Wobble{number % 7}", labels=labels)).raise_for_status()

            list(tools.map(post, range(FLOOD)))
        box.wait(lambda: stored(work) >= FLOOD, seconds=300, what="all of them in the store")
        passed = time.perf_counter() - began
        posts = [each for each in box.calls if each.method == "chat.postMessage"]
        work.kill()
    return Number("a storm stored", passed, 60.0, "s", f"{FLOOD} messages; {len(posts)} posts meanwhile")


def stored(work: AtWork) -> int:
    with closing(sqlite3.connect(work.folder / "plantao.db")) as database:
        return int(database.execute("SELECT count(*) FROM events").fetchone()[0])


def click_to_step(folder: Path) -> Number:
    """From the click on Approve to the start of the first step, by the step's own clock."""
    passed = []
    with Slackbox() as box:
        work = AtWork(box, folder / "click")
        work.write_script('date +%s.%N > "$SHOP/began"; echo well > "$SHOP/state"')
        work.start_process()
        for number in range(CLICKS):
            began = work.shop / "began"
            began.unlink(missing_ok=True)
            ts = work.fire(labels={"instance": f"api-{number}"})
            work.waiting(ts)
            clicked = time.time()
            work.press("alice", ts, "approve")
            work.card_with(ts, "FIXED")
            passed.append(float(began.read_text()) - clicked)
        work.kill()
    return Number(
        "click to first step, p95", percentile(passed, 0.95), 0.3, "s", f"median {median(passed):.3f} s of {CLICKS}"
    )


def journaled_step(folder: Path) -> Number:
    """A step of a run as it ships: intent and outcome on disk, processes supervised, the card following in Slack."""
    with Slackbox() as box:
        work = AtWork(box, folder / "steps")
        lines = "".join(f"  - {{id: s{number}, run: ['true']}}\n" for number in range(STEPS))
        runbook = work.runbooks / "restart-shop.yaml"
        text = runbook.read_text()
        head, rest = text.split("steps:\n")
        work.write_script("true")
        (work.shop / "state").write_text("well\n")
        runbook.write_text(f"{head}steps:\n{lines}verify:\n{rest.split('verify:')[1].lstrip()}")
        work.start_process()
        ts = work.fire()
        work.waiting(ts)
        work.press("alice", ts, "approve")
        work.card_with(ts, "FIXED", 60)
        work.stop()
    store = Store(work.folder / "plantao.db")
    (run,) = store.runs.runs_in(RunState.SUCCEEDED)
    store.close()
    ended = [step.ended for step in run.steps if step.ended]
    ours = (max(ended) - min(step.started for step in run.steps)).total_seconds() / STEPS
    began = time.perf_counter()
    for _ in range(STEPS):
        subprocess.run(["true"], capture_output=True, check=True)
    bare = (time.perf_counter() - began) / STEPS
    return Number(
        "a journaled step",
        ours / bare,
        3.0,
        "times subprocess.run",
        f"{ours * 1000:.2f} ms against {bare * 1000:.2f} ms",
    )


def who_is_on_call(folder: Path) -> Number:
    """The question that every card and every step of a ladder asks, of a large team with people who cover."""
    people = {f"person-{number}": {"slack": f"U{number:010}"} for number in range(100)}
    rota = {"timezone": "America/New_York", "start": datetime(2026, 1, 5, 9), "every": "1d", "order": tuple(people)}  # noqa: DTZ001
    team = Team.model_validate({"people": people, "rota": rota})
    day = datetime(2026, 11, 1, tzinfo=UTC)
    with closing(Store(folder / "duty.db")) as store:
        ids = [each["slack"] for each in people.values()]
        for at in range(8):
            start = day + timedelta(days=3 * at)
            made = store.covers.ask_for_cover(ids[at], ids[at + 1 : at + 2], start, start + timedelta(days=1), day)
            store.covers.accept_cover(made.id, ids[at + 1], day)
        duty = Duty(lambda: team, store)
        moments = [day + timedelta(minutes=7 * at) for at in range(5000)]
        began = time.perf_counter()
        for moment in moments:
            duty.on_call(moment)
        each = (time.perf_counter() - began) / len(moments) * 1000
    return Number("who is on call", each, 0.1, "ms", f"{len(people)} people, 8 covers in the record")


def digest_of_a_year(folder: Path) -> Number:
    """The note of a week, written over the record of a busy year: what a draft costs each minute."""
    desk = Desk(folder / "year")
    with closing(desk.store):
        fill(desk.store, desk.now, INCIDENTS, LINES)
        times = []
        for _ in range(9):
            began = time.perf_counter()
            desk.handing_over.preview()
            times.append((time.perf_counter() - began) * 1000)
    detail = f"{INCIDENTS:,} incidents, {LINES:,} lines of the timeline"
    return Number("digest over a year", median(times), 200.0, "ms", detail)


def start_and_memory(folder: Path) -> list[Number]:
    """A start until the socket is there, and what it then holds, against importing the same libraries."""
    imports, imported, starts, idle = [], [], [], []
    for attempt in range(5):
        began = time.perf_counter()
        bare = subprocess.Popen(
            [sys.executable, "-c", f"{ALONE}; import {LIBRARIES}; {READY}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert bare.stdout is not None
        bare.stdout.readline()
        imports.append(time.perf_counter() - began)
        imported.append(resident(bare.pid))
        bare.communicate()
        with Slackbox() as box:
            work = AtWork(box, folder / f"start{attempt}")
            began = time.perf_counter()
            process = work.start_process()
            starts.append(time.perf_counter() - began)
            work.waiting(work.fire())
            idle.append(resident(process.pid))
            work.kill()
    return [
        Number(
            "idle memory",
            median(idle) / median(imported),
            1.6,
            "times the imports",
            f"{median(idle):.0f} MB against {median(imported):.0f} MB",
        ),
        Number(
            "cold start to connected",
            median(starts) / median(imports),
            3.0,
            "times the imports",
            f"{median(starts):.2f} s against {median(imports):.2f} s",
        ),
    ]


def resident(pid: int) -> float:
    """Resident memory in MB."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


MEASURED: tuple[Callable[[Path], Number | list[Number]], ...] = (
    ack,
    alert_to_card,
    flood,
    click_to_step,
    journaled_step,
    who_is_on_call,
    digest_of_a_year,
    start_and_memory,
)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbers = []
        for measured in MEASURED:
            found = measured(folder)
            for number in found if isinstance(found, list) else [found]:
                numbers.append(number)
                sign = "ok  " if number.holds else "MISS"
                limits = f"(at most {number.limit:g}; {number.detail})"
                sys.stdout.write(f"{sign} {number.name:<26} {number.value:6.3f} {number.unit} {limits}\n")
                sys.stdout.flush()
    Path("bench.json").write_text(
        json.dumps([{**asdict(number), "holds": number.holds} for number in numbers], indent=2) + "\n"
    )
    return 0 if all(number.holds for number in numbers) else 1


if __name__ == "__main__":
    sys.exit(main())
