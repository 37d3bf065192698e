"""A plan that people decide on, and an approved one being executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.plans import Param, Plan, Reading


class ProposalState(StrEnum):
    CHECKING = "checking"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # a fresh one took its place


@dataclass(frozen=True)
class Decision:
    person: str  # Slack user id
    approve: bool
    reason: str
    at: datetime
    emergency: bool = False  # it counted alone, whatever else the plan asks for


@dataclass(frozen=True)
class Request:
    """A runbook that a person asked for, or that was due by its schedule; no alert is behind it."""

    id: str
    runbook: str
    asked_by: str  # a Slack user, or the bot itself when it was due
    channel: str
    created: datetime
    hindrance: str = ""  # why its runbook could not become a plan
    incident: str | None = None  # that it is to help with: its id


@dataclass(frozen=True)
class Proposal:
    id: str
    subject: str  # the id of the stored alert, or of the request
    plan: Plan
    params: tuple[Param, ...]
    state: ProposalState
    asked_by: str  # who posted the alert or asked for the run: a Slack user or bot id
    created: datetime
    expires: datetime | None  # set when the buttons appear
    evidence: tuple[Reading, ...] = ()
    decisions: tuple[Decision, ...] = ()
    authority: str = ""  # the team as it was then: see Team.authority

    @property
    def given(self) -> Mapping[str, str]:
        """The values that a person gave."""
        return {param.name: param.value for param in self.params if param.origin == "person"}


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    ASKING = "asking"  # a person has to answer before it goes on
    UNDOING = "undoing"
    VERIFYING = "verifying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDONE = "undone"  # it did not succeed, and what it had done was taken back
    ABORTED = "aborted"
    UNKNOWN = "unknown"

    @property
    def over(self) -> bool:
        return self in {RunState.SUCCEEDED, RunState.FAILED, RunState.UNDONE, RunState.ABORTED}


class Verdict(StrEnum):
    """What the verify entries said once the steps were done."""

    FIXED = "FIXED"
    NOT_FIXED = "NOT FIXED"
    DONE = "DONE"  # the runbook has no verify


class StepState(StrEnum):
    RUNNING = "running"  # its intent is written; it may or may not have started
    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    DECLARED = "declared"  # a person said that it ran
    EXCUSED = "excused"  # it failed, and a person let the run go on after it
    ASKING = "asking"  # a question that waits for its answer


@dataclass(frozen=True)
class StepRecord:
    position: int
    state: StepState
    started: datetime
    ended: datetime | None
    said: str
    output: str
    attempt: int = 1
    undo: bool = False  # the undo of the step at `position`, not the step itself


@dataclass(frozen=True)
class Run:
    id: str
    proposal: str
    state: RunState
    verdict: Verdict | None
    lock: str | None
    queued: datetime
    started: datetime | None
    ended: datetime | None
    why: str  # why it failed, was aborted or is unknown, in words
    steps: tuple[StepRecord, ...] = ()
    verified: tuple[Reading, ...] = ()
    after: tuple[Reading, ...] = ()  # the checks once more
    number: int = 0  # what people call it by: run 12
    stopped_by: str | None = None  # who asked for it to be aborted


@dataclass(frozen=True)
class Pause:
    """While it lasts no run is started."""

    id: str
    who: str
    why: str
    since: datetime
    ended_by: str | None = None
