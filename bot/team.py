"""team.yaml: who the people are, what each may do, who is told when, and what the team decided beforehand."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cached_property, partial
from math import ceil
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NaiveDatetime, model_validator

from bot import units
from bot.addresses import is_mail_address, is_web_address
from bot.model import Severity
from bot.strict_yaml import Duration, Faults

GROUP = "group:"  # a role held by whoever is in a Slack user group: "group:S0123"
ROLE = "role:"  # who an escalation level tells: "oncall" or "role:lead"
ON_CALL = "oncall"
PAGER = "page"
_REMINDERS = 24  # of one handoff: who has not read that many reads no more


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_or_several(value: object) -> object:
    # A tuple, because in pydantic's strict mode what a validator returns has to be of the final type.
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _text_that(form: str | Callable[[str], bool], wanted: str) -> Any:
    """Text of a form, a pattern or a question, with words for the person who wrote something else."""
    right = form if callable(form) else partial(re.fullmatch, form)

    def checked(value: object) -> object:
        if isinstance(value, str) and not right(value):
            raise ValueError(f'is "{value[:60]}"; write {wanted}')
        return value

    return BeforeValidator(checked)


def _place_of_a_calendar(value: object) -> object:
    # An address of a calendar lets whoever has it in, so that what is wrong is said without it.
    if isinstance(value, str):
        scheme, colon, rest = value.partition("://")
        known = scheme.lower() in {"https", "http", "webcal", "webcals"} and is_web_address(f"https://{rest}")
        if (colon and not known) or not value.isprintable() or not value.strip():
            raise ValueError("is no calendar; write a file, or an address that begins with https:// or webcal://")
    return value


Name = Annotated[str, _text_that(r"[a-z0-9][a-z0-9._-]{0,62}", "a short name in lower case, such as alice")]
SlackPerson = Annotated[str, _text_that(r"[UW][A-Z0-9]{2,20}", "the member ID from the person's Slack profile: U…")]
Email = Annotated[
    str,
    _text_that(
        lambda text: is_mail_address(text) and "." in text.partition("@")[2], "an address such as alice@example.com"
    ),
]
Url = Annotated[str, _text_that(is_web_address, "an address that begins with https://")]
Holder = Annotated[
    str, _text_that(r"[a-z0-9][a-z0-9._-]{0,62}|group:S[A-Z0-9]{2,20}", "a name from `people`, or a group: group:S0123")
]
Weekly = Annotated[
    str,
    _text_that(
        r"(?i:mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d", "a day of the week and a time, such as Mon 09:30"
    ),
]
Channel = Annotated[str, _text_that(r"#?[\w-]{1,80}", "a channel's name, without the #")]


class Person(_Part):
    slack: SlackPerson
    email: Email | None = None
    phone: str | None = None
    calendar: str | None = Field(default=None, min_length=1)  # the name in the rota's calendar, where it has another


class Emergency(_Part):
    """Who may approve alone, with a typed reason that everyone sees."""

    roles: tuple[str, ...] = ()


class PolicyMatch(_Part):
    labels: dict[str, str] = Field(min_length=1)


class Policy(_Part):
    """An alert whose labels all match is at least this severe."""

    match: PolicyMatch
    severity: Severity


class Cover(_Part):
    """Somebody stands in, from and to in the rota's local time."""

    who: str
    start: NaiveDatetime = Field(alias="from")
    end: NaiveDatetime = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Cover:
        if self.end <= self.start:
            raise Faults((("to",), "is not after `from`; swap them or mend the dates"))
        return self


class Rota(_Part):
    """Who follows whom: by an order, of which `start` is local time and `every` seconds of wall-clock time; or as the
    calendar `ics` says, a file or an address."""

    timezone: str
    start: NaiveDatetime | None = None
    every: Annotated[Duration, Field(ge=3600, le=53 * 604800)] | None = None
    order: tuple[str, ...] | None = Field(default=None, min_length=1)
    ics: Annotated[str, BeforeValidator(_place_of_a_calendar)] | None = None  # an address is a secret
    cover: tuple[Cover, ...] = ()
    user_group: Annotated[str, _text_that(r"S[A-Z0-9]{2,20}", "the group's ID in Slack: S…")] | None = None

    @model_validator(mode="after")
    def _an_order_or_a_calendar(self) -> Rota:
        parts = {"start": self.start, "every": self.every, "order": self.order}
        if self.ics is not None and any(each is not None for each in parts.values()):
            raise Faults((("ics",), "stands beside an order; keep one of them"))
        if self.ics is None and (missing := [name for name, each in parts.items() if each is None]):
            raise Faults(
                *(((name,), "is missing; add it, or take the shifts from a calendar with `ics`") for name in missing)
            )
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Level(_Part):
    """`to` is told `after` seconds, unless the incident got as far as `unless` before."""

    after: Duration
    to: Annotated[str, _text_that(r"oncall|page|role:.+", "oncall, a role such as role:lead, or page")]
    unless: Literal["acknowledged", "mitigated", "resolved"] = "acknowledged"


