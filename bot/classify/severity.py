"""How bad an alert is: the tool's own level, raised by the runbook and the team's policy. Never read from prose."""

from __future__ import annotations

from bot.model import Severity

# The tools' own words and Slack's colours, to ours.
LEVELS = {
    **dict.fromkeys(("critical", "page", "emergency", "danger", "disaster", "fatal", "p1"), Severity.P1),
    **dict.fromkeys(("error", "high", "warning", "warn", "average", "p2"), Severity.P2),
    **dict.fromkeys(("info", "information", "low", "notice", "p3"), Severity.P3),
}


def severity_of(hint: str | None) -> Severity:
    """Nothing known is P2: worth a look within a working day."""
    return LEVELS.get((hint or "").strip().lower(), Severity.P2)
