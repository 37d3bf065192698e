"""How many incidents there were in some time, of what kind, and how fast people were. Pure.

An incident belongs to the time in which it was opened and to the severity that it has by now; one that was merged into
another counts nowhere. Times count from when it was opened until somebody first acknowledged it, until it was mitigated
for good and until it was resolved for good: one that came back was not, and counts once it is over again. Whoever skips
a state has reached it.

The median is the middle value, or the mean of the middle two; p90 is the smallest value that at least nine of ten do
not exceed (nearest rank). Both are exact, and with few incidents they say little: `count` tells of how many.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.incidents.targets import Targets, measured
from bot.model import Category, Entry, Incident, IncidentState, Severity, Transition

GRAVE = (Severity.P0, Severity.P1)  # those that have targets
MEASURES = {
    "acknowledge": IncidentState.ACKNOWLEDGED,
    "mitigate": IncidentState.MITIGATED,
    "resolve": IncidentState.RESOLVED,
}
_ORDER = list(IncidentState)


@dataclass(frozen=True)
class Past:
    """An incident with its record. `category` is that of the alert that it is about; None: nobody's alert led to it."""

    incident: Incident
    transitions: Sequence[Transition]
    entries: Sequence[Entry]  # of its timeline what targets are measured by
    category: Category | None


@dataclass(frozen=True)
class Spread:
    """How long something took: over how many incidents, the median and the ninth of ten. None: over none."""

    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True)
class Kept:
    """How often a target was met and missed; `pending`: still open, and in time so far."""

    what: str
    within: timedelta
    met: int
    missed: int
    pending: int


@dataclass(frozen=True)
class Statistics:
    """Of the incidents that were opened from `start` until before `end`."""

    start: datetime
    end: datetime
    count: int
    by_severity: Mapping[Severity, int]  # all four, the gravest first
    by_category: Mapping[Category | None, int]  # the most frequent first
    times: Mapping[str, Spread]  # by measure
    times_by_severity: Mapping[Severity, Mapping[str, Spread]]
    times_by_category: Mapping[Category | None, Mapping[str, Spread]]
    targets: Sequence[Kept]  # of P0 and P1


def statistics_of(pasts: Iterable[Past], start: datetime, end: datetime, targets: Targets, now: datetime) -> Statistics:
    """What is over by `now` counts, also where it ended after `end`."""
    counted = [each for each in pasts if start <= each.incident.opened < end and not each.incident.merged]
    by_category = _most_frequent(each.category for each in counted)
    of = {severity: [each for each in counted if each.incident.severity is severity] for severity in Severity}
    return Statistics(
        start=start,
        end=end,
        count=len(counted),
        by_severity={severity: len(each) for severity, each in of.items()},
        by_category=by_category,
        times=times(counted),
        times_by_severity={severity: times(each) for severity, each in of.items()},
        times_by_category={
            category: times([each for each in counted if each.category is category]) for category in by_category
        },
        targets=_kept([each for severity in GRAVE for each in of[severity]], targets, now),
    )


def _most_frequent(categories: Iterable[Category | None]) -> dict[Category | None, int]:
    """Of equals in the order of the alphabet; what nobody's alert led to comes last."""
    ordered = sorted(categories, key=lambda each: (each is None, each or ""))
    return dict(Counter(ordered).most_common())


def times(pasts: Collection[Past]) -> Mapping[str, Spread]:
    """Each measure over these incidents."""
    return {what: spread([took for each in pasts if (took := lasted(each, what)) is not None]) for what in MEASURES}


def lasted(past: Past, what: str) -> timedelta | None:
    """How long it took to acknowledge, mitigate or resolve it; None while that is not reached."""
    since = past.incident.opened if what == "acknowledge" else past.incident.since
    rank = _ORDER.index(MEASURES[what])
    reached = [each.at for each in past.transitions if each.at >= since and _ORDER.index(each.state) >= rank]
    return min(reached) - past.incident.opened if reached else None


def spread(durations: Sequence[timedelta]) -> Spread:
    if not durations:
        return Spread(0, None, None)
    ordered = sorted(durations)
    middle = statistics.median([each.total_seconds() for each in ordered])
    return Spread(len(ordered), timedelta(seconds=middle), ordered[math.ceil(0.9 * len(ordered)) - 1])


def _kept(pasts: Iterable[Past], targets: Targets, now: datetime) -> list[Kept]:
    """What is not reached is missed once its time is over."""
    tally: dict[str, Counter[bool | None]] = {}
    within: dict[str, timedelta] = {}
    for past in pasts:
        for each in measured(targets, past.incident, past.transitions, past.entries):
            late = each.reached is None and each.due < now
            tally.setdefault(each.what, Counter())[False if late else each.met] += 1
            within[each.what] = each.within
    return [Kept(what, within[what], found[True], found[False], found[None]) for what, found in tally.items()]
