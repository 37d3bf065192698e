"""The runbook file as people write it, version 1. What stands here is what this version knows; all else is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.model import Category, Severity
from bot.runbooks import patterns
from bot.runbooks.placeholders import NAME
from bot.strict_yaml import Duration, Faults, Size

Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Argv = Annotated[tuple[str, ...], Field(min_length=1)]
Time = Annotated[Duration, Field(gt=0, le=86400)]
ExitCodes = Annotated[tuple[Annotated[int, Field(ge=0, le=255)], ...], Field(min_length=1)]
EntryId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Variable = r"[A-Za-z_][A-Za-z0-9_]*"

CHECK_TIMEOUT = 10.0
STEP_TIMEOUT = 60.0
ANSWER_TIMEOUT = 3600.0  # how long a question waits for its answer

# A step prints where people read, so these never reach one.
_OWN_SECRETS = frozenset({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GEMINI_API_KEY", "GROQ_API_KEY", "DATABASE_URL"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MatchEntry(_Part):
    """Every key that is given must match."""

    alert: Texts | None = None
    labels: Annotated[dict[str, Text], Field(min_length=1)] | None = None
    category: Category | None = None
    text: Texts | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(key is None for key in (self.alert, self.labels, self.category, self.text)):
            raise ValueError("is empty and would match everything; give alert, labels, category or text")
        return self


class ParamSpec(_Part):
    type: Literal["string", "integer", "secret"]
    description: str = ""
    env: str | None = None  # of a secret: where the bot's environment has it
    pattern: Text | None = None
    enum: Texts | None = None
    min: int | None = None
    max: int | None = None
    source: tuple[Annotated[str, Field(pattern=r"^labels\..+$")], ...] = Field((), alias="from")
    default: str | int | None = None

    @property
    def bounded(self) -> bool:
        """Whether it is known what a value can hold, so that it may enter a command or an address."""
        return self.type == "integer" or self.pattern is not None or self.enum is not None

    @property
    def preset(self) -> str | None:
        return None if self.default is None else str(self.default)

    @field_validator("pattern")
    @classmethod
    def _can_be_used(cls, pattern: str | None) -> str | None:
        if pattern is not None and (why := patterns.refused(pattern)):
            raise ValueError(why)
        return pattern

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        given = self.model_fields_set
        foreign = {
            "string": ("min", "max", "env"),
            "integer": ("pattern", "enum", "env"),
            "secret": ("pattern", "enum", "min", "max", "source", "default"),
        }[self.type]
        said = f"is not for type {self.type}; remove it"
        found = [(("from" if key == "source" else key,), said) for key in foreign if key in given]
        if self.type == "secret" and not (self.env and re.fullmatch(Variable, self.env)):
            said = "has no name of" if self.env is None else "is no name of"
            found.append((("env",), f"{said} a variable of the bot's environment; write the one that holds the secret"))
        elif self.env in _OWN_SECRETS:
            found.append((("env",), "is a secret of the bot itself; steps never see it, name another"))
        if "default" in given and self.type != "secret":
            if self.default is None:
                found.append((("default",), 'is nothing; write "" for an empty value, or remove it'))
            elif isinstance(self.default, int) != (self.type == "integer"):
                right = "a whole number" if self.type == "integer" else f'"{self.default}" in quotes'
                found.append((("default",), f"does not fit type {self.type}; write {right}"))
        if self.min is not None and self.max is not None and self.min > self.max:
            found.append((("max",), "is below min; no value would fit"))
        if found:
            raise Faults(*found)
        return self


class Approval(_Part):
    required: Annotated[int, Field(ge=0, le=10)] = 1
    roles: Texts = ("approvers",)
    self_approval: bool = Field(False, alias="self")
    expires: Time = 900.0


class HttpSpec(_Part):
    url: Text
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    headers: dict[str, str] = {}
    body: Any = Field(None, alias="json")
    status: Annotated[int, Field(ge=100, le=599)] = 200


class TcpSpec(_Part):
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)]


class NotifySpec(_Part):
    channel: Annotated[str, Field(pattern=r"^#?[\w-]{1,80}$")]
    text: Annotated[Text, Field(max_length=3000)]


class Limits(_Part):
    """What one step may use. `memory` and `cpu` count for each of its processes, `processes` for all of them."""

    cpu: Time = 60.0
    memory: Annotated[Size, Field(ge=1024**2)] = 1024**3
    processes: Annotated[int, Field(ge=1, le=10000)] = 64
    file: Annotated[Size, Field(ge=0)] = 1024**3


class _Entry(_Part):
    """One of several kinds of action, and what they have in common."""

    run: Argv | None = None
    ok: ExitCodes | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        kinds = ("run", "script", "http", "tcp", "notify", "wait", "ask", "alert")
        return tuple(kind for kind in kinds if kind in type(self).model_fields)

    @property
    def kind(self) -> str:
        return next(kind for kind in self.kinds if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        given = [kind for kind in self.kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            said = f"has {' and '.join(given)}" if given else "does nothing"
            raise ValueError(f"{said}; give exactly one of {', '.join(self.kinds)}")
        if self.ok is not None and given[0] not in ("run", "script"):
            raise Faults((("ok",), "lists exit codes, which only run and script have; remove it"))
        return self


class WaitSpec(_Entry):
    http: HttpSpec | None = None
    tcp: TcpSpec | None = None
    every: Time = 2.0
    limit: Time = Field(60.0, alias="for")
    stable: Annotated[int, Field(ge=1, le=100)] = 1


class CheckEntry(_Entry):
    id: EntryId
    say: str = ""
    script: Text | None = None
    http: HttpSpec | None = None
    tcp: TcpSpec | None = None
    timeout: Annotated[Time, Field(le=CHECK_TIMEOUT)] = CHECK_TIMEOUT


class UndoEntry(_Entry):
    script: Text | None = None
    http: HttpSpec | None = None
    timeout: Time = STEP_TIMEOUT


class StepEntry(_Entry):
    id: EntryId
    say: str = ""
    script: Text | None = None
    http: HttpSpec | None = None
    notify: NotifySpec | None = None
    wait: WaitSpec | None = None
    ask: Annotated[Text, Field(max_length=1000)] | None = None
    timeout: Time | None = None
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    repeat_safe: bool = False
    optional: bool = False
    undo: UndoEntry | None = None

    @property
    def limit(self) -> float:
        default = ANSWER_TIMEOUT if self.ask else self.wait.limit if self.wait else STEP_TIMEOUT
        return self.timeout or default

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.wait and self.timeout and self.timeout < self.wait.limit:
            raise Faults((("timeout",), "is shorter than the wait's `for`; remove it"))
        given = self.model_fields_set
        for key in ("retries", "repeat_safe", "undo") if self.ask or self.wait else ():
            if key in given:
                raise Faults(((key,), f"is not for {self.kind}, which changes nothing; remove it"))
        if self.retries and not self.repeat_safe:
            raise Faults((("retries",), "starts the step again; write `repeat_safe: true` if that does no harm"))
        return self


class VerifyEntry(_Entry):
    id: EntryId | None = None
    say: str = ""
    http: HttpSpec | None = None
    tcp: TcpSpec | None = None
    alert: Literal["resolved"] | None = None
    limit: Time = Field(300.0, alias="for")
    timeout: Time = CHECK_TIMEOUT

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        given = self.model_fields_set
        if "limit" in given and not self.alert:
            raise Faults((("for",), "is how long `alert: resolved` waits; write `timeout` here"))
        if "timeout" in given and self.alert:
            raise Faults((("timeout",), "is not for `alert: resolved`; write `for`"))
        return self


class Runbook(_Part):
    runbook: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,63}$")]
    title: Annotated[Text, Field(max_length=120)]
    owner: str | None = None
    reviewed: date | None = None
    doc: Text
    match: tuple[MatchEntry, ...] = ()
    severity: Severity | None = None
    params: dict[str, ParamSpec] = {}
    risk: Literal["low", "medium", "high"] = "medium"
    approval: Approval = Approval.model_validate({})
    lock: Text | None = None
    cooldown: Time | None = None
    timeout: Time = 600.0
    limits: Limits = Limits()
    env: tuple[str, ...] = ()
    schedule: Text | None = None
    check: tuple[CheckEntry, ...] = ()
    steps: tuple[StepEntry, ...] = ()
    verify: tuple[VerifyEntry, ...] = ()
    on_failure: Literal["stop", "undo", "ask"] = "stop"

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found: list[tuple[tuple[str | int, ...], str]] = []
        for name in self.params:
            if not re.fullmatch(NAME, name):
                found.append((("params", name), "is no parameter name; write small letters, digits and _"))
        for part, entries in (("check", self.check), ("steps", self.steps), ("verify", self.verify)):
            ids = [entry.id for entry in entries]
            for at, id_ in enumerate(ids):
                if id_ is not None and id_ in ids[:at]:
                    found.append(((part, at, "id"), f"`{id_}` is used twice in `{part}`; choose another"))
        for at, variable in enumerate(self.env):
            if not re.fullmatch(Variable, variable):
                found.append((("env", at), "is no name of an environment variable; mend it"))
            elif variable.startswith("RUNBOOK_"):
                found.append((("env", at), "is kept for parameters; choose another name"))
            elif variable in _OWN_SECRETS:
                found.append((("env", at), "is a secret of the bot itself; steps never see it, remove it"))
        if self.risk == "high" and self.approval.required < 2:
            if "required" in self.approval.model_fields_set:
                said = f"is {self.approval.required}, and high risk needs at least 2 approvers; write 2"
                found.append((("approval", "required"), said))
            else:
                said = "is high, which needs at least 2 approvers; write `approval: {required: 2}`"
                found.append((("risk",), said))
        if self.approval.required == 0 and self.risk != "low":
            found.append(
                (("approval", "required"), f"is 0, and the risk is {self.risk}; only low risk may run by itself")
            )
        if self.on_failure == "undo" and self.steps and not any(step.undo for step in self.steps):
            found.append((("on_failure",), "is undo, and no step has an `undo`; add one, or write stop"))
        needs_steps = [part for part in ("check", "verify", "schedule", "cooldown") if getattr(self, part)]
        if needs_steps and not self.steps:
            found.append(((needs_steps[0],), "needs `steps`; without them the runbook is only text to read"))
        if found:
            raise Faults(*found)
        return self
