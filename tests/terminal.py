"""`app.py` in a terminal of its own, and a person in front of it: types, and reads what stands there."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.nursery import Nursery

_PATIENCE = 60.0  # seconds; a machine may be busy
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    """`seen`: all that was ever written, without colours and cursor movements."""

    def __init__(
        self, nursery: Nursery, argv: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "RUNBOOKS_DIR": "runbooks", **(environ or {})}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw = ""
        self._read_to = 0
        self._screen, inside = os.openpty()
        # Wide enough for every line of a test.
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self._process = nursery.start(argv, folder, environment, streams=(inside, inside, inside), terminal=True)
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._screen)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def seen(self) -> str:
        return _ESCAPES.sub("", self._raw).replace("\r\n", "\n")

    def sees(self, text: str) -> None:
        """Waits until the text stands there, after what was seen before."""
        deadline = time.monotonic() + _PATIENCE
        while (at := self.seen.find(text, self._read_to)) < 0:
            if time.monotonic() > deadline or not self._take():
                raise AssertionError(f"{text!r} was not seen; after what was seen before stands:\n{self._rest()}")
        self._read_to = at + len(text)

    def sees_file(self, file: Path) -> None:
        """Waits until a step has written the file, and reads meanwhile, so that the program is not held up."""
        deadline = time.monotonic() + _PATIENCE
        while not (file.exists() and file.stat().st_size):
            if time.monotonic() > deadline or not self._take():
                raise AssertionError(f"{file.name} was not written; at the end stands:\n{self._rest()}")

    def types(self, text: str) -> None:
        """`\\x03` is Ctrl-C, `\\x04` the end of the input."""
        os.write(self._screen, text.encode())

    def ends(self) -> int:
        """Waits for the end, and gives the exit status."""
        deadline = time.monotonic() + _PATIENCE
        while self._take():
            assert time.monotonic() < deadline, f"it has not ended; at the end stands:\n{self._rest()}"
        return self._process.wait(_PATIENCE)

    def _rest(self) -> str:
        return self.seen[self._read_to :][-3000:]

    def _take(self) -> bool:
        """Reads what comes within a moment; False at the end."""
        if not select.select([self._screen], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self._screen, 64 * 1024)
        except OSError:  # Linux's word for a terminal whose program has ended
            return False
        self._raw += self._decoder.decode(data)
        return bool(data)
