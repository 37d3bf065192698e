"""The weekly report: what a team's week was, against the four weeks before it. Pure: values of the record in, one out.

The week is seven days by the team's clock, and ends when the report is due: one for Monday 09:30 tells of what came
from the Monday before at 09:30 until then. The weeks before it follow each other in the same way.

- An incident belongs to the week and the day in which it was opened, and to the severity that it has by now; merged
  ones count nowhere. Times are those of `bot/incidents/statistics.py`: from the opening until it was first
  acknowledged, and until it was resolved for good; what is told of a week is their median.
- An alert is as noisy as it had messages, over all the episodes of its name of which a message came in the week. An
  episode that began before counts whole. See `noise.py`.
- A run belongs to the week in which it was queued, which is when it was approved, and to what has come of it by now.
- A decision is one person's yes or no to one proposal.
- A call is one person, or one user group, told of one incident once, by the ladder or by hand. Whom the pager woke is
  not in the record. Night is from 22:00 to 07:00 by the team's clock, the weekend Saturday and Sunday from midnight to
  midnight; a call in a weekend's night is both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.incidents.chart import Bucket, buckets
from bot.incidents.statistics import Past, Statistics, statistics_of
from bot.incidents.targets import Targets
from bot.model import Escalation, Incident, IncidentState, RunState, Severity, Verdict
from bot.rota import as_moment
from bot.store.alerts import Episode
from bot.store.proposals import Decided
from bot.store.runs import BriefRun
from handoff.noise import Loud, loudest

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
NIGHT_FROM, NIGHT_UNTIL = 22, 7  # o'clock


class Result(StrEnum):
    """What has come of a run, the best first."""

    FIXED = "fixed"
    DONE = "done"
    NOT_FIXED = "not_fixed"
    UNDONE = "undone"
    FAILED = "failed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"
    UNDER_WAY = "under_way"


class Hours(StrEnum):
    """When somebody was called: each call is in one of these."""

    DAY = "day"
    NIGHT = "night"
    WEEKEND_DAY = "weekend_day"
    WEEKEND_NIGHT = "weekend_night"

    @property
    def at_night(self) -> bool:
        return self in {Hours.NIGHT, Hours.WEEKEND_NIGHT}

    @property
    def at_the_weekend(self) -> bool:
        return self in {Hours.WEEKEND_DAY, Hours.WEEKEND_NIGHT}


@dataclass(frozen=True)
class Day:
    """A day by the team's clock. The first and the last one are as short as the week makes them."""

    day: date
    by_severity: Mapping[Severity, int]


@dataclass(frozen=True)
class Use:
    """How often a runbook ran, and what came of it."""

    runbook: str
    runs: int
    results: Mapping[Result, int]  # the best first; only what there was


@dataclass(frozen=True)
class Call:
    """`person`: a Slack id, or a user group's."""

    person: str
    hour: int  # by the team's clock
    when: Hours


@dataclass(frozen=True)
class Report:
    """`weeks`: this one and those before it, the latest first. `days`: of this one, in order."""

    zone: ZoneInfo
    weeks: Sequence[Statistics]
    days: Sequence[Day]
    unresolved: Sequence[Incident]  # of this week's, the gravest first
    noise: Sequence[Loud]  # the noisiest first
    uses: Sequence[Use]  # what fixed most often first
    decided: Sequence[Decided]  # the latest first
    calls: Sequence[Call]

    @property
    def week(self) -> Statistics:
        return self.weeks[0]

    @property
    def is_quiet(self) -> bool:
        """Nothing at all happened in the week."""
        return not (self.week.count or self.noise or self.uses or self.decided or self.calls)

    @property
    def approvals(self) -> int:
        return sum(each.decision.approve for each in self.decided)

    @property
    def rejections(self) -> Sequence[Decided]:
        return [each for each in self.decided if not each.decision.approve]

    @property
    def emergencies(self) -> Sequence[Decided]:
        """Approvals of one person alone, with a reason."""
        return [each for each in self.decided if each.decision.approve and each.decision.emergency]

    def called(self) -> Mapping[str, Mapping[Hours, int]]:
        """Each person's calls, who had most first."""
        counts = Counter(each.person for each in self.calls)
        order = sorted(counts, key=lambda person: (-counts[person], person))
        return {person: Counter(each.when for each in self.calls if each.person == person) for person in order}

    def by_hour(self) -> Mapping[Hours, Sequence[int]]:
        """How many calls there were in each of the day's 24 hours."""
        counts = Counter((each.when, each.hour) for each in self.calls)
        return {when: [counts[when, hour] for hour in range(24)] for when in Hours}


