"""Who is on call from now on, and for whom: the shifts ahead, cut where somebody begins or ends to cover. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.rota import Roster


@dataclass(frozen=True)
class Stint:
    """`who` is on call, by the name in the team file; None: nobody. `absent`: whose turn it is, if another's."""

    who: str | None
    absent: str | None
    start: datetime
    end: datetime


def stints(roster: Roster, start: datetime, end: datetime) -> Iterator[Stint]:
    """Without a gap between the two moments; the first one begins at `start`, the last one may end after `end`."""
    at = start
    while at < end:
        turn = roster.turns.at(at)
        who = roster.on_call(at)
        absent = turn.who if who != turn.who else None
        upto = _cut(roster, at, turn.end)
        while upto < turn.end and roster.on_call(upto) == who:  # edges of covers that are for somebody else
            upto = _cut(roster, upto, turn.end)
        yield Stint(who, absent, at, upto)
        at = upto


def _cut(roster: Roster, at: datetime, end: datetime) -> datetime:
    edges = (edge for each in roster.standins for edge in (each.start, each.end))
    return min((edge for edge in edges if at < edge < end), default=end)
