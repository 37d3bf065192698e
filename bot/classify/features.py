"""What tells the category of an alert: words, pieces of words, and the kinds of component and trouble they name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import sqrt

from bot.classify.concepts import concepts_of
from bot.classify.vocabulary import surface, words
from bot.model import Alert

# What an alert is about stands at its beginning. Characters that are read, and words that are looked at:
_NAME, _TEXT, _LABEL = 300, 1500, 100
_MOST_NAME, _MOST_TEXT, _MOST_LABELS = 30, 40, 12
_TELLING = ("app", "component", "exporter", "job", "namespace", "reason", "resource", "service", "team", "type")
# Stems of what tools print around the words that matter.
_FRAME_WORDS = """
    alertnam annotation dashboard description detail fir label link panel resolv silenc sourc starts status summary
    valu view
"""
_FRAME = frozenset(_FRAME_WORDS.split())
_LENGTH = 4.0  # of the vector of an alert, so that long texts do not shout


def features(alert: Alert) -> dict[str, float]:
    """Features and their weights. The name says most, the text half as much, the labels a little.

    `w:` a word, `b:` two words of the name, `last:` its last, `g:` a piece of a word of the name, `c:` and `t:` a kind
    of component and of trouble (`n…` when the name says it), `c:…&t:…` both, `l:` a label's word, `from:` the tool.
    """
    found: dict[str, float] = {}

    def add(name: str, weight: float) -> None:
        if weight > found.get(name, 0.0):
            found[name] = weight

    name = words(alert.name[:_NAME])[:_MOST_NAME]
    text = words(alert.summary[:_TEXT])
    if text[: len(name)] == name:  # many tools say the name again
        text = text[len(name) :]
    text = [word for word in text if word not in _FRAME][:_MOST_TEXT]
    of_name, of_text = concepts_of(name), concepts_of(text)
    for word in name:
        add(f"w:{word}", 1.0)
        for piece in _pieces(word):
            add(f"g:{piece}", 0.5)
    for word in text:
        add(f"w:{word}", 0.5)
    for first, second in pairwise(name):
        add(f"b:{first} {second}", 1.0)
    if name:
        add(f"last:{name[-1]}", 1.0)
    for kind in of_name:
        add(kind, 1.0)
        add(f"n{kind}", 1.0)
    for kind in of_text:
        add(kind, 0.5)
    for names, troubles, weight in ((of_name, of_name, 1.0), ([*of_name, *of_text], [*of_name, *of_text], 0.5)):
        for component in names:
            for trouble in troubles:
                if component.startswith("c:") and trouble.startswith("t:"):
                    add(f"{component}&{trouble}", weight)
    said = words(" ".join(alert.labels[key][:_LABEL] for key in _TELLING if key in alert.labels))[:_MOST_LABELS]
    for word in said:
        add(f"l:{word}", 0.15)
    for kind in concepts_of(said):
        add(f"l{kind}", 0.3)
        add(kind, 0.15)
    add(f"from:{alert.source}", 0.5)
    return found


def scaled(found: Mapping[str, float], known: Mapping[str, int]) -> list[tuple[int, float]]:
    """The features that a model knows, by their numbers, as a vector of one length for all alerts."""
    kept = [(known[name], weight) for name, weight in found.items() if name in known]
    length = sqrt(sum(weight * weight for _, weight in kept))
    return [(number, weight * _LENGTH / length) for number, weight in kept] if length else []


def originals(alert: Alert) -> dict[str, str]:
    """Stem → the word in the alert that has it."""
    return surface(f"{alert.name[:_NAME]} {alert.summary[:_TEXT]}")


def _pieces(word: str) -> list[str]:
    """Three and four letters in a row, ends marked: what a word that was never seen shares with those that were."""
    whole = f"<{word}>"
    return [whole[start : start + size] for size in (3, 4) for start in range(len(whole) - size + 1)]