class Escalation(_Part):
    P0: tuple[Level, ...] = ()
    P1: tuple[Level, ...] = ()
    P2: tuple[Level, ...] = ()
    P3: tuple[Level, ...] = ()
    criteria: tuple[str, ...] = ()  # shown where people escalate by hand

    def roles(self) -> list[str]:
        """Those that the ladders name, in the order in which they are told, of the gravest severity first."""
        ladders = (sorted(self.levels(severity), key=lambda each: each.after) for severity in Severity)
        named = (level.to for ladder in ladders for level in ladder if level.to.startswith(ROLE))
        return list(dict.fromkeys(to.removeprefix(ROLE) for to in named))

    def levels(self, severity: Severity) -> tuple[Level, ...]:
        found: tuple[Level, ...] = getattr(self, severity.value)
        return found


class Pager(_Part):
    """Where `to: page` goes: a webhook that takes JSON, ours or that of PagerDuty's Events API v2."""

    url: Url
    format: Literal["json", "pagerduty"] = "json"


class Handoff(_Part):
    """Where the note is posted. In seconds: how long before the end of a shift it is drafted, how often the next person
    is reminded to accept it, and when that is brought to others."""

    channel: Channel = "incidents"
    draft: Annotated[Duration, Field(ge=60)] = 3600.0
    remind: Annotated[Duration, Field(ge=60)] = 900.0
    escalate: Annotated[Duration, Field(ge=60, le=86400)] = 3600.0

    @model_validator(mode="after")
    def _reminds_no_more_often_than_anybody_reads(self) -> Handoff:
        if self.escalate > _REMINDERS * self.remind:
            least = units.like("m", ceil(self.escalate / _REMINDERS / 60) * 60)
            count = ceil(self.escalate / self.remind)
            text = f"makes {count} reminders until `escalate`, and {_REMINDERS} are the most; write at least {least}"
            raise Faults((("remind",), text))
        return self


class Contact(_Part):
    role: str
    who: str
    when: str | None = None


class TeamLink(_Part):
    title: str
    url: Url


class Team(_Part):
    people: dict[Name, Person] = Field(min_length=1)
    roles: dict[Name, Annotated[tuple[Holder, ...], BeforeValidator(_one_or_several)]] = Field(default_factory=dict)
    self_approval: bool = False
    emergency: Emergency = Emergency()
    unattended: tuple[str, ...] = ()
    policy: tuple[Policy, ...] = ()
    rota: Rota | None = None
    escalation: Escalation = Escalation()
    updates: dict[Severity, Annotated[Duration, Field(ge=60)]] = Field(default_factory=dict)
    status_page: Url | None = None  # where customers look
    page: Pager | None = None
    handoff: Handoff = Handoff()
    report: Weekly | None = None  # when the weekly report is posted, in the rota's zone
    stakeholders: dict[Severity, tuple[Email, ...]] = Field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    links: tuple[TeamLink, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Where the team's clocks are: the rota's zone, or UTC."""
        return self.rota.zone if self.rota else ZoneInfo("UTC")

    def holders(self, role: str) -> frozenset[str]:
        """Slack ids of who holds the role: people (U…, W…) and user groups (S…), whose members Slack knows.

        Nobody holds a role that the file does not have.
        """
        return frozenset(
            name.removeprefix(GROUP) if name.startswith(GROUP) else self.people[name].slack
            for name in self.roles.get(role, ())
        )

    def roles_of(self, slack_id: str) -> frozenset[str]:
        """The roles that name this person or, for an S… id, this user group."""
        return frozenset(role for role in self.roles if slack_id in self.holders(role))

    @cached_property
    def authority(self) -> str:
        """SHA-256 of what decides who may approve what: it changes when, and only when, one of these does."""
        parts = {
            "people": {name: person.slack for name, person in self.people.items()},
            "roles": self.roles,
            "self_approval": self.self_approval,
            "emergency": self.emergency.roles,
            "unattended": self.unattended,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def name_of(self, slack_id: str) -> str | None:
        """The name in this file of the person with this Slack id; None for a stranger."""
        return next((name for name, person in self.people.items() if person.slack == slack_id), None)
