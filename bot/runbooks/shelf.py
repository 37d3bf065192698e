"""The runbooks as they stand on disk now: read again when a file of the folder has changed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from bot.clock import utc_now
from bot.runbooks.load import Library, load_folder
from bot.team import Team

log = structlog.get_logger()

_LATE = 1.0  # seconds


class Shelf:
    def __init__(self, folder: Path, team: Callable[[], Team] | None = None) -> None:
        """`team` gives the team as it is now: its roles, and what it lets run unattended. Without it they are not
        judged."""
        self.folder = folder
        self._team = team
        self._lock = threading.Lock()
        self._seen: object = None
        self._looked_at = 0.0
        self._library: Library | None = None

    def library(self) -> Library:
        """Every runbook that can be used, and what is wrong with the others."""
        with self._lock:
            team = self._team() if self._team else None
            self._looked_at = time.monotonic()
            now = (self._state(), team.authority if team else None, utc_now().date())
            if self._library is None or now != self._seen:
                before = self._library.broken if self._library else ()
                self._library = self._load(team, compare=False)
                self._seen = now
                for problem in self._library.problems:
                    if problem.level == "error" and problem.file not in before:
                        log.warning("a runbook cannot be used", problem=str(problem))
            return self._library

    def library_of_late(self) -> Library:
        """The same, as it was looked at within the last second: for when alerts come faster than files change."""
        with self._lock:
            known, age = self._library, time.monotonic() - self._looked_at
        return known if known is not None and age < _LATE else self.library()

    def read_ahead(self) -> None:
        """Begins to read the files now, so that the first alert need not wait for them."""
        threading.Thread(target=self.library, name="shelf", daemon=True).start()

    def lint(self) -> Library:
        """The same with all that can be said of it, also what shows only when they are compared with each other."""
        return self._load(self._team() if self._team else None, compare=True)

    def _load(self, team: Team | None, *, compare: bool) -> Library:
        roles = frozenset(team.roles) if team else None
        unattended = team.unattended if team else None
        return load_folder(self.folder, roles, unattended=unattended, today=utc_now().date(), compare=compare)

    def _state(self) -> object:
        return dict(_entries(str(self.folder))) if self.folder.is_dir() else {}


def _entries(folder: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """What tells whether a file has changed, for all below the folder. Asked at every alert, so it must be quick."""
    with os.scandir(folder) as found:
        for entry in found:
            stat = entry.stat(follow_symlinks=False)
            yield entry.path, (stat.st_mtime_ns, stat.st_size, stat.st_mode)
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(entry.path)
