"""What became of an alert, as GitHub shows it. What came from outside cannot format, link or mention. Pure."""

from __future__ import annotations

import re

from bot.handle.incident import Incident
from bot.markdown import escaped
from bot.runbooks.told import seconds

_LONGEST = 500  # characters of one text


def markdown(incident: Incident) -> str:
    """A heading, a table, and what was done."""
    rows = [
        ("Alert", f"{incident.alert_id}: {incident.name}"),
        ("What", incident.summary),
        ("In a model's words", incident.read),
        ("Type", str(incident.category)),
        ("Severity", str(incident.severity)),
        ("Runbook", incident.runbook or "none"),
        ("Why", incident.why),
        ("Duration", seconds(incident.seconds)),
    ]
    parts = [f"### {incident.status.words}: {_short(incident.name)}"]
    parts.append("\n".join(["| | |", "|---|---|", *(f"| {key} | {_short(value)} |" for key, value in rows if value)]))
    if incident.actions:
        parts.append("\n".join(["Done:", "", *(f"1. {_short(action)}" for action in incident.actions)]))
    if incident.before_after:
        parts.append("\n".join(["Before → after:", "", _fenced("\n".join(incident.before_after))]))
    return "\n\n".join(parts) + "\n"


def _short(text: str) -> str:
    return escaped(text, _LONGEST)


def _fenced(text: str) -> str:
    """With a fence longer than any row of backticks in the text."""
    fence = "`" * max(3, *(len(row) + 1 for row in re.findall("`+", text)), 3)
    return f"{fence}text\n{text}\n{fence}"
