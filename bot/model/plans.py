"""A sealed plan: what will be looked at, started, taken back and verified; and how each of these ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter


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


@dataclass(frozen=True)
class Notify:
    """A message to another channel, named without its #. `text` is shown as it is, nothing in it is formatted."""

    channel: str
    text: str
    kind: Literal["notify"] = "notify"


@dataclass(frozen=True)
class Ask:
    """A question that a person answers with yes, and the run goes on, or with no, and the step has failed."""

    question: str
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True)
class AlertResolved:
    """Until the tool that fired the alert says that it is over, for at most `limit` seconds. Only in verify."""

    limit: float
    kind: Literal["alert"] = "alert"


Action = Command | Script | Http | Tcp | Wait | Notify | Ask | AlertResolved


@dataclass(frozen=True)
class Undo:
    """What takes a step back. `timeout` in seconds."""

    action: Command | Script | Http
    timeout: float


@dataclass(frozen=True)
class Step:
    """One action of a plan: a check, a step or a verify entry. `timeout` in seconds."""

    id: str
    say: str
    action: Action
    timeout: float
    retries: int = 0  # further tries after a failure; only where `repeat_safe`
    repeat_safe: bool = False
    optional: bool = False  # its failure does not fail the run
    undo: Undo | None = None


@dataclass(frozen=True)
class Limits:
    """What one step may use: seconds of processor time, bytes of memory a process, processes, bytes a file."""

    cpu: float = 60.0
    memory: int = 1024**3
    processes: int = 64
    file: int = 1024**3


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
    on_failure: Literal["stop", "undo", "ask"] = "stop"
    cooldown: float = 0.0  # seconds that the lock rests after a run
    limits: Limits = Limits()
    # Secret parameter → the variable of the bot's environment that holds it. Its value is in no plan; in the values of
    # `http` headers, and nowhere else, `{name}` stands for it and `{{` for a brace.
    secrets: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Canonical: the same plan gives the same text, whatever the order or time it was made in."""
        return json.dumps(_PLAN.dump_python(self, mode="json"), sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Plan:
        """The plan as it was sealed, under the hash of its text: a later version might write it with more keys."""
        plan = _PLAN.validate_json(text)
        plan.__dict__["hash"] = hashlib.sha256(text.encode()).hexdigest()
        return plan

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
    at_large: bool = False  # it could not be ended, or nobody watches it: it may still run

    @property
    def ok(self) -> bool:
        return self.result is Result.OK


@dataclass(frozen=True)
class Reading:
    """What one check or verify entry said."""

    id: str
    say: str
    outcome: Outcome
