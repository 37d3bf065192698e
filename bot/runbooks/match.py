"""Which runbooks fit an alert, and why. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

from bot.model import Alert, Category
from bot.runbooks.format import MatchEntry
from bot.runbooks.load import Library


class Specificity(IntEnum):
    """How narrow the narrowest key of a matching entry is."""

    CATEGORY = 1
    TEXT = 2
    LABELS = 3
    GLOB = 4
    NAME = 5


@dataclass(frozen=True)
class Match:
    runbook: str
    why: str  # "label alertname matches HighMemoryUsage"
    specificity: int


def matching(library: Library, alert: Alert, category: Category) -> tuple[Match, ...]:
    """The runbooks that fit, the most narrowly written first; equal ones by id."""
    found = []
    for runbook in library.runbooks.values():
        entries = [match for entry in runbook.match if (match := _entry(runbook.id, entry, alert, category))]
        if entries:
            found.append(max(entries, key=lambda match: match.specificity))
    return tuple(sorted(found, key=lambda match: (-match.specificity, match.runbook)))


def _entry(runbook: str, entry: MatchEntry, alert: Alert, category: Category) -> Match | None:
    """Every key of the entry must hold; the reason is told by its narrowest."""
    found: list[tuple[Specificity, str]] = []
    if entry.alert is not None:
        name = next((name for name in entry.alert if _fits(name, alert.name)), None)
        if name is None:
            return None
        found.append((Specificity.GLOB if _is_glob(name) else Specificity.NAME, f"label alertname matches {name}"))
    if entry.labels is not None:
        labels = {**alert.labels, "alertname": alert.name}
        if not all(key in labels and _fits(glob, labels[key]) for key, glob in entry.labels.items()):
            return None
        key, glob = next(iter(entry.labels.items()))
        found.append((Specificity.LABELS, f"label {key} matches {glob}"))
    if entry.text is not None:
        said = f"{alert.name}\n{alert.summary}".casefold()
        text = next((text for text in entry.text if text.casefold() in said), None)
        if text is None:
            return None
        found.append((Specificity.TEXT, f'its text has "{text}"'))
    if entry.category is not None:
        if entry.category is not category:
            return None
        found.append((Specificity.CATEGORY, f"its category is {category}"))
    narrowest, why = max(found, key=lambda each: each[0])
    return Match(runbook, why, int(narrowest))


def _fits(glob: str, text: str) -> bool:
    return fnmatchcase(text.casefold(), glob.casefold())


def _is_glob(name: str) -> bool:
    return re.search(r"[*?\[]", name) is not None
