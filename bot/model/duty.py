"""Being on call: covers, handoffs, and what a shift leaves the next ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Cover:
    """Somebody stands in for another one. People are Slack ids."""

    id: str
    number: int
    absent: str  # who asked for it
    asked: tuple[str, ...]
    start: datetime
    until: datetime
    at: datetime
    accepted: datetime | None
    accepted_by: str | None
    declined: tuple[str, ...]
    ended: datetime | None  # taken back, whether or not it was accepted
    ended_by: str | None

    @property
    def name(self) -> str:
        """As people speak of it."""
        return f"C-{self.number}"

    @property
    def waits(self) -> bool:
        """For somebody to accept it."""
        return self.accepted is None and self.ended is None

    @property
    def stands_until(self) -> datetime:
        """Where it was accepted: what was covered before it was taken back stays covered."""
        return min(self.until, self.ended) if self.ended else self.until


class HandoffKind(StrEnum):
    HANDOVER = "handover"  # a shift ends
    BETWEEN = "between"  # somebody had it posted in the middle of one


@dataclass(frozen=True)
class Handoff:
    """A note that one shift leaves the next. People are Slack ids; None: nobody."""

    id: str
    number: int
    kind: HandoffKind
    shift_start: datetime
    at: datetime  # when the shift ends
    outgoing: str | None
    incoming: str | None
    words: str = ""  # what the outgoing person wants to add
    summary: str | None = None  # the language model's, with what it was made of, as JSON
    drafted: datetime | None = None
    posted: datetime | None = None
    posted_by: str | None = None
    note: str = ""  # as it was posted, in Markdown
    whole: str = ""  # the same with everything that it leaves out
    accepted: datetime | None = None
    accepted_by: str | None = None
    reminded: tuple[datetime, ...] = ()
    escalated: datetime | None = None

    @property
    def is_draft(self) -> bool:
        return self.posted is None and self.drafted is not None


class NoteKind(StrEnum):
    MAINTENANCE = "maintenance"
    OBSERVATION = "observation"
    TASK = "task"


@dataclass(frozen=True)
class Note:
    """People speak of N-3. It is carried over from shift to shift until it is done."""

    id: str
    number: int
    kind: NoteKind
    text: str
    at: datetime
    by: str
    done: datetime | None = None
    done_by: str | None = None

    @property
    def name(self) -> str:
        """As people speak of it."""
        return f"N-{self.number}"
