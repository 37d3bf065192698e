"""Which runbooks fit an alert, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Alert, Category, Reason
from bot.runbooks.format import MatchEntry
from bot.runbooks.load import Library
from bot.runbooks.specificity import Specificity, fits, of_name


@dataclass(frozen=True)
class Match:
    runbook: str
    why: Reason
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
    found: list[tuple[Specificity, Reason]] = []
    if entry.alert is not None:
        name = next((name for name in entry.alert if fits(name, alert.name)), None)
        if name is None:
            return None
        found.append((of_name(name), Reason("why_label", {"label": "alertname", "glob": name})))
    if entry.labels is not None:
        labels = {**alert.labels, "alertname": alert.name}
        if not all(key in labels and fits(glob, labels[key]) for key, glob in entry.labels.items()):
            return None
        key, glob = next(iter(entry.labels.items()))
        found.append((Specificity.LABELS, Reason("why_label", {"label": key, "glob": glob})))
    if entry.text is not None:
        said = f"{alert.name}\n{alert.summary}".casefold()
        text = next((text for text in entry.text if text.casefold() in said), None)
        if text is None:
            return None
        found.append((Specificity.TEXT, Reason("why_text", {"text": text})))
    if entry.category is not None:
        if entry.category is not category:
            return None
        found.append((Specificity.CATEGORY, Reason("why_category", {"category": category})))
    narrowest, why = max(found, key=lambda each: each[0])
    return Match(runbook, why, int(narrowest))
