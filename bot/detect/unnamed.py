"""Lines that are errors by their own word and that no rule has a name for, those of one shape together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.detect.finding import Finding, Recognised
from bot.detect.line import Line
from bot.detect.rules import Rule

MOST = 5  # groups that are asked about
_ENOUGH = 3  # lines, or fewer where a rule speaks up after fewer
_KEPT = 100  # shapes that are remembered, each with two lines
_HEAD = 400  # bytes of a line that make its shape
_VARIES = re.compile(rb"0x[0-9a-f]+|\b[0-9a-f]{8}-[0-9a-f-]{27}|\b(?=[a-f]*\d)[0-9a-f]{12,64}\b|\d+")


@dataclass
class Group:
    """Lines that differ in nothing but numbers."""

    shape: bytes
    first: Line
    last: Line
    rules: frozenset[Rule]  # the general ones that its first line counts for
    count: int = 0
    services: set[str | None] = field(default_factory=set)

    def joined(self, other: Group) -> Group:
        """Both of them as one."""
        return Group(
            shape=self.shape,
            first=min(self.first, other.first, key=_number),
            last=max(self.last, other.last, key=_number),
            rules=self.rules | other.rules,
            count=self.count + other.count,
            services=self.services | other.services,
        )

    @property
    def service(self) -> str | None:
        return next(iter(self.services)) if len(self.services) == 1 else None

    def finding(self, recognised: Recognised, rule: Rule) -> Finding:
        return Finding(rule, self.count, self.first, self.last, self.service, recognised)


class Unnamed:
    def __init__(self) -> None:
        self._groups: dict[bytes, Group] = {}

    def add(self, line: Line, rules: frozenset[Rule]) -> None:
        shape = _VARIES.sub(b"0", line.lowered[:_HEAD])
        group = self._groups.get(shape)
        if group is None:
            if len(self._groups) >= _KEPT:
                # The rarest makes room: what comes often is soon there again, and stays.
                del self._groups[min(self._groups, key=lambda each: self._groups[each].count)]
            group = self._groups[shape] = Group(shape, line, line, rules)
        group.count += 1
        group.last = line
        if len(group.services) < 2:
            group.services.add(line.service)

    def often(self) -> list[Group]:
        """Those worth a question, the most frequent first."""
        enough = (each for each in self._groups.values() if each.count >= min(_ENOUGH, *_counts(each)))
        return sorted(enough, key=lambda each: (-each.count, each.first.number))[:MOST]


def _counts(group: Group) -> list[int]:
    return [rule.count for rule in group.rules]


def _number(line: Line) -> int:
    return line.number
