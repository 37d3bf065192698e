"""The workspace's clock: real time, plus whatever a test has moved it on by."""

from __future__ import annotations

import time


class Clock:
    """`now()` is seconds since 1970. `advance()` lets trigger ids, response URLs, tickets and rate limits age."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
