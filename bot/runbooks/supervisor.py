"""A process of its own that starts a run's commands one after the other, and ends what is left of an unfinished one.

The bot starts it as isolated Python (`-I -S`) with the run's folder and environment, and talks to it over its standard
input, a socket. When the bot ends, however it ends, that socket closes: the supervisor then ends the command under way
and itself. Being a subreaper, it inherits every orphan of its commands, so no `setsid` or double fork escapes it.

Nothing is imported here but what is built in or a bare extension: start-up time is part of every run.

Messages, each a length and a marshalled tuple:
    to here    ("start", argv, environment) with the output's descriptor · ("end",)
    from here  ("started", pid, start time) · ("refused", errno)
               ("ended", wait status, left over) · ("cut", wait status, 0) · ("stuck", wait status, still there)
"""

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import select
import sys
import time

GRACE = 5.0  # seconds between TERM and KILL (RUNBOOKS.md, rule 7)
_GIVE_UP = 10.0  # seconds after KILL: a process of another user, or one that the kernel holds
_SCAN_EVERY = 0.02
_PR_SET_CHILD_SUBREAPER = 36

_HAS_PROC = os.access("/proc/self/stat", os.R_OK)  # Linux has

# Python ignores the first, this process the next three, and both would be inherited.
_DEFAULTS = (_signal.SIGPIPE, _signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGXFSZ)


def main() -> None:
    control = _socket.socket(fileno=os.dup(0))
    os.set_inheritable(control.fileno(), False)
    control.setblocking(True)
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    _become_subreaper()
    wake, waker = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(waker, False)
    _signal.signal(_signal.SIGCHLD, lambda *_: None)
    _signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        # Only the bot ends a run, by the socket: a signal to everything must not cut the TERM and its grace short.
        _signal.signal(number, _signal.SIG_IGN)
    Supervisor(control, wake).serve()


class Supervisor:
    def __init__(self, control: _socket.socket, wake: int) -> None:
        self.control = control
        self.wake = wake
        self.spared: dict[int, int] = {}  # what finished commands left running: process → start time
        self.anything = select.poll()
        self.anything.register(control.fileno(), select.POLLIN)
        self.anything.register(wake, select.POLLIN)
        self.children = select.poll()
        self.children.register(wake, select.POLLIN)

    def serve(self) -> None:
        while True:
            message, output = self.receive()
            if message is None:
                return
            if message[0] == "start":
                self.run(message[1], message[2], output)

    def run(self, argv: list[bytes], environment: dict[bytes, bytes], output: int) -> None:
        try:
            pid = spawn(argv, environment, output)
        except OSError as wrong:
            self.send(("refused", wrong.errno))
            return
        finally:
            os.close(output)
        found = stat(pid)
        self.send(("started", pid, found[1] if found else 0))
        status = None
        while status is None:
            ready = [number for number, _ in self.anything.poll()]
            status = self.reap(pid)
            if status is None and self.control.fileno() in ready:
                message, _ = self.receive()
                if message is None or message[0] == "end":
                    ended = self.end(pid)
                    if message is None:
                        os._exit(0)
                    self.send(ended)
                    return
        self.spared = descendants({}) if self.left_anything() else {}
        self.send(("ended", status, len(self.spared)))

    def reap(self, pid: int) -> int | None:
        """Takes up all that ended; the status of `pid` when it is among them."""
        try:
            while os.read(self.wake, 4096):
                pass
        except BlockingIOError:
            pass
        status = None
        while True:
            try:
                ended, how = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return status
            if ended == 0:
                return status
            if ended == pid:
                status = how

    def left_anything(self) -> bool:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        return True

    def end(self, pid: int) -> tuple[str, int | None, int]:
        """TERM, a grace, KILL, for the whole tree of the command under way."""
        status = None
        began = time.monotonic()
        told: set[int] = set()
        while True:
            tree = self.tree()
            if status is None:
                tree.add(pid if _HAS_PROC else -pid)  # a leader that ended before its threads looks dead, and is not
            if not tree:
                return ("cut" if told else "ended"), status, 0
            passed = time.monotonic() - began
            if passed > GRACE + _GIVE_UP:
                return "stuck", status, len(tree)
            for member in sorted(tree):
                if passed >= GRACE:
                    send_signal(member, _signal.SIGKILL)
                elif member not in told:  # those too that it has started since
                    told.add(member)
                    send_signal(member, _signal.SIGTERM)
            self.children.poll(int(_SCAN_EVERY * 1000))
            how = self.reap(pid)
            status = status if how is None else how

    def tree(self) -> set[int]:
        """All that came of the command under way, but not what earlier commands left running."""
        return set(descendants(self.spared)) if _HAS_PROC else set()

    def receive(self) -> tuple[tuple | None, int]:  # type: ignore[type-arg]
        """The next message and its descriptor, or -1; no message when the bot is gone."""
        output = -1
        try:
            size, ancillary, _, _ = self.control.recvmsg(4, _socket.CMSG_SPACE(4))
            for level, kind, value in ancillary:
                if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                    output = int.from_bytes(value[:4], sys.byteorder)
                    os.set_inheritable(output, False)
            size = self.whole(size, 4)
            body = self.whole(b"", int.from_bytes(size, "big"))
        except (OSError, EOFError):
            return None, -1
        return marshal.loads(body), output  # noqa: S302 - from the bot, over its own socket

    def whole(self, data: bytes, size: int) -> bytes:
        while len(data) < size:
            more = self.control.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def send(self, message: tuple[str | int | None, ...]) -> None:
        body = marshal.dumps(message)
        try:  # noqa: SIM105 - contextlib costs start-up time
            self.control.sendall(len(body).to_bytes(4, "big") + body)
        except OSError:  # the bot is gone, and the next receive() finds that
            pass


def spawn(argv: list[bytes], environment: dict[bytes, bytes], output: int) -> int:
    """Starts the command in a session of its own, away from any terminal, with nothing to read and nothing open."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, b"/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, output, 2),
    ]
    return os.posix_spawnp(
        argv[0], argv, environment, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_DEFAULTS
    )


def send_signal(pid: int, number: int) -> None:
    """To one process below this one; its number cannot have passed to a stranger, since we have not taken it up."""
    try:  # noqa: SIM105 - contextlib costs start-up time
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):  # ended meanwhile, or another user's: end() gives up on it
        pass


def descendants(spared: dict[int, int]) -> dict[int, int]:
    """Every living process below this one, with its start time, but the spared ones and what is below those.

    Empty where there is no /proc.
    """
    try:
        found = {int(name): stat(int(name)) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208
    except OSError:
        return {}
    known = {pid: entry for pid, entry in found.items() if entry}
    below: dict[int, int] = {}
    here = os.getpid()
    for pid, (_, since, state) in known.items():
        above = pid
        for _ in range(len(known)):
            if above == here or above not in known or spared.get(above) == known[above][1]:
                break
            above = known[above][0]
        if above == here and pid != here and state not in (b"Z", b"X"):
            below[pid] = since
    return below


def stat(pid: int) -> tuple[int, int, bytes] | None:
    """(parent, start in clock ticks since boot, state), or None."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
            text = file.read()
    except OSError:
        return None
    # The name stands in brackets and may itself hold brackets and spaces.
    fields = text[text.rindex(b")") + 2 :].split()
    return int(fields[1]), int(fields[19]), fields[0]


def _become_subreaper() -> None:
    if sys.platform != "linux":
        return
    import ctypes

    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        os._exit(1)


if __name__ == "__main__":
    main()