def weeks_until(due: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The week that ends at `due` and those before it, the latest first, each from the same time of day to the same."""
    local = due.astimezone(zone).replace(tzinfo=None)
    edges = [due, *(as_moment(local - number * WEEK, zone) for number in range(1, WEEKS_BEFORE + 2))]
    return [(start, end) for end, start in pairwise(edges)]


def report_of(
    due: datetime,
    zone: ZoneInfo,
    now: datetime,
    *,
    pasts: Sequence[Past],
    episodes: Iterable[Episode],
    runs: Iterable[BriefRun],
    decided: Iterable[Decided],
    escalations: Iterable[Escalation],
) -> Report:
    """`pasts` of all the weeks, the rest of the last one at least: what is of another time is left out."""
    weeks = weeks_until(due, zone)
    start, end = weeks[0]
    counted = [statistics_of(pasts, *week, Targets(), now) for week in weeks]
    opened = [each.incident for each in pasts if start <= each.incident.opened < end and not each.incident.merged]
    left = [each for each in opened if each.state is not IncidentState.RESOLVED]
    return Report(
        zone=zone,
        weeks=counted,
        days=[_day(each, zone) for each in buckets(pasts, start, end, zone)[1]],
        unresolved=sorted(left, key=lambda each: (each.severity, each.number)),
        noise=loudest(each for each in episodes if each.last >= start and each.first < end),
        uses=uses_of(each for each in runs if start <= each.queued < end),
        decided=sorted(
            (each for each in decided if start <= each.decision.at < end),
            key=lambda each: each.decision.at,
            reverse=True,
        ),
        calls=[
            Call(person, local.hour, hours_of(local))
            for each in escalations
            if start <= each.at < end
            for local in [each.at.astimezone(zone)]
            for person in each.people
        ],
    )


def uses_of(runs: Iterable[BriefRun]) -> list[Use]:
    """By runbook, the one that fixed it most often first; of equals the one that ran most often."""
    by_runbook: dict[str, list[Result]] = {}
    for run in runs:
        by_runbook.setdefault(run.runbook, []).append(result_of(run))
    found = [
        Use(runbook, len(results), {each: results.count(each) for each in Result if each in results})
        for runbook, results in by_runbook.items()
    ]
    return sorted(found, key=lambda use: (-use.results.get(Result.FIXED, 0), -use.runs, use.runbook))


def result_of(run: BriefRun) -> Result:
    """What a run that came to its end says of itself counts; for one that did not, how it ended or stands."""
    match run.state:
        case RunState.SUCCEEDED if run.verdict is Verdict.FIXED:
            return Result.FIXED
        case RunState.SUCCEEDED if run.verdict is Verdict.NOT_FIXED:
            return Result.NOT_FIXED
        case RunState.SUCCEEDED:
            return Result.DONE
        case RunState.FAILED | RunState.UNDONE | RunState.ABORTED | RunState.UNKNOWN:
            return Result(run.state.value)
        case _:
            return Result.UNDER_WAY


def hours_of(local: datetime) -> Hours:
    """Of a moment by the team's clock."""
    night = local.hour >= NIGHT_FROM or local.hour < NIGHT_UNTIL
    if local.weekday() >= 5:
        return Hours.WEEKEND_NIGHT if night else Hours.WEEKEND_DAY
    return Hours.NIGHT if night else Hours.DAY


def _day(bucket: Bucket, zone: ZoneInfo) -> Day:
    counts = Counter(each.incident.severity for each in bucket.pasts if not each.incident.merged)
    return Day(bucket.start.astimezone(zone).date(), {severity: counts[severity] for severity in Severity})
