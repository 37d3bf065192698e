"""One pass over a log: which lines are looked at, and what they count for.

Lines with a word of some rule in them are looked for in whole blocks, which is quick; only these are looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from bot.detect.blocks import LONGEST_LINE
from bot.detect.finding import Finding, Recognised
from bot.detect.line import Line, has_time
from bot.detect.moments import Moments
from bot.detect.rules import RULES, Rule
from bot.detect.tally import Tally
from bot.detect.unnamed import Group, Unnamed

_ONE_EVENT = 60  # lines: a stack trace, whose lines have no time of their own, is one event with the line before it


def _shortest(words: Iterable[bytes]) -> tuple[bytes, ...]:
    """Those that are needed to find every line that has any of them: `fatal` finds `fatal error` too."""
    kept: list[bytes] = []
    for word in sorted(set(words), key=lambda each: (len(each), each)):
        if not any(shorter in word for shorter in kept):
            kept.append(word)
    return tuple(kept)


_WORDS = _shortest(word for rule in RULES for word in rule.words)
# Word → the rules whose lines it may find.
_FINDS = [frozenset(rule for rule in RULES if any(word in each for each in rule.words)) for word in _WORDS]


class Scan:
    """Give it the blocks of one log, in order; then ask for what was found."""

    def __init__(self, now: datetime, unnamed: Unnamed | None = None) -> None:
        """`unnamed` collects the errors that no rule has a name for."""
        self._unnamed = unnamed
        self._moments = Moments(now)
        self._tallies = {rule: Tally(rule) for rule in RULES}
        self._lines = 0
        self._timed: Line | None = None  # the latest one with a time of its own among those that counted

    def feed(self, block: bytes) -> None:
        """Whole lines."""
        lowered = block.lower()
        number, counted = self._lines, 0
        for start, end, rules in _suspicious(lowered):
            number += block.count(b"\n", counted, start)
            counted = start
            end = min(end, start + LONGEST_LINE)
            line = Line(number + 1, block[start:end], lowered[start:end], self._moments, self._timed)
            self._look(
                line, rules, goes_on=self._timed is not None and not line.has_time and self._below(block, start, number)
            )
        self._lines = number + block.count(b"\n", counted)

    def found(self, recognised: Sequence[tuple[Group, Recognised]] = ()) -> list[Finding]:
        """What there is too much of. The general rules speak only of what the others did not.

        `recognised`: what the language model has a name for; it is told where no rule has found the same.
        """
        found: list[Finding] = []
        for rule, tally in self._tallies.items():
            if not tally.burst:
                continue
            if rule.general:
                told = sum(group.count for group, _ in recognised if rule in group.rules)
                if tally.besides({each.rule.name for each in found}) - told < rule.count:
                    continue
            found.append(tally.finding)
        return found + _besides({each.rule for each in found}, recognised)

    def _look(self, line: Line, rules: tuple[Rule, ...], *, goes_on: bool) -> None:
        """`goes_on`: it belongs to the event of the latest line with a time that counted."""
        counts_for: tuple[str, ...] = ()
        for rule in rules:
            if (counts_for and not rule.general) or not _counts(rule, line):
                continue
            tally = self._tallies[rule]
            if not (goes_on and self._timed and tally.last and tally.last.number >= self._timed.number):
                tally.add(line, counts_for)
            counts_for += (rule.name,)
        if self._unnamed is not None and counts_for and not goes_on:
            general = frozenset(rule for rule in rules if rule.general and rule.name in counts_for)
            if len(general) == len(counts_for):
                self._unnamed.add(line, general)
        if counts_for and line.has_time:
            self._timed = line

    def _below(self, block: bytes, start: int, lines: int) -> bool:
        """Whether nothing but lines without a time stand between the latest line with one that counted and this."""
        for number in range(lines, max(lines - _ONE_EVENT, 0), -1):
            if self._timed and self._timed.number == number:
                return True
            if start == 0:
                return True  # what stood before is gone; a stack trace is the likelier
            begin = block.rfind(b"\n", 0, start - 1) + 1
            if has_time(block[begin : min(start - 1, begin + LONGEST_LINE)]):
                return False
            start = begin
        return False


def _besides(known: set[Rule], recognised: Sequence[tuple[Group, Recognised]]) -> list[Finding]:
    """What the language model has recognised and no rule has found, each kind of trouble once."""
    groups: dict[Rule, tuple[Group, Recognised]] = {}
    for group, said in recognised:
        if said.rule is not None and said.rule not in known:
            before = groups.get(said.rule)
            groups[said.rule] = (before[0].joined(group), before[1]) if before else (group, said)
    return [group.finding(said, rule) for rule, (group, said) in groups.items()]


def _suspicious(lowered: bytes) -> Iterator[tuple[int, int, tuple[Rule, ...]]]:
    """Where the lines with one of the words begin and end, in order, and the rules that they may count for."""
    found: dict[int, tuple[int, int]] = {}
    for at_word, word in enumerate(_WORDS):
        at = lowered.find(word)
        while at >= 0:
            end = lowered.find(b"\n", at)
            end = len(lowered) if end < 0 else end
            start = lowered.rfind(b"\n", 0, at) + 1
            found[start] = end, found.get(start, (0, 0))[1] | 1 << at_word
            at = lowered.find(word, end)
    for start, (end, words) in sorted(found.items()):
        yield start, end, _rules_of(words)


@lru_cache(maxsize=4096)
def _rules_of(words: int) -> tuple[Rule, ...]:
    """`words`: a bit for each word that was found."""
    found = {rule for at, rules in enumerate(_FINDS) if words >> at & 1 for rule in rules}
    return tuple(rule for rule in RULES if rule in found)


def _counts(rule: Rule, line: Line) -> bool:
    if rule.at_least is not None and line.level is not None:
        if line.level < rule.at_least:
            return False
        if rule.by_level:
            return True
    found = rule.pattern.search(line.lowered)
    return found is not None and (rule.beside is None or rule.beside.search(line.lowered) is not None)
