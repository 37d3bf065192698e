"""When a schedule of five fields is due next, in a zone's local time. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # cron's 0 to 7


def next_fire(schedule: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first moment later than `after` that fits, in UTC, or None when none ever does.

    Raises ValueError, with words for whoever wrote it, when it is no schedule. A local time that comes twice as clocks
    go back is due once, at the first; one that clocks leave out is due as soon as they have gone on.
    """
    trigger = parse(schedule, zone)
    while True:
        # By UTC: in local arithmetic a minute later may lie an hour before.
        after = after.astimezone(UTC) + timedelta(seconds=1)
        found: datetime | None = trigger.get_next_fire_time(None, after.astimezone(zone))
        if found is None or not found.fold:
            return found and found.astimezone(UTC)  # a local time that clocks leave out is none that could be shown
        after = found


def parse(schedule: str, zone: ZoneInfo) -> CronTrigger:
    """Raises ValueError."""
    fields = schedule.split()
    if len(fields) != 5:
        raise ValueError(
            f"has {len(fields)} fields; write five: minute, hour, day of the month, month, day of the week, such as "
            '"0 9 * * 1-5"'
        )
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise ValueError(
            "limits both the day of the month and the day of the week, which cron reads as either; give one"
        )
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month.lower(), day_of_week=_named(weekday), timezone=zone
        )
    except ValueError as wrong:
        raise ValueError(f'is no schedule ({wrong}); write such as "0 9 * * 1-5"') from None


def _named(weekday: str) -> str:
    """Days by name: the library counts from Monday as 0, cron from Sunday as 0 or 7."""
    ranges = []
    for part in weekday.lower().split(","):
        days, _, step = part.partition("/")
        first, dash, last = days.partition("-")
        named = f"{_day(first)}{dash}{_day(last)}" if dash else _day(first)
        if named.startswith("sun-"):  # the library's week ends with Sunday
            ranges.append("sun")
            named = f"mon-{named.removeprefix('sun-')}"
        ranges.append(f"{named}/{step}" if step else named)
    return ",".join(ranges)


def _day(day: str) -> str:
    return _DAYS[int(day)] if re.fullmatch("[0-7]", day) else day
