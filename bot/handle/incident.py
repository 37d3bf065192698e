"""What became of an alert that was handled without Slack. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model import Category, RunState, Severity, StepState, Verdict
from bot.runbooks.terminal.by_hand import Performed


class Status(StrEnum):
    """How it ended. The first two say that nothing is left to do about it, and so does the third."""

    FIXED = "fixed"
    DONE = "done"  # every step was done, and the runbook cannot tell whether that helped
    NOTHING_TO_DO = "nothing_to_do"  # it is over already, or reports no trouble
    NOT_FIXED = "not_fixed"
    FAILED = "failed"
    UNDONE = "undone"
    ABORTED = "aborted"
    UNKNOWN = "unknown"
    REJECTED = "rejected"  # a person said no
    NOT_RUN = "not_run"  # there is a runbook, and it may or can not be run here; `why` says why
    NO_RUNBOOK = "no_runbook"
    NO_ALERT = "no_alert"

    @property
    def good(self) -> bool:
        return self in {Status.FIXED, Status.DONE, Status.NOTHING_TO_DO}

    @property
    def words(self) -> str:
        return self.upper().replace("_", " ")


@dataclass(frozen=True)
class Incident:
    """`executed`: the runbook of which a step was begun. `actions`: the steps that were done, in words."""

    began: datetime
    alert_id: str
    name: str
    summary: str
    read: str  # what a language model makes of it, in its own words; empty when none was asked
    category: Category
    severity: Severity
    status: Status
    why: str
    runbook: str | None
    executed: str | None
    plan: str | None  # its hash
    actions: tuple[str, ...]
    before_after: tuple[str, ...]
    seconds: float

    def line(self) -> dict[str, Any]:
        """Its line in the log."""
        return {
            "timestamp": self.began.isoformat(timespec="seconds"),
            "alert_id": self.alert_id,
            "incident_type": str(self.category),
            "runbook_executed": self.executed,
            "status": str(self.status),
            "actions": list(self.actions),
            "duration": round(self.seconds, 1),
        }

    def in_full(self) -> dict[str, Any]:
        """All of it, for the result file."""
        return self.line() | {
            "name": self.name,
            "summary": self.summary,
            "read": self.read,
            "severity": str(self.severity),
            "runbook": self.runbook,
            "plan": self.plan,
            "why": self.why,
            "before_after": list(self.before_after),
        }


_BY_VERDICT = {Verdict.FIXED: Status.FIXED, Verdict.DONE: Status.DONE, Verdict.NOT_FIXED: Status.NOT_FIXED}
_BY_STATE = {
    RunState.FAILED: Status.FAILED,
    RunState.UNDONE: Status.UNDONE,
    RunState.ABORTED: Status.ABORTED,
}
_DID = {StepState.OK, StepState.DECLARED}


def status_of(performed: Performed) -> Status:
    """What became of a plan, in one word. What cannot be said is UNKNOWN."""
    if performed.state is None:
        return Status.ABORTED if performed.interrupted else Status.REJECTED
    if performed.verdict is not None:
        return _BY_VERDICT[performed.verdict]
    return _BY_STATE.get(performed.state, Status.UNKNOWN)


def did(record_state: StepState) -> bool:
    """Whether a step in this state was done."""
    return record_state in _DID
