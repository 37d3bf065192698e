"""Which open incident a new title sounds like. Pure; people say whether it is the same."""

from __future__ import annotations

from collections.abc import Iterable

from bot.classify.vocabulary import SMALL_WORDS, words
from bot.model import Incident

_ALIKE = 0.5  # share of the words of both that they have in common


def sounds_like(title: str, incidents: Iterable[Incident]) -> Incident | None:
    """The one that it shares most words with, if that is half of them or more."""
    likeness = {each.id: (_shared(title, each.title), each) for each in incidents}
    best = max(likeness.values(), key=lambda each: (each[0], each[1].number), default=(0.0, None))
    return best[1] if best[0] >= _ALIKE else None


def _shared(one: str, other: str) -> float:
    mine, theirs = _telling(one), _telling(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def _telling(title: str) -> set[str]:
    return {word for word in words(title) if word not in SMALL_WORDS}
