"""How long Python's matcher can take over a value: it tries one way after the other, and some patterns have too many.

A bound on the number of ways in which one value can be read: two repeats that can share it multiply their ways, and a
repeat whose turns can be read differently has more than anybody can wait for. (The notions are those of Weber and
Seidl, On the degree of ambiguity of finite automata, 1991: whether ambiguity grows exponentially is asked of pairs of
ways, whether it grows with a power is asked of three ways at once.)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import reduce

from bot.runbooks.pattern_tree import (
    EMPTY,
    UNBOUNDED,
    Chars,
    Choice,
    Look,
    Node,
    NotJudged,
    Repeat,
    Sequence,
    first,
    length,
    nullable,
)

MAX_LENGTH = 4096  # of a value, in characters

# Tries that one value may cost. Python makes 300 million a second in repeats of one character, so two of them may share
# a long value; in repeats of more than that it is far slower, and everything else of the bot waits meanwhile.
_MOST_TRIES = 10**8
_SLOWER = 30
_MOST_POSITIONS = 512
_WRITTEN_OUT = 64  # positions that a repeat with one count is written out to
_MOST_LOOKED_AT = 3_000_000  # beyond, two repeats count as sharing their values

_NESTED = (
    "can take for ever: a repeat in another one can share its text with the next turn; "
    "part the turns by a fixed character, as in [a-z]+(?:-[a-z]+)*"
)
_BRANCHES = (
    "can take for ever: the turns of a repeat can be read in several ways; "
    "let each begin with another character, as in (?:a|b[a-z])*"
)
_TOO_MANY = (
    "can take for ever: too many of its parts can share the same text; "
    "merge them, or part them by a fixed character, as in [a-z]+:[0-9]+"
)
TOO_LONG = "is too long to be judged; write it shorter"
_LOOKS_IN_REPEAT = "looks ahead or behind inside a repeat, which can take for ever; put that before the repeat"


def refused(root: Node) -> str | None:
    """Why a value of MAX_LENGTH characters could take longer than anybody waits for, and what to write; or None."""
    try:
        slower = _SLOWER if _slow(root) else 1
        root = _written_out(root)
        looks = [look.body for look in _looks(root)]
        return _TOO_MANY if slower * sum(map(_tries, [root, *looks])) > _MOST_TRIES else None
    except NotJudged as wrong:
        return str(wrong)


# -- the graph: each place where the pattern reads a character, and what can follow it ---


@dataclass
class _Loop:
    """An outermost repeat: which positions are in it, and how many ways it can be read in if that is no matter of text.

    `tangled`: one position follows another in it in two ways, or a turn can be empty in two ways.
    """

    node: Repeat
    positions: range
    tangled: bool = False


@dataclass
class _Graph:
    masks: list[int] = field(default_factory=list)
    follow: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    loops: list[_Loop] = field(default_factory=list)
    doubled: set[int] = field(default_factory=set)  # positions that follow another in two ways

    def add(self, node: Node, in_loop: bool = False) -> tuple[set[int], set[int], bool]:
        """The positions that it can begin and end with, and whether it can be empty."""
        match node:
            case Chars():
                if len(self.masks) >= _MOST_POSITIONS:
                    raise NotJudged(TOO_LONG)
                self.masks.append(node.mask)
                return {len(self.masks) - 1}, {len(self.masks) - 1}, False
            case Sequence():
                return self._sequence(node, in_loop)
            case Choice():
                parts = [self.add(branch, in_loop) for branch in node.branches]
                begins = {at for begins, _, _ in parts for at in begins}
                ends = {at for _, ends, _ in parts for at in ends}
                return begins, ends, any(empty for _, _, empty in parts)
            case Repeat():
                return self._repeat(node, in_loop)
            case Look():
                return set(), set(), True

    def _sequence(self, node: Sequence, in_loop: bool) -> tuple[set[int], set[int], bool]:
        begins: set[int] = set()
        ends: set[int] = set()
        empty = True
        for item in node.items:
            item_begins, item_ends, item_empty = self.add(item, in_loop)
            self._link(ends, item_begins)
            if empty:
                begins |= item_begins
            ends = ends | item_ends if item_empty else item_ends
            empty = empty and item_empty
        return begins, ends, empty

    def _repeat(self, node: Repeat, in_loop: bool) -> tuple[set[int], set[int], bool]:
        looping = node.most > 1
        start = len(self.masks)
        begins, ends, empty = self.add(node.body, in_loop or looping)
        if looping:
            self._link(ends, begins)
        if looping and not in_loop:
            here = range(start, len(self.masks))
            several = _ways_to_be_empty(node.body) > 1 or nullable(node.body)
            self.loops.append(_Loop(node, here, several or any(at in self.doubled for at in here)))
        return begins, ends, empty or node.least == 0

    def _link(self, ends: set[int], begins: set[int]) -> None:
        for end in ends:
            self.doubled |= self.follow[end] & begins
            self.follow[end] |= begins


def _tries(root: Node) -> int:
    """A bound on how often a character is looked at while a value is matched."""
    graph = _Graph()
    graph.add(root)
    loops = graph.loops
    ways = [_tangle(graph, loop) for loop in loops]
    # The dearest way through the loops, in the order in which they are read.
    dearest = [1] * (len(loops) + 1)
    for here, loop in enumerate(loops):
        steps = [dearest[0]]
        for before in range(here):
            shared = min(_turns(loops[before]), _turns(loop)) if _share(graph, loops[before], loop) else 1
            steps.append(dearest[before + 1] * shared)
        dearest[here + 1] = max(steps) * ways[here]
    longest = min(length(root)[1], MAX_LENGTH)
    return max(longest, 1) * max(dearest) * _choices(root, 0)


def _slow(node: Node) -> bool:
    """Whether something longer than a character is repeated in it."""
    match node:
        case Sequence():
            return any(map(_slow, node.items))
        case Choice():
            return any(map(_slow, node.branches))
        case Repeat():
            return not isinstance(node.body, Chars)
        case Chars() | Look():
            return False


def _turns(loop: _Loop) -> int:
    """In how many places it can end, for a value that it can read."""
    low, high = length(loop.node)
    return max(min(high - low + 1, MAX_LENGTH), 1)


def _tangle(graph: _Graph, loop: _Loop) -> int:
    """In how many ways it can read one text. Raises NotJudged when they are too many."""
    if not loop.tangled and not _two_ways_round(graph, loop.positions):
        return 1
    ways = _all_ways(loop.node)
    if ways > _MOST_TRIES:
        raise NotJudged(_NESTED if _repeats(loop.node.body) else _BRANCHES)
    return ways


def _repeats(node: Node) -> bool:
    """Whether there is a repeat in it."""
    match node:
        case Sequence():
            return any(map(_repeats, node.items))
        case Choice():
            return any(map(_repeats, node.branches))
        case Repeat():
            return node.most > 1 or _repeats(node.body)
        case Chars() | Look():
            return False


def _two_ways_round(graph: _Graph, positions: range) -> bool:
    """Whether two different ways lead from a position back to it over the same text."""
    diagonal = [(at, at) for at in positions]
    before: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    seen, waiting = set(diagonal), list(diagonal)
    while waiting:
        here = waiting.pop()
        for one in graph.follow[here[0]]:
            for other in graph.follow[here[1]]:
                if one not in positions or other not in positions or not graph.masks[one] & graph.masks[other]:
                    continue
                there = (min(one, other), max(one, other))
                before[there].add(here)
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
    # Whatever parted and comes together again: the loop leads from there to where it began.
    found, waiting = set(diagonal), list(diagonal)
    while waiting:
        for there in before[waiting.pop()] - found:
            if there[0] != there[1]:
                return True
            found.add(there)
            waiting.append(there)
    return False


def _share(graph: _Graph, one: _Loop, other: _Loop) -> bool:
    """Whether some text can be read by the one, by the other, and from the one into the other, all of it."""
    masks = graph.masks
    starts = [(p, p, q) for p in one.positions for q in other.positions if masks[p] & masks[q]]
    if not starts:
        return False
    if len(starts) * len(one.positions) * len(masks) * len(other.positions) > _MOST_LOOKED_AT:
        return True
    return any(_round(graph, start, one.positions, other.positions) for start in starts)


def _round(graph: _Graph, start: tuple[int, int, int], one: range, other: range) -> bool:
    goal = (start[0], start[2], start[2])
    seen, waiting = {start}, [start]
    while waiting:
        stays, crosses, after = waiting.pop()
        for a in graph.follow[stays]:
            if a not in one:
                continue
            for b in graph.follow[crosses]:
                both = graph.masks[a] & graph.masks[b]
                if not both:
                    continue
                for c in graph.follow[after]:
                    there = (a, b, c)
                    if c in other and both & graph.masks[c] and there not in seen:
                        if there == goal:
                            return True
                        seen.add(there)
                        waiting.append(there)
    return False


# -- ways that need no graph ---


def _written_out(node: Node) -> Node:
    """Repeats with one small count as sequences, so that `(?:[a-z]{4})*` is seen to have turns of four."""
    match node:
        case Sequence():
            return Sequence(tuple(map(_written_out, node.items)))
        case Choice():
            return Choice(tuple(map(_written_out, node.branches)))
        case Repeat():
            body = _written_out(node.body)
            if node.most == 0:
                return EMPTY
            if node.least == node.most and node.most * _size(body) <= _WRITTEN_OUT:
                return Sequence((body,) * node.most)
            return Repeat(body, node.least, node.most)
        case _:
            return node


def _size(node: Node) -> int:
    match node:
        case Sequence():
            return sum(map(_size, node.items))
        case Choice():
            return sum(map(_size, node.branches))
        case Repeat():
            return _size(node.body)
        case Chars():
            return 1
        case Look():
            return 0


def _looks(node: Node, in_loop: bool = False) -> list[Look]:
    match node:
        case Sequence():
            return [look for item in node.items for look in _looks(item, in_loop)]
        case Choice():
            return [look for branch in node.branches for look in _looks(branch, in_loop)]
        case Repeat():
            return _looks(node.body, in_loop or node.most > 1)
        case Look():
            if in_loop:
                raise NotJudged(_LOOKS_IN_REPEAT)
            return [Look(_written_out(node.body)), *_looks(node.body)]
        case Chars():
            return []


def _all_ways(node: Node) -> int:
    """A bound on the ways in which it can be read, whatever the text."""
    match node:
        case Sequence():
            return reduce(lambda ways, item: min(ways * _all_ways(item), UNBOUNDED), node.items, 1)
        case Choice():
            return sum(map(_all_ways, node.branches))
        case Repeat():
            ways, turns = _all_ways(node.body), min(node.most, MAX_LENGTH)
            if ways == 1:
                return turns - min(node.least, turns) + 1
            return UNBOUNDED if turns > 30 else min(sum(ways**turn for turn in range(turns + 1)), UNBOUNDED)
        case Chars() | Look():
            return 1


def _ways_to_be_empty(node: Node) -> int:
    """The most ways in which it, or any part of it, can match nothing."""
    match node:
        case Sequence():
            return max(map(_ways_to_be_empty, node.items), default=1)
        case Choice():
            return max(sum(map(nullable, node.branches)), *map(_ways_to_be_empty, node.branches))
        case Repeat():
            return max((node.least == 0) + nullable(node.body), _ways_to_be_empty(node.body))
        case Chars() | Look():
            return 1


def _choices(node: Node, after: int) -> int:
    """In how many ways the choices outside of repeats can fall for one text; `after` is what can come behind."""
    match node:
        case Sequence():
            ways = 1
            for item in reversed(node.items):
                ways = min(ways * _choices(item, after), UNBOUNDED)
                after = first(item) | (after if nullable(item) else 0)
            return ways
        case Choice():
            begins = [first(branch) | (after if nullable(branch) else 0) for branch in node.branches]
            alike = max(sum(1 for one in begins if one & other) for other in begins)
            return alike * max(_choices(branch, after) for branch in node.branches)
        case Repeat() if node.most == 1:
            either = 2 if node.least == 0 and (first(node.body) & after or nullable(node.body)) else 1
            return either * _choices(node.body, after)
        case _:
            return 1
