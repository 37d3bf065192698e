"""Working days, for what can wait until people are at their desks: Monday to Friday, from 10:00 to 18:00. Pure.

Holidays are not known here. Clocks change in the night, so that each day has one 10:00.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_FROM, _UNTIL = time(10), time(18)
_SATURDAY = 5


def next_working_day(after: datetime, zone: tzinfo) -> datetime:
    """10:00 in this zone, on the first working day after the day of `after`; as a moment in UTC."""
    return _morning(after.astimezone(zone).date() + timedelta(days=1), zone)


def at_the_desk(at: datetime, zone: tzinfo) -> datetime:
    """`at`, or where people are not at their desks then, the next 10:00 at which they are; as a moment in UTC."""
    local = at.astimezone(zone)
    if local.time() >= _UNTIL:
        return next_working_day(at, zone)
    return max(at.astimezone(UTC), _morning(local.date(), zone))


def _morning(day: date, zone: tzinfo) -> datetime:
    """10:00 on this day, or on the first working day after it."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _FROM, zone).astimezone(UTC)
