"""Ending what a test has left running, and nobody else: a number may have passed to a stranger in the meantime."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def end_survivors(pids: Iterable[int], root: Path) -> None:
    """Those of these processes that work below `root`, or were started with it in their arguments or environment."""
    for pid in pids:
        with suppress(OSError):  # it has ended
            if _is_of(pid, root):
                os.kill(pid, signal.SIGKILL)


def _is_of(pid: int, root: Path) -> bool:
    if not Path("/proc/self").exists():  # nothing better is known there
        return True
    process, mark = Path(f"/proc/{pid}"), str(root)
    told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
    return str((process / "cwd").readlink()).startswith(mark) or mark.encode() in told
