"""Each time that a calendar's events take place in a window. Pure but for a clock, by which it ends in time.

Whoever writes the calendar may have written a rule that never comes: it would be sought to the year 9999, whatever its
UNTIL. So rules that come soon for sure are counted, and the others have a few seconds in all, after the sure ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.errors import CalendarUnusable
from bot.mrkdwn import clean

MOST_EVENTS = 20_000  # in one calendar, and that come of it in the window: a rota of an hour each for two years
TITLE = 80  # characters of what an event is called
_MOST_STEPS = 200_000  # of all its rules from their beginnings: more would keep a processor busy for minutes
_MOST_IN_VAIN = 450_000  # of one rule to the year 9999: about a second
_BUDGET = 3.0  # seconds for all the rules that may never come, and for a calendar that is tried event by event
_DAY = 86400
_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": _DAY, "WEEKLY": 7 * _DAY, "MONTHLY": 28 * _DAY}
_YEAR = 365 * _DAY
_MARGIN = timedelta(days=2)  # so that an event whose zone is only known later is not cut off
_YEARS = range(1900, 9990)  # in which no zone and no duration leads out of all time
_LONGEST = timedelta(days=36_500)
_DAYS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_LIMITS = _DAYS | {"BYDAY", "BYSETPOS", "BYEASTER"}
_DECISIVE = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
_TELLING = _DECISIVE | {"SUMMARY", "ATTENDEE", "STATUS"}
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)  # what the library raises
_LAST = date.max  # to which the library seeks what never comes
_COPIED = ("CALSCALE", "X-WR-TIMEZONE")  # what counts for each event of a calendar


def occurrences(
    calendar: Any, start: datetime, end: datetime, unreadable: list[str], clock: Callable[[], float]
) -> Sequence[Any]:
    """Each time that an event takes place. What cannot be read is left out, and said in `unreadable`."""
    sure, unsure = _told_apart(calendar, end, unreadable)
    window = start.astimezone(UTC) - _MARGIN, end.astimezone(UTC) + _MARGIN
    until = clock() + _BUDGET
    found: list[Any] = []
    failed: Exception | None = None
    try:
        found += _between(calendar, [event for group in sure for event in group], window)
    except _BROKEN as error:
        failed = error
        unsure = [*sure, *unsure]
    whole = 0 if failed else len(sure)
    for group in unsure:
        if clock() >= until:
            unreadable.append(f'"{title_of(group[0])}" is left out: there was no time left for it')
            continue
        try:
            found += _between(calendar, group, window)
            whole += 1
        except _BROKEN as error:
            failed = error
            why = f"it cannot be read: {clean(str(error), TITLE)}"
            unreadable.append(f'"{title_of(group[0])}" is left out: {why}')
        if len(found) > MOST_EVENTS:
            break
    if failed is not None and not whole:
        raise CalendarUnusable(f"its events cannot be read: {clean(str(failed), TITLE)}") from failed
    if len(found) > MOST_EVENTS:
        raise CalendarUnusable(f"more than {MOST_EVENTS} events come of it")
    return [each for each in found if str(each.get("STATUS", "")).upper() != "CANCELLED"]


def title_of(event: Any) -> str:
    """What may be shown of what it is called."""
    return clean(" ".join(str(event.get("SUMMARY", "")).split()), TITLE) or "without a title"


def _between(calendar: Any, events: Sequence[Any], window: tuple[datetime, datetime]) -> Sequence[Any]:
    """Of these events alone, which are all that have their UIDs."""
    import icalendar
    import recurring_ical_events

    alone = icalendar.Calendar()
    for name in _COPIED:
        if name in calendar:
            alone[name] = calendar[name]
    zones = [each for each in calendar.subcomponents if each.name == "VTIMEZONE"]
    alone.subcomponents = [*zones, *events]
    return list(recurring_ical_events.of(alone, skip_bad_series=True).between(*window))


def _told_apart(calendar: Any, end: datetime, unreadable: list[str]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Its events by UID: those whose rules come soon for sure, and the others."""
    steps = 0
    unknown: set[str] = set()
    groups: dict[str, list[Any]] = {}
    for event in list(calendar.walk("VEVENT")):
        event.subcomponents = []  # alarms; and events in events, which are looked at one by one
        if why := _fault(event):
            unreadable.append(f'"{title_of(event)}" is left out: {why}')
            continue
        if (zone := _unknown_zone(event)) and zone not in unknown:
            unknown.add(zone)
            unreadable.append(f'"{title_of(event)}" is in a zone that nobody knows, {zone}; the team\'s is taken')
        groups.setdefault(str(event.get("UID", id(event))), []).append(event)
    groups = {uid: _with_one_master(group, unreadable) for uid, group in groups.items()}
    sure: list[list[Any]] = []
    unsure: list[list[Any]] = []
    for group in groups.values():
        kept: list[Any] = []
        # The library goes through the rule once more for each change of one of its times that has a rule as well.
        often = 1 + sum("RECURRENCE-ID" in event for event in group if _rules(event))
        for event in group:
            rule = often * sum(_steps(event, each, end) for each in _rules(event))
            if steps + rule > _MOST_STEPS:
                unreadable.append(f'"{title_of(event)}" is left out: it repeats too often for a rota')
                continue
            steps += rule
            kept.append(event)
        if kept:
            vain = any(_latest(event, each) is None for event in kept for each in _rules(event))
            (unsure if vain else sure).append(kept)
    return sure, unsure


