"""Who is on call, from when to when. Pure: a roster and a moment in, a shift out.

People take turns, by the team file's order or as a calendar says, and somebody may cover for a while. Shifts change at
the same wall-clock time all year. Names are those of team.yaml, moments have a time zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Shift:
    """`who` is a name in team.yaml; `start` and `end` are moments in UTC, and `end` belongs to the next shift."""

    who: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Turn:
    """The same before anybody covers; `who` is None where nobody has a turn.

    `final`: whoever has the next one hands over to it, also to oneself.
    """

    who: str | None
    start: datetime
    end: datetime
    final: bool = False


class Turns(Protocol):
    """Who has which turn. Turns follow each other without a gap: where nobody is on call, nobody has the turn."""

    def at(self, moment: datetime) -> Turn: ...


@dataclass(frozen=True)
class Order:
    """One after the other. `start`: when the first one begins, in the zone's local time; `every` is wall-clock time.

    Before the start the order counts backwards, so that there is always somebody to tell.
    """

    zone: ZoneInfo
    start: datetime
    every: timedelta
    names: tuple[str, ...]

    def at(self, moment: datetime) -> Turn:
        number = self._number(moment)
        who = self.names[number % len(self.names)]
        return Turn(who, self._begin(number), self._begin(number + 1), final=self._alone)

    @cached_property
    def _alone(self) -> bool:
        """Whether there is one person only, whose shifts would else be one without an end."""
        return len(set(self.names)) == 1

    def _number(self, moment: datetime) -> int:
        """How many turns after the first one it is; negative before it."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        number = (local - self.start) // self.every
        # The clock shows one hour twice in autumn and leaves one out in spring: there, only the moments tell.
        while self._begin(number) > moment:
            number -= 1
        while self._begin(number + 1) <= moment:
            number += 1
        return number

    def _begin(self, number: int) -> datetime:
        return as_moment(self.start + number * self.every, self.zone)


@dataclass(frozen=True)
class Calendar:
    """`shifts` as a calendar has them, the first one first, none beginning before the one before it ends.

    `known`: from when until when it was read; outside, nobody can say who has the turn. None: all of it.
    """

    shifts: tuple[Shift, ...]
    known: tuple[datetime, datetime] | None = None

    def at(self, moment: datetime) -> Turn:
        at = bisect_right(self._starts, moment)
        before = self.shifts[at - 1] if at else None
        if before is not None and moment < before.end:
            return Turn(before.who, before.start, before.end)
        after = self.shifts[at].start if at < len(self.shifts) else _LAST
        return Turn(None, before.end if before else _FIRST, after)

    @cached_property
    def _starts(self) -> list[datetime]:
        return [each.start for each in self.shifts]


@dataclass(frozen=True)
class Standin:
    """`who` covers from `start` until `end`: for this person, or (None) for whoever has the turn."""

    who: str
    start: datetime
    end: datetime
    absent: str | None = None


@dataclass(frozen=True)
class Roster:
    """Turns, and who covers. A later one of `standins` goes before an earlier one, and may cover for who covers."""

    turns: Turns
    standins: Sequence[Standin] = ()

    @property
    def known(self) -> tuple[datetime, datetime] | None:
        """From when until when the turns are known; None where they always are."""
        return self.turns.known if isinstance(self.turns, Calendar) else None

    def on_call(self, now: datetime) -> str | None:
        """Who is on call at `now`; None when nobody is."""
        return self._covered(self.turns.at(now).who, now)

    def shift_at(self, now: datetime) -> Shift | None:
        """The shift that `now` falls into; None when nobody is on call.

        What is left of a covered shift ends and begins again where the cover does. Who goes on after the end of a turn,
        because of a cover or in a calendar, has one shift.
        """
        found = self._whole(now)
        return Shift(found.who, found.start, found.end) if found.who is not None else None

    def gap_at(self, now: datetime) -> tuple[datetime, datetime] | None:
        """From when until when nobody is on call, where that is so at `now`; None when somebody is."""
        found = self._whole(now)
        return (found.start, found.end) if found.who is None else None

    def _whole(self, now: datetime) -> Turn:
        """The time around `now` in which the same one goes on, or nobody does."""
        piece = self._piece(now)
        start, end = piece.start, piece.end
        while start > _FIRST and not self._final(start, piece.who):
            before = self._piece(start - _TICK)
            if before.who != piece.who:
                break
            start = before.start
        while end < _LAST and not self._final(end, piece.who):
            after = self._piece(end)
            if after.who != piece.who:
                break
            end = after.end
        return replace(piece, start=start, end=end)

    def next_after(self, moment: datetime) -> Shift | None:
        """The first shift that begins at `moment` or later; None when there is none, as in a calendar that ends."""
        while moment < _LAST:
            found = self.shift_at(moment)
            if found is not None and found.start >= moment:
                return found
            moment = found.end if found is not None else self._piece(moment).end
        return None

    def shifts(self, start: datetime, end: datetime) -> Iterator[Shift]:
        """Those of which a part lies between the two moments, whole, the first one first."""
        shift = self.shift_at(start) or self.next_after(start)
        while shift is not None and shift.start < end:
            yield shift
            shift = self.next_after(shift.end)

    def gaps(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when until when nobody is on call, between the two moments."""
        at = start
        for shift in self.shifts(start, end):
            if shift.start > at:
                yield at, shift.start
            at = shift.end
        if at < end:
            yield at, end

    def _covered(self, who: str | None, moment: datetime) -> str | None:
        for each in self.standins:
            if each.start <= moment < each.end and each.absent in {None, who}:
                who = each.who
        return who

    def _piece(self, moment: datetime) -> Turn:
        """A time in which neither who has the turn nor who covers changes."""
        turn = self.turns.at(moment)
        who, start, end, later = self._covered(turn.who, moment), turn.start, turn.end, self.standins
        for at, each in enumerate(self.standins):
            if each.start <= moment < each.end and each.absent is None:
                # Whoever has the turn meanwhile: however many turns a long cover spans, it is one piece.
                start, end, later = each.start, each.end, self.standins[at + 1 :]
        if turn.final and who == turn.who:
            start, end = max(start, turn.start), min(end, turn.end)
        edges = [edge for each in later for edge in (each.start, each.end)]
        start = max((edge for edge in edges if start < edge <= moment), default=start)
        end = min((edge for edge in edges if moment < edge < end), default=end)
        return Turn(who, start, end, turn.final)

    def _final(self, edge: datetime, who: str | None) -> bool:
        """Whether a turn of this person ends here after which even the same one begins anew."""
        turn = self.turns.at(edge - _TICK)
        return turn.final and turn.end == edge and turn.who == who


_TICK = timedelta(microseconds=1)


def as_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time as a moment: the first of two in autumn, and the one after the gap in spring."""
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # within a day of the beginning or the end of all time
        return _FIRST if local.year == 1 else _LAST
