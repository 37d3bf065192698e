"""A calendar's events as shifts, and what is odd about them. Pure: text, team and a window in, shifts and words out.

Source: RFC 5545. Cancelled events count for nothing. Of two at the same time the one that began later wins, which is
how overrides are written; of two that begin together the shorter one.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import islice
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from bot.calendars.people import Attendee, Names
from bot.calendars.recurring import MOST_EVENTS, TITLE, occurrences, title_of
from bot.errors import CalendarUnusable
from bot.mrkdwn import clean
from bot.rota import Calendar, Shift, as_moment
from bot.team import Rota, Team

_MOST_OVERLAPS = 1000  # that are looked for
_SHOWN = 10  # problems of a kind


@dataclass(frozen=True)
class Reading:
    """`shifts` of people of the team file, none beginning before the one before it ends; `problems`
    in plain English; `known` is from when until when it was read."""

    shifts: tuple[Shift, ...] = ()
    problems: tuple[str, ...] = ()
    known: tuple[datetime, datetime] | None = None

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.shifts, self.known)


@dataclass(frozen=True)
class _Event:
    who: str
    start: datetime
    end: datetime

    @property
    def rank(self) -> tuple[float, datetime, str]:
        """The lowest wins."""
        return -self.start.timestamp(), self.end, self.who


def shifts_of(text: str, team: Team, start: datetime, end: datetime, clock: Callable[[], float] = monotonic) -> Reading:
    """The shifts of which a part lies between the two moments. Raises CalendarUnusable when it is no calendar.

    `clock` gives seconds, by which it is seen to that it ends."""
    assert team.rota is not None  # noqa: S101  # whoever asks has its calendar
    calendar = _parsed(text)
    names = Names(team)
    if (zone := _own_zone(calendar)) is None:
        calendar.pop("X-WR-TIMEZONE", None)  # the library would look for it as well
        zone = team.rota.zone
    strangers, several = Counter[str](), Counter[str]()
    events: set[_Event] = set()
    unreadable: list[str] = []
    for each in occurrences(calendar, start, end, unreadable, clock):
        times = _times(each, zone, team.rota)
        title = title_of(each)
        if times is None or times[1] <= start or times[0] >= end or times[0] >= times[1]:
            continue
        attendees = _attendees(each)
        meant = names.meant(str(each.get("SUMMARY", "")), attendees)
        if not meant:
            if not names.declined(attendees):
                strangers[title] += 1
            continue
        if len(meant) > 1:
            several[f'"{title}" names {", ".join(meant)}; {meant[0]} counts'] += 1
        events.add(_Event(meant[0], *times))
    ordered = sorted(events, key=lambda each: (each.start, each.end, each.who))
    problems = [
        *_few(unreadable),
        *_few([f'"{title}" names nobody of the team file{_times_said(count)}' for title, count in strangers.items()]),
        *_few([f"{said}{_times_said(count)}" for said, count in several.items()]),
        *_few(list(islice(_overlaps(ordered, team.rota.zone), _MOST_OVERLAPS))),
    ]
    return Reading(tuple(_flat(ordered)), tuple(problems), (start, end))


def _parsed(text: str) -> Any:
    import icalendar  # heavy, and only for teams with a calendar

    head = text.lstrip("\ufeff \r\n\t")[:200].upper()
    if not head.startswith("BEGIN:VCALENDAR"):
        said = "a web page, as where one has to log in" if head.startswith("<") else "something else"
        raise CalendarUnusable(f"it is no iCalendar but {said}" if head else "it is empty")
    try:
        found = icalendar.Calendar.from_ical(text.lstrip("\ufeff \r\n\t"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        first = clean(" ".join(str(error).split()), TITLE)
        raise CalendarUnusable(f"it is no whole iCalendar: {first}") from error
    if len(found.walk("VEVENT")) > MOST_EVENTS:
        raise CalendarUnusable(f"it has more than {MOST_EVENTS} events")
    return found


def _own_zone(calendar: Any) -> ZoneInfo | None:
    """The one that Google and others name for times without any."""
    try:
        return ZoneInfo(str(calendar["X-WR-TIMEZONE"]))
    except (KeyError, ValueError, OSError):  # not there; not found; not a name
        return None


def _times(event: Any, zone: ZoneInfo, rota: Rota) -> tuple[datetime, datetime] | None:
    """As moments. A day is one of the rota's zone; a time without a zone is one of the calendar's."""
    start = event.decoded("DTSTART")
    end = event.decoded("DTEND") if "DTEND" in event else start
    try:
        return _moment(start, zone, rota), _moment(end, zone, rota)
    except OverflowError:  # so near the beginning or the end of all time that it has no name in another zone
        return None


def _moment(value: date | datetime, zone: ZoneInfo, rota: Rota) -> datetime:
    if not isinstance(value, datetime):
        return as_moment(datetime.combine(value, time()), rota.zone)
    return value.astimezone(UTC) if value.tzinfo else as_moment(value, zone)


def _attendees(event: Any) -> Sequence[Attendee]:
    found = event.get("ATTENDEE", [])
    return [
        Attendee(
            _address(str(each)),
            str(each.params.get("CN", "")),
            declined=str(each.params.get("PARTSTAT", "")).upper() == "DECLINED",
        )
        for each in (found if isinstance(found, list) else [found])
    ]


def _address(text: str) -> str:
    return text[len("mailto:") :] if text[: len("mailto:")].casefold() == "mailto:" else text


def _flat(events: Sequence[_Event]) -> Iterator[Shift]:
    """Whose event counts at each moment. `events` in the order in which they begin."""
    edges = sorted({edge for each in events for edge in (each.start, each.end)})
    waiting: list[tuple[tuple[float, datetime, str], _Event]] = []
    counts: _Event | None = None
    since = at = 0
    for number, edge in enumerate(edges):
        while at < len(events) and events[at].start <= edge:
            heapq.heappush(waiting, (events[at].rank, events[at]))
            at += 1
        while waiting and waiting[0][1].end <= edge:
            heapq.heappop(waiting)
        winner = waiting[0][1] if waiting else None
        if winner is not counts:
            if counts is not None:
                yield Shift(counts.who, edges[since], edge)
            counts, since = winner, number


def _overlaps(events: Sequence[_Event], zone: ZoneInfo) -> Iterator[str]:
    """Events of different people at the same time."""
    latest: dict[str, _Event] = {}  # of each person, what ends last
    for each in events:
        for before in latest.values():
            if before.who != each.who and before.end > each.start:
                start, end = each.start, min(before.end, each.end)
                winner = min(before, each, key=lambda one: one.rank).who
                said = f"{before.who} and {each.who} are both on call from {shown(start, zone)} to {shown(end, zone)}"
                yield f"{said}; {winner} counts, whose event {'began later' if before.start < start else 'is shorter'}"
        if each.who not in latest or latest[each.who].end < each.end:
            latest[each.who] = each


def shown(at: datetime, zone: ZoneInfo) -> str:
    """A moment for the terminal, in the rota's zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _times_said(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _few(said: Sequence[str]) -> list[str]:
    return [*said[:_SHOWN], *([f"and {len(said) - _SHOWN} more like this"] if len(said) > _SHOWN else [])]
