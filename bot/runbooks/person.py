"""Whoever sits at the terminal, if anybody does: asked a line at a time."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Mapping

ENDING = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C and a polite kill."""
_LONGEST_LINE = 16 * 1024
_PATIENCE = 7 * 86400.0  # seconds


class Person:
    """Questions go to standard error, which a pipe does not take along."""

    @property
    def present(self) -> bool:
        return sys.stdin.isatty()

    def ask(self, question: str, within: float = _PATIENCE) -> str | None:
        """The line that was typed; None when the input is at its end or `within` seconds are over.

        Raises KeyboardInterrupt when the process is told to end meanwhile.
        """
        self.tell(question, end="")
        before = [(each, signal.signal(each, signal.default_int_handler)) for each in ENDING]
        try:
            terminal = sys.stdin.fileno()
            if not select.select([terminal], [], [], within)[0]:
                return None
            # Not sys.stdin's own reading: it would take in more than a line, where no select sees it.
            line = os.read(terminal, _LONGEST_LINE).decode(errors="surrogateescape")
        finally:
            for each, handler in before:
                signal.signal(each, handler)
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
