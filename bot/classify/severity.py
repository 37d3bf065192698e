"""How bad an alert is: the tool's own level, raised by the runbook and the team's policy. Never read from prose."""

from __future__ import annotations

from bot.model import Severity

# The tools' own words and Slack's colours, to ours.
LEVELS = {
    **dict.fromkeys(("critical", "page", "emergency", "danger", "disaster", "fatal", "urgent"), Severity.P1),
    **dict.fromkeys(("p1", "sev0", "sev1", "sev-1", "s1"), Severity.P1),
    **dict.fromkeys(("error", "high", "warning", "warn", "average", "major", "medium"), Severity.P2),
    **dict.fromkeys(("p2", "sev2", "sev-2", "s2"), Severity.P2),
    **dict.fromkeys(("info", "information", "informational", "low", "minor", "notice"), Severity.P3),
    **dict.fromkeys(("p3", "p4", "p5", "sev3", "sev-3", "sev4", "s3", "s4"), Severity.P3),
}


def severity_of(hint: str | None) -> Severity:
    """Nothing known is P2: worth a look within a working day."""
    return LEVELS.get((hint or "").strip().lower(), Severity.P2)
