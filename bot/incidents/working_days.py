"""The next working day, for what can wait until people are at their desks: Monday to Friday. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

_AT = time(10)
_SATURDAY = 5


def next_working_day(after: datetime, zone: tzinfo) -> datetime:
    """10:00 in this zone, on the first working day after the day of `after`; as a moment in UTC."""
    day = after.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, _AT, zone).astimezone(UTC)
