"""The one place where everything known about an alert is weighed into its classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from bot.classify.category import category_of
from bot.classify.severity import severity_of, worse
from bot.model import Alert, Classification
from bot.runbooks.load import Library
from bot.runbooks.match import matching
from bot.team import Policy


def classify(alert: Alert, library: Library, policy: Sequence[Policy]) -> Classification:
    """The runbooks' `match` decide the runbook; the tool's level the severity, raised by the runbook and the policy."""
    category, why = category_of(alert)
    severity = severity_of(alert.severity_hint)
    matches = matching(library, alert, category)
    runbook = matches[0].runbook if matches else None
    if runbook is not None:
        why = matches[0].why
        severity = worse(severity, library.runbooks[runbook].severity)
    for rule in policy:
        if _holds(rule.match.labels, alert):
            severity = worse(severity, rule.severity)
    return Classification(category, severity, runbook, 1.0 if runbook else 0.5, "rule", why)


def _holds(wanted: Mapping[str, str], alert: Alert) -> bool:
    labels = {"alertname": alert.name, **alert.labels}
    return all(fnmatchcase(labels.get(key, ""), value) for key, value in wanted.items())
