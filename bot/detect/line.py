"""One line of a log that is looked at closely. What is read of it is read when it is first asked for."""

from __future__ import annotations

import re
from functools import cached_property

from bot.detect.levels import level_of, service_of
from bot.detect.moments import Moment, Moments
from bot.detect.rules import Level

_CLOCK = re.compile(rb"\d\d:\d\d|(?:^|=)1\d{9}")
_HEAD = 100


def has_time(line: bytes) -> bool:
    """Whether it seems to have a time of its own; a line of a stack trace has none."""
    return line.startswith(b"{") or _CLOCK.search(line, 0, _HEAD) is not None


class Line:
    """`number` counts from 1. `before`: a line with a time before it, whose time is taken when it has none."""

    def __init__(self, number: int, text: bytes, lowered: bytes, moments: Moments, before: Line | None) -> None:
        self.number, self.text, self.lowered = number, text, lowered
        self._moments = moments
        self.has_time = has_time(text)
        self._before = None if self.has_time else before

    @cached_property
    def level(self) -> Level | None:
        return level_of(self.text)

    @cached_property
    def service(self) -> str | None:
        return service_of(self.text)

    @cached_property
    def moment(self) -> Moment | None:
        if self.has_time:
            return self._moments.of(self.text)
        return self._before.moment if self._before else None
