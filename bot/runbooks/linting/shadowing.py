"""Match entries that can never decide: whatever they fit, another runbook fits as well and comes first. Pure.

What can be decided is said, and nothing else: an entry counts as covered only if it is from how the two are written. A
category is not derived from a name, and texts are compared letter by letter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from bot.runbooks.format import MatchEntry, Runbook
from bot.runbooks.specificity import Specificity, fits, is_glob, of_name


@dataclass(frozen=True)
class Shadowed:
    """An entry of a runbook, counted from 0, and the runbook that always comes before it."""

    runbook: str
    entry: int
    by: str


def shadowed(runbooks: Iterable[Runbook]) -> Iterator[Shadowed]:
    """Every entry that another runbook's entries cover wholly, with at least their rank; equal ranks go by id."""
    shelf = _Shelf(runbooks)
    for runbook in shelf.runbooks:
        for at, entry in enumerate(runbook.match):
            covering = [shelf.before(runbook.id, case) for case in _cases(entry)]
            if by := set.intersection(*covering):
                yield Shadowed(runbook.id, at, min(by))


@dataclass(frozen=True)
class _Case:
    """One way in which an entry can match: one of its names, and one of its texts. All in small letters."""

    name: str | None
    text: str | None
    labels: Mapping[str, str]
    category: str | None
    rank: Specificity


def _cases(entry: MatchEntry) -> Iterator[_Case]:
    labels = {key: glob.casefold() for key, glob in (entry.labels or {}).items()}
    named = labels.get("alertname")
    rest = _rank_without_name(entry)
    for name, text in product(entry.alert or (named,), entry.text or (None,)):
        yield _Case(
            name=None if name is None else name.casefold(),
            text=None if text is None else text.casefold(),
            labels=labels,
            category=entry.category,
            rank=rest if entry.alert is None or name is None else _rank(entry.alert, name),
        )


@lru_cache(maxsize=65536)
def _rank(names: tuple[str, ...], name: str) -> Specificity:
    """With which rank an entry with these names fits an alert of this one; of a glob, the least."""
    return of_name(name if is_glob(name) else next((each for each in names if fits(each, name)), name))


def _rank_without_name(entry: MatchEntry) -> Specificity:
    if entry.labels is not None:
        return Specificity.LABELS
    return Specificity.CATEGORY if entry.text is None else Specificity.TEXT


class _Shelf:
    """All entries, so filed that those which may cover a case are found without looking at each."""

    def __init__(self, runbooks: Iterable[Runbook]) -> None:
        self.runbooks = sorted(runbooks, key=lambda runbook: runbook.id)
        self._by_name: dict[str, list[tuple[str, MatchEntry]]] = defaultdict(list)
        self._others: list[tuple[str, MatchEntry]] = []
        for runbook in self.runbooks:
            for entry in runbook.match:
                names = entry.alert or ("*",)
                for name in {each.casefold() for each in names if not is_glob(each)}:
                    self._by_name[name].append((runbook.id, entry))
                if any(map(is_glob, names)):
                    self._others.append((runbook.id, entry))

    def before(self, id_: str, case: _Case) -> set[str]:
        """The other runbooks that fit whatever the case fits, and come first then."""
        # Only another's same name has the rank of a name.
        others = self._others if case.rank < Specificity.NAME else []
        may_cover = [*self._by_name.get(case.name or "", ()), *others]
        return {
            other
            for other, entry in may_cover
            if other != id_ and (-self._least_rank(entry, case), other) < (-case.rank, id_) and _covers(entry, case)
        }

    def _least_rank(self, entry: MatchEntry, case: _Case) -> int:
        if entry.alert is None:
            return _rank_without_name(entry)
        if case.name is None or is_glob(case.name):
            return Specificity.GLOB
        return _rank(entry.alert, case.name)


def _covers(entry: MatchEntry, case: _Case) -> bool:
    """Whether the entry matches every alert that the case matches."""
    if entry.alert is not None and not any(_name_covered(name, case.name) for name in entry.alert):
        return False
    for key, glob in (entry.labels or {}).items():
        known = case.name if key == "alertname" else case.labels.get(key)
        if not (_name_covered(glob, known) if key == "alertname" else known is not None and _wider(glob, known)):
            return False
    if entry.text is not None and not any(_text_covered(text.casefold(), case) for text in entry.text):
        return False
    return entry.category is None or entry.category == case.category


def _name_covered(glob: str, name: str | None) -> bool:
    """Every alert has a name, so `*` covers those of which nothing is said."""
    return _wider(glob, "*" if name is None else name)


def _text_covered(text: str, case: _Case) -> bool:
    """Whether the text is in what the case asks for: in its text, or in the name, which is searched as well."""
    said = [case.text or "", *_PIECE.sub("\n", case.name or "").split("\n")]
    return any(text in each for each in said)


# -- globs ---

_PIECE = re.compile(r"\[!?\]?[^]]*\]|[*?]")


@lru_cache(maxsize=65536)  # a library asks for the same pairs again and again
def _wider(glob: str, other: str) -> bool:
    """Whether the glob fits all that the other one fits. Where it is not plain to see: no."""
    if not is_glob(other):
        return fits(glob, other)
    narrow, wide = _pieces(other.casefold()), _pieces(glob.casefold())
    at = here = 0
    star, tried = -1, 0
    while at < len(narrow):
        if here < len(wide) and wide[here] == "*":
            star, tried = here, at
            here += 1
        elif here < len(wide) and _one_wider(wide[here], narrow[at]):
            here, at = here + 1, at + 1
        elif star >= 0:  # the last star takes in one more
            tried += 1
            here, at = star + 1, tried
        else:
            return False
    return all(piece == "*" for piece in wide[here:])


def _pieces(glob: str) -> tuple[str, ...]:
    found: list[str] = []
    end = 0
    for piece in _PIECE.finditer(glob):
        found += [*glob[end : piece.start()], piece[0]]
        end = piece.end()
    return (*found, *glob[end:])


def _one_wider(piece: str, other: str) -> bool:
    """Whether the piece, which is no star, fits every character that the other one stands for."""
    if other == "*" or piece == other:
        return piece == other
    return piece == "?" or (len(other) == 1 and other != "?" and fits(piece, other))
