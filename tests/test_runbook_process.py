"""Process trees: what an unfinished command started is ended with it, and what a finished one left is left alone."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.runbooks.processes.process import Exit, How, Processes, still_runs
from tests.survivors import end_survivors

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


class Ground:
    """A run's processes, and a folder where its commands write their process ids."""

    def __init__(self, root: Path, patience: float = 30) -> None:
        self.marks = root / "marks"
        self.marks.mkdir()
        self.processes = Processes(root, ENVIRONMENT, patience=patience)
        self.stop = threading.Event()
        self.started: list[tuple[int, float]] = []

    def run(self, *argv: str, timeout: float = 20) -> Exit:
        return self.processes.run(argv, timeout, self.stop, lambda pid, since: self.started.append((pid, since)))

    def shell(self, text: str, timeout: float = 20) -> Exit:
        return self.run("sh", "-c", text.replace("MARK", f"{self.marks}/"), timeout=timeout)

    def stop_when(self, *marks: str) -> None:
        """Stops the run once all of these have left their process id."""

        def watch() -> None:
            try:
                until(lambda: all(mark in self.pids() for mark in marks), "the command to be under way")
            finally:
                self.stop.set()

        threading.Thread(target=watch).start()

    def pids(self) -> dict[str, int]:
        return {mark.name: int(mark.read_text()) for mark in self.marks.iterdir() if mark.read_text().strip().isdigit()}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    with ground.processes:
        yield ground
    end_survivors(ground.pids().values(), tmp_path)


def test_a_command_runs_in_a_place_of_its_own(ground: Ground) -> None:
    """Nothing to read, nothing open, a fresh folder, a session without a terminal, and only the given environment."""
    ended = ground.shell(
        "pwd; cat; ls /proc/self/fd | wc -l; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort; ps -o sid= $$"
    )
    lines = ended.output.split()
    assert (ended.how, ended.code) == (How.EXITED, 0)
    assert lines[:-1] == [str(ground.processes.folder), "4", "LANG=C.UTF-8", f"PATH={os.environ['PATH']}"]
    assert int(lines[-1]) != os.getsid(0)


def test_a_command_starts_with_nothing_open(tmp_path: Path) -> None:
    """Whatever the bot has open, a step has three descriptors: nothing to read, and where it prints."""
    with open(tmp_path / "secret", "w") as held, Processes(tmp_path, ENVIRONMENT) as processes:  # noqa: PTH123
        os.set_inheritable(held.fileno(), True)
        listing = (
            "import os; print([os.path.realpath(f'/proc/self/fd/{n}') for n in sorted(os.listdir('/proc/self/fd'))])"
        )
        said = processes.run((sys.executable, "-c", listing), 20, threading.Event(), lambda *_: None).output
    null, printed, wrong, listed = ast.literal_eval(said)
    assert null == "/dev/null"
    assert printed == wrong
    assert "pipe:" in printed
    assert "/proc/" in listed  # the listing itself


def test_each_run_has_a_fresh_folder(tmp_path: Path) -> None:
    """Commands of one run share it; no run sees another's."""
    seen = []
    for name in ("first", "second"):
        with Processes(tmp_path, ENVIRONMENT) as processes:
            for text in (f"ls; touch {name}", "pwd; ls"):
                seen.append(processes.run(("sh", "-c", text), 20, threading.Event(), lambda *_: None).output.split())
    (empty, (one, *listed)), (fresh, (two, *listed_then)) = seen[:2], seen[2:]
    assert (empty, listed, fresh, listed_then) == ([], ["first"], [], ["second"])
    assert one != two
    assert Path(one).parent == Path(two).parent == tmp_path


def test_arguments_arrive_as_they_are(ground: Ground) -> None:
    """No shell looks at them."""
    said = ("$(id)", "a  b", "*", "", "'\"", "ã\n", "-x")
    assert ground.run("python3", "-c", "import sys; print(sys.argv[1:])", *said).output == f"{list(said)}\n"


@pytest.mark.parametrize("code", [0, 1, 3, 127, 255])
def test_the_exit_code_is_told(ground: Ground, code: int) -> None:
    """Also 127, which a program may choose itself."""
    assert ground.shell(f"exit {code}") == Exit(How.EXITED, code, "")


