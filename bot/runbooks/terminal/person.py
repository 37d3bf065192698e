"""Whoever sits at the terminal, if anybody does: asked a line at a time."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_LONGEST_LINE = 16 * 1024
_PATIENCE = 7 * 86400.0  # seconds


class Person:
    """Questions go to standard error, which a pipe does not take along.

    `wants_out`: whether the process was told to end, by Ctrl-C or a polite kill, since `interrupt` handles these.
    """

    def __init__(self) -> None:
        self.wants_out = False
        self._asked = False

    @property
    def present(self) -> bool:
        return sys.stdin.isatty()

    def interrupt(self) -> None:
        """To be called by a signal's handler. A question that waits for its answer ends with KeyboardInterrupt."""
        self.wants_out = True
        if self._asked:
            raise KeyboardInterrupt

    def ask(self, question: str, within: float = _PATIENCE) -> str | None:
        """The line that was typed; None when the input is at its end or `within` seconds are over.

        Raises KeyboardInterrupt when the process is told to end meanwhile, or was told before.
        """
        self._asked = True
        try:
            if self.wants_out:
                raise KeyboardInterrupt
            self.tell(question, end="")
            line = _line(within)
        finally:
            self._asked = False
        return line.removesuffix("\n") if line else None

    def choose(self, question: str, choices: Mapping[str, str], within: float = _PATIENCE) -> str | None:
        """The key of what was chosen, asked until one fits; None and KeyboardInterrupt as above."""
        listed = ", ".join(f"[{key}] {words}" for key, words in choices.items())
        until = time.monotonic() + within
        self.tell(question)
        while (typed := self.ask(f"{listed}: ", max(until - time.monotonic(), 0))) is not None:
            if (key := typed.strip().casefold()) in choices:
                return key
        return None

    def tell(self, text: str, end: str = "\n") -> None:
        sys.stderr.write(text + end)
        sys.stderr.flush()


def _line(within: float) -> str | None:
    """What is typed within so many seconds; None when nothing is, and an empty text at the end of the input."""
    terminal, until = sys.stdin.fileno(), time.monotonic() + within
    with _signals_heard() as signals:
        while ready := select.select([terminal, signals], [], [], max(until - time.monotonic(), 0))[0]:
            if signals in ready:  # its handler has run by now; who did not mean us lets us wait on
                os.read(signals, 512)
            if terminal in ready:
                # Not sys.stdin's own reading: it would take in more than a line, where no select sees it.
                return os.read(terminal, _LONGEST_LINE).decode(errors="surrogateescape")
    return None


@contextmanager
def _signals_heard() -> Iterator[int]:
    """A file that can be read after a signal: one that comes just before a wait begins would not end it otherwise."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
