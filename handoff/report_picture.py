"""The weekly report's picture: four panels, and what they show in words for those who do not see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.incidents.chart import by_severity
from bot.incidents.plotting import Legend, Line, bars, lines, picture, room, say
from bot.spans import span
from handoff.report import NIGHT_FROM, NIGHT_UNTIL, Hours, Report

if TYPE_CHECKING:
    from bot.incidents.plotting import Axes, Figure

MEASURES = ("acknowledge", "resolve")
_SIZE = (9.8, 6.8)  # inches
# A night is darker than its day, and a weekend has a colour of its own.
_COLOURS = {
    Hours.DAY: "#56B4E9",
    Hours.NIGHT: "#0072B2",
    Hours.WEEKEND_DAY: "#CC79A7",
    Hours.WEEKEND_NIGHT: "#882255",
}
_SHADE = "#EEEEEE"  # behind the hours of the night
_PEOPLE = 8  # at most, who were called most often
_FEWEST_PEOPLE = 4  # where they are fewer, bars are no thicker
_LONGEST = 16  # characters of a name
_EVERY = 3  # hours between two that are named


@dataclass(frozen=True)
class Labels:
    """What stands on it, in the team's language. `person`: the name of a Slack id."""

    title: str
    days: str
    times: str
    hours: str
    people: str
    measures: Mapping[str, str]
    when: Mapping[Hours, str]
    day: Callable[[date], str]
    weekday: Callable[[date], str]
    person: Callable[[str], str]
    no_incident: str
    no_call: str
    more: Callable[[int], str]  # so many more people


def draw_report(report: Report, labels: Labels) -> bytes:
    """A PNG. Not to be called by two threads."""

    def fill(figure: Figure) -> None:
        (days, times), (hours, people) = figure.subplots(2, 2, width_ratios=(1.25, 1))
        _days(days, report, labels)
        _times(times, report, labels)
        _hours(hours, report, labels)
        _people(people, report, labels)

    return picture(_SIZE, labels.title, fill)


def describe_report(report: Report, labels: Labels) -> str:
    """What each panel shows, with its numbers; the hours last, which are many in a busy week."""
    return " ".join([f"{labels.title}.", *(f"{title}: {'; '.join(said)}." for title, said in _told(report, labels))])


def _told(report: Report, labels: Labels) -> Iterator[tuple[str, Sequence[str]]]:
    counts = [
        f"{labels.weekday(each.day)} {labels.day(each.day)} "
        + ", ".join(f"{severity} {count}" for severity, count in each.by_severity.items() if count)
        for each in report.days
        if any(each.by_severity.values())
    ]
    yield labels.days, counts or [labels.no_incident]
    took = [
        f"{labels.day(first)} "
        + ", ".join(f"{labels.measures[what]} {span(median)}" for what in MEASURES if (median := medians[what]))
        for first, medians in _weeks(report)
        if any(medians.values())
    ]
    yield labels.times, took or [labels.no_incident]
    called = [
        f"{labels.person(person)} "
        + ", ".join(f"{labels.when[when]} {count}" for when in Hours if (count := counts.get(when, 0)))
        for person, counts in report.called().items()
    ]
    yield labels.people, called or [labels.no_call]
    hours = [
        f"{labels.when[when]} " + ", ".join(f"{hour}:00 {count}" for hour, count in enumerate(counts) if count)
        for when, counts in report.by_hour().items()
        if any(counts)
    ]
    yield labels.hours, hours or [labels.no_call]


def _weeks(report: Report) -> list[tuple[date, Mapping[str, timedelta | None]]]:
    """The first day and the medians of each week, the oldest first."""
    return [
        (week.start.astimezone(report.zone).date(), {what: week.times[what].median for what in MEASURES})
        for week in reversed(report.weeks)
    ]


def _days(axes: Axes, report: Report, labels: Labels) -> None:
    bars(axes, by_severity([each.by_severity for each in report.days]), labels.days, legend=Legend.BELOW)
    names = {at: f"{labels.weekday(each.day)}\n{labels.day(each.day)}" for at, each in enumerate(report.days)}
    room(axes, names, len(report.days))
    if not report.week.count:
        say(axes, labels.no_incident)


def _times(axes: Axes, report: Report, labels: Labels) -> None:
    weeks = _weeks(report)
    shown = [Line(what, labels.measures[what], [medians[what] for _, medians in weeks]) for what in MEASURES]
    lines(axes, shown, labels.times, legend=Legend.BELOW)
    room(axes, {at: labels.day(first) for at, (first, _) in enumerate(weeks)}, len(weeks))
    if not any(any(medians.values()) for _, medians in weeks):
        say(axes, labels.no_incident)


def _hours(axes: Axes, report: Report, labels: Labels) -> None:
    for start, end in ((0, NIGHT_UNTIL), (NIGHT_FROM, 24)):
        axes.axvspan(start - 0.5, end - 0.5, color=_SHADE, zorder=0, linewidth=0)
    bars(axes, _parts(report.by_hour(), labels), labels.hours, legend=Legend.BELOW)
    room(axes, {hour: f"{hour}:00" for hour in range(0, 24, _EVERY)}, 24)
    if not report.calls:
        say(axes, labels.no_call)


def _people(axes: Axes, report: Report, labels: Labels) -> None:
    called = list(report.called().items())
    shown, left = called[:_PEOPLE], len(called[_PEOPLE:])
    counts = {when: [each.get(when, 0) for _, each in shown] for when in Hours}
    title = f"{labels.people} ({labels.more(left)})" if left else labels.people
    bars(axes, _parts(counts, labels), title, lying=True, legend=None)  # it is the one of the hours
    axes.set_yticks(range(len(shown)), [_short(labels.person(person)) for person, _ in shown])
    axes.set_ylim(max(len(shown), _FEWEST_PEOPLE) - 0.4, -0.6)  # who was called most often is at the top
    if not shown:
        say(axes, labels.no_call)


def _parts(counts: Mapping[Hours, Sequence[int]], labels: Labels) -> list[tuple[str, str, Sequence[int]]]:
    return [(labels.when[when], _COLOURS[when], counts[when]) for when in Hours]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
