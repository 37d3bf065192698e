"""What a rule has found in a log, as an alert in JSON: the shape in which alerts are read from files. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.detect.concealed import concealed
from bot.detect.finding import Finding
from bot.runbooks.masking import Mask

SOURCE = "logs"
_EXAMPLE = 2000  # bytes of a line in which secrets are looked for


def alert(finding: Finding, log: str, service: str | None, known: Mask) -> dict[str, Any]:
    """`log`: the file's path. `service`: whose log it is, when somebody said so."""
    rule, first_line, last_line = finding.rule, finding.first, finding.last
    labels = {"filename": log}
    if writer := service or finding.service:
        # A restart of who was refused mends nothing: what it could not reach is in trouble.
        labels["client" if rule.elsewhere else "service"] = writer
    first, last = first_line.moment, last_line.moment
    found: dict[str, Any] = {
        "alert_id": f"{SOURCE}-{_digest(rule.name, log, first.shown if first else str(first_line.number))}",
        "source": SOURCE,
        "name": rule.name,
        "status": "firing",
        "severity_hint": _hint(finding),
        "summary": _summary(finding, log),
        "labels": labels,
        "count": finding.count,
        "first": first.shown if first else None,
        "last": last.shown if last else None,
        "first_line": first_line.number,
        "last_line": last_line.number,
        "example": concealed(first_line.text[:_EXAMPLE], known),
        "recognised_by": finding.recognised.by if finding.recognised else None,
        "in_its_words": finding.recognised.summary if finding.recognised else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _hint(finding: Finding) -> str:
    """A model has no say in how severe something is: what it alone has recognised is a warning, whatever it is."""
    return finding.rule.hint if finding.recognised is None else "warning"


def _summary(finding: Finding, log: str) -> str:
    first, last = finding.first, finding.last
    many = f"{finding.rule.what.capitalize()}: {finding.count:,}"
    if finding.count == 1:
        return f"{many} in {log}, {f'at {first.moment.shown}' if first.moment else f'line {first.number:,}'}"
    if first.moment and last.moment:
        return f"{many} in {log}, from {first.moment.shown} to {last.moment.shown}"
    return f"{many} in {log}, lines {first.number:,} to {last.number:,}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12]