def test_a_signal_is_told(ground: Ground) -> None:
    """A command that was killed has no exit code."""
    assert ground.shell("kill -9 $$") == Exit(How.EXITED, -9, "")


def test_a_broken_pipe_ends_a_command_as_usual(ground: Ground) -> None:
    """The signals that Python ignores are not handed down."""
    assert ground.shell("yes | head -n 1; (trap) ; echo done").output == "y\ndone\n"


def test_what_cannot_start_is_refused(ground: Ground) -> None:
    """A program that is not there or not executable never ran, and the next command can."""
    assert ground.run("no-such-program").how is How.REFUSED
    assert ground.run("/etc/passwd").how is How.REFUSED
    assert ground.run("echo", "x" * 200_000).how is How.REFUSED
    assert ground.run("true") == Exit(How.EXITED, 0, "")


def test_a_script_runs_from_its_bytes(ground: Ground) -> None:
    """The file lies in the run's folder, under its own name."""
    file = ground.processes.write_script("scripts/hello.sh", b'#!/bin/sh\necho "${0##*/}"\n')
    assert ground.run(file) == Exit(How.EXITED, 0, "hello.sh\n")
    assert Path(file).is_relative_to(ground.processes.folder)


def test_a_huge_output_is_bounded(ground: Ground) -> None:
    """The ends are kept, and the command is not held up."""
    ended = ground.shell("echo first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last")
    assert (ended.how, ended.code) == (How.EXITED, 0)
    assert len(ended.output) < 40_000
    assert (ended.output[:6], ended.output[-6:]) == ("first\n", "\nlast\n")


def test_a_command_that_closes_its_output_is_waited_for(ground: Ground) -> None:
    """The end of the output is not the end of the command."""
    assert ground.shell("echo a; exec >&- 2>&-; sleep 0.3; exit 5") == Exit(How.EXITED, 5, "a\n")


def test_a_timeout_ends_the_whole_tree(ground: Ground) -> None:
    """Also children in the background."""
    ended = ground.shell("sleep 100 & echo $! > MARKchild; echo $$ > MARKmain; wait", timeout=0.5)
    assert ended == Exit(How.TIMED_OUT, -15, "")
    assert {name: alive(pid) for name, pid in ground.pids().items()} == {"child": False, "main": False}


CLINGING = """
import os, signal, sys, time
folder = sys.argv[1]

def stay(mark):
    with open(f"{folder}/{mark}", "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(1)

for mark in ("away", "twice", "deaf", "all"):
    if os.fork() == 0:
        if mark in ("deaf", "all"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if mark in ("away", "all"):
            os.setsid()
        if mark in ("twice", "all") and os.fork() != 0:
            os._exit(0)
        stay(mark)
stay("main")
"""
"""Children: in a session of its own, an orphan, one that ignores TERM, and one that does all of that."""
CLINGERS = ("away", "twice", "deaf", "all", "main")


def test_nothing_unfinished_survives_an_abort(ground: Ground) -> None:
    """After a grace of five seconds nothing is left, whatever session or parent it chose."""
    ground.stop_when(*CLINGERS)
    assert ground.run("python3", "-c", CLINGING, str(ground.marks)) == Exit(How.STOPPED, -15, "")
    assert {mark: alive(pid) for mark, pid in ground.pids().items()} == dict.fromkeys(CLINGERS, False)


def test_nothing_unfinished_survives_a_timeout(ground: Ground) -> None:
    """The same, when nobody asked for it."""
    ended = ground.run("python3", "-c", CLINGING, str(ground.marks), timeout=2)
    assert ended == Exit(How.TIMED_OUT, -15, "")
    assert not any(alive(pid) for pid in ground.pids().values())


