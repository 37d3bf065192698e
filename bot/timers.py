"""The ticker over the timers table: the scheduler only ticks; what is due, and who claimed it, stands in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.store import Store

log = structlog.get_logger()


class Ticker:
    def __init__(
        self,
        store: Store,
        fire: Callable[[str, str], None],
        plan_ahead: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        """`fire` gets the kind and subject of a timer that is due, and claims it in the transaction that acts on it.

        `plan_ahead` is called at the start and every minute: timers are set for what has come to be known meanwhile.
        """
        self._store = store
        self._fire = fire
        self._now = now
        # One tick at a time, and a late one is made up for once: the store holds what is due.
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.tick, "interval", seconds=1, misfire_grace_time=None, coalesce=True, max_instances=1
        )

        self._scheduler.add_job(
            self._ahead,
            "interval",
            minutes=1,
            next_run_time=now(),  # the first time at once
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._plan_ahead = plan_ahead

    def _ahead(self) -> None:
        try:
            self._plan_ahead()
        except Exception:  # the edge of the thread: the next minute may go better
            log.exception("timers not set ahead")

    def tick(self) -> None:
        for kind, subject in self._store.timers.due_timers(self._now()):
            try:
                self._fire(kind, subject)
            except Exception:  # the edge of the thread: one bad timer must not stop the others
                log.exception("timer failed", kind=kind, subject=subject)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
