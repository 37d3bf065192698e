"""team.yaml: who the people are, what each may do, who is told when, and what the team decided beforehand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NaiveDatetime, model_validator

from bot.addresses import is_mail_address, is_web_address
from bot.errors import TeamError
from bot.model import Severity
from bot.strict_yaml import Duration, Fault, Faults, read
from bot.yaml_faults import Loc, place

log = structlog.get_logger()

GROUP = "group:"  # a role held by whoever is in a Slack user group: "group:S0123"
ROLE = "role:"  # who an escalation level tells: "oncall" or "role:lead"
ON_CALL = "oncall"
PAGER = "page"


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
Channel = Annotated[str, _text_that(r"#?[\w-]{1,80}", "a channel's name, without the #")]


class Person(_Part):
    slack: SlackPerson
    email: Email | None = None
    phone: str | None = None


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
    """Who follows whom. `start` is local time in `timezone`; `every` in seconds of wall-clock time."""

    timezone: str
    start: NaiveDatetime
    every: Annotated[Duration, Field(ge=3600)]
    order: tuple[str, ...] = Field(min_length=1)
    cover: tuple[Cover, ...] = ()

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

    def levels(self, severity: Severity) -> tuple[Level, ...]:
        found: tuple[Level, ...] = getattr(self, severity.value)
        return found


class Pager(_Part):
    """Where `to: page` goes: a webhook that takes JSON, ours or that of PagerDuty's Events API v2."""

    url: Url
    format: Literal["json", "pagerduty"] = "json"


class Handoff(_Part):
    """Where the note is posted, and how many seconds before the end of a shift it is drafted and asked for again."""

    channel: Channel = "incidents"
    draft: Duration = 3600.0
    remind: Duration = 900.0


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
    stakeholders: dict[Severity, tuple[Email, ...]] = Field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    links: tuple[TeamLink, ...] = ()

    @property
    def zone(self) -> tzinfo:
        """Where the team's clocks are: the rota's zone, or UTC."""
        return self.rota.zone if self.rota else UTC

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


def load(path: Path) -> Team:
    """The team file, checked. Raises TeamError with every problem: "FILE:LINE: what is wrong; what would be right"."""
    document = read(path)
    team, faults = document.check(Team)
    # On the plain data and not in the model: so a wrong name is said together with whatever else is wrong.
    crossed = [Fault(document.line(*at), f"`{place(at)}` {text}") for at, text in _cross_checks(document.data)]
    if team is None or crossed:
        raise TeamError(*(f"{path}:{fault.line}: {fault.text}" for fault in sorted([*faults, *crossed])))
    return team


class TeamFile:
    """The team as its file says now: read again when it has changed. While it is broken, the last good one counts."""

    def __init__(self, path: Path) -> None:
        """Raises TeamError when the file cannot be used from the start."""
        self.path = path
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._team = load(path)

    @property
    def now(self) -> Team:
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._team = load(self.path)
                    log.info("team file read again", file=str(self.path))
                except TeamError as error:
                    log.error("team file is broken; the last good one counts", problems=error.problems)
            return self._team

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def _cross_checks(data: Any) -> Iterator[tuple[Loc, str]]:
    """What one part of the file says of another. Parts of the wrong shape are skipped: the model names those."""
    people = _mapping(data, "people")
    roles = _mapping(data, "roles")
    names: list[tuple[Loc, Any]] = [
        *(
            (("roles", role, at) if isinstance(held, list) else ("roles", role), name)
            for role, held in roles.items()
            for at, name in enumerate(held if isinstance(held, list) else [held])
        ),
        *((("rota", "order", at), name) for at, name in enumerate(_list(data, "rota", "order"))),
        *((("rota", "cover", at, "who"), _get(one, "who")) for at, one in enumerate(_list(data, "rota", "cover"))),
    ]
    for loc, name in names:
        if isinstance(name, str) and not name.startswith(GROUP) and name not in people:
            yield loc, f"names {name}, who is not in `people`; {_known(people)}"
    wanted: list[tuple[Loc, Any]] = [
        *((("emergency", "roles", at), role) for at, role in enumerate(_list(data, "emergency", "roles"))),
        *(
            (("escalation", severity.value, at, "to"), str(_get(level, "to")).removeprefix(ROLE))
            for severity in Severity
            for at, level in enumerate(_list(data, "escalation", severity.value))
            if str(_get(level, "to")).startswith(ROLE)
        ),
    ]
    for loc, role in wanted:
        if isinstance(role, str) and role not in roles:
            yield loc, f"names the role {role}, which is not in `roles`; {_known(roles)}"
    if not _mapping(data, "page"):
        for severity in Severity:
            for at, level in enumerate(_list(data, "escalation", severity.value)):
                if _get(level, "to") == PAGER:
                    yield ("escalation", severity.value, at, "to"), "tells the pager, and there is no `page`; add one"
    yield from _same_slack_id(people)
    yield from _rota_checks(data)


def _same_slack_id(people: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    ids = Counter(str(_get(person, "slack")) for person in people.values() if _get(person, "slack"))
    for name, person in people.items():
        slack = str(_get(person, "slack"))
        if ids[slack] > 1:
            twins = ", ".join(other for other in people if other != name and str(_get(people[other], "slack")) == slack)
            yield ("people", name, "slack"), f"is {slack}, as for {twins}; one person has one entry"


def _rota_checks(data: Any) -> Iterator[tuple[Loc, str]]:
    zone = _get(_mapping(data, "rota"), "timezone")
    if isinstance(zone, str) and not _zone_exists(zone):
        yield ("rota", "timezone"), f'is "{zone}", which is no time zone; write one such as America/Sao_Paulo or UTC'
    if any(_get(level, "to") == ON_CALL for s in Severity for level in _list(data, "escalation", s.value)) and not (
        _mapping(data, "rota")
    ):
        yield ("escalation",), "tells the person on call, and there is no `rota`; add one"
    covers = sorted(
        (start, end, at)
        for at, entry in enumerate(_list(data, "rota", "cover"))
        if (start := _moment(_get(entry, "from"))) and (end := _moment(_get(entry, "to")))
    )
    for (_, end, _), (start, _, at) in pairwise(covers):
        if start < end:
            yield ("rota", "cover", at), "begins before another cover ends; one person covers at a time"


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; not a name; a folder of the zone database
        return False
    return True


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo else moment


def _known(names: dict[str, Any]) -> str:
    return f"known are {', '.join(names)}" if names else "nobody is there yet"


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _mapping(data: Any, key: str) -> dict[str, Any]:
    found = _get(data, key)
    return found if isinstance(found, dict) else {}


def _list(data: Any, *keys: str) -> list[Any]:
    for key in keys:
        data = _get(data, key)
    return data if isinstance(data, list) else []
