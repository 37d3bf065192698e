"""`make train`: writes the weights of the embedded model from the labelled alerts beside this file.

The same data and code give the same weights. A digest of both is written with them, so that a test can tell when the
weights are older than what they were made of.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bot.classify import concepts, embedded, features, vocabulary
from bot.classify.embedded import FORMAT, WEIGHTS, written
from bot.classify.training import examples, folds, learn

_PARTS, _SEED = 4, 0  # of the cross-validation that finds the temperature
_MODULES = (concepts, embedded, features, vocabulary, examples, folds, learn)


def digest() -> str:
    """Of all that the weights are made of: the data, and the code that reads and learns."""
    made_of = hashlib.sha256(str(FORMAT).encode())
    code = [Path(str(module.__file__)) for module in _MODULES] + [Path(__file__)]
    for path in sorted([examples.LABELLED, examples.OURS, *code], key=lambda each: each.name):
        made_of.update(path.name.encode() + b"\0" + path.read_bytes())
    return made_of.hexdigest()


def train() -> bytes:
    """The weights file's bytes."""
    rows = examples.rows()
    answers = [
        (model.chances(view), row.category)
        for model, part in folds.unseen(rows, _PARTS, _SEED)
        for row in part
        for view in examples.views(row.alert)
    ]
    model = learn.learn(examples.examples(rows))
    about, names, weights = model.parts()
    about |= {"temperature": learn.best_temperature(answers), "made_of": digest()}
    return written(about, names, weights)


if __name__ == "__main__":
    WEIGHTS.write_bytes(train())
    sys.stdout.write(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes\n")
