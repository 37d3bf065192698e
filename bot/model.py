"""The words of the product as values: frozen, without behaviour that touches anything outside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter

# -- alerts ---


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"
    INFO = "info"  # a tool's note that reports no trouble
    NONE = "none"  # a message that is no alert


class Severity(StrEnum):
    """P0 is the worst; as text they sort with the worst first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Category(StrEnum):
    AVAILABILITY = "availability"
    LATENCY = "latency"
    ERRORS = "errors"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    KUBERNETES = "kubernetes"
    DEPLOY = "deploy"
    CERTIFICATE = "certificate"
    BACKUP = "backup"
    SECURITY = "security"
    CAPACITY = "capacity"
    MONITORING = "monitoring"
    MODEL = "model"
    OTHER = "other"


@dataclass(frozen=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True)
class Alert:
    """One thing that a monitoring tool or a person reported. All texts are as they came: data, never trusted."""

    source: str
    name: str
    status: AlertStatus
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)
    severity_hint: str | None = None  # the tool's own word or colour: critical, warning, danger, …
    links: tuple[Link, ...] = ()
    fingerprint: str = ""  # the same for firing and resolved


@dataclass(frozen=True)
class Classification:
    category: Category
    severity: Severity
    runbook: str | None
    confidence: float  # 0 to 1
    by: str  # "rule", "embedded" or a model's name
    why: str  # of the category
    severity_why: str = ""
    runbook_why: str = ""


# -- plans ---


@dataclass(frozen=True)
class Command:
    """An argv list, started without a shell."""

    argv: tuple[str, ...]
    ok: tuple[int, ...] = (0,)
    kind: Literal["run"] = "run"


@dataclass(frozen=True)
class Script:
    """A file below the runbooks folder; its bytes as they were when the plan was sealed are what runs."""

    path: str
    body: bytes
    ok: tuple[int, ...] = (0,)
    kind: Literal["script"] = "script"


@dataclass(frozen=True)
class Http:
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    status: int = 200
    kind: Literal["http"] = "http"


@dataclass(frozen=True)
class Tcp:
    host: str
    port: int
    kind: Literal["tcp"] = "tcp"


@dataclass(frozen=True)
class Wait:
    """Until the probe holds `stable` times in a row, tried every `every` seconds, for at most `limit` seconds."""

    probe: Command | Http | Tcp
    every: float
    limit: float
    stable: int = 1
    kind: Literal["wait"] = "wait"


Action = Command | Script | Http | Tcp | Wait


@dataclass(frozen=True)
class Step:
    """One action of a plan: a check, a step or a verify entry. `timeout` in seconds."""

    id: str
    say: str
    action: Action
    timeout: float


@dataclass(frozen=True)
class ApprovalRule:
    required: int
    roles: tuple[str, ...]
    self_approval: bool
    expires: float  # seconds after the proposal was shown


@dataclass(frozen=True)
class Plan:
    """A runbook with its parameters filled in and sealed. Everything that will run is in here and in `hash`."""

    runbook: str
    title: str
    risk: str
    params: Mapping[str, str]  # as the steps see them: RUNBOOK_<NAME>
    checks: tuple[Step, ...]
    steps: tuple[Step, ...]
    verify: tuple[Step, ...]
    approval: ApprovalRule
    lock: str | None
    timeout: float
    env: tuple[str, ...]  # names of the bot's environment that the steps see

    def to_json(self) -> str:
        """Canonical: the same plan gives the same text, whatever the order or time it was made in."""
        return json.dumps(_PLAN.dump_python(self, mode="json"), sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Plan:
        return _PLAN.validate_json(text)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hex. People see the first seven characters."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


Plan.__pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", extra="forbid")  # type: ignore[attr-defined]
_PLAN = TypeAdapter(Plan)


@dataclass(frozen=True)
class Param:
    """A filled parameter and where its value came from: "alert", "default" or "person"."""

    name: str
    value: str
    origin: str


class Result(StrEnum):
    """How one action ended. `UNKNOWN`: it may have run, and nobody can say."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    result: Result
    said: str  # one line for people: "exit code 3", "503 from http://…"
    output: str  # what it printed, head and tail, made safe to show
    seconds: float

    @property
    def ok(self) -> bool:
        return self.result is Result.OK


@dataclass(frozen=True)
class Reading:
    """What one check or verify entry said."""

    id: str
    say: str
    outcome: Outcome


# -- proposals, decisions, runs ---


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


@dataclass(frozen=True)
class Proposal:
    id: str
    alert: str  # the stored alert's id
    plan: Plan
    params: tuple[Param, ...]
    state: ProposalState
    asked_by: str  # who posted the alert or asked for the run: a Slack user or bot id
    created: datetime
    expires: datetime | None  # set when the buttons appear
    evidence: tuple[Reading, ...] = ()
    decisions: tuple[Decision, ...] = ()


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    VERIFYING = "verifying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


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


@dataclass(frozen=True)
class StepRecord:
    position: int
    state: StepState
    started: datetime
    ended: datetime | None
    said: str
    output: str
    attempt: int = 1


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


# -- incidents ---


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Incident:
    id: str
    number: int
    title: str
    severity: Severity
    state: IncidentState
    opened: datetime
    closed: datetime | None
    alert: str | None
    lead: str | None


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `hash` covers the line and the hash before it."""

    at: datetime
    who: str
    what: str
    subject: str
    data: Mapping[str, Any]
    hash: str
