"""The processes of one run: in a folder and an environment of their own, under a supervisor that leaves none behind."""

from __future__ import annotations

import errno
import marshal
import math
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.model import Limits
from bot.runbooks.masking import Mask
from bot.runbooks.output import HeadAndTail
from bot.runbooks.processes.process_tree import DEAD, descendants, stat

# How often a running command looks whether it should stop; seconds.
_LOOK = 0.05
# Nothing below a process is alive when so many looks in a row found nothing: one may miss what moves meanwhile.
_UNSEEN = 3
_READ = 64 * 1024
# What a command left in the background may have printed after it; more is not waited for.
_REST = 1024 * 1024
# Seconds that a supervisor has to answer, or to end what is under way and itself. Those that it gives to what it ends
# are among them, and as many again.
_PATIENCE = 30.0

_ROOT = str(Path(__file__).parents[3])
_SUPERVISOR = "import sys; sys.path.append(sys.argv[1]); from bot.runbooks.processes.supervisor import main; main()"

Started = Callable[[int, float], None]
"""Told the process and its start time, in clock ticks since the machine's start, unless it ended at once."""


class How(Enum):
    EXITED = "exited"
    TIMED_OUT = "timed out"
    STOPPED = "stopped"
    REFUSED = "refused"  # it did not start
    LOST = "lost"  # the supervisor died: what became of it is not known
    STUCK = "stuck"  # it was killed and has not ended


@dataclass(frozen=True)
class Exit:
    """How a command ended. `limit` says by which limit, as in "it …", and `code` is then minus a signal.

    A program that gets no more memory, or learns that its file may not grow, fails in its own words and way.
    """

    how: How
    code: int  # the exit code, or minus the signal, or the errno of a refusal
    output: str
    limit: str = ""  # "used more than 60 s of processor time"


@dataclass(frozen=True)
class _Over:
    """An Exit without the output; `left`: it left something that goes on."""

    how: How
    code: int = 0
    limit: str = ""
    left: bool = False


class Processes:
    """Where a run's commands run, one after the other, within limits; in what they print, the secrets are hidden.

    The supervisor starts with the first of them. One that does not answer for `patience` seconds is killed, with all
    that is below it.
    """

    def __init__(
        self,
        root: Path,
        environment: Mapping[str, str],
        limits: Limits = Limits(),  # noqa: B008 - frozen
        secrets: Sequence[bytes] = (),
        patience: float = _PATIENCE,
        held: int | None = None,
    ) -> None:
        """`held`: a descriptor that the supervisor keeps open as long as it lives."""
        self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        self._environment = dict(environment)
        self._limits = limits
        self._mask = Mask(secrets)
        self._patience = patience
        self._held = () if held is None else (held,)
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_up()
        # A daemon that was started may still write here; it is not our business to wait for it.
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, argv: Sequence[str], timeout: float, stop: threading.Event, started: Started) -> Exit:
        """Runs the command to its end, at most `timeout` seconds, or until `stop` is set."""
        try:
            control = self._control or self._start()
            ours, theirs = os.pipe()
        except OSError as wrong:
            return Exit(How.REFUSED, wrong.errno or 0, "")
        output = HeadAndTail(mask=self._mask)
        try:
            os.set_blocking(ours, False)
            try:
                limits = (self._limits.cpu, self._limits.memory, self._limits.processes, self._limits.file)
                message = ("start", [os.fsencode(part) for part in argv], _encoded(self._environment), limits)
                _send(control, message, theirs)
            except OSError:
                self._give_up()
                return Exit(How.LOST, 0, "")
            finally:
                os.close(theirs)
            over = self._follow(control, ours, output, timeout, stop, started)
            if over.how in (How.LOST, How.STUCK):
                self._give_up()
            if _drain(ours, output, _REST) and over.left:
                # What it left may print on: for nobody, but it is not to die of it.
                os.set_blocking(ours, True)
                with suppress(OSError):  # the supervisor is gone: then it does find its output closed
                    _send(control, ("swallow",), ours)
            if over.left:
                self._give_up()
            return Exit(over.how, over.code, output.text(), over.limit)
        finally:
            os.close(ours)

    def write_script(self, path: str, body: bytes) -> str:
        """The script as a file that can be run, under its own name, for its messages. It goes with the folder."""
        file = Path(tempfile.mkdtemp(prefix="script-", dir=self.folder)) / Path(path).name
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o500)
        with open(descriptor, "wb") as script:  # noqa: PTH123 - a descriptor, not a path
            script.write(body)
        return str(file)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _SUPERVISOR, _ROOT, *map(str, self._held)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                env=self._environment,
                start_new_session=True,
                pass_fds=self._held,
            )
        ours.settimeout(self._patience)
        self._control = ours
        return ours

    def _give_up(self) -> None:
        """The supervisor ends what is under way, and itself; the next command would start another."""
        if self._control:
            with self._control, suppress(BrokenPipeError, ConnectionError):
                self._control.shutdown(socket.SHUT_WR)
                try:
                    while self._control.recv(_READ):  # to its end, which is the guard's as well
                        pass
                except TimeoutError:
                    self._kill()
            self._control = None
        if self._supervisor:
            self._supervisor.wait()
            self._supervisor = None

    def _kill(self) -> None:
        """Ends a supervisor that does not, and all below it. Where there is no /proc, itself."""
        if not self._supervisor:
            return
        top = self._supervisor.pid  # its number is surely its own: it has not been waited for
        deadline = time.monotonic() + self._patience
        unseen = 0
        while unseen < _UNSEEN and time.monotonic() < deadline:
            found = descendants(top)
            unseen = 0 if found else unseen + 1
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_LOOK)
        os.kill(top, signal.SIGKILL)  # last, since the orphans come to it

    def _follow(
        self,
        control: socket.socket,
        printed: int,
        output: HeadAndTail,
        timeout: float,
        stop: threading.Event,
        started: Started,
    ) -> _Over:
        began = time.monotonic()
        ready = select.poll()
        ready.register(control, select.POLLIN)
        ready.register(printed, select.POLLIN)
        process: tuple[int, float] | None = None
        cut: How | None = None
        answer_by = math.inf
        while True:
            events = [number for number, _ in ready.poll(_LOOK * 1000)]
            if printed in events and not _drain(printed, output, _READ):
                ready.unregister(printed)
            if control.fileno() in events:
                message = _receive(control)
                if message is None:
                    return _lost(process)
                if message[0] == "refused":
                    return _Over(How.REFUSED, message[1])
                if message[0] == "stuck":
                    return _Over(How.STUCK)
                if message[0] == "started":
                    process = (message[1], float(message[2]))
                    started(*process)
                else:
                    return self._judged(cut, *message)
            now = time.monotonic()
            if now >= answer_by:
                self._kill()
                return _lost(process)
            if cut is None and (now - began >= timeout or stop.is_set()):
                cut = How.STOPPED if stop.is_set() else How.TIMED_OUT
                answer_by = now + self._patience
                try:
                    _send(control, ("end",))
                except OSError:
                    return _lost(process)

    def _judged(self, cut: How | None, over: str, status: int | None) -> _Over:
        """What a command that is over came to: how it ended, by whose hand, and which limit it was."""
        code = 0 if status is None else os.waitstatus_to_exitcode(status)
        if over in ("crowded", "spent"):
            # It may itself have ended well: what came of it has not.
            code = min(code, -signal.SIGKILL if over == "crowded" else -signal.SIGTERM)
        elif cut and over == "cut":  # it may have ended by itself just before it would have been cut
            return _Over(cut, code)
        limit = ""
        if over == "crowded":
            limit = f"ran more than {self._limits.processes} processes at once"
        elif over == "spent" or code == -signal.SIGXCPU:
            limit = f"used more than {self._limits.cpu:g} s of processor time"
        elif code == -signal.SIGXFSZ:
            limit = f"wrote a file of more than {_size(self._limits.file)}"
        return _Over(How.EXITED, code, limit, left=over == "left")


