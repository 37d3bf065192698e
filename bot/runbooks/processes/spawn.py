"""Starting one command: in a session of its own, with nothing to read and nothing open, and within limits.

What the kernel can hold of each process, it holds: processor time, memory, the size of files, and no core. posix_spawn
knows no limits, and a fork of this interpreter that sets them takes as long as a short command. So the supervisor takes
them on as its own for the moment in which the command starts, and the command and its children never were without.

They are soft: a program that means to can raise its own. Hard ones could not be taken back from a daemon that a command
was there to start, without a right that few bots have, and it would die of its first minute of work.

As all that the supervisor is made of, this imports nothing but what is built in or a bare extension.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import resource

from bot.runbooks.processes.process_tree import tasks

# A second belt against a fork bomb, wide enough for programs of many threads: the kernel counts those, and all of the
# user's. Tasks for each process allowed, and at least.
_TASKS_EACH, _TASKS_LEAST = 16, 1024
# What the supervisor itself may need while it starts a command: less memory than this is not held.
_LEAST_MEMORY = 32 * 1024**2
_MOST = 2**62  # what fits into a limit

# Python ignores the first two, the supervisor the others, and all would be inherited.
_DEFAULTS = (_signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)

Limits = tuple[float, int, int, int]
"""Seconds of processor time and bytes of memory a process, processes, bytes a file: bot.model.Limits in its order."""


def soft_limits(limits: Limits) -> dict[int, int]:
    """What the kernel is to hold of each process, never above what holds already."""
    processor, memory, processes, file = limits
    wanted = {
        resource.RLIMIT_CPU: max(int(-(-processor // 1)), 1),
        # Not the address space: Go, Java and Node reserve many times what they use. This counts what is private and
        # writable, on Linux since 4.7; macOS holds it for little of that. Memory that processes share is not counted.
        resource.RLIMIT_DATA: max(memory, _LEAST_MEMORY),
        resource.RLIMIT_FSIZE: file,
        resource.RLIMIT_CORE: 0,
    }
    if os.getuid() and (running := tasks()):  # the kernel holds root to no number
        wanted[resource.RLIMIT_NPROC] = running + max(processes * _TASKS_EACH, _TASKS_LEAST)
    for which, soft in wanted.items():
        top = resource.getrlimit(which)[1]
        wanted[which] = min(soft, _MOST) if top == resource.RLIM_INFINITY else min(soft, top)
    return wanted


def spawn(argv: list[bytes], environment: dict[bytes, bytes], output: int, limits: dict[int, int]) -> int:
    """Starts the command with its output at the descriptor `output`; its process.

    Raises OSError when it cannot be started.
    """
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, b"/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, output, 2),
    ]
    own = {which: resource.getrlimit(which) for which in limits}
    try:
        for which, soft in limits.items():
            resource.setrlimit(which, (soft, own[which][1]))
        return os.posix_spawnp(
            argv[0], argv, environment, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_DEFAULTS
        )
    finally:
        for which, pair in own.items():
            resource.setrlimit(which, pair)


def swallow(output: int) -> None:
    """Reads what is printed at the other end of `output` and throws it away, for as long as anyone can print there.

    In a process of its own, which nobody waits for: a daemon whose output nobody holds would die of its next line. It
    ignores the signals that the supervisor ignores, so that what prints there ends first when all are told to.
    """
    os.posix_spawnp("cat", ["cat"], {}, file_actions=[(os.POSIX_SPAWN_DUP2, output, 0)], setsid=True)


def release(pid: int, limits: dict[int, int]) -> None:
    """Gives a process this one's own limits in place of these, where it still has them. On Linux only."""
    if not hasattr(resource, "prlimit"):
        return
    for which, soft in limits.items():
        try:
            theirs, top = resource.prlimit(pid, which)
            if theirs == soft:
                resource.prlimit(pid, which, (resource.getrlimit(which)[0], top))
        except (PermissionError, ProcessLookupError, ValueError):  # another user's, gone, or held to less by itself
            continue
