"""What a step may use of processor time, memory, processes and files, and what a person reads when it was too much."""

from __future__ import annotations

import os
import resource
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Limits
from bot.runbooks.processes.process import Exit, How, Processes
from tests.survivors import end_survivors

MIB = 1024**2
linux = pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")


class Bench:
    """Runs commands within limits, and finds what they left by a mark in their environment."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root = root
        self.processes = Processes(root, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MARK": str(root)}, limits)

    def run(self, *argv: str) -> Exit:
        return self.processes.run(argv, 60, threading.Event(), lambda *_: None)

    def shell(self, text: str) -> Exit:
        return self.run("sh", "-c", text)

    def python(self, text: str) -> Exit:
        return self.run(sys.executable, "-c", textwrap.dedent(text))

    def alive(self) -> set[int]:
        """The processes that still run; the supervisor and its guard have the mark as well."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"MARK={self.root}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
            except OSError:
                continue
        supervisor = self.supervisor()
        return found - {supervisor, int(Path(f"/proc/{supervisor}/stat").read_text().rsplit(")", 1)[1].split()[1])}

    def supervisor(self) -> int:
        return int(self.shell("echo $PPID").output)


@pytest.fixture
def limits() -> Limits:
    """A test that wants others parametrizes them."""
    return Limits()


@pytest.fixture
def bench(tmp_path: Path, limits: Limits) -> Iterator[Bench]:
    bench = Bench(tmp_path, limits)
    with bench.processes:
        yield bench
        end_survivors(bench.alive() if sys.platform == "linux" else (), tmp_path)


HELD = """
import resource
print([resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in ("CPU", "DATA", "FSIZE", "CORE")])
"""


@pytest.mark.parametrize("limits", [Limits(cpu=6.5, memory=512 * MIB, processes=9, file=3 * MIB)])
def test_a_command_starts_within_its_limits(bench: Bench) -> None:
    """Whole seconds of processor time; and no core is ever written."""
    assert bench.python(HELD) == Exit(How.EXITED, 0, f"[7, {512 * MIB}, {3 * MIB}, 0]\n")


@pytest.mark.parametrize("limits", [Limits(memory=MIB)])
def test_less_memory_than_a_start_takes_is_not_held(bench: Bench) -> None:
    """32 MiB are the least."""
    assert bench.shell("ulimit -d") == Exit(How.EXITED, 0, f"{32 * 1024}\n")


@linux
@pytest.mark.parametrize("limits", [Limits(cpu=7, memory=512 * MIB, file=3 * MIB)])
def test_children_have_the_limits_from_the_start(bench: Bench) -> None:
    """However early a command starts another."""
    said = bench.shell("sh -c 'ulimit -t; ulimit -d; ulimit -f; ulimit -c; true' & wait").output
    assert said.split() == ["7", str(512 * 1024), str(3 * 2048), "0"]


@linux
def test_the_supervisor_keeps_its_own(bench: Bench) -> None:
    """It takes the limits on for a moment only."""
    assert Path(f"/proc/{bench.supervisor()}/limits").read_text() == Path("/proc/self/limits").read_text()


BURN = "while True: pass"
DEAF = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"


@pytest.mark.parametrize(("text", "code"), [(BURN, -24), (DEAF, -15)], ids=["at once", "when it will not hear"])
@pytest.mark.parametrize("limits", [Limits(cpu=1)])
def test_too_much_processor_time(bench: Bench, text: str, code: int) -> None:
    """The command is ended, also one that goes on after the signal, and the limit is named."""
    assert bench.python(text) == Exit(How.EXITED, code, "", "used more than 1 s of processor time")


@linux
@pytest.mark.parametrize("limits", [Limits(cpu=1)])
def test_a_child_with_too_much_processor_time_ends_the_step(bench: Bench) -> None:
    """Each of its processes has the limit for itself, and none goes on beyond it."""
    ended = bench.run(sys.executable, "-c", f"import os, time\nif os.fork(): time.sleep(60)\n{DEAF}")
    assert ended == Exit(How.EXITED, -15, "", "used more than 1 s of processor time")
    assert bench.alive() == set()


