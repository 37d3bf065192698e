"""When nobody is on call: written down once when it begins and once when somebody is again, for people to be told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from bot.duty import Duty
from bot.model import BOT, Entry
from bot.rota_lint import LEAST_GAP
from bot.store import Store

ROTA = "rota"  # the timeline's subject, and the timer's
NOBODY, SOMEBODY = "nobody on call", "somebody on call"
_TIMER = "nobody-on-call"
_NEVER = 9999  # the year of a gap's end that nobody knows
_AHEAD = timedelta(minutes=3)  # longer than it is between two plans


class Nobody:
    """A part of the flow. It looks at who is on call, every minute and when a shift ends that none follows."""

    kinds: Collection[str] = frozenset({_TIMER})

    def __init__(self, store: Store, duty: Duty, settled: Callable[[], bool]) -> None:
        """`settled`: whether what is known of the rota is all that can be known, as it is not right after a start."""
        self._store = store
        self._duty = duty
        self._settled = settled

    def plan_ahead(self, now: datetime) -> None:
        if not self._settled():
            return
        if self._changed(now) is not None:
            self._store.timers.set_timer(_TIMER, ROTA, now)
        elif (roster := self._duty.roster()) is not None:
            coming = next((start for start, _ in roster.gaps(now, now + _AHEAD) if start > now), None)
            if coming is not None:
                self._store.timers.set_timer(_TIMER, ROTA, coming)

    def on_time(self, kind: str, subject: str, now: datetime) -> str | None:  # noqa: ARG002 - there is one of each
        changed = self._changed(now)
        if changed is None:
            return None
        if changed[0] == NOBODY:
            self._store.timeline.append(now, BOT, "nobody on call", ROTA, changed[1])
        else:
            self._store.timeline.append(now, BOT, "somebody on call", ROTA, changed[1])
        return ROTA

    def stop(self) -> None:
        """Nothing runs between two calls."""

    def _changed(self, now: datetime) -> tuple[str, dict[str, str]] | None:
        """What is to be written down, with what belongs to it; None while it goes on as it stands there."""
        told = latest(self._store)
        roster = self._duty.roster()
        gap = roster.gap_at(now) if roster else None
        if gap is None:
            # Where the rota was taken out of the team file nobody is missed any more.
            nobody_was = told is not None and told.what == NOBODY
            return (SOMEBODY, {"who": self._duty.slack_id(now) or ""}) if nobody_was else None
        if told is not None and told.what == NOBODY and told.at >= gap[0]:  # else somebody was in between
            return None
        if gap[1] - gap[0] < LEAST_GAP:
            return None
        return NOBODY, {"until": gap[1].isoformat() if gap[1].year < _NEVER else ""}


def latest(store: Store) -> Entry | None:
    """The last that was written down of it."""
    return store.timeline.latest_entry(ROTA, {NOBODY, SOMEBODY})
