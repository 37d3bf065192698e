"""The processes below another: found, and told apart from a stranger that got the same number. Needs /proc.

As all that the supervisor is made of, this imports nothing but what is built in: start-up time is part of every run.
"""

from __future__ import annotations

import os

HAS_PROC = os.access("/proc/self/stat", os.R_OK)  # Linux has
DEAD = (b"Z", b"X")  # states of what has ended and was not taken up


def descendants(top: int, session: tuple[int, int] | None = None) -> dict[int, int]:
    """Every living process below `top`, with its start time.

    Also those of a session, given by its leader and when that one started: where processes come and go faster than they
    can be looked at, what is below what cannot be told. Empty where there is no /proc.
    """
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - pathlib costs start-up time
    except OSError:
        return {}
    leader, leader_since = session or (0, 0)
    living: dict[int, int] = {}
    members: dict[int, int] = {}
    below: dict[int, list[tuple[int, int, bytes]]] = {}
    for name in names:
        if not name.isdigit() or not (found := stat(int(name))):
            continue
        pid, (parent, since, state, led_by) = int(name), found
        below.setdefault(parent, []).append((pid, since, state))
        if led_by == leader and state not in DEAD:
            members[pid] = since
        if pid == leader and since != leader_since:
            leader = -1  # the number passed to a stranger, and this is his session
    if leader > 0:
        living.update(members)
    above = [top]
    while above:
        for pid, since, state in below.get(above.pop(), ()):
            above.append(pid)
            if state not in DEAD:
                living[pid] = since
    return living


def processor_time(pid: int) -> float:
    """Seconds that a process has used, its children not among them; 0 of one that is gone."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def tasks() -> int:
    """How many processes and threads this machine runs, of all users; 0 where that cannot be read."""
    try:
        with open("/proc/loadavg", "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
            return int(file.read().split()[3].split(b"/")[1])
    except OSError:
        return 0


def stat(pid: int) -> tuple[int, int, bytes, int] | None:
    """(parent, start, state, session), or None."""
    fields = _fields(pid)
    if not fields:
        return None
    # A process whose first thread ended before the others looks dead, and is not.
    state = b"R" if fields[0] == b"Z" and int(fields[17]) > 1 else fields[0]
    return int(fields[1]), int(fields[19]), state, int(fields[3])


def _fields(pid: int) -> list[bytes]:
    """What /proc/PID/stat says after the name, which stands in brackets and may itself hold brackets and spaces."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
            text = file.read()
    except OSError:
        return []
    return text[text.rindex(b")") + 2 :].split(None, 20)
