"""Multinomial logistic regression, in pure Python: the same rows give the same weights."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from random import Random

from bot.classify.embedded import Embedded
from bot.classify.features import scaled
from bot.classify.training.examples import Example
from bot.model import Category

CATEGORIES = tuple(Category)
_EPOCHS = 25
_RATE = 0.05  # of the first epoch; it falls to a tenth
_DECAY = 2.0  # of all weights, per epoch and rate: keeps them small
_RARE = 2  # a feature seen in fewer examples says nothing general
_SMALL = 0.002  # a gradient below it is not worth the time


def learn(examples: Sequence[Example], temperature: float = 1.0, made_of: str = "") -> Embedded:
    """The model that these examples teach, with its weights rounded to signed bytes."""
    seen = Counter(name for example in examples for name in example.found)
    names = sorted(name for name, times in seen.items() if times >= _RARE)
    known = {name: number for number, name in enumerate(names)}
    vectors = [(scaled(example.found, known), CATEGORIES.index(example.category)) for example in examples]
    weights, bias = _descend(vectors, len(names))
    scale = max((abs(each) for row in weights for each in row), default=1.0) / 127 or 1.0
    rounded = array("b", (round(each / scale) for row in weights for each in row))
    # A feature whose weights are all rounded to nothing needs no place in the file.
    width = len(CATEGORIES)
    kept = [number for number in range(len(names)) if any(rounded[number * width : (number + 1) * width])]
    small = b"".join(rounded[number * width : (number + 1) * width].tobytes() for number in kept)
    return Embedded(
        CATEGORIES,
        [names[number] for number in kept],
        small,
        scale=scale,
        bias=[round(each, 4) for each in bias],
        temperature=temperature,
        made_of=made_of,
    )


def _descend(
    vectors: Sequence[tuple[list[tuple[int, float]], int]], size: int
) -> tuple[list[list[float]], list[float]]:
    """Weights for each feature and category, and a bias for each category, by stochastic gradient descent."""
    width = len(CATEGORIES)
    weights = [[0.0] * width for _ in range(size)]
    bias = [0.0] * width
    order = list(range(len(vectors)))
    random = Random(1)  # noqa: S311 - the order of the rows, the same every time
    for epoch in range(_EPOCHS):
        random.shuffle(order)
        rate = _RATE * (1 - 0.9 * epoch / _EPOCHS)
        for index in order:
            vector, right = vectors[index]
            sums = bias[:]
            for number, value in vector:
                sums = [each + value * weight for each, weight in zip(sums, weights[number], strict=True)]
            top = max(sums)
            odds = [exp(each - top) for each in sums]
            whole = sum(odds)
            slopes = [(column, rate * (each / whole - (column == right))) for column, each in enumerate(odds)]
            steep = [(column, slope) for column, slope in slopes if abs(slope) > _SMALL * rate]
            for column, slope in steep:
                bias[column] -= slope
            for number, value in vector:
                row = weights[number]
                for column, slope in steep:
                    row[column] -= slope * value
        keep = 1 - rate * _DECAY
        weights = [[each * keep for each in row] for row in weights]
    return weights, bias


def best_temperature(answers: Sequence[tuple[dict[Category, float], Category]]) -> float:
    """By what to divide the sums so that the chances, on alerts that were not learnt from, are what they say."""

    def surprise(temperature: float) -> float:
        total = 0.0
        for chances, right in answers:
            sharpened = {category: max(each, 1e-12) ** (1 / temperature) for category, each in chances.items()}
            total -= log(sharpened[right] / sum(sharpened.values()))
        return total

    return min((number / 20 for number in range(8, 61)), key=surprise)
