"""Runbooks with a `schedule`: a timer for each, and what happens when one is due."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.context import Context
from bot.cron import next_fire
from bot.errors import PlanError
from bot.proposing import Proposing

log = structlog.get_logger()


class Schedules:
    def __init__(self, context: Context, proposing: Proposing) -> None:
        self._context = context
        self._store = context.store
        self._proposing = proposing

    def plan_ahead(self, now: datetime) -> None:
        """A timer for every schedule that has none: those of files that are new or have changed."""
        for subject, schedule in self._wanted().items():
            due = next_fire(schedule, self._context.team().zone, now)
            if due is not None:
                self._store.timers.add_timer("schedule", subject, due)

    def due(self, subject: str, now: datetime) -> str | None:
        """To be called in the transaction that claims the timer: proposes, and sets the next one. Gives the request.

        None when the file has gone or has another schedule by now. However late it is, it is due once and not for every
        time that was missed.
        """
        schedule = self._wanted().get(subject)
        if schedule is None:
            return None
        later = next_fire(schedule, self._context.team().zone, now)
        if later is not None:
            self._store.timers.set_timer("schedule", subject, later)
        try:
            return self._proposing.due(subject.partition(" ")[0], self._context.home, now)
        except PlanError as error:
            log.warning("scheduled runbook not proposed", runbook=subject, error=str(error))
            return None

    def _wanted(self) -> dict[str, str]:
        """A timer's subject, which holds the schedule, so that a changed one is a timer of its own → the schedule."""
        runbooks = self._context.shelf.library().runbooks.values()
        zone = self._context.team().zone
        return {f"{each.id} {each.schedule} {zone.key}": each.schedule for each in runbooks if each.schedule}
