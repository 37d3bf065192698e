"""Where it is kept what became of an alert: a line in the log, the result file, and the summary of a GitHub job."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.errors import InputError
from bot.handle.incident import Incident
from bot.handle.markdown import markdown


class Records:
    """Opened before anything is done about an alert: what is done and cannot be written down is lost."""

    def __init__(self, log: Path | None, result: Path | None, summary: Path | None) -> None:
        """None: that one is not kept. Raises InputError with what cannot be written, and how to mend it."""
        self._log, self._result, self._summary = log, result, summary
        self._lost: list[str] = []
        problems = []
        for option, path in (("--log", log), ("--result", result), ("GITHUB_STEP_SUMMARY", summary)):
            try:
                if path is not None:
                    _try(path, keep=path is not result)
            except OSError as wrong:
                problems.append(f"{option}: {path} cannot be written: {wrong.strerror}; name another file")
        if problems:
            raise InputError(*problems)

    @property
    def kept(self) -> bool:
        """Whether all of it could be written down."""
        return not self._lost

    def told(self) -> list[str]:
        """Where it stands, and what could not be written, in words."""
        places = [str(path) for path in (self._log, self._result) if path is not None]
        where = [f"\nRecorded in {' and '.join(places)}"] if places and self.kept else []
        return where + [f"\nNot recorded: {problem}" for problem in self._lost]

    def add(self, incident: Incident) -> None:
        """To the log, at once and whole, and to the summary."""
        with self._noting(self._log):
            if self._log is not None:
                append_line(self._log, json.dumps(incident.line(), ensure_ascii=False))
        with self._noting(self._summary):
            if self._summary is not None:
                append_line(self._summary, markdown(incident))

    def finish(self, incidents: Sequence[Incident]) -> None:
        """The result file: an object, or a list of them where the alerts' file held several."""
        told = [each.in_full() for each in incidents]
        text = json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False, indent=2) + "\n"
        with self._noting(self._result):
            if self._result is not None:
                _replace(self._result, text)

    @contextmanager
    def _noting(self, path: Path | None) -> Iterator[None]:
        """By now something was done: that it cannot be written down ends nothing, and is said."""
        try:
            yield
        except OSError as wrong:
            self._lost.append(f"{path} cannot be written: {wrong.strerror}")


def append_line(path: Path, line: str) -> None:
    """One line more, whole, whoever else appends at the same time; after half a line of one that died, on a new one."""
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 1, 0))
        whole = file.read(1) in {b"", b"\n"}
        file.write(f"{'' if whole else chr(10)}{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    """Whoever reads it meanwhile sees the old one or the new one, and never half of it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        try:
            file.write(text)
            file.flush()
            Path(file.name).chmod(0o644)  # others read it: the next step of a job, a collector
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _try(path: Path, *, keep: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if keep:
        path.open("ab").close()
    elif path.is_dir():
        raise IsADirectoryError(21, "Is a directory")
    else:
        tempfile.TemporaryFile(dir=path.parent).close()
