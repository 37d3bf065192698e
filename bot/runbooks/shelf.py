"""The runbooks as they stand on disk now: read again when a file of the folder has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from bot.clock import utc_now
from bot.runbooks.load import Library, load_folder
from bot.team import Team


class Shelf:
    def __init__(self, folder: Path, team: Callable[[], Team] | None = None) -> None:
        """`team` gives the team as it is now: its roles, and what it lets run unattended. Without it they are not
        judged."""
        self.folder = folder
        self._team = team
        self._lock = threading.Lock()
        self._seen: object = None
        self._library: Library | None = None

    def library(self) -> Library:
        """Every runbook that can be used, and what is wrong with the others."""
        with self._lock:
            team = self._team() if self._team else None
            now = (self._state(), team.authority if team else None, utc_now().date())
            if self._library is None or now != self._seen:
                roles = frozenset(team.roles) if team else None
                unattended = team.unattended if team else None
                self._library = load_folder(self.folder, roles, unattended=unattended, today=now[2])
                self._seen = now
            return self._library

    def _state(self) -> object:
        files = sorted(self.folder.rglob("*")) if self.folder.is_dir() else []
        return tuple(
            (str(file), stat.st_mtime_ns, stat.st_size, stat.st_mode) for file in files for stat in [file.lstat()]
        )
