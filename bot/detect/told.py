"""What a rule has found in a log, as an alert in JSON: the shape in which alerts are read from files. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.detect.concealed import concealed
from bot.detect.line import Line
from bot.detect.tally import Tally
from bot.runbooks.masking import Mask

SOURCE = "logs"
_EXAMPLE = 2000  # bytes of a line in which secrets are looked for


def alert(tally: Tally, log: str, service: str | None, known: Mask) -> dict[str, Any]:
    """`log`: the file's path. `service`: whose log it is, when somebody said so."""
    rule = tally.rule
    labels = {"filename": log}
    if writer := service or tally.service:
        # A restart of who was refused mends nothing: what it could not reach is in trouble.
        labels["client" if rule.elsewhere else "service"] = writer
    first_line, last_line = tally.first, tally.last
    assert first_line is not None  # noqa: S101 - what is found was counted
    assert last_line is not None  # noqa: S101
    first, last = first_line.moment, last_line.moment
    found: dict[str, Any] = {
        "alert_id": f"{SOURCE}-{_digest(rule.name, log, first.shown if first else str(first_line.number))}",
        "source": SOURCE,
        "name": rule.name,
        "status": "firing",
        "severity_hint": rule.hint,
        "summary": _summary(tally, log, first_line, last_line),
        "labels": labels,
        "count": tally.count,
        "first": first.shown if first else None,
        "last": last.shown if last else None,
        "first_line": first_line.number,
        "last_line": last_line.number,
        "example": concealed(first_line.text[:_EXAMPLE], known),
    }
    return {key: value for key, value in found.items() if value is not None}


def _summary(tally: Tally, log: str, first: Line, last: Line) -> str:
    many = f"{tally.rule.what.capitalize()}: {tally.count:,}"
    if tally.count == 1:
        return f"{many} in {log}, {f'at {first.moment.shown}' if first.moment else f'line {first.number:,}'}"
    if first.moment and last.moment:
        return f"{many} in {log}, from {first.moment.shown} to {last.moment.shown}"
    return f"{many} in {log}, lines {first.number:,} to {last.number:,}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:12]
