"""The one place where everything known about an alert is weighed into its classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from bot.classify.category import category_of
from bot.classify.severity import severity_of
from bot.model import Alert, Classification
from bot.runbooks.load import Library
from bot.runbooks.match import matching
from bot.team import Policy


def classify(alert: Alert, library: Library, policy: Sequence[Policy]) -> Classification:
    """The runbooks' `match` decide the runbook; the tool's level the severity, raised by the runbook and the policy."""
    category, why = category_of(alert)
    severity = severity_of(alert.severity_hint)
    severity_why = f'its level is "{alert.severity_hint}"' if alert.severity_hint else "it names no level"
    matches = matching(library, alert, category)
    runbook = library.runbooks[matches[0].runbook] if matches else None
    raising = [(runbook.severity, f"the runbook {runbook.id} says so")] if runbook else []
    raising += [(rule.severity, "the team's policy says so") for rule in policy if _holds(rule.match.labels, alert)]
    for wanted, reason in raising:
        if wanted is not None and wanted < severity:
            severity, severity_why = wanted, reason
    return Classification(
        category=category,
        severity=severity,
        runbook=runbook.id if runbook else None,
        confidence=1.0 if runbook else 0.5,
        by="rule",
        why=why,
        severity_why=severity_why,
        runbook_why=matches[0].why if matches else "",
    )


def _holds(wanted: Mapping[str, str], alert: Alert) -> bool:
    labels = {"alertname": alert.name, **alert.labels}
    return all(fnmatchcase(labels.get(key, ""), value) for key, value in wanted.items())
