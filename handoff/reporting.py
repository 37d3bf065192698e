"""The weekly report by the clock: a timer for what the team file asks for, and one report for each time it is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.cron import next_fire
from bot.incidents.past import past_incidents
from bot.model import BOT
from bot.store import Store
from bot.store.reports import PostedReport
from handoff.report import WEEK, Report, report_of, weeks_until

KIND = "report"
_SEARCHED = WEEK + timedelta(days=1)  # how far back the last time that it was due must lie, whatever clocks do
_MENDED = timedelta(days=1)  # so long a report that lacks something is shown anew


class Reporting:
    """What is due tells of the week until then. After a long time down, the last that was missed is made up for."""

    kinds: Collection[str] = frozenset({KIND})

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def on_time(self, kind: str, subject: str, now: datetime) -> str | None:  # noqa: ARG002
        """To be called in the transaction that claims the timer. Gives the new report's id.

        None when the file asks for another time by now, or this report was made before.
        """
        team = self._context.team()
        if team.report is None or subject != _subject(team.report, team.zone):
            return None
        due = _last(team.report, team.zone, now)
        later = next_fire(_cron(team.report), team.zone, now)
        if later is not None:
            self._store.timers.set_timer(KIND, subject, later)
        if due is None:
            return None
        made = self._store.reports.add_report(weeks_until(due, team.zone)[0][0], due, now)
        if made is None:
            return None
        self._store.timeline.append(now, BOT, "report posted", made.id, {"due": due.isoformat()})
        return made.id

    def plan_ahead(self, now: datetime) -> None:
        """A timer for the time that the file asks for now; and what a crash kept from a report is made up for."""
        team = self._context.team()
        if team.report is not None:
            due = next_fire(_cron(team.report), team.zone, now)
            if due is not None:
                self._store.timers.add_timer(KIND, _subject(team.report, team.zone), due)
        for id in self._store.reports.incomplete_reports(now - _MENDED):
            self._context.show(id)

    def stop(self) -> None:
        """Nothing of it runs on a thread of its own."""

    def now(self) -> datetime:
        return self._context.now()

    def posted(self, made: PostedReport) -> Report:
        """What it tells, from the record as it is now."""
        return read_report(self._store, made.due, self._context.team().zone, self.now())

    def of_late(self) -> Report:
        """The same of the seven days until now."""
        now = self.now()
        return read_report(self._store, now, self._context.team().zone, now)


def read_report(store: Store, due: datetime, zone: ZoneInfo, now: datetime) -> Report:
    """As many questions to the store for a busy week as for a quiet one."""
    weeks = weeks_until(due, zone)
    start = weeks[0][0]
    return report_of(
        due,
        zone,
        now,
        pasts=past_incidents(store, weeks[-1][0], due),
        episodes=store.alerts.fired_between(start, due),
        runs=store.runs.runs_between(start, due),
        decided=store.proposals.decided_between(start, due),
        escalations=store.escalations.told_between(start, due),
    )


def _subject(weekly: str, zone: ZoneInfo) -> str:
    """A timer's subject, which holds the time, so that a changed one is a timer of its own."""
    return f"{weekly.casefold()} {zone.key}"


def _cron(weekly: str) -> str:
    """ "Mon 09:30" as five fields."""
    day, _, time = weekly.partition(" ")
    hour, _, minute = time.partition(":")
    return f"{int(minute)} {int(hour)} * * {day.casefold()}"


def _last(weekly: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When it was due last, which may be now."""
    last, after = None, now - _SEARCHED
    while (found := next_fire(_cron(weekly), zone, after)) is not None and found <= now:
        last = after = found
    return last
