"""A calendar's events as shifts, and what is odd about them. Pure: text, team and a window in, shifts and words out.

Source: RFC 5545. Cancelled events count for nothing. Of two at the same time the one that began later wins, which is
how overrides are written; of two that begin together the shorter one.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.calendars.people import Attendee, Names
from bot.errors import CalendarUnusable
from bot.mrkdwn import clean
from bot.rota import Calendar, Shift, as_moment
from bot.team import Rota, Team

_MOST_EVENTS = 20_000  # in one calendar, and that come of it in the window: a rota of an hour each for two years
_MOST_STEPS = 200_000  # of all its rules from their beginnings: more would keep a processor busy for minutes
_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}  # between two steps of a rule; a day for the others
_MARGIN = timedelta(days=2)  # so that an event whose zone is only known later is not cut off
_YEARS = range(1900, 9990)  # in which no zone and no duration leads out of all time
_MOST_OVERLAPS = 1000  # that are looked for
_LONGEST = timedelta(days=36_500)
_DAYS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_IN_VAIN = 8000  # steps that a rule may take for nothing, to the year 9999
_SHOWN = 10  # problems of a kind
_TITLE = 80  # characters of what an event is called
_DECISIVE = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}


@dataclass(frozen=True)
class Reading:
    """`shifts` of people of the team file, none beginning before the one before it ends; `problems`
    in plain English."""

    shifts: tuple[Shift, ...] = ()
    problems: tuple[str, ...] = ()

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.shifts)


@dataclass(frozen=True)
class _Event:
    who: str
    start: datetime
    end: datetime

    @property
    def rank(self) -> tuple[float, datetime, str]:
        """The lowest wins."""
        return -self.start.timestamp(), self.end, self.who


def shifts_of(text: str, team: Team, start: datetime, end: datetime) -> Reading:
    """The shifts of which a part lies between the two moments. Raises CalendarUnusable when it is no calendar."""
    assert team.rota is not None  # noqa: S101  # whoever asks has its calendar
    calendar = _parsed(text)
    names = Names(team)
    if (zone := _own_zone(calendar)) is None:
        calendar.pop("X-WR-TIMEZONE", None)  # the library would look for it as well
        zone = team.rota.zone
    strangers, several = Counter[str](), Counter[str]()
    events: set[_Event] = set()
    unreadable: list[str] = []
    for each in _occurrences(calendar, start, end, unreadable):
        times = _times(each, zone, team.rota)
        title = _title(each)
        if times is None or times[1] <= start or times[0] >= end or times[0] >= times[1]:
            continue
        meant = names.meant(str(each.get("SUMMARY", "")), _attendees(each))
        if not meant:
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
    return Reading(tuple(_flat(ordered)), tuple(problems))


def _parsed(text: str) -> Any:
    import icalendar  # heavy, and only for teams with a calendar

    head = text.lstrip("\ufeff \r\n\t")[:200].upper()
    if not head.startswith("BEGIN:VCALENDAR"):
        said = "a web page, as where one has to log in" if head.startswith("<") else "something else"
        raise CalendarUnusable(f"it is no iCalendar but {said}" if head else "it is empty")
    try:
        found = icalendar.Calendar.from_ical(text.lstrip("\ufeff \r\n\t"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        first = clean(" ".join(str(error).split()), _TITLE)
        raise CalendarUnusable(f"it is no whole iCalendar: {first}") from error
    if len(found.walk("VEVENT")) > _MOST_EVENTS:
        raise CalendarUnusable(f"it has more than {_MOST_EVENTS} events")
    return found


def _own_zone(calendar: Any) -> ZoneInfo | None:
    """The one that Google and others name for times without any."""
    try:
        return ZoneInfo(str(calendar["X-WR-TIMEZONE"]))
    except (KeyError, ValueError, OSError):  # not there; not found; not a name
        return None


def _occurrences(calendar: Any, start: datetime, end: datetime, unreadable: list[str]) -> Sequence[Any]:
    """Each time that an event takes place. What cannot be read is left out, and said in `unreadable`."""
    import recurring_ical_events

    steps = 0
    left_out: set[int] = set()
    unknown: set[str] = set()
    for event in calendar.walk("VEVENT"):
        why = _fault(event)
        if not why:
            steps += (rule := sum(_steps(event, each, end) for each in _rules(event)))
            if steps > _MOST_STEPS:
                why, steps = "it repeats too often for a rota", steps - rule
        if why:
            unreadable.append(f'"{_title(event)}" is left out: {why}')
            left_out.add(id(event))
        elif (zone := _unknown_zone(event)) and zone not in unknown:
            unknown.add(zone)
            unreadable.append(f'"{_title(event)}" is in a zone that nobody knows, {zone}; the team\'s is taken')
    if left_out:
        _prune(calendar, left_out)
    try:
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        found = list(query.between(start.astimezone(UTC) - _MARGIN, end.astimezone(UTC) + _MARGIN))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise CalendarUnusable(f"its events cannot be read: {clean(str(error), _TITLE)}") from error
    if len(found) > _MOST_EVENTS:
        raise CalendarUnusable(f"more than {_MOST_EVENTS} events come of it")
    return [each for each in found if str(each.get("STATUS", "")).upper() != "CANCELLED"]


def _may_never_come(rule: Mapping[str, Any]) -> bool:
    """As the 30th of February, sought day by day. Year by year it is soon done."""
    freq = _freq(rule)
    return freq != "YEARLY" and (len(_DAYS & set(rule)) > 1 or ("BYSETPOS" in rule and freq != "MONTHLY"))


def _freq(rule: Mapping[str, Any]) -> str:
    return str((rule.get("FREQ") or ["DAILY"])[0]).upper()


def _prune(component: Any, left_out: Collection[int]) -> None:
    component.subcomponents = [each for each in component.subcomponents if id(each) not in left_out]
    for each in component.subcomponents:
        _prune(each, left_out)


def _fault(event: Any) -> str:
    """Why it cannot be said when the event takes place; empty when it can."""
    broken = {str(name).upper() for name, _ in event.errors} & _DECISIVE
    broken |= {name for name in ("DTSTART", "DTEND", "DURATION") if isinstance(event.get(name), list)}
    if broken:
        return f"{' and '.join(sorted(broken))} cannot be read"
    if "DTSTART" not in event:
        return "it has no DTSTART"
    start, end = event.decoded("DTSTART"), event.decoded("DTEND") if "DTEND" in event else None
    if start.year not in _YEARS:
        return f"it begins in the year {start.year}"
    if (end is not None and end.year not in _YEARS) or ("DURATION" in event and event.decoded("DURATION") > _LONGEST):
        return "it lasts too long"
    if any(int((rule.get("INTERVAL") or [1])[0]) < 1 for rule in _rules(event)):
        return "its INTERVAL is less than 1"
    if any(_may_never_come(rule) for rule in _rules(event)):
        return "its rule is for days that may never come"  # and they would be sought until the year 9999
    if end is not None and isinstance(end, datetime) is not isinstance(start, datetime):
        return "it begins with a day and ends with a time, or the other way round"
    if end is not None and _comparable(end) < _comparable(start):
        return "it ends before it begins"
    return ""


def _comparable(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _unknown_zone(event: Any) -> str:
    """The name of a zone that neither the calendar nor the world explains; empty where there is none such."""
    start = event.decoded("DTSTART")
    named = str(event["DTSTART"].params.get("TZID", ""))
    return clean(named, _TITLE) if named and isinstance(start, datetime) and start.tzinfo is None else ""


def _title(event: Any) -> str:
    return clean(" ".join(str(event.get("SUMMARY", "")).split()), _TITLE) or "without a title"


def _rules(event: Any) -> Sequence[Mapping[str, Any]]:
    found = event.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def _steps(event: Any, rule: Mapping[str, Any], end: datetime) -> int:
    """About how many times it is stepped through until the end of the window."""
    begins = event.decoded("DTSTART")
    seconds = (end.date() - (begins.date() if isinstance(begins, datetime) else begins)).total_seconds()
    every = _SECONDS.get(_freq(rule), 86400)
    vain = _IN_VAIN if (_DAYS | {"BYSETPOS"}) & set(rule) else 0
    often = 1
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        often *= max(1, len(rule.get(part) or []))
    return vain + int(max(seconds, 0) / every / int((rule.get("INTERVAL") or [1])[0]) * often)


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
    """Those who have not declined."""
    found = event.get("ATTENDEE", [])
    return [
        Attendee(_address(str(each)), str(each.params.get("CN", "")))
        for each in (found if isinstance(found, list) else [found])
        if str(each.params.get("PARTSTAT", "")).upper() != "DECLINED"
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