def test_another_kill_is_not_blamed_on_a_limit(bench: Bench) -> None:
    """Only what was too much is said to be."""
    assert bench.shell("kill -9 $$") == Exit(How.EXITED, -9, "")


@linux
@pytest.mark.parametrize("limits", [Limits(memory=128 * MIB)])
def test_too_much_memory(bench: Bench) -> None:
    """The program gets no more, and says so in its own way."""
    ended = bench.python("print(len(bytearray(50 << 20)), flush=True); bytearray(128 << 20)")
    assert (ended.how, ended.code, ended.limit) == (How.EXITED, 1, "")
    assert (ended.output.split()[0], ended.output.split()[-1]) == (str(50 << 20), "MemoryError")


@linux
@pytest.mark.parametrize("limits", [Limits(memory=128 * MIB)])
def test_reserved_addresses_are_no_memory(bench: Bench) -> None:
    """Go, Java and Node reserve many times what they use."""
    reserve = (
        "import mmap; mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, 0); print('reserved')"
    )
    assert bench.python(reserve) == Exit(How.EXITED, 0, "reserved\n")


@pytest.mark.parametrize("limits", [Limits(file=MIB)])
def test_too_long_a_file(bench: Bench) -> None:
    """Up to the limit it is written; the output is no file, and has limits of its own."""
    assert bench.shell("exec head -c 1048576 /dev/zero > fits") == Exit(How.EXITED, 0, "")
    assert bench.shell("exec head -c 1048577 /dev/zero > over") == Exit(
        How.EXITED, -25, "", "wrote a file of more than 1 MiB"
    )
    assert (bench.processes.folder / "over").stat().st_size == MIB
    assert bench.shell("head -c 3000000 /dev/zero").code == 0


