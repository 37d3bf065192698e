"""A process of its own that starts a run's commands one after the other, and ends what is left of an unfinished one.

The bot starts it as isolated Python (`-I -S`) with the run's folder and environment, and talks to it over its standard
input, a socket. When the bot ends, however it ends, that socket closes: the supervisor then ends the command under way
and itself. Being a subreaper, it inherits every orphan of its commands, so no `setsid` or double fork escapes it.

A command runs as the same user and may kill its supervisor, or stop it. So above it there is a guard, a copy of itself
that only waits: when the supervisor ends otherwise than it should, or stands still, the guard ends it and all below it.
The guard has the socket too, so that the bot hears that the supervisor is lost when nothing is left of the command.

What a finished command left running is a daemon, and no part of what comes after it. As nobody could tell for sure
which orphan is whose, such a supervisor starts no further command: the bot lets it go, and the next command gets a new
one.

Limits are held in two places: what the kernel can hold of each process is set in `spawn`; here it is counted how many
processes a command has, and seen to that none goes on after its processor time is up and it was told so. Where there is
no /proc, which is everywhere but on Linux, those two are not held, there is no guard, and of what an unfinished command
started only what stayed in its process group is ended.

Nothing is imported but what is built in or a bare extension: start-up time is part of every run.

Messages, each a length and a marshalled tuple:
    to here    ("start", argv, environment, limits) with the output's descriptor · ("end",)
               ("swallow",) with the end of an output where a daemon may still print
    from here  ("started", pid, start time), unless it ends at once · ("refused", errno)
               ("ended", wait status) · ("left", …), and it left a daemon · ("cut", …) · ("crowded", …) · ("spent", …)
               ("stuck", …)
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import select
import sys
import time

from bot.runbooks.processes.command_tree import CommandTree
from bot.runbooks.processes.process_tree import processor_time, stat, tasks
from bot.runbooks.processes.spawn import Limits, release, soft_limits, spawn, swallow

# A command that ends sooner is neither looked at nor worth a line in the journal: its end is there before anyone asks.
_LOOK = 0.05
# Its processes are counted so often, and at any look at which the machine runs many more than before. Counting reads
# all that the machine runs: at least so many times as long as it took is waited before the next.
_COUNT_EVERY, _COUNT_SHARE = 1.0, 20
_WARNED = 1.0  # seconds of processor time that a program has after SIGXCPU
# What a command leaves behind is a daemon when it does not grow in so many looks, out of so many at most.
_SETTLED, _SETTLING = 5, 50
_NOBODY_WAITS = 600.0  # seconds after KILL until it gives up when the bot is gone
_PR_SET_CHILD_SUBREAPER = 36

Ending = tuple[str, int | None]
"""A message that a command is over: how, and its wait status."""


def main() -> None:
    for held in sys.argv[2:]:  # ours to keep open, and no command's
        os.set_inheritable(int(held), False)
    control = _socket.socket(fileno=os.dup(0))
    os.set_inheritable(control.fileno(), False)
    control.setblocking(True)
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    _signal.signal(_signal.SIGXCPU, lambda *_: None)  # for the moment in which a command's limits are ours
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        # Only the bot ends a run, by the socket: a signal to everything must not cut the TERM and its grace short.
        _signal.signal(number, _signal.SIG_IGN)
    if sys.platform == "linux":
        _leave_a_guard()
    Supervisor(control).serve()
    os._exit(0)


def _leave_a_guard() -> None:
    """Goes on in a child, in a session of its own; this process guards it to the end. Both are subreapers."""
    import ctypes

    become = ctypes.CDLL(None).prctl
    if become(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        os._exit(1)
    if supervisor := os.fork():
        _guard(supervisor)
    os.setsid()
    if become(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        os._exit(1)


def _guard(supervisor: int) -> None:
    """Ends this process when the supervisor has ended; before that all below it, when that was not as it should be."""
    _, status = os.waitpid(supervisor, os.WUNTRACED)
    if status == 0:
        os._exit(0)
    if os.WIFSTOPPED(status):
        os.kill(supervisor, _signal.SIGKILL)
    CommandTree().end()
    os._exit(1)


class Supervisor:
    def __init__(self, control: _socket.socket) -> None:
        self.control = control
        # The command under way, and what it may use.
        self.tree = CommandTree()
        self.processor, self.most = 0.0, 0
        self.held: dict[int, int] = {}
        # When its processes were last counted, how long that took, and what the machine ran then.
        self.counted, self.cost, self.running = 0.0, 0.0, 0
        self.turn = _Turn()
        self.anything = select.poll()
        self.anything.register(control.fileno(), select.POLLIN)
        self.anything.register(self.tree.wake, select.POLLIN)

    def serve(self) -> None:
        while True:
            message, descriptor = self.receive()
            if message is None:
                return
            if message[0] == "start":
                self.run(message[1], message[2], message[3], descriptor)
            if message[0] == "swallow":
                try:  # noqa: SIM105 - contextlib costs start-up time
                    swallow(descriptor)
                except OSError:  # nothing to do it with: the daemon then finds its output closed
                    pass

    def run(self, argv: list[bytes], environment: dict[bytes, bytes], limits: Limits, output: int) -> None:
        try:
            self.held = soft_limits(limits)
            pid = spawn(argv, environment, output, self.held)
        except OSError as wrong:
            self.send(("refused", wrong.errno))
            return
        finally:
            os.close(output)
        found = stat(pid)
        self.tree.begin(pid, found[1] if found else 0)
        self.processor, _, self.most, _ = limits
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
            left = self.tree.reap()
            if self.tree.status is not None:
                break
            if self.control.fileno() in ready:
                message, _ = self.receive()
                if message is None:
                    self.tree.end(give_up=_NOBODY_WAITS)
                    return None
                if message[0] == "end":
                    return self.over("cut", self.tree.end())
            if time.monotonic() - began < _LOOK:
                continue
            if not told:
                told = True
                self.send(("started", self.tree.pid, self.tree.since))
            if over := self.look():
                return over
        if left and self.multiplies():
            return self.end_crowd()
        if left and self.tree.reap():
            self.release()
            return "left", self.tree.status
        return "ended", self.tree.status

    def over(self, why: str, how: str) -> Ending:
        """What to tell of a command that was ended for this reason, in this way."""
        return why if how == "cut" else how, self.tree.status

    def look(self) -> Ending | None:
        """Ends the command when it has used more than it may, as far as it is time to look."""
        now = time.monotonic()
        passed = now - self.counted
        if passed < self.cost * _COUNT_SHARE or (passed < _COUNT_EVERY and not self.is_crowded()):
            return None
        found = self.found_in_turn()
        if len(found) > self.most:
            return self.end_crowd()
        if any(processor_time(pid) > self.processor + _WARNED for pid in found):
            return self.over("spent", self.tree.end())
        self.counted, self.running = time.monotonic(), tasks()
        self.cost = self.counted - now
        return None

    def is_crowded(self) -> bool:
        """Whether the machine runs so many more than before that this command may be why."""
        return tasks() - self.running > self.most

    def found_in_turn(self) -> dict[int, int]:
        # Not always first: that would make every command a little slower.
        self.turn.go_first(self.is_crowded())
        return self.tree.found()

    def multiplies(self) -> bool:
        """Whether what the command left is no daemon: it goes on to grow until it is more than may be."""
        before = grown = 0
        for look in range(_SETTLING):
            there = len(self.found_in_turn())
            if there > self.most:
                return True
            if there > before:
                before, grown = there, look
            # Of what multiplies and dies fast, only the machine as a whole may show how many there are.
            if look - grown >= _SETTLED and not self.is_crowded():
                return False
            self.tree.pause()
            if not self.tree.reap():
                return False
        return False

    def end_crowd(self) -> Ending:
        self.turn.go_first(True)
        how = self.tree.end_crowd()
        return "stuck" if how == "stuck" else "crowded", self.tree.status

    def release(self) -> None:
        """What the command left is a daemon from now on: its limits were the command's, and go."""
        released: dict[int, int] = {}
        for _ in range(_SETTLED):  # what it starts meanwhile may have been missed, and still have them
            fresh = self.tree.found().items() - released.items()
            for pid, _ in fresh:
                release(pid, self.held)
            released.update(fresh)
            if not fresh:
                return

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
