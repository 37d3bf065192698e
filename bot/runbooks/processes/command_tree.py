"""A command and all that came of it: taken up when it ends, and ended together (RUNBOOKS.md, rule 7).

It is all that is below this process, which has to be a subreaper and to start nothing else: no `setsid` and no double
fork escapes. Where there is no /proc, which is everywhere but on Linux, only the command's process group is ended.

As all that the supervisor is made of, this imports nothing but what is built in or a bare extension.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import select
import time

from bot.runbooks.processes.process_tree import HAS_PROC, descendants

GRACE = 5.0  # seconds between TERM and KILL (RUNBOOKS.md, rule 7)
GIVE_UP = 10.0  # seconds after KILL: a process of another user, or one that the kernel holds
_SCAN_EVERY = 0.02


class CommandTree:
    def __init__(self) -> None:
        # The command itself, when it started, and how it ended once it has.
        self.pid, self.since = 0, 0
        self.status: int | None = None
        self.wake, waker = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(waker, False)
        _signal.signal(_signal.SIGCHLD, lambda *_: None)
        _signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self.children = select.poll()
        self.children.register(self.wake, select.POLLIN)

    def begin(self, pid: int, since: int) -> None:
        self.pid, self.since, self.status = pid, since, None

    def found(self) -> dict[int, int]:
        """The living with their start times, as far as one look at processes that come and go can find them."""
        return descendants(os.getpid(), (self.pid, self.since))

    def reap(self) -> bool:
        """Takes up all that ended. Whether anything is left; that is exact, since every orphan comes to us."""
        try:
            while os.read(self.wake, 4096):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                ended, how = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if ended == 0:
                return True
            if ended == self.pid:
                self.status = how

    def pause(self) -> None:
        """For a moment, or until something has ended."""
        self.children.poll(_SCAN_EVERY * 1000)

    def end(self, grace: float = GRACE, give_up: float = GIVE_UP) -> str:
        """TERM, a grace, KILL. "cut" when that was still needed, else "ended"; "stuck" when it did not help."""
        began = time.monotonic()
        killing = 0.0
        told: set[int] = set()
        while self.reap():
            now = time.monotonic()
            if killing and now - killing > give_up:  # from the first KILL on: a busy machine may be late with it
                return "stuck"
            if not killing and now - began >= grace:
                killing = now
            tree = set(self.found())
            if not HAS_PROC and self.pid and self.status is None:
                tree.add(-self.pid)
            for member in sorted(tree):
                if killing:
                    send_signal(member, _signal.SIGKILL)
                elif member not in told:  # those too that it has started since
                    send_signal(member, _signal.SIGTERM)
            told |= tree
            self.pause()
        return "cut" if told else "ended"

    def end_crowd(self) -> str:
        """KILL at once, for what multiplies.

        Most of it is one process group, which goes in one stroke. The others are stopped before they are killed: where
        one is killed, another would take its place before all are found.
        """
        if self.status is None:  # then its number is surely still its own
            send_signal(-self.pid, _signal.SIGKILL)
        began = time.monotonic()
        stopped: dict[int, int] = {}
        while (fresh := self.found().items() - stopped.items()) and time.monotonic() - began < GIVE_UP:
            for pid, _ in fresh:
                send_signal(pid, _signal.SIGSTOP)
            stopped.update(fresh)
        return self.end(0.0)


def send_signal(pid: int, number: int) -> None:
    """To one process below this one; its number cannot have passed to a stranger, since we have not taken it up."""
    try:  # noqa: SIM105 - contextlib costs start-up time
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):  # ended meanwhile, or another user's: end() gives up on it
        pass
