"""Which handover comes next, and which ones went by. Pure: a roster and moments in, names and moments out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.rota import Roster

_TICK = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Coming:
    """A shift, or a time without anybody on call, that ends `at`; None: nobody."""

    start: datetime
    at: datetime
    outgoing: str | None
    incoming: str | None


@dataclass(frozen=True)
class Passed:
    """The last of the handovers that went by, and how many there were before it."""

    at: datetime
    outgoing: str | None
    incoming: str | None
    missed: int


def coming(roster: Roster, after: datetime) -> Coming | None:
    """The first handover later than `after`; None where nobody has a turn from then on, or one has it for ever.

    What is left of a time without anybody on call begins at `after`.
    """
    shift = roster.shift_at(after)
    if shift is not None:
        start, at, outgoing = shift.start, shift.end, shift.who
    else:
        following = roster.next_after(after)
        if following is None:
            return None
        start, at, outgoing = after, following.start, None
    return None if at >= _NEVER else Coming(start, at, outgoing, roster.on_call(at))


def gone(roster: Roster, start: datetime, due: datetime, outgoing: str | None, now: datetime) -> Passed | None:
    """The handover at the end of a shift that began at `start`, if it has come: on time, or since somebody else is on
    call before it was due, because they cover or the rota was changed. None: that shift goes on.
    """
    if due <= now:
        return passed(roster, due, outgoing, now)
    incoming = roster.on_call(now)
    if start > now or incoming == outgoing:
        return None
    shift, gap = roster.shift_at(now), roster.gap_at(now)
    begun = shift.start if shift is not None else gap[0] if gap is not None else now
    return Passed(begun if start < begun <= now else now, outgoing, incoming, 0)


def passed(roster: Roster, due: datetime, outgoing: str | None, now: datetime) -> Passed | None:
    """What has become of the handover that was due at `due`, which is not after `now`.

    None: that shift goes on after all, because somebody has changed the rota or taken a cover back.
    """
    edges = {edge for each in roster.shifts(due, now + _TICK) for edge in (each.start, each.end) if due < edge <= now}
    last = max(edges, default=due)
    incoming = roster.on_call(now)
    current = roster.shift_at(now)
    if not edges and current is not None and current.who == outgoing and current.start < due:
        return None
    return Passed(last, roster.on_call(last - _TICK) if edges else outgoing, incoming, len(edges))