TIDY = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("cleaned")))
open("MARKmain", "w").write(str(os.getpid()))
signal.pause()
"""


def test_a_command_may_end_well_within_the_grace(ground: Ground) -> None:
    """TERM is a request: what the command does about it is waited for and kept."""
    ground.stop_when("main")
    ended = ground.run("python3", "-c", TIDY.replace("MARK", f"{ground.marks}/"))
    assert ended == Exit(How.STOPPED, 0, "cleaned\n")


def test_a_finished_command_may_leave_a_daemon(ground: Ground) -> None:
    """Starting one may be its purpose: the daemon outlives later commands that are cut, and the run."""
    started = ground.shell("setsid sleep 100 > /dev/null 2>&1 & echo $! > MARKdaemon; echo started")
    assert started == Exit(How.EXITED, 0, "started\n")
    cut = ground.shell("sleep 100 & echo $! > MARKchild; wait", timeout=0.3)
    assert cut.how is How.TIMED_OUT
    ground.processes.__exit__(None, None, None)
    assert {name: alive(pid) for name, pid in ground.pids().items()} == {"daemon": True, "child": False}


def test_a_daemon_that_keeps_the_output_open_holds_nobody_up(ground: Ground) -> None:
    """The command's own end counts."""
    ended = ground.shell("sleep 100 & echo $! > MARKdaemon; echo here; exit 0")
    assert ended == Exit(How.EXITED, 0, "here\n")


def test_a_daemon_may_go_on_printing(ground: Ground) -> None:
    """What it says after its step is kept nowhere, and nobody holds it against it, also when the run is over."""
    chatty = "while echo here; do printf . >> MARKlines; sleep 0.05; done"
    assert ground.shell(f"({chatty}) & echo $! > MARKdaemon").how is How.EXITED
    ground.processes.__exit__(None, None, None)
    daemon, lines = int((ground.marks / "daemon").read_text()), ground.marks / "lines"
    pipe = Path(f"/proc/{daemon}/fd/1").readlink()
    said = len(lines.read_text())
    until(lambda: len(lines.read_text()) >= said + 10, "what it says when nobody listens")
    assert len(holders(pipe)) >= 2
    os.kill(daemon, signal.SIGKILL)
    until(lambda: not holders(pipe), "whoever took what it said to end with it")


def holders(pipe: Path) -> set[str]:
    """The processes that have an end of this pipe open."""
    found = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if descriptor.readlink() == pipe:
                found.add(descriptor.parts[2])
    return found


def test_what_a_daemon_starts_later_is_its_own(ground: Ground) -> None:
    """A launcher that starts its service while the next command is under way: that one is cut, the service is not."""
    launch = "(until [ -s MARKnext ]; do sleep 0.01; done; setsid sleep 100 & echo $! > MARKservice) > /dev/null 2>&1 &"
    assert ground.shell(launch) == Exit(How.EXITED, 0, "")
    ground.stop_when("service")
    assert ground.shell("echo $$ > MARKnext; exec sleep 100").how is How.STOPPED
    assert {name: alive(pid) for name, pid in ground.pids().items()} == {"service": True, "next": False}
    ground.processes.__exit__(None, None, None)
    assert alive(ground.pids()["service"])


def test_the_process_is_reported_for_the_journal(ground: Ground) -> None:
    """A restarted bot can tell whether that very process still runs."""
    seen: list[bool] = []

    def note(pid: int, since: float) -> None:
        seen.extend((still_runs(pid, since), still_runs(pid, since + 1)))
        ground.started.append((pid, since))

    ground.processes.run(("sleep", "0.3"), 10, ground.stop, note)
    pid, since = ground.started[0]
    assert (seen, still_runs(pid, since), still_runs(os.getpid(), 1.0)) == ([True, False], False, False)


