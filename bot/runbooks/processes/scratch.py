"""The folder in which runs work: taken over from a bot that was killed only when nothing that it started goes on."""

from __future__ import annotations

import fcntl
import shutil
import time
from pathlib import Path

import structlog

log = structlog.get_logger()

# Longer than the supervisor of a killed bot takes: TERM, its grace of 5 s, KILL. What is killed then does nothing any
# more, even where the kernel cannot end it yet.
_PATIENCE = 15.0
_LOOK = 0.02


class Scratch:
    """`folder`, and `held`: a descriptor of a lock that belongs to whoever has it open. Every supervisor gets it."""

    def __init__(self, folder: Path, patience: float = _PATIENCE) -> None:
        """Waits until what a killed bot had under way is ended, so that nothing is started a second time beside it.

        Raises OSError when the folder cannot be made.
        """
        self.folder = folder
        self._lock = folder.with_name(folder.name + ".lock").open("a")
        self.held = self._lock.fileno()
        deadline = time.monotonic() + patience
        while not self._taken():
            if time.monotonic() >= deadline:
                log.warning("what the last bot had under way does not end", folder=str(folder))
                break
            time.sleep(_LOOK)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._lock.close()
