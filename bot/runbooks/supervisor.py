"""A process of its own that starts a run's commands one after the other, and ends what is left of an unfinished one.

The bot starts it as isolated Python (`-I -S`) with the run's folder and environment, and talks to it over its standard
input, a socket. When the bot ends, however it ends, that socket closes: the supervisor then ends the command under way
and itself. Being a subreaper, it inherits every orphan of its commands, so no `setsid` or double fork escapes it.

Limits are held in two places: what the kernel can hold of each process is set in `spawn`; here it is counted how many
processes a command has, and seen to that none goes on after its processor time is up and it was told so. Where there is
no /proc, which is everywhere but on Linux, those two are not held, and of what an unfinished command started only what
stayed in its process group is ended.

Nothing is imported but what is built in or a bare extension: start-up time is part of every run.

Messages, each a length and a marshalled tuple:
    to here    ("start", argv, environment, limits) with the output's descriptor · ("end",)
    from here  ("started", pid, start time), unless it ends at once · ("refused", errno)
               ("ended", wait status) · ("cut", …) · ("crowded", …) · ("spent", …) · ("stuck", …)
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import select
import sys
import time

from bot.runbooks.process_tree import HAS_PROC, descendants, processor_time, stat, tasks
from bot.runbooks.spawn import Limits, release, soft_limits, spawn

GRACE = 5.0  # seconds between TERM and KILL (RUNBOOKS.md, rule 7)
_GIVE_UP = 10.0  # seconds after KILL: a process of another user, or one that the kernel holds
_SCAN_EVERY = 0.02
# A command that ends sooner is neither looked at nor worth a line in the journal: its end is there before anyone asks.
_LOOK = 0.05
# Its processes are counted so often, and at any look at which the machine runs many more than before. Counting reads
# all that the machine runs: at least so many times as long as it took is waited before the next.
_COUNT_EVERY, _COUNT_SHARE = 1.0, 20
_WARNED = 1.0  # seconds of processor time that a program has after SIGXCPU
# What a command leaves behind is a daemon when it does not grow in so many looks, out of so many at most.
_SETTLED, _SETTLING = 5, 50
_PR_SET_CHILD_SUBREAPER = 36

Ending = tuple[str, int | None]
"""A message that a command is over: how, and its wait status."""


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
    _signal.signal(_signal.SIGXCPU, lambda *_: None)  # for the moment in which a command's limits are ours
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
        # The command under way, when it started, what it may use and how it ended once it has.
        self.pid, self.since = 0, 0
        self.processor, self.most = 0.0, 0
        self.held: dict[int, int] = {}
        self.status: int | None = None
        # When its processes were last counted, how long that took, and what the machine ran then.
        self.counted, self.cost, self.running = 0.0, 0.0, 0
        self.turn = _Turn()
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
                self.run(message[1], message[2], message[3], output)

    def run(self, argv: list[bytes], environment: dict[bytes, bytes], limits: Limits, output: int) -> None:
        try:
            self.held = soft_limits(limits)
            self.pid = spawn(argv, environment, output, self.held)
        except OSError as wrong:
            self.send(("refused", wrong.errno))
            return
        finally:
            os.close(output)
        found = stat(self.pid)
        self.since = found[1] if found else 0
        self.processor, _, self.most, _ = limits
        self.status = None
        ending = self.follow()
        self.turn.go_first(False)
        if ending is None:
            os._exit(0)
        self.send(ending)

    def follow(self) -> Ending | None:
        """How the command ended, or was ended; None when that was because the bot is gone."""
        told = False
        began = self.counted = time.monotonic()
        self.cost, self.running = 0.0, tasks()
        while True:
            ready = [number for number, _ in self.anything.poll(_LOOK * 1000)]
            self.reap()
            if self.status is not None:
                break
            if self.control.fileno() in ready:
                message, _ = self.receive()
                if message is None or message[0] == "end":
                    ending = self.end("cut", GRACE)
                    return ending if message else None
            if time.monotonic() - began < _LOOK:
                continue
            if not told:
                told = True
                self.send(("started", self.pid, self.since))
            if over := self.look():
                return over
        if not self.left_anything():
            self.spared = {}
        elif self.multiplies():
            return self.end_crowd()
        else:
            self.spare()
        return "ended", self.status

    def look(self) -> Ending | None:
        """Ends the command when it has used more than it may, as far as it is time to look."""
        now = time.monotonic()
        passed = now - self.counted
        if passed < self.cost * _COUNT_SHARE or (passed < _COUNT_EVERY and not self.is_crowded()):
            return None
        tree = self.tree_in_turn()
        if len(tree) > self.most:
            return self.end_crowd()
        if any(processor_time(pid) > self.processor + _WARNED for pid in tree):
            return self.end("spent", GRACE)
        self.counted, self.running = time.monotonic(), tasks()
        self.cost = self.counted - now
        return None

    def is_crowded(self) -> bool:
        """Whether the machine runs so many more than before that this command may be why."""
        return tasks() - self.running > self.most

    def tree_in_turn(self) -> dict[int, int]:
        # Not always first: that would make every command a little slower.
        self.turn.go_first(self.is_crowded())
        return self.tree()

    def multiplies(self) -> bool:
        """Whether what the command left is no daemon: it goes on to grow until it is more than may be."""
        before = grown = 0
        for look in range(_SETTLING):
            there = len(self.tree_in_turn())
            if there > self.most:
                return True
            if there > before:
                before, grown = there, look
            if there == 0 and self.spared:
                return False
            # Of what multiplies and dies fast, only the machine as a whole may show how many there are.
            if look - grown >= _SETTLED and not self.is_crowded():
                return False
            self.children.poll(_SCAN_EVERY * 1000)
            self.reap()
        return False

    def reap(self) -> None:
        """Takes up all that ended, and keeps what is told of the command when it is among them."""
        try:
            while os.read(self.wake, 4096):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                ended, how = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if ended == 0:
                return
            if ended == self.pid:
                self.status = how

    def left_anything(self) -> bool:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        return True

    def spare(self) -> None:
        """What the command left is a daemon from now on: its limits were the command's, and go."""
        before, self.spared = self.spared, descendants({}, (self.pid, self.since))
        for pid in self.spared.keys() - before.keys():
            release(pid, self.held)

    def end(self, how: str, grace: float) -> Ending:
        """TERM, a grace, KILL, for the whole tree of the command under way. `how` when that was still needed."""
        began = time.monotonic()
        told: set[int] = set()
        while True:
            tree = set(self.tree())
            if self.status is None:
                # A leader that ended before its threads looks dead, and is not.
                tree.add(self.pid if HAS_PROC else -self.pid)
            if not tree:
                return how if told else "ended", self.status
            passed = time.monotonic() - began
            if passed > grace + _GIVE_UP:
                return "stuck", self.status
            for member in sorted(tree):
                if passed >= grace:
                    send_signal(member, _signal.SIGKILL)
                elif member not in told:  # those too that it has started since
                    send_signal(member, _signal.SIGTERM)
            told |= tree
            self.children.poll(_SCAN_EVERY * 1000)
            self.reap()

    def end_crowd(self) -> Ending:
        """KILL at once, for what multiplies.

        Most of it is one process group, which goes in one stroke. The others are stopped before they are killed: where
        one is killed, another would take its place before all are found.
        """
        self.turn.go_first(True)
        if self.status is None:  # then its number is surely still its own
            send_signal(-self.pid, _signal.SIGKILL)
        began = time.monotonic()
        stopped: dict[int, int] = {}
        while (fresh := self.tree().items() - stopped.items()) and time.monotonic() - began < _GIVE_UP:
            for pid, _ in fresh:
                send_signal(pid, _signal.SIGSTOP)
            stopped.update(fresh)
        return self.end("crowded", 0.0)

    def tree(self) -> dict[int, int]:
        """All that came of the command under way, but not what earlier commands left running."""
        return descendants(self.spared, (self.pid, self.since))

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


def send_signal(pid: int, number: int) -> None:
    """To one process below this one; its number cannot have passed to a stranger, since we have not taken it up."""
    try:  # noqa: SIM105 - contextlib costs start-up time
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):  # ended meanwhile, or another user's: end() gives up on it
        pass


class _Turn:
    """Whether this process goes before all others: among thousands it would hardly get its turn. Only root may."""

    def __init__(self) -> None:
        self.first = False
        if sys.platform == "linux":
            self.usual = os.sched_getscheduler(0), os.sched_getparam(0)

    def go_first(self, first: bool) -> None:
        if first == self.first or sys.platform != "linux":
            return
        self.first = first
        try:  # noqa: SIM105 - contextlib costs start-up time
            os.sched_setscheduler(0, *((os.SCHED_FIFO, os.sched_param(1)) if first else self.usual))
        except PermissionError:
            pass


def _become_subreaper() -> None:
    if sys.platform != "linux":
        return
    import ctypes

    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        os._exit(1)