def test_a_dead_supervisor_leaves_an_honest_word(ground: Ground) -> None:
    """If the supervisor is killed, what became of the command is not known; the next command gets a new one."""

    def kill_it() -> None:
        until(lambda: "main" in ground.pids(), "the command")
        until(lambda: ground.started, "the report of the process")
        parent = int(Path(f"/proc/{ground.pids()['main']}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(parent, signal.SIGKILL)

    killer = threading.Thread(target=kill_it)
    killer.start()
    assert ground.shell("echo $$ > MARKmain; sleep 100").how is How.LOST
    killer.join()
    until(lambda: not alive(ground.pids()["main"]), "the command's group to be ended")
    assert ground.run("true") == Exit(How.EXITED, 0, "")


WITH_CHILDREN = (
    "setsid sleep 100 & echo $! > MARKaway; (trap '' TERM; echo $$ > MARKmain; exec sleep 100) & echo $! > MARKdeaf;"
)


@pytest.mark.parametrize("late", ["", "sleep 0.3;"], ids=["at once", "later"])
@pytest.mark.parametrize("number", ["KILL", "STOP"])
def test_a_command_that_ends_its_supervisor_does_not_get_away(ground: Ground, number: str, late: str) -> None:
    """What it came to is not known, but it and its children are ended, and the next command gets another supervisor."""
    assert ground.shell(f"{WITH_CHILDREN} {late} kill -{number} $PPID; exec sleep 100") == Exit(How.LOST, 0, "")
    # At once, the end may come before a child has written its mark; that child's parent has always written its own.
    assert [name for name, pid in ground.pids().items() if alive(pid)] == []
    assert late == "" or set(ground.pids()) == {"away", "main", "deaf"}
    assert ground.run("true") == Exit(How.EXITED, 0, "")


def test_a_supervisor_that_cannot_answer_holds_nobody_up(tmp_path: Path) -> None:
    """When its guard stands still as well, both are killed with all that is below them, some time after the timeout."""
    ground = Ground(tmp_path, patience=0.5)
    with ground.processes:
        both = "guard=$(ps -o ppid= $PPID); kill -STOP $guard $PPID;"
        assert ground.shell(f"{WITH_CHILDREN} {both} exec sleep 100", timeout=1) == Exit(How.LOST, 0, "")
        left = {name: alive(pid) for name, pid in ground.pids().items()}
        assert left == dict.fromkeys(("away", "main", "deaf"), False)
        assert ground.run("true") == Exit(How.EXITED, 0, "")


def test_a_run_ends_though_its_supervisor_stands_still(tmp_path: Path) -> None:
    """Also between two commands, and at the end."""
    ground = Ground(tmp_path, patience=0.5)
    with ground.processes:
        supervisor, guard = (int(pid) for pid in ground.shell("echo $PPID; ps -o ppid= $PPID").output.split())
        os.kill(guard, signal.SIGSTOP)
        os.kill(supervisor, signal.SIGSTOP)
    assert (alive(supervisor), alive(guard)) == (False, False)


BOT = """
import os, sys, threading
from pathlib import Path
from bot.runbooks.processes.process import Processes
marks, program = sys.argv[1:]
with Processes(Path(marks).parent, dict(os.environ)) as processes:
    processes.run(("python3", "-c", program, marks), 100, threading.Event(), lambda pid, since: None)
"""


def test_nothing_unfinished_survives_the_bot(ground: Ground) -> None:
    """Also when it is killed and can do nothing about it."""
    bot = subprocess.Popen([sys.executable, "-c", BOT, str(ground.marks), CLINGING], cwd=Path(__file__).parent.parent)
    until(lambda: ground.pids().keys() == set(CLINGERS), "the command to be under way")
    assert {mark: alive(pid) for mark, pid in ground.pids().items()} == dict.fromkeys(CLINGERS, True)
    bot.kill()
    bot.wait()
    until(lambda: not any(alive(pid) for pid in ground.pids().values()), "the end of what the bot had started")


FLOOD = """
import os, resource, sys, threading
from pathlib import Path
from bot.runbooks.processes.process import Processes
with Processes(Path(sys.argv[1]), dict(os.environ), secrets=(b"T0K-9f8e7d6c5b4a3210",)) as processes:
    def printed(command):
        processes.run(("sh", "-c", command), 100, threading.Event(), lambda pid, since: None)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    little = printed("yes | head -c 1000000")
    print((printed("yes | head -c 300000000; yes T0K-9f8e7d6c5b4a3210 | head -c 30000000") - little) // 1024)
"""


def test_a_huge_output_costs_no_memory(tmp_path: Path) -> None:
    """330 MB that go by leave the bot's memory as it was, give or take 3 MiB."""
    grown = subprocess.run(
        [sys.executable, "-c", FLOOD, str(tmp_path)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(grown) / (1 if sys.platform == "linux" else 1024) <= 3


def test_the_folder_is_gone_afterwards(tmp_path: Path) -> None:
    """A run leaves nothing in the scratch folder."""
    with Processes(tmp_path, ENVIRONMENT) as processes:
        processes.run(("touch", "left-behind"), 10, threading.Event(), lambda *_: None)
        assert [path.name for path in processes.folder.iterdir()] == ["left-behind"]
    assert list(tmp_path.iterdir()) == []
