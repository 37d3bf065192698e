"""Running a plan: journaled steps, readings side by side, and an honest word about every end."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.model import (
    Action,
    ApprovalRule,
    Command,
    Http,
    Outcome,
    Plan,
    Reading,
    Result,
    RunState,
    Script,
    Step,
    Tcp,
    Wait,
)
from bot.runbooks.run import Ended, check, execute, verify
from bot.runbooks.steps import Surroundings

# -- the far sides: a server, a journal ---


class Far:
    """A local HTTP server that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda request: self.say(request, 200, b"fine")
        self.free = threading.Event()  # lets a held answer go
        far = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                far.asked.append((self.command, self.path, dict(self.headers), json.loads(body) if body else None))
                far.answer(self)

            do_GET = do_POST = do_HEAD = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def say(self, request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def hold(self, request: BaseHTTPRequestHandler) -> None:
        """No answer until the test is over."""
        self.free.wait(20)

    def close(self) -> None:
        self.free.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.close()


class Journal:
    """Keeps what it is told, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.outcomes: list[Outcome] = []

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        self.lines.append(("begin undo" if undo else "begin", position))

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        self.lines.append(("undo started" if undo else "started", position))

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        self.lines.append(("finish undo" if undo else "finish", position, outcome.result))
        self.outcomes.append(outcome)
        if then is not None:
            self.begin_step(then)


def step(action: Action, id: str = "one", timeout: float = 20) -> Step:
    return Step(id, "", action, timeout)


def plan(*steps: Step, timeout: float = 60, checks: tuple[Step, ...] = (), **rest: Any) -> Plan:
    return Plan(
        runbook="book",
        title="A book",
        risk="low",
        params=rest.get("params", {}),
        checks=checks,
        steps=steps,
        verify=rest.get("verify", ()),
        approval=ApprovalRule(1, ("approvers",), False, 900),
        lock=None,
        timeout=timeout,
        env=rest.get("env", ()),
    )


class Runner:
    def __init__(self, scratch: Path) -> None:
        self.surroundings = Surroundings(scratch, {"PATH": os.environ["PATH"], "SHOP": "open", "SECRET": "hidden"})
        self.journal = Journal()
        self.hold = threading.Event()
        self.stop = threading.Event()

    def __call__(self, plan: Plan, start: int = 0) -> Ended:
        return execute(plan, self.journal, self.surroundings, start=start, hold=self.hold, stop=self.stop)

    def one(self, action: Action, timeout: float = 20) -> Outcome:
        """The outcome of a plan of one step, without its time."""
        self(plan(step(action, timeout=timeout)))
        return replace(self.journal.outcomes[-1], seconds=0.0)

    def stop_when(self, holds: Callable[[], object]) -> None:
        def watch() -> None:
            deadline = time.monotonic() + 20
            while not holds() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.stop.set()

        threading.Thread(target=watch).start()


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def ok(said: str, output: str = "") -> Outcome:
    return Outcome(Result.OK, said, output, 0.0)


def failed(said: str, output: str = "") -> Outcome:
    return Outcome(Result.FAILED, said, output, 0.0)


# -- runs ---


def test_each_step_is_journaled_before_and_after(run: Runner) -> None:
    """Its intent is written before anything starts, its outcome after it ended."""
    assert run(plan(step(Command(("true",)), "a"), step(Command(("echo", "hi")), "b"))) == Ended(RunState.SUCCEEDED, "")
    assert run.journal.lines == [("begin", 0), ("finish", 0, Result.OK), ("begin", 1), ("finish", 1, Result.OK)]
    assert [outcome.output for outcome in run.journal.outcomes] == ["", "hi\n"]


def test_the_intent_is_written_before_the_start(run: Runner, tmp_path: Path) -> None:
    """A journal that cannot write lets nothing start."""

    class Broken(Journal):
        def begin_step(self, position: int) -> None:
            raise OSError("disk full")

    run.journal = Broken()
    with pytest.raises(OSError, match="disk full"):
        run(plan(step(Command(("touch", str(tmp_path / "ran"))))))
    assert not (tmp_path / "ran").exists()


def test_a_long_step_tells_its_process(run: Runner) -> None:
    """So that a restarted bot can look for it."""
    run(plan(step(Command(("sleep", "0.3")))))
    assert run.journal.lines == [("begin", 0), ("started", 0), ("finish", 0, Result.OK)]


def test_a_failed_step_ends_the_run(run: Runner, tmp_path: Path) -> None:
    """What follows is not started, and the reason names the step."""
    ended = run(plan(step(Command(("sh", "-c", "exit 4")), "a"), step(Command(("touch", str(tmp_path / "ran"))), "b")))
    assert ended == Ended(RunState.FAILED, "step a: exit code 4", 0)
    assert not (tmp_path / "ran").exists()


def test_a_run_goes_on_where_it_was(run: Runner) -> None:
    """Steps before the start are not repeated."""
    run(plan(step(Command(("true",)), "a"), step(Command(("true",)), "b")), start=1)
    assert run.journal.lines == [("begin", 1), ("finish", 1, Result.OK)]


def test_a_stop_between_steps_starts_nothing(run: Runner) -> None:
    """The run can go on later."""
    run.stop.set()
    assert run(plan(step(Command(("true",)), "a"))) == Ended(RunState.RUNNING, "stopped before step 1, a", 0)
    assert run.journal.lines == []


def test_a_hold_lets_the_step_under_way_end_and_no_other_start(run: Runner, tmp_path: Path) -> None:
    """So that a clean stop of the bot leaves nothing unknown."""
    held = tmp_path / "held"
    first = step(Command(("sh", "-c", f"while [ ! -e {held} ]; do sleep 0.01; done")), "a")

    def watch() -> None:
        while not run.journal.lines:
            time.sleep(0.01)
        run.hold.set()
        held.touch()

    watcher = threading.Thread(target=watch)
    watcher.start()
    ended = run(plan(first, step(Command(("touch", str(tmp_path / "ran"))), "b")))
    watcher.join()
    assert (ended.state, run.journal.lines[-1]) == (RunState.RUNNING, ("finish", 0, Result.OK))
    assert not (tmp_path / "ran").exists()


def test_a_stop_within_a_step_is_unknown(run: Runner) -> None:
    """What it had done by then, nobody can say."""
    run.stop_when(lambda: ("started", 0) in run.journal.lines)
    ended = run(plan(step(Command(("sh", "-c", "echo half; sleep 100")), "a"), step(Command(("true",)), "b")))
    assert ended == Ended(RunState.UNKNOWN, "step a: ended before it was done", 0)
    assert run.journal.lines == [("begin", 0), ("started", 0), ("finish", 0, Result.UNKNOWN)]
    assert run.journal.outcomes[0].output == "half\n"


def test_a_step_has_its_own_time(run: Runner) -> None:
    """When it is over, the step has failed: its processes are known to have ended."""
    ended = run(plan(step(Command(("sleep", "100")), "a", timeout=0.3)))
    assert ended == Ended(RunState.FAILED, "step a: not done within 0.3 s, and ended", 0)


def test_the_run_has_its_time(run: Runner) -> None:
    """No step may take more than is left of the run."""
    ended = run(plan(step(Command(("sleep", "100")), "a"), step(Command(("true",)), "b"), timeout=0.4))
    assert (ended.state, ended.why) == (RunState.FAILED, "step a: ended, as the whole run had only 0.4 s")


def test_nothing_is_left_in_the_scratch_folder(run: Runner, tmp_path: Path) -> None:
    """Whatever the steps wrote where they stood is gone."""
    run(plan(step(Command(("touch", "here"))), step(Script("a.sh", b"#!/bin/sh\ntouch there\n"))))
    assert list(tmp_path.iterdir()) == []


# -- steps ---


def test_a_command_sees_its_parameters_and_what_is_named(run: Runner) -> None:
    """Of the bot's environment it sees only PATH, HOME, LANG and what the runbook lists."""
    sealed = plan(step(Command(("env",))), params={"service": "a b\n$(id)", "n": ""}, env=("SHOP", "NOT_SET"))
    run(sealed)
    assert sorted(run.journal.outcomes[0].output.splitlines()) == sorted(
        [
            f"PATH={os.environ['PATH']}",
            "HOME=/",
            "LANG=C.UTF-8",
            "SHOP=open",
            "RUNBOOK_SERVICE=a b",
            "$(id)",
            "RUNBOOK_N=",
        ]
    )


def test_exit_codes_that_count(run: Runner) -> None:
    """`ok` lists them; 0 is not among them by itself."""
    assert run.one(Command(("sh", "-c", "exit 3"), ok=(0, 3))) == ok("exit code 3")
    assert run.one(Command(("true",), ok=(3,))) == failed("exit code 0")


def test_a_command_that_cannot_start(run: Runner) -> None:
    """The reason is in words."""
    assert run.one(Command(("no-such-program",))) == failed("not started: the program was not found")


def test_a_script_runs_as_it_was_sealed(run: Runner) -> None:
    """Its bytes come from the plan; nothing is read from the runbooks folder any more."""
    body = b"#!/usr/bin/env python3\nimport os, sys\nprint(os.environ['RUNBOOK_X'])\nsys.exit(7)\n"
    run(plan(step(Script("scripts/gone.py", body, ok=(7,))), params={"x": "1"}))
    assert replace(run.journal.outcomes[0], seconds=0) == ok("exit code 7", "1\n")


def test_a_run_that_lost_its_folder_starts_nothing(run: Runner) -> None:
    """What cannot start has failed plainly: nothing of it ran."""
    ended = run(plan(step(Command(("sh", "-c", 'rmdir "$PWD"')), "a"), step(Script("b.sh", b"#!/bin/sh\n"), "b")))
    assert ended == Ended(
        RunState.FAILED, "step b: not started: the script cannot be written: No such file or directory", 1
    )


def test_a_request_says_what_it_is_told(run: Runner, far: Far) -> None:
    """Method, headers and JSON arrive, and the status is compared."""
    far.answer = lambda request: far.say(request, 202, b"queued")
    action = Http(f"{far.url}/jobs?x=1", "POST", {"X-Who": "plantao"}, {"replicas": 4}, 202)
    assert run.one(action) == ok(f"http 202 from {far.url}/jobs?x=1", "queued")
    method, path, headers, body = far.asked[0]
    assert (method, path, headers["X-Who"], body) == ("POST", "/jobs?x=1", "plantao", {"replicas": 4})


def test_a_request_with_another_status_failed(run: Runner, far: Far) -> None:
    """The card shows what came and what should have."""
    far.answer = lambda request: far.say(request, 503, b"too full")
    assert run.one(Http(f"{far.url}/health")) == failed(f"http 503, not 200 from {far.url}/health", "too full")


def test_redirects_and_proxies_are_not_followed(run: Runner, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request goes where the plan says, and nowhere else."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    far.answer = lambda request: far.say(request, 302, b"", Location="/elsewhere")
    assert run.one(Http(far.url)) == failed(f"http 302, not 200 from {far.url}")
    assert len(far.asked) == 1


def test_nobody_there(run: Runner) -> None:
    """Nothing was sent, so this is a plain failure, also for a write."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for method in ("GET", "POST"):
        outcome = run.one(Http(f"http://127.0.0.1:{port}/", method))
        assert (outcome.result, outcome.said[:13]) == (Result.FAILED, "no connection")
    outcome = run.one(Tcp("127.0.0.1", port))
    assert outcome == failed(f"no connection to 127.0.0.1:{port}: Connection refused")


@pytest.mark.parametrize(("method", "result"), [("GET", Result.TIMED_OUT), ("POST", Result.UNKNOWN)])
def test_an_answer_that_does_not_come(run: Runner, far: Far, method: str, result: Result) -> None:
    """A read timed out. A write may have been done: nobody can say."""
    far.answer = far.hold
    ended = run(plan(step(Http(far.url, method), "a", timeout=0.3)))
    assert run.journal.outcomes[0].result is result
    assert ended.state is (RunState.FAILED if method == "GET" else RunState.UNKNOWN)


def test_an_answer_that_drips_is_late(run: Runner, far: Far) -> None:
    """The time is for the whole answer, not for each piece."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not far.free.wait(0.05):
            request.wfile.write(b".")

    far.answer = drip
    assert run.one(Http(far.url), timeout=0.4).result is Result.TIMED_OUT
    far.free.set()


def test_a_large_answer_is_bounded(run: Runner, far: Far) -> None:
    """Of an answer without end a part is read."""
    far.answer = lambda request: far.say(request, 200, b"x" * 3_000_000)
    outcome = run.one(Http(far.url))
    assert (outcome.result, len(outcome.output) < 40_000) == (Result.OK, True)


def test_a_stop_does_not_wait_for_an_answer(run: Runner, far: Far) -> None:
    """The step is unknown, and the bot can go."""
    far.answer = far.hold
    run.stop_when(lambda: far.asked)
    assert run(plan(step(Http(far.url), "a"))) == Ended(
        RunState.UNKNOWN, f"step a: stopped before {far.url} answered", 0
    )


def test_a_connection(run: Runner, far: Far) -> None:
    """Something that accepts is enough."""
    assert run.one(Wait(Tcp("127.0.0.1", far.port), 0.01, 5)) == ok(f"127.0.0.1:{far.port} accepts connections")


def test_waiting_until_it_holds_in_a_row(run: Runner, far: Far) -> None:
    """One good answer between bad ones is not enough."""
    answers = iter([503, 200, 503, 200, 200, 200])
    far.answer = lambda request: far.say(request, next(answers), b"")
    outcome = run.one(Wait(Http(far.url), every=0.01, limit=20, stable=3))
    assert (outcome, len(far.asked)) == (ok(f"http 200 from {far.url}, 3 times in a row"), 6)


def test_waiting_in_vain(run: Runner) -> None:
    """The last try is told."""
    assert run.one(Wait(Command(("sh", "-c", "exit 9")), every=0.01, limit=0.3)) == Outcome(
        Result.TIMED_OUT, "not within 0.3 s: exit code 9", "", 0.0
    )


def test_a_stop_ends_the_waiting(run: Runner) -> None:
    """At once, however long the pause between two tries."""
    run.stop_when(lambda: run.journal.lines)
    ended = run(plan(step(Wait(Command(("false",)), every=300, limit=600), "a", timeout=600)))
    assert ended.state is RunState.UNKNOWN


# -- checks and verify ---


def readings(found: tuple[Reading, ...]) -> Mapping[str, tuple[bool, str]]:
    """What each said: its output, or how it ended when it printed nothing."""
    outcomes = {reading.id: reading.outcome for reading in found}
    return {id: (outcome.ok, outcome.output.strip() or outcome.said) for id, outcome in outcomes.items()}


def test_checks_are_evidence_in_their_order(run: Runner, far: Far) -> None:
    """A check that fails says so in its line; the others are read all the same."""
    far.answer = lambda request: far.say(request, 503, b"")
    sealed = plan(
        checks=(
            step(Command(("sh", "-c", "sleep 0.3; echo 1,912 MB of 2,000 MB")), "memory"),
            step(Http(f"{far.url}/health"), "health"),
            step(Command(("no-such-program",)), "gone"),
            step(Command(("sleep", "100")), "slow", timeout=0.2),
            step(Script("a.sh", b"#!/bin/sh\necho from a script\n"), "script"),
        )
    )
    found = check(sealed, run.surroundings)
    assert list(readings(found).items()) == [
        ("memory", (True, "1,912 MB of 2,000 MB")),
        ("health", (False, f"http 503, not 200 from {far.url}/health")),
        ("gone", (False, "not started: the program was not found")),
        ("slow", (False, "not done within 0.2 s, and ended")),
        ("script", (True, "from a script")),
    ]


def test_verify_reads_every_entry(run: Runner, far: Far) -> None:
    """Whether all hold is the caller's to see."""
    sealed = plan(verify=(step(Http(far.url), "verify-1"), step(Command(("false",)), "verify-2")))
    assert readings(verify(sealed, run.surroundings)) == {
        "verify-1": (True, "fine"),
        "verify-2": (False, "exit code 1"),
    }
    assert verify(plan(), run.surroundings) == ()
