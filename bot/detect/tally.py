"""What one rule has counted in one log, and whether that is enough to speak up. Holds no more than a few lines."""

from __future__ import annotations

from collections import Counter, deque

from bot.detect.finding import Finding
from bot.detect.line import Line
from bot.detect.moments import Moment
from bot.detect.rules import Rule


class Tally:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.count = 0
        self.burst = False
        self.first: Line | None = None
        self.last: Line | None = None
        self._services: set[str | None] = set()
        self._with: Counter[tuple[str, ...]] = Counter()  # which other rules counted the same lines
        self._recent: deque[tuple[int, Moment | None]] = deque(maxlen=rule.count)

    def add(self, line: Line, others: tuple[str, ...]) -> None:
        """A line of the log counts; `others`: the rules for which it counts as well."""
        self.count += 1
        self._with[others] += 1
        self.first = self.first or line
        self.last = line
        if len(self._services) < 2:
            self._services.add(line.service)
        if not self.burst:
            self._recent.append((line.number, line.moment))
            self.burst = len(self._recent) == self.rule.count and self._is_burst()

    def _is_burst(self) -> bool:
        (begin, since), (end, until) = self._recent[0], self._recent[-1]
        if self.rule.count < self.rule.share * (end - begin + 1):
            return False
        if since is None or until is None:
            return end - begin < self.rule.lines
        # Several threads write out of order, and so time may run backwards a little.
        return abs(until.at - since.at) <= self.rule.within

    def besides(self, reported: set[str]) -> int:
        """How many of its lines none of these rules has counted."""
        return sum(count for others, count in self._with.items() if not reported & set(others))

    @property
    def finding(self) -> Finding:
        """What was counted so far, which is one line at least."""
        assert self.first is not None  # noqa: S101 - the caller has seen the burst
        assert self.last is not None  # noqa: S101
        service = next(iter(self._services)) if len(self._services) == 1 else None
        return Finding(self.rule, self.count, self.first, self.last, service)
