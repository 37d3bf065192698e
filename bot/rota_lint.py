"""What is odd about a rota in the next weeks, in plain English for the terminal. Pure.

None of it keeps anything from starting: each may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise

from bot.calendars.events import Reading, shown
from bot.duty import covers_of, order_of
from bot.rota import Calendar, Roster, Standin, Turns, as_moment
from bot.team import Rota

AHEAD = timedelta(weeks=4)  # in which nobody being on call is worth a word
LEAST_GAP = timedelta(minutes=5)  # calendars that end a shift at 23:59 leave one of a minute
_SHORT = timedelta(days=1)  # between two covers: longer times are meant
_MOST = 5  # gaps that are named


def odd(rota: Rota, now: datetime, reading: Reading | None = None) -> list[str]:
    """`reading` is what the calendar says, where there is one; without it only the team file is looked at."""
    covers = covers_of(rota)
    turns = order_of(rota)
    if turns is not None:
        return [*_begins_later(rota, turns, now), *_covers(rota, turns, covers, now)]
    if reading is None:
        return list(_over(rota, covers, now))
    turns = Calendar(reading.shifts)
    return [*reading.problems, *_gaps(rota, Roster(turns, covers), now), *_covers(rota, turns, covers, now)]


def _begins_later(rota: Rota, turns: Turns, now: datetime) -> Iterator[str]:
    first = turns.at(now)
    if rota.start is not None and (begins := as_moment(rota.start, rota.zone)) > now:
        said = f"the rota begins only on {shown(begins, rota.zone)}; until then its order counts backwards"
        yield f"{said}, and {first.who} has the turn now, until {shown(first.end, rota.zone)}"


def _covers(rota: Rota, turns: Turns, covers: Sequence[Standin], now: datetime) -> Iterator[str]:
    yield from _over(rota, covers, now)
    coming = sorted((each for each in covers if each.end > now), key=lambda each: each.start)
    for each in coming:
        if each.start < now + AHEAD and _changes_nothing(turns, each):
            yield f"{_said(each, rota)} changes nothing: {each.who} has the turn all the time"
    for before, after in pairwise(coming):
        between = after.start - before.end
        if timedelta() < between < min(_SHORT, timedelta(seconds=rota.every or _SHORT.total_seconds())):
            who = Roster(turns, covers).on_call(before.end)
            left = f"{who} on call for {_long(between)} only" if who else f"nobody on call for {_long(between)}"
            yield f"{_said(before, rota)} and {_said(after, rota)} leave {left} between them"


def _over(rota: Rota, covers: Sequence[Standin], now: datetime) -> Iterator[str]:
    for each in covers:
        if each.end <= now:
            yield f"{_said(each, rota)} is over; it can be taken out"


def _changes_nothing(turns: Turns, cover: Standin) -> bool:
    at = cover.start
    while at < cover.end:
        turn = turns.at(at)
        if turn.who != cover.who:
            return False
        at = turn.end
    return True


def _gaps(rota: Rota, roster: Roster, now: datetime) -> Iterator[str]:
    """Where nobody is on call. The last one may go on for ever: then the calendar ends."""
    until = now + AHEAD
    found = [(start, end) for start, end in roster.gaps(now, until) if end - start >= LEAST_GAP]
    for start, end in islice(found, _MOST):
        upto = f"until {shown(end, rota.zone)}" if end < until else "on, as far as the calendar goes"
        yield f"nobody is on call from {shown(start, rota.zone)} {upto}"
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more times in the next {AHEAD.days} days when nobody is on call"


def _said(cover: Standin, rota: Rota) -> str:
    return f"the cover of {cover.who} from {shown(cover.start, rota.zone)} to {shown(cover.end, rota.zone)}"


def _long(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])])
