"""A picture of many incidents: how many there were in each week by severity, and how long they took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from bot.incidents.plotting import SEVERITIES, Line, bars, lines, picture, room, say
from bot.incidents.statistics import MEASURES, Past, lasted, spread
from bot.model import Severity
from bot.spans import span

if TYPE_CHECKING:
    from bot.incidents.plotting import Figure

_SIZE = (9.0, 6.2)  # inches
_SHORT, _LONG = timedelta(days=14), timedelta(days=400)  # up to here a bar is a day, a week, else a month
_DATES = 10  # at most along the axis


@dataclass(frozen=True)
class Labels:
    """What stands on it, in the team's language. `counts` by how long a bar is: day, week, month."""

    title: str
    counts: Mapping[str, str]
    times: str
    measures: Mapping[str, str]
    none: str
    day: Callable[[date], str]  # of a day or of a week's first one; a month is 2026-11 everywhere


@dataclass(frozen=True)
class Bucket:
    """What one bar stands for. The first and the last are as short as the time that was asked for makes them."""

    start: datetime
    end: datetime
    pasts: Sequence[Past]

    def count(self, severity: Severity) -> int:
        return sum(each.incident.severity is severity for each in self.pasts)

    def median(self, what: str) -> timedelta | None:
        """How long it took to acknowledge, mitigate or resolve them; None where that was not reached."""
        return spread([took for each in self.pasts if (took := lasted(each, what)) is not None]).median


def buckets(pasts: Sequence[Past], start: datetime, end: datetime, zone: tzinfo) -> tuple[str, list[Bucket]]:
    """Days, weeks from Monday, or months of the team's calendar; and which of these."""
    unit = "day" if end - start <= _SHORT else "week" if end - start <= _LONG else "month"
    edges = [start]
    while (edge := _next(edges[-1], unit, zone)) < end:
        edges.append(edge)
    pairs = zip(edges, [*edges[1:], end], strict=True)
    return unit, [Bucket(a, b, [each for each in pasts if a <= each.incident.opened < b]) for a, b in pairs]


def _next(after: datetime, unit: str, zone: tzinfo) -> datetime:
    """When the next day, week or month begins, at midnight of the team's clock."""
    day = after.astimezone(zone).date()
    if unit == "month":
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        following = day + timedelta(days=1 if unit == "day" else 7 - day.weekday())
    return datetime(following.year, following.month, following.day, tzinfo=zone)


def draw_chart(pasts: Sequence[Past], start: datetime, end: datetime, zone: tzinfo, labels: Labels) -> bytes:
    """A PNG of the incidents that were opened from `start` until before `end`. Not to be called by two threads."""
    unit, found = buckets(pasts, start, end, zone)

    def fill(figure: Figure) -> None:
        above, below = figure.subplots(2, 1, sharex=True)
        bars(above, by_severity([{each: bar.count(each) for each in Severity} for bar in found]), labels.counts[unit])
        lines(
            below,
            [Line(what, labels.measures[what], [bar.median(what) for bar in found]) for what in MEASURES],
            labels.times,
        )
        names = _names(found, unit, zone, labels)
        every = -(-len(found) // _DATES)
        room(below, {at: names[at] for at in range(len(found))[::-1][::every]}, len(found))  # the latest always
        if not any(bar.pasts for bar in found):
            say(above, labels.none)

    return picture(_SIZE, labels.title, fill)


def by_severity(counts: Sequence[Mapping[Severity, int]]) -> list[tuple[str, str, Sequence[int]]]:
    """The parts of bars that show these counts."""
    return [(severity.value, SEVERITIES[severity], [each[severity] for each in counts]) for severity in Severity]


def describe_chart(pasts: Sequence[Past], start: datetime, end: datetime, zone: tzinfo, labels: Labels) -> str:
    """What stands on it, for those who do not see it: what was in each bar, the latest first."""
    unit, found = buckets(pasts, start, end, zone)
    if not any(bar.pasts for bar in found):
        return f"{labels.title}. {labels.none}"
    said = []
    for name, bar in reversed(list(zip(_names(found, unit, zone, labels), found, strict=True))):
        if bar.pasts:
            counts = [f"{severity} {count}" for severity in Severity if (count := bar.count(severity))]
            took = [f"{labels.measures[what]} {span(median)}" for what in MEASURES if (median := bar.median(what))]
            said.append(f"{name}: {', '.join([*counts, *took])}.")
    return f"{labels.title}. {labels.counts[unit]}; {labels.times}. {' '.join(said)}"


def _names(found: Sequence[Bucket], unit: str, zone: tzinfo, labels: Labels) -> list[str]:
    """The first day of each bar."""
    first = [bar.start.astimezone(zone).date() for bar in found]
    return [f"{each:%Y-%m}" if unit == "month" else labels.day(each) for each in first]
