"""What people coordinate on, and the record of what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.model.alerts import Severity

BOT = "plantao"  # who did it, on the timeline, when no person did


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class IncidentRole(StrEnum):
    """What one person of the team takes on in an incident."""

    LEAD = "lead"
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"


class Known(StrEnum):
    """What people say of an incident as they find it out."""

    IMPACT = "impact"  # who is hurt by it, and how
    ROOT_CAUSE = "root_cause"
    EXPECTED = "expected"  # when it should be over
    NEXT_STEP = "next_step"  # what is to be done now, for whoever takes it over


@dataclass(frozen=True)
class Incident:
    id: str
    number: int
    title: str
    severity: Severity
    state: IncidentState
    opened: datetime
    since: datetime  # when it was opened or, if it came back, opened again: what its clocks count from
    closed: datetime | None
    alert: str | None  # that opened it
    roles: Mapping[IncidentRole, str] = field(default_factory=dict)  # who has which, by Slack id
    impact: str = ""
    root_cause: str = ""
    fix: str = ""
    expected: str = ""  # when it should be over, in a person's words
    next_step: str = ""  # what is to be done now, in a person's words
    merged: bool = False  # it turned out to be part of another one
    watched_until: datetime | None = None  # after its end; an alert that comes back until then opens it again

    @property
    def goes_on(self) -> bool:
        """The damage has not stopped."""
        return self.state in {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}

    @property
    def name(self) -> str:
        """As people speak of it."""
        return f"INC-{self.number}"


@dataclass(frozen=True)
class Transition:
    """An incident came into this state."""

    at: datetime
    state: IncidentState
    who: str


class UpdateKind(StrEnum):
    """What an update tells. A text of templates/<language>/texts has each name."""

    FIRST = "first"
    UPDATE = "update"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Update:
    """What people were told of an incident, or the draft of what they are told next."""

    id: str
    incident: str
    kind: UpdateKind | None  # None while it is a draft, and the next two too
    text: str  # empty while it is a draft that nobody has edited: that is made from the record
    edited_by: str | None
    held: datetime | None  # it does not go out before
    asked: tuple[str, ...]  # who saw the draft first, by Slack id
    sent: datetime | None
    dropped: datetime | None  # it was never sent
    severity: Severity | None  # the incident's, as it was sent; of a draft, as it was edited
    who: str  # who sent it: a person, or the bot by the clock

    @property
    def is_draft(self) -> bool:
        return self.sent is None and self.dropped is None


@dataclass(frozen=True)
class Escalation:
    """An incident was brought to somebody. `why`: in a person's words; or, by the clock, what was to be reached."""

    id: str
    incident: str
    at: datetime
    to: str  # as the team file writes it: oncall, role:lead; or a Slack id
    people: tuple[str, ...]  # Slack ids of people and user groups; none when the team file names nobody
    by: str
    why: str


@dataclass(frozen=True)
class Tick:
    """Somebody has ticked a box."""

    person: str
    at: datetime


@dataclass(frozen=True)
class StoredChecklist:
    """A checklist that stands in an incident's thread, or came with a handoff."""

    id: str
    subject: str  # the incident's id, or the handoff's
    name: str
    title: str
    items: tuple[str, ...]
    ticks: Mapping[int, Tick]  # by the box's position


@dataclass(frozen=True)
class Reminder:
    """Somebody was asked whether a postmortem was held; None: nobody in particular."""

    at: datetime
    person: str | None


@dataclass(frozen=True)
class Postmortem:
    """A draft, as it was made. `due`: when it is to be held, None while the incident is open."""

    id: str
    incident: str
    number: int  # of the incident's drafts, from 1
    at: datetime
    by: str
    text: str
    due: datetime | None
    held: datetime | None
    held_by: str | None
    reminders: tuple[Reminder, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it is still to be held."""
        return self.due is not None and self.held is None


@dataclass(frozen=True)
class ActionItem:
    """What somebody is to do so that an incident does not come again. `owner`: a Slack id; None: nobody yet."""

    id: str
    number: int
    incident: str
    text: str
    owner: str | None
    due: date | None  # the last day, where the team works
    at: datetime
    by: str
    done: datetime | None = None
    done_by: str | None = None

    @property
    def name(self) -> str:
        """As people speak of it."""
        return f"A-{self.number}"

    def overdue(self, today: date) -> bool:
        return self.done is None and self.due is not None and self.due < today


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `hash` covers the line and the hash before it."""

    at: datetime
    who: str
    what: str
    subject: str
    data: Mapping[str, Any]
    hash: str