def _lost(process: tuple[int, float] | None) -> _Over:
    """What is said when the supervisor is gone, and with it, as a rule, all that was below it."""
    if process and still_runs(*process):
        # Its guard is gone too, and only its group can be found; that much does not go on unwatched.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process[0], signal.SIGKILL)
    return _Over(How.LOST)


def still_runs(pid: int, pid_started: float) -> bool:
    """Whether a process that a journal names is still that process, and alive."""
    found = stat(pid)
    return found is not None and found[1] == pid_started and found[2] not in DEAD


def why_refused(code: int) -> str:
    """Why a command did not start, in words."""
    known = {
        errno.ENOENT: "the program was not found",
        errno.EACCES: "the program may not be executed",
        errno.ENOEXEC: "the program is of no kind that this machine runs",
        errno.E2BIG: "the arguments are too long",
    }
    return known.get(code, os.strerror(code))


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _size(size: int) -> str:
    for unit, name in ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def _encoded(environment: Mapping[str, str]) -> dict[bytes, bytes]:
    return {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}


def _send(control: socket.socket, message: tuple[Any, ...], descriptor: int | None = None) -> None:
    body = marshal.dumps(message)
    head = len(body).to_bytes(4, "big")
    if descriptor is not None:
        socket.send_fds(control, [head], [descriptor])
        head = b""
    control.sendall(head + body)


def _receive(control: socket.socket) -> tuple[Any, ...] | None:
    try:
        size = _exactly(control, 4)
        return None if size is None else marshal.loads(_exactly(control, int.from_bytes(size, "big")) or b"")  # noqa: S302
    except (OSError, EOFError):
        return None


def _exactly(control: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        more = control.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def _drain(descriptor: int, output: HeadAndTail, limit: int) -> bool:
    """Takes what is there now, about `limit` bytes at most. False when nothing can come any more."""
    taken = 0
    while taken < limit:
        try:
            chunk = os.read(descriptor, _READ)
        except BlockingIOError:
            return True
        if not chunk:
            return False
        output.write(chunk)
        taken += len(chunk)
    return True