@pytest.fixture
def _cores_allowed() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    most = resource.RLIM_INFINITY if os.getuid() == 0 else before[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.usefixtures("_cores_allowed")
def test_no_core_is_written(bench: Bench) -> None:
    """A crash leaves no memory, with secrets in it, on the disk, even where the bot itself might."""
    assert bench.shell("kill -ABRT $$") == Exit(How.EXITED, -6, "")
    assert list(bench.processes.folder.iterdir()) == []


@linux
@pytest.mark.parametrize("limits", [Limits(processes=8)])
def test_as_many_processes_as_allowed(bench: Bench) -> None:
    """The command itself is one of them."""
    assert bench.shell("for i in 1 2 3 4 5 6 7; do sleep 1.3 & done; wait") == Exit(How.EXITED, 0, "")


CROWDS = {
    "that stay in the family": "for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait",
    "in sessions of their own": "for i in 1 2 3 4 5 6 7 8; do setsid sleep 60 & done; wait",
    "whose parents are gone": "for i in 1 2 3 4 5 6 7 8; do (setsid sleep 60 &) done; sleep 60",
    "of a command that is gone itself": "for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 60 & done",
    "that ignore TERM": "trap '' TERM; for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait",
}


@linux
@pytest.mark.parametrize("limits", [Limits(processes=8)])
@pytest.mark.parametrize("kind", CROWDS)
def test_too_many_processes(bench: Bench, kind: str) -> None:
    """All are ended at once, without a grace, and the limit is named."""
    assert bench.shell(CROWDS[kind]) == Exit(How.EXITED, -9, "", "ran more than 8 processes at once")
    assert bench.alive() == set()


# Each calls itself twice, so many times over: 2 to that power and as many again at most.
BOMB = "f() { [ $1 -gt 0 ] || exec sleep 60; f $(($1-1)) | f $(($1-1)) & }; f 8"
FAR_BOMB = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(8):
    os.fork()
    os.setsid() if os.getpid() != os.getsid(0) else None
time.sleep(60)
"""


@linux
@pytest.mark.parametrize("limits", [Limits(processes=16)])
@pytest.mark.parametrize("argv", [("sh", "-c", BOMB), (sys.executable, "-c", FAR_BOMB)], ids=["near", "far"])
def test_a_fork_bomb_is_put_out(bench: Bench, argv: tuple[str, ...]) -> None:
    """Also one whose processes all leave the session, and one that goes on when its command is gone."""
    ended = bench.run(*argv)
    assert (ended.how, ended.code, ended.limit) == (How.EXITED, -9, "ran more than 16 processes at once")
    assert bench.alive() == set()
    assert bench.shell("echo well") == Exit(How.EXITED, 0, "well\n")


@linux
@pytest.mark.parametrize("limits", [Limits(processes=8)])
def test_a_daemon_counts_for_the_step_that_started_it(bench: Bench) -> None:
    """Later steps have the whole number for themselves."""
    daemon = "for i in 1 2 3 4 5; do setsid sleep 60 > /dev/null 2>&1 & done"
    assert bench.shell(daemon) == Exit(How.EXITED, 0, "")
    assert bench.shell("for i in 1 2 3 4 5 6; do sleep 1.2 & done; wait") == Exit(How.EXITED, 0, "")
    assert len(bench.alive()) == 5


@linux
@pytest.mark.parametrize("limits", [Limits(cpu=5, memory=512 * MIB, file=MIB)])
def test_a_daemon_that_was_left_has_the_limits_of_the_bot(bench: Bench) -> None:
    """Those of the step would let it die of its first minute of work; what it chose for itself stays."""
    shells = (
        "setsid sleep 60 > /dev/null 2>&1 & echo $!; (ulimit -St 3; exec setsid sleep 60 > /dev/null 2>&1) & echo $!"
    )
    plain, modest = map(int, bench.shell(shells).output.split())
    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    ours = [resource.getrlimit(kind) for kind in kinds]
    assert [resource.prlimit(plain, kind) for kind in kinds] == ours
    assert [resource.prlimit(modest, kind) for kind in kinds] == [(3, ours[0][1]), *ours[1:]]


@linux
@pytest.mark.parametrize("limits", [Limits(cpu=5, memory=512 * MIB, file=MIB)])
def test_what_a_daemon_starts_later_has_the_limits_of_the_bot(bench: Bench) -> None:
    """A launcher that goes into the background is let out of the step's limits, and so is what it launches."""
    launcher = f"(sleep 0.5; setsid sleep 60 & echo $! > {bench.root}/new; mv {bench.root}/new {bench.root}/launched) &"
    assert bench.shell(f"exec > /dev/null; {launcher}") == Exit(How.EXITED, 0, "")
    launched = bench.root / "launched"
    deadline = time.monotonic() + 20
    while not launched.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    theirs = [resource.prlimit(int(launched.read_text()), kind) for kind in kinds]
    assert theirs == [resource.getrlimit(kind) for kind in kinds]


@linux
def test_a_command_is_no_more_urgent_than_the_bot(bench: Bench) -> None:
    """The supervisor goes first where it may, and hands that down to nobody."""
    assert bench.python("import os; print(os.sched_getscheduler(0), os.nice(0))").output == (
        f"{os.sched_getscheduler(0)} {os.nice(0)}\n"
    )


@linux
def test_a_user_who_is_not_root_has_a_second_belt(bench: Bench) -> None:
    """The kernel holds the number too, far above what is counted: it counts threads, and all that the user runs."""
    said = bench.python("import resource; print(*resource.getrlimit(resource.RLIMIT_NPROC))").output
    soft, hard = map(int, said.split())
    ours = resource.getrlimit(resource.RLIMIT_NPROC)
    assert hard == ours[1]
    assert soft == ours[0] if os.getuid() == 0 else soft > 1024


def test_the_next_command_runs_within_the_same_limits(bench: Bench) -> None:
    """What was refused, ended or crowded out leaves nothing behind."""
    assert bench.run("no-such-program").how is How.REFUSED
    first, second = bench.shell("ulimit -a"), bench.shell("ulimit -a")
    assert first == second
