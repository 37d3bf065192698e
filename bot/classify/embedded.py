"""The model that is always there: small weights beside this file tell an alert's category, in pure Python.

training/train.py writes the weights: a line of JSON, a line with the features' names between tabs, then one signed byte
for each feature and category.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp
from pathlib import Path

from bot.classify.features import features, originals, scaled
from bot.classify.vocabulary import SMALL_WORDS
from bot.model import Alert, Category

WEIGHTS = Path(__file__).with_name("weights.bin")
FORMAT = 1


class Embedded:
    """A linear model: each feature speaks for or against each category, and the sums become probabilities."""

    def __init__(
        self,
        categories: Sequence[str],
        names: Sequence[str],
        weights: bytes,
        *,
        scale: float,
        bias: Sequence[float],
        temperature: float,
        made_of: str = "",
    ) -> None:
        """`weights` are signed bytes, `len(categories)` for each name; times `scale` they are what was learnt.

        The sums are divided by `temperature`, so that of answers given with 0.8 eight in ten are right.
        """
        self._categories = [Category(each) for each in categories]
        self._names = list(names)
        self._known = {name: number for number, name in enumerate(names)}
        self._weights = array("b", weights)
        self._scale = scale
        self._bias = list(bias)
        self.temperature = temperature
        self.made_of = made_of

    def parts(self) -> tuple[dict[str, object], list[str], bytes]:
        """What `written` takes."""
        about: dict[str, object] = {
            "categories": [str(each) for each in self._categories],
            "scale": self._scale,
            "bias": self._bias,
            "temperature": self.temperature,
            "made_of": self.made_of,
        }
        return about, self._names, self._weights.tobytes()

    def category(self, alert: Alert) -> tuple[Category, float]:
        """The most likely, and how likely it is (0 to 1)."""
        chances = self.chances(alert)
        best = max(chances, key=lambda category: chances[category])
        return best, chances[best]

    def chances(self, alert: Alert) -> dict[Category, float]:
        """How likely each category is; together 1."""
        sums = self._sums(scaled(features(alert), self._known))
        top = max(sums)
        odds = [exp((each - top) / self.temperature) for each in sums]
        whole = sum(odds)
        return {category: each / whole for category, each in zip(self._categories, odds, strict=True)}

    def why(self, alert: Alert, category: Category, most: int = 3) -> tuple[str, ...]:
        """The words of the alert, as it has them, that spoke most for this category; the strongest first."""
        column, width = self._categories.index(category), len(self._categories)
        said = originals(alert)
        spoke: dict[str, float] = {}
        for name, weight in features(alert).items():
            kind, _, stem = name.partition(":")
            if kind == "w" and name in self._known and stem in said and stem not in SMALL_WORDS:
                row = self._row(self._known[name])
                spoke[said[stem]] = (row[column] - sum(row) / width) * weight
        ranked = sorted((word for word in spoke if spoke[word] > 0), key=lambda word: (-spoke[word], word))
        return tuple(word for word in ranked[:most] if spoke[word] > spoke[ranked[0]] / 4)

    def _sums(self, found: Sequence[tuple[int, float]]) -> list[float]:
        sums = [0.0] * len(self._categories)
        for number, value in found:
            sums = [each + value * weight for each, weight in zip(sums, self._row(number), strict=True)]
        return [each * self._scale + bias for each, bias in zip(sums, self._bias, strict=True)]

    def _row(self, number: int) -> array[int]:
        width = len(self._categories)
        return self._weights[number * width : (number + 1) * width]


def read(path: Path) -> Embedded:
    """The model in a weights file. Raises ValueError when it is none, or of another format."""
    head, _, rest = path.read_bytes().partition(b"\n")
    names, _, weights = rest.partition(b"\n")
    about = json.loads(head)
    if about.get("format") != FORMAT:
        raise ValueError(f"{path} has format {about.get('format')}; this version reads {FORMAT}. Run `make train`.")
    listed = names.decode().split("\t")
    if len(weights) != len(listed) * len(about["categories"]):
        raise ValueError(f"{path} is cut short. Run `make train`.")
    return Embedded(
        about["categories"],
        listed,
        weights,
        scale=about["scale"],
        bias=about["bias"],
        temperature=about["temperature"],
        made_of=about["made_of"],
    )


def written(about: Mapping[str, object], names: Sequence[str], weights: bytes) -> bytes:
    """What `read` reads."""
    head = json.dumps({"format": FORMAT, **about}, separators=(",", ":"), sort_keys=True)
    return head.encode() + b"\n" + "\t".join(names).encode() + b"\n" + weights


@lru_cache(maxsize=1)
def embedded() -> Embedded:
    """The model that comes with the product, loaded once."""
    return read(WEIGHTS)
