"""Which runbooks an alert's words lead to, best first: BM25 over their id, title, match words and doc. Pure.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), in the form with fields: a word
counts by where it stands, the first time more than the tenth, and more the fewer runbooks have it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

from bot.classify.synonyms import SYNONYMS
from bot.classify.vocabulary import SMALL_WORDS, words
from bot.model import Alert, Category
from bot.runbooks.format import Runbook

SURE = 0.8  # a first runbook with this score is the right one nine times in ten; `make eval` counts it

_SATURATION = 3.0  # k1: how soon repeating a word stops to count
_OPENING = 600  # characters of a doc that say what it is about

_OF_NAME, _OF_TEXT, _OF_LABELS, _OF_CATEGORY = 2.0, 1.0, 0.3, 0.5  # weights of the alert's words by where they stand
_SYNONYM = 0.25  # of a word that means the same
_MOST_DOC, _MOST_NAME, _MOST_TEXT, _MOST_LABELS = 20_000, 300, 1500, 400  # characters that are read
_SAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class _Field:
    weight: float
    length: float  # b: how much long ones are held back, 0 to 1


_TITLE = _Field(4.0, 0.3)  # with the id
_NAMES = _Field(4.0, 0.5)  # of alerts that lead here
_TEXTS = _Field(2.0, 0.5)  # that lead here
_BEGINNING = _Field(1.0, 0.7)  # of the doc
_REST = _Field(0.3, 0.7)


class Ranking:
    """An index over the runbooks that can be used; made anew when they change."""

    def __init__(self, runbooks: Iterable[Runbook]) -> None:
        self._ids: list[str] = []
        self._named: dict[str, int] = {}
        read: list[list[tuple[_Field, Counter[str]]]] = []
        for number, runbook in enumerate(runbooks):
            self._ids.append(runbook.id)
            read.append([(field, _counted(text)) for field, text in _fields(runbook)])
            for name in (runbook.id, runbook.title):
                self._named.setdefault(_squashed(name), number)
        self._postings = _postings(read)
        self._rarity = {word: self._rare(len(found)) for word, found in self._postings.items()}

    def _rare(self, found: int) -> float:
        """How much a word says that so many of the runbooks have."""
        return log(1 + (len(self._ids) - found + 0.5) / (found + 0.5))

    def rank(self, alert: Alert, category: Category | None = None) -> list[tuple[str, float]]:
        """Runbook ids with their scores, the best first; those without a word in common are left out.

        A score is between 0 and 1. It is high when the runbook has most of what the alert says, and clearly more of it
        than any other: so one threshold, SURE, tells whether the first may be proposed.
        """
        asked = _asked(alert, category)
        points = [0.0] * len(self._ids)
        possible = 0.0
        unknown = self._rare(0)
        for word, weight in asked.items():
            rarity = self._rarity.get(word, unknown)
            possible += weight * rarity
            for number, strength in self._postings.get(word, ()):
                points[number] += weight * rarity * strength
        if not possible:
            return []
        named = self._named.get(_squashed(alert.name[:_MOST_NAME]))
        if named is not None:
            points[named] += possible
        order = sorted(
            (number for number, each in enumerate(points) if each > 0), key=lambda n: (-points[n], self._ids[n])
        )
        best = [points[number] for number in order[:2]] + [0.0, 0.0]
        found = []
        for number in order:
            rival = best[1] if number == order[0] else best[0]
            share = points[number] / (points[number] + rival)
            fit = min(1.0, points[number] / possible)
            found.append((self._ids[number], round(_score(fit, share), 4)))
        return found


def _score(fit: float, share: float) -> float:
    """How likely the first is the right one: a logistic curve through the cases of docs/classification.md.

    `fit`: how much of what the alert says it has. `share`: its points against its strongest rival's; the first has more
    than half.
    """
    return 1 / (1 + exp(5.1 - 11.0 * fit - 4.5 * share))


def _fields(runbook: Runbook) -> Iterator[tuple[_Field, str]]:
    yield _TITLE, f"{runbook.id.replace('-', ' ')} {runbook.title}"
    yield _NAMES, " ".join(name for entry in runbook.match for name in entry.alert or ()).replace("*", " ")
    yield (
        _TEXTS,
        " ".join(text for entry in runbook.match for text in (*(entry.text or ()), *(entry.labels or {}).values())),
    )
    yield _BEGINNING, runbook.doc[:_OPENING]
    yield _REST, runbook.doc[_OPENING:_MOST_DOC]


def _counted(text: str) -> Counter[str]:
    return Counter(word for word in words(text) if word not in SMALL_WORDS)


def _postings(read: Sequence[Sequence[tuple[_Field, Counter[str]]]]) -> dict[str, list[tuple[int, float]]]:
    """Word → the runbooks that have it, and how strongly: 0 to 1."""
    lengths = [[sum(counted.values()) for _, counted in fields] for fields in read]
    means = [sum(column) / len(read) or 1.0 for column in zip(*lengths, strict=True)]
    found: dict[str, list[tuple[int, float]]] = {}
    for number, fields in enumerate(read):
        held: defaultdict[str, float] = defaultdict(float)
        for place, (field, counted) in enumerate(fields):
            norm = 1 - field.length + field.length * lengths[number][place] / means[place]
            for word, times in counted.items():
                held[word] += field.weight * times / norm
        for word, strength in held.items():
            found.setdefault(word, []).append((number, strength / (_SATURATION + strength)))
    return found


def _asked(alert: Alert, category: Category | None) -> dict[str, float]:
    """The alert's words and how much each counts: where it stands best, and words of the same meaning a little."""
    asked: dict[str, float] = {}
    parts = [(alert.name[:_MOST_NAME], _OF_NAME), (alert.summary[:_MOST_TEXT], _OF_TEXT)]
    parts.append((" ".join(value[:80] for value in alert.labels.values())[:_MOST_LABELS], _OF_LABELS))
    if category is not None:
        parts.append((category, _OF_CATEGORY))
    for text, weight in parts:
        for word in words(text):
            if word not in SMALL_WORDS:
                asked[word] = max(weight, asked.get(word, 0.0))
    for word, weight in list(asked.items()):
        for other in SYNONYMS.get(word, ()):
            asked[other] = max(weight * _SYNONYM, asked.get(other, 0.0))
    return asked


def _squashed(text: str) -> str:
    """`KubePodCrashLooping`, `kube-pod-crash-looping` and "Kube pod crash looping" are one name."""
    return _SAME.sub("", text.lower())
