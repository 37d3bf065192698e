"""Grouped cross-validation: what the model says of families of which it has seen nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from bot.classify.embedded import Embedded
from bot.classify.training.examples import Row, examples
from bot.classify.training.learn import learn


def folds(of: list[Row], parts: int, seed: int) -> list[set[str]]:
    """The families in `parts` sets of about as many rows each, shuffled by the seed."""
    sizes = Counter(row.family for row in of if row.family)
    random = Random(seed)  # noqa: S311 - a shuffle that is the same every time
    names = sorted(sizes)
    random.shuffle(names)
    found: list[set[str]] = [set() for _ in range(parts)]
    rows_in = [0] * parts
    for name in sorted(names, key=lambda each: -sizes[each]):
        part = min(range(parts), key=lambda number: (rows_in[number] + random.random() * 15, number))
        found[part].add(name)
        rows_in[part] += sizes[name]
    return found


def unseen(of: list[Row], parts: int, seed: int, temperature: float = 1.0) -> Iterator[tuple[Embedded, list[Row]]]:
    """For each part: a model that learnt from all other families and from our own rows, and the part's rows."""
    for families in folds(of, parts, seed):
        model = learn(examples([row for row in of if row.family not in families]), temperature)
        yield model, [row for row in of if row.family in families]