def _with_one_master(group: Sequence[Any], unreadable: list[str]) -> list[Any]:
    """Of events with one UID that change no other one's time the latest version, which the others are changes of."""
    masters = [each for each in group if "RECURRENCE-ID" not in each]
    if len(masters) < 2:
        return list(group)
    master = max(masters, key=_sequence)  # of equals the first
    says = _says(master)
    for each in masters:
        if each is not master and _sequence(each) == _sequence(master) and _says(each) != says:
            why = f'it has the UID of "{title_of(master)}" of {_begins(master)}, which comes before it'
            unreadable.append(f'"{title_of(each)}" of {_begins(each)} is left out: {why}')
    return [each for each in group if each is master or "RECURRENCE-ID" in each]


def _sequence(event: Any) -> int:
    """How often it was changed; 0 where it does not say."""
    found = event.get("SEQUENCE", 0)
    return found if isinstance(found, int) else 0


def _says(event: Any) -> Mapping[str, object]:
    """When it is and who is meant: what makes it another one, and no copy."""
    return {
        name: [(each.to_ical(), dict(each.params)) for each in _values(event, name)] for name in _TELLING & set(event)
    }


def _begins(event: Any) -> str:
    begins = event.decoded("DTSTART")
    return f"{begins:%Y-%m-%d %H:%M}" if isinstance(begins, datetime) else f"{begins:%Y-%m-%d}"


def _freq(rule: Mapping[str, Any]) -> str:
    return str((rule.get("FREQ") or ["DAILY"])[0]).upper()


def _interval(rule: Mapping[str, Any]) -> int:
    return int((rule.get("INTERVAL") or [1])[0])


def _seconds(rule: Mapping[str, Any]) -> int:
    """Between two steps of it, at least."""
    return _SECONDS.get(_freq(rule), _YEAR) * _interval(rule)


def _latest(event: Any, rule: Mapping[str, Any]) -> int | None:
    """The most days between two of its times, so far as days are chosen; None where that is not known."""
    freq, limits, interval = _freq(rule), _LIMITS & set(rule), _interval(rule)
    if freq in {"MONTHLY", "YEARLY"}:
        if not limits:
            return 0 if _day(event).day <= 28 else None
        if freq == "YEARLY" or len(limits) > 1:
            return None
        days = [int(each) for each in _values(rule, "BYMONTHDAY")]
        ordinals = [_ordinal(each) for each in _values(rule, "BYDAY")]
        return 0 if any(1 <= abs(each) <= 28 for each in days) or any(abs(each) <= 4 for each in ordinals) else None
    if freq == "WEEKLY":
        limits -= {"BYDAY"}  # which is each week
    if not limits:
        return 0
    (limit, *more) = limits
    days_each = _seconds(rule) / _DAY
    if more:
        return None
    if limit == "BYMONTH" and days_each <= 28:
        return 366 if any(str(each).isdigit() and 1 <= int(each) <= 12 for each in _values(rule, limit)) else None
    if limit == "BYDAY" and (days_each <= 1 or (freq == "DAILY" and interval % 7)):
        return 7 * interval if freq == "DAILY" else 7
    if limit == "BYMONTHDAY" and days_each <= 1:
        return 62 if any(1 <= abs(int(each)) <= 31 for each in _values(rule, limit)) else None
    return None


def _values(rule: Mapping[str, Any], part: str) -> Sequence[Any]:
    found = rule.get(part) or []
    return found if isinstance(found, list) else [found]


def _ordinal(weekday: Any) -> int:
    """2 of 2MO; 0 of MO."""
    digits = str(weekday)[:-2]
    return int(digits) if digits.lstrip("+-").isdigit() else 0


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
    if any(_may_never_come(event, rule) for rule in _rules(event)):
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
    return clean(named, TITLE) if named and isinstance(start, datetime) and start.tzinfo is None else ""


def _rules(event: Any) -> Sequence[Mapping[str, Any]]:
    found = event.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def _steps(event: Any, rule: Mapping[str, Any], end: datetime) -> int:
    """About how many times it is stepped through until its first time after the window."""
    seconds = max((end.date() - _day(event)).total_seconds(), 0) + (_latest(event, rule) or 0) * _DAY
    often = 1
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        often *= max(1, len(_values(rule, part)))
    # Of a week, a month and a year each day is looked at.
    return int(seconds / min(_SECONDS.get(_freq(rule), _DAY), _DAY) / _interval(rule) * often)


def _may_never_come(event: Any, rule: Mapping[str, Any]) -> bool:
    """As the 30th of February, sought day by day. Month by month it is soon done."""
    if _latest(event, rule) is not None:
        return False
    return (_LAST - _day(event)).total_seconds() / _seconds(rule) > _MOST_IN_VAIN


def _day(event: Any) -> date:
    begins = event.decoded("DTSTART")
    return begins.date() if isinstance(begins, datetime) else begins
