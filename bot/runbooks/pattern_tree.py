"""A parameter's pattern as a small tree that can be reasoned about: characters, sequences, choices, repeats.

It is made from the tree of Python's own parser, so that what is judged is what is matched. A set of characters is a
bit mask over samples: every ASCII character, those that the pattern names, and one of each kind that `\\w`, `\\d` and
`\\s` tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

UNBOUNDED = 1 << 30  # of a repeat's `most`


class NotJudged(ValueError):
    """The pattern uses what no bound can be given for; the text says what, and what to write."""


@dataclass(frozen=True)
class Chars:
    """One character out of a set."""

    mask: int


@dataclass(frozen=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    branches: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    body: Node
    least: int
    most: int


@dataclass(frozen=True)
class Look:
    """`(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`: reads nothing. `refuses` is what the next character may not be."""

    body: Node
    refuses: int = 0


Node = Chars | Sequence | Choice | Repeat | Look
EMPTY = Sequence(())


@dataclass(frozen=True)
class Tree:
    root: Node
    samples: tuple[str, ...]

    def mask(self, char: str) -> int:
        """The set of one character, which has to be ASCII or one that the pattern names."""
        return 1 << self.samples.index(char)


def parse(pattern: str) -> Tree:
    """The pattern's tree. re.error for what is none; NotJudged for what has no bound."""
    try:
        parsed = _parser.parse(pattern)
    except OverflowError:
        raise NotJudged("repeats more often than any value is long; write a smaller count") from None
    samples = tuple(dict.fromkeys([*map(chr, range(128)), *_KINDS, *_named(parsed)]))
    return Tree(_Builder(samples).node(parsed, parsed.state.flags), samples)


# -- what can be said of a node ---


def nullable(node: Node) -> bool:
    """Whether it can match nothing at all."""
    match node:
        case Chars():
            return False
        case Sequence():
            return all(map(nullable, node.items))
        case Choice():
            return any(map(nullable, node.branches))
        case Repeat():
            return node.least == 0 or nullable(node.body)
        case Look():
            return True


def first(node: Node) -> int:
    """The characters that a match can begin with."""
    match node:
        case Chars():
            return node.mask
        case Sequence():
            mask = refused = 0
            for item in node.items:
                refused |= item.refuses if isinstance(item, Look) else 0
                mask |= first(item) & ~refused
                if not nullable(item):
                    break
            return mask
        case Choice():
            return _union(first(branch) for branch in node.branches)
        case Repeat():
            return first(node.body)
        case Look():
            return 0


def reads(node: Node) -> int:
    """All characters that a match can hold."""
    match node:
        case Chars():
            return node.mask
        case Sequence():
            return _union(map(reads, node.items))
        case Choice():
            return _union(map(reads, node.branches))
        case Repeat():
            return reads(node.body)
        case Look():
            return 0


def length(node: Node) -> tuple[int, int]:
    """The fewest and the most characters that it can match."""
    match node:
        case Chars():
            return 1, 1
        case Sequence():
            parts = [length(item) for item in node.items]
            return sum(low for low, _ in parts), min(sum(high for _, high in parts), UNBOUNDED)
        case Choice():
            parts = [length(branch) for branch in node.branches]
            return min(low for low, _ in parts), max(high for _, high in parts)
        case Repeat():
            low, high = length(node.body)
            return low * node.least, min(high * node.most, UNBOUNDED)
        case Look():
            return 0, 0


def _union(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


# -- from Python's tree ---

# A letter, a digit, a number that is no digit, two spaces and neither, none of them ASCII; and what folds to i, s, k.
_KINDS = "é٣²\u2003\x85€\u0130\u0131\u017f\u212a"

_CATEGORIES: dict[Any, tuple[bool, Callable[[str], bool]]] = {
    op.CATEGORY_DIGIT: (True, str.isdecimal),
    op.CATEGORY_NOT_DIGIT: (False, str.isdecimal),
    op.CATEGORY_SPACE: (True, str.isspace),
    op.CATEGORY_NOT_SPACE: (False, str.isspace),
    op.CATEGORY_WORD: (True, lambda char: char.isalnum() or char == "_"),
    op.CATEGORY_NOT_WORD: (False, lambda char: char.isalnum() or char == "_"),
}


def _named(parsed: Any) -> Iterator[str]:
    """The characters that the pattern names, and for a range its ends and some between."""
    if isinstance(parsed, tuple) and len(parsed) == 2:
        if parsed[0] in (op.LITERAL, op.NOT_LITERAL):
            yield chr(parsed[1])
            return
        if parsed[0] is op.RANGE:
            low, high = parsed[1]
            yield from (chr(low + (high - low) * part // 4) for part in range(5))
            return
    if isinstance(parsed, tuple | list | _parser.SubPattern):
        for item in parsed:
            yield from _named(item)


class _Builder:
    def __init__(self, samples: tuple[str, ...]) -> None:
        self._samples = samples

    def node(self, parsed: Any, flags: int) -> Node:
        items = [self._one(code, detail, flags) for code, detail in parsed]
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _one(self, code: Any, detail: Any, flags: int) -> Node:
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return Chars(self._set(code, detail, flags))
        if code is op.SUBPATTERN:
            _, added, removed, body = detail
            return self.node(body, (flags | added) & ~removed)
        if code is op.ATOMIC_GROUP:
            return self.node(detail, flags)
        if code is op.BRANCH:
            return Choice(tuple(self.node(branch, flags) for branch in detail[1]))
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, body = detail
            return Repeat(self.node(body, flags), int(least), UNBOUNDED if most is op.MAXREPEAT else int(most))
        if code in (op.ASSERT, op.ASSERT_NOT):
            direction, body = detail
            look = self.node(body, flags)
            one_ahead = code is op.ASSERT_NOT and direction == 1 and isinstance(look, Chars)
            return Look(look, look.mask if one_ahead and isinstance(look, Chars) else 0)
        if code is op.AT:
            return EMPTY
        if code is op.FAILURE:
            return Chars(0)
        raise NotJudged("refers back to a group, which can take for ever; write it without")

    def _set(self, code: Any, detail: Any, flags: int) -> int:
        holds = self._holding(code, detail, flags)
        mask = 0
        for at, char in enumerate(self._samples):
            mask |= any(map(holds, _same(char) if flags & re.IGNORECASE else (char,))) << at
        negated = code is op.NOT_LITERAL or (code is op.IN and detail[0][0] is op.NEGATE)
        return mask ^ ((1 << len(self._samples)) - 1) if negated else mask

    def _holding(self, code: Any, detail: Any, flags: int) -> Callable[[str], bool]:
        """Whether a character is in the set, before it is turned round by `^`."""
        if code is op.ANY:
            return lambda char: char != "\n" or bool(flags & re.DOTALL)
        parts = [(op.LITERAL, detail)] if code is not op.IN else [part for part in detail if part[0] is not op.NEGATE]
        return lambda char: any(_in(part, what, char, flags) for part, what in parts)


def _same(char: str) -> tuple[str, ...]:
    """The characters that are one when case is ignored."""
    return tuple(same for same in (char, char.lower(), char.upper(), char.casefold()) if len(same) == 1)


def _in(code: Any, detail: Any, char: str, flags: int) -> bool:
    if code is op.LITERAL:
        return ord(char) == int(detail)
    if code is op.RANGE:
        low, high = detail
        return int(low) <= ord(char) <= int(high)
    positive, kind = _CATEGORIES[detail]
    return (kind(char) and not (flags & re.ASCII and not char.isascii())) == positive
