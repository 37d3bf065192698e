"""Programs without their start: `app.py` is loaded once, and whoever wants to run it gets a fork of that process.

Loading it takes a second, which is most of what a short test would take. What is born so is a process of its own, with
a folder, an environment, standard streams and, if wanted, a terminal of its own, and is killed like any other. What
Python itself reads as it starts, such as the PYTHON… variables, comes too late for it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PATIENCE = 60.0  # seconds; a machine may be busy
_MOST = 256 * 1024  # bytes of what is asked for
_ROOT = Path(__file__).parent.parent


class Born:
    """One that was born, as `subprocess.Popen` has them."""

    def __init__(self, pid: int, handle: int, told: socket.socket) -> None:
        """`handle` is Linux's pidfd, which never means another process; `told` says how it ended."""
        self.pid = pid
        self.returncode: int | None = None
        self._handle = handle
        self._told = told

    def send_signal(self, sent: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                signal.pidfd_send_signal(self._handle, sent)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """How it ended; None while it has not."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float = _PATIENCE) -> int:
        if self.returncode is None:
            assert select.select([self._told], [], [], timeout)[0], f"process {self.pid} has not ended"
            self._end()
        assert self.returncode is not None
        return self.returncode

    def _end(self) -> None:
        self.returncode = int(self._told.recv(100))
        self._told.close()
        os.close(self._handle)


class Nursery:
    """To be closed. It takes a second until the first one is born."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def close(self) -> None:
        self._socket.close()
        self._process.wait(_PATIENCE)

    def start(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        *,
        streams: tuple[int, int, int] | None = None,
        terminal: bool = False,
        crashing: tuple[int, int, bool] | None = None,
    ) -> Born:
        """`app.py` with these arguments.

        `streams`: its standard input, output and error; else no input, and this process's own. `terminal`: they are
        one, of which it takes control. `crashing`: the arguments of `tests.crashing.stand_still`, two pipes first.
        """
        told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pipes = crashing[:2] if crashing else ()
        asked = {
            "argv": list(map(str, argv)),
            "folder": str(folder),
            "environ": dict(environ),
            "terminal": terminal,
            "crashing": crashing and [crashing[2]],
        }
        with theirs, Path(os.devnull).open() as nothing:
            given = [theirs.fileno(), *(streams or (nothing.fileno(), 1, 2)), *pipes]
            socket.send_fds(self._socket, [json.dumps(asked).encode()], given)
        pid, handles, _, _ = socket.recv_fds(told, 100, 1)
        return Born(int(pid), handles[0], told)

    def run(
        self, argv: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """The same until its end, with what it said."""
        with (
            tempfile.TemporaryFile("w+") as given,
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
        ):
            given.write(stdin)
            given.seek(0)
            status = self.start(argv, folder, environ, streams=(given.fileno(), out.fileno(), err.fileno())).wait()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(argv), status, out.read(), err.read())


# -- the process that is forked ---


def main() -> None:
    """Each message asks for one, until nobody asks any more."""
    from bot.texts import Texts
    from bot.words import SHIPPED, Words
    from handoff.texts import OF_HANDOFFS

    # What every start reads; it is remembered by what the files hold.
    Words(SHIPPED, "en")
    Texts(SHIPPED, "en")
    Texts(SHIPPED, "en", OF_HANDOFFS)
    gc.freeze()  # what is there by now is nobody's garbage
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for what is born
    asked = socket.socket(fileno=int(sys.argv[1]))
    while True:
        message, given, _, _ = socket.recv_fds(asked, _MOST, 6)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _attend(message, given)
        for each in given:
            os.close(each)


def _attend(message: bytes, given: Sequence[int]) -> None:
    """Tells who is born, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told, *others = given
    born = os.fork()
    if born == 0:
        os.close(told)
        _live(**json.loads(message), given=others)
    for each in others:
        os.close(each)
    with socket.socket(fileno=told) as says:
        socket.send_fds(says, [str(born).encode()], [os.pidfd_open(born)])
        ended = os.waitstatus_to_exitcode(os.waitpid(born, 0)[1])
        with suppress(OSError):  # nobody wants to know any more
            says.send(str(ended).encode())
    os._exit(0)


def _live(
    argv: list[str],
    folder: str,
    environ: dict[str, str],
    terminal: bool,
    crashing: list[bool] | None,
    given: Sequence[int],
) -> None:
    """As if it had just been started."""
    import app

    for number, stream in enumerate(given[:3]):
        os.dup2(stream, number)
        os.close(stream)
    if terminal:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    if crashing is not None:
        from tests.crashing import stand_still

        stand_still(*given[3:], *crashing)
    sys.argv = ["app.py", *argv]
    sys.exit(app.run())


if __name__ == "__main__":
    sys.path.insert(0, str(_ROOT))
    main()
