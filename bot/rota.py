"""Who is on call, from when to when. Pure: a rota and a moment in, a shift out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.team import Rota


@dataclass(frozen=True)
class Shift:
    """`who` is a name in team.yaml; `start` and `end` are moments in UTC, and `end` belongs to the next shift."""

    who: str
    start: datetime
    end: datetime


def on_call(rota: Rota, now: datetime) -> str:
    """The name of the person who is on call at `now`, which has a time zone."""
    return shift_at(rota, now).who


def shift_at(rota: Rota, now: datetime) -> Shift:
    """The shift that `now` (with a time zone) falls into.

    Shifts change at the same wall-clock time all year. Somebody who covers wins over the order, and what is left of
    the covered shift ends and begins again where the cover does. Before `rota.start` the order counts backwards, so
    that there is always somebody to tell.
    """
    for cover in rota.cover:
        start, end = _moment(rota, cover.start), _moment(rota, cover.end)
        if start <= now < end:
            return Shift(cover.who, start, end)
    number = _number(rota, now)
    start, end = _begin(rota, number), _begin(rota, number + 1)
    for cover in rota.cover:
        ended, begins = _moment(rota, cover.end), _moment(rota, cover.start)
        if ended <= now:
            start = max(start, ended)
        if begins > now:
            end = min(end, begins)
    return Shift(rota.order[number % len(rota.order)], start, end)


def _number(rota: Rota, now: datetime) -> int:
    """How many shifts after the first one `now` is; negative before it."""
    local = now.astimezone(rota.zone).replace(tzinfo=None)
    number = (local - rota.start) // timedelta(seconds=rota.every)
    # The clock shows one hour twice in autumn and leaves one out in spring: there, only the moments tell.
    while _begin(rota, number) > now:
        number -= 1
    while _begin(rota, number + 1) <= now:
        number += 1
    return number


def _begin(rota: Rota, number: int) -> datetime:
    return _moment(rota, rota.start + number * timedelta(seconds=rota.every))


def _moment(rota: Rota, local: datetime) -> datetime:
    """A wall-clock time as a moment: the first of two in autumn, and the one after the gap in spring."""
    return local.replace(tzinfo=rota.zone).astimezone(UTC)
