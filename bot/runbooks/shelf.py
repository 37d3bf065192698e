"""The runbooks as they stand on disk now: read again when a file of the folder has changed."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path

from bot.clock import utc_now
from bot.runbooks.load import Library, load_folder


class Shelf:
    def __init__(
        self, folder: Path, roles: Collection[str] | None = None, unattended: Collection[str] | None = None
    ) -> None:
        """`roles` and `unattended` are the team's; without them they are not judged."""
        self.folder = folder
        self._roles = roles
        self._unattended = unattended
        self._lock = threading.Lock()
        self._seen: object = None
        self._library: Library | None = None

    def library(self) -> Library:
        """Every runbook that can be used, and what is wrong with the others."""
        with self._lock:
            now = self._state()
            if self._library is None or now != self._seen:
                self._library = load_folder(
                    self.folder, self._roles, unattended=self._unattended, today=utc_now().date()
                )
                self._seen = now
            return self._library

    def _state(self) -> object:
        files = sorted(self.folder.rglob("*")) if self.folder.is_dir() else []
        return tuple(
            (str(file), stat.st_mtime_ns, stat.st_size, stat.st_mode) for file in files for stat in [file.lstat()]
        )
