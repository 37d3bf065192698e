"""Starting one command: in a session of its own, with nothing to read and nothing open, and within limits.

Processor time, memory and file size are the kernel's to hold, of each process. posix_spawn knows no limits, and a fork
of this interpreter that sets them takes longer than a short command. So the supervisor takes them on as its own soft
limits for the moment in which the command starts, which then was never without them; and the hard ones, that it cannot
undo, it is given from here before it has loaded its libraries. Those are for Linux, and for what we may touch: a sudo
that a bot other than root starts keeps the soft ones only.

As all that the supervisor is made of, this imports nothing but what is built in or a bare extension.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import resource

from bot.runbooks.process_tree import tasks

# A second belt against a fork bomb, wide enough for programs of many threads: the kernel counts those, and all of the
# user's. Tasks for each process allowed, and at least.
_TASKS_EACH, _TASKS_LEAST = 16, 1024
_OWN_MEMORY = 32 * 1024**2  # what the supervisor itself may need while it starts a command
_MOST = 2**62  # what fits into a limit

# Python ignores the first two, the supervisor the others, and all would be inherited.
_DEFAULTS = (_signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)

Limits = tuple[float, int, int, int]
"""Seconds of processor time and bytes of memory a process, processes, bytes a file: bot.model.Limits in its order."""
Rlimits = dict[int, tuple[int, int]]
"""Which → soft and hard, as setrlimit takes them."""


def rlimits(limits: Limits) -> Rlimits:
    """What the kernel is to hold of each process, never above what holds already."""
    processor, memory, processes, file = limits
    seconds = max(int(-(-processor // 1)), 1)
    wanted = {
        resource.RLIMIT_CPU: (seconds, seconds + 1),  # SIGXCPU at the first, SIGKILL at the second
        # Not the address space: Go, Java and Node reserve many times what they use. This counts what is private and
        # writable, on Linux since 4.7; macOS holds it for little of that. Memory that processes share is not counted.
        resource.RLIMIT_DATA: (memory, memory),
        resource.RLIMIT_FSIZE: (file, file),
        resource.RLIMIT_CORE: (0, 0),
    }
    if os.getuid() and (running := tasks()):  # the kernel holds root to no number
        most = running + max(processes * _TASKS_EACH, _TASKS_LEAST)
        wanted[resource.RLIMIT_NPROC] = (most, most)
    for which, (soft, hard) in wanted.items():
        top = resource.getrlimit(which)[1]
        top = _MOST if top == resource.RLIM_INFINITY else min(top, _MOST)
        wanted[which] = (min(soft, top), min(hard, top))
    return wanted


def spawn(argv: list[bytes], environment: dict[bytes, bytes], output: int, limits: Limits) -> int:
    """Starts the command with its output at the descriptor `output`; its process.

    Raises OSError when it cannot be started.
    """
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, b"/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, output, 2),
    ]
    held = rlimits(limits)
    own = {which: resource.getrlimit(which) for which in held}
    try:
        for which, (soft, _) in held.items():
            if which != resource.RLIMIT_DATA or soft >= _OWN_MEMORY:
                resource.setrlimit(which, (soft, own[which][1]))
        pid = os.posix_spawnp(
            argv[0], argv, environment, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_DEFAULTS
        )
    finally:
        for which, pair in own.items():
            resource.setrlimit(which, pair)
    hold(pid, held)
    return pid


def hold(pid: int, limits: Rlimits) -> None:
    """Sets the limits of a process where that can be done and we may: soft and hard."""
    if not hasattr(resource, "prlimit"):  # but on Linux
        return
    for which, pair in limits.items():
        try:
            resource.prlimit(pid, which, pair)
        except (PermissionError, ProcessLookupError):
            return


def own_limits() -> Rlimits:
    """This process's own limits of the kinds that a command is given."""
    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    return {which: resource.getrlimit(which) for which in kinds}
