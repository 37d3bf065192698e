"""Values that several tests start from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.model import (
    Alert,
    AlertStatus,
    ApprovalRule,
    Category,
    Classification,
    Command,
    Decision,
    Plan,
    Proposal,
    ProposalState,
    Reason,
    Severity,
    Step,
)

NOW = datetime(2026, 11, 16, 14, 2, tzinfo=UTC)
ALICE, BOB, CAROL = "U0000000001", "U0000000002", "U0000000003"
MONITOR = "B0MONITOR"

ALERT = Alert(
    source="alertmanager",
    name="HighMemoryUsage",
    status=AlertStatus.FIRING,
    summary="Memory at 95 %, out of memory is near.",
    labels={"alertname": "HighMemoryUsage", "service": "shop", "instance": "api-1", "severity": "critical"},
    severity_hint="critical",
    fingerprint="f" * 32,
)
CLASSIFICATION = Classification(
    Category.MEMORY,
    Severity.P1,
    "restart-shop",
    1.0,
    "rule",
    why=Reason("why_words", {"words": '"memory"', "sure": "99%"}),
    severity_why=Reason("why_level", {"level": "critical"}),
    runbook_why=Reason("why_label", {"label": "alertname", "glob": "HighMemoryUsage"}),
)


def plan(**changes: Any) -> Plan:
    parts: dict[str, Any] = {
        "runbook": "restart-shop",
        "title": "Restart the shop",
        "risk": "medium",
        "params": {"service": "shop"},
        "checks": (),
        "steps": (Step("restart", "Restart it", Command(("true",)), 60.0),),
        "verify": (),
        "approval": ApprovalRule(1, ("approvers",), False, 900.0),
        "lock": None,
        "timeout": 600.0,
        "env": (),
    }
    return Plan(**{**parts, **changes})


def proposal(**changes: Any) -> Proposal:
    parts: dict[str, Any] = {
        "id": "proposal_1",
        "subject": "alert_1",
        "plan": plan(),
        "params": (),
        "state": ProposalState.WAITING,
        "asked_by": MONITOR,
        "created": NOW,
        "expires": datetime(2026, 11, 16, 14, 17, tzinfo=UTC),
    }
    return Proposal(**{**parts, **changes})


def approval_by(person: str, at: datetime = NOW) -> Decision:
    return Decision(person, True, "", at)


def alertmanager(
    name: str = "HighMemoryUsage", *, resolved: bool = False, labels: Mapping[str, str] | None = None, summary: str = ""
) -> dict[str, Any]:
    """What Alertmanager posts to a webhook, in the kube-prometheus style."""
    shown = {"alertname": name, "service": "shop", "instance": "api-1", "severity": "critical", **(labels or {})}
    details = "\n".join(f" - *{key}:* `{value}`" for key, value in shown.items())
    return {
        "username": "Alertmanager",
        "attachments": [
            {
                "title": f"[{'RESOLVED' if resolved else 'FIRING:1'}] {name}",
                "title_link": "http://alertmanager.example.com:9093/#/alerts",
                "text": f"*Alert:* {summary or name + ' on shop'}\n*Details:*\n{details}\n",
                "fallback": f"[{'RESOLVED' if resolved else 'FIRING:1'}] {name}",
                "color": "good" if resolved else "danger",
            }
        ],
    }
