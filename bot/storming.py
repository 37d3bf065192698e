"""Storms: more new alerts than people can read are one card and one incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.context import Context
from bot.incidents.opening import GRAVE, join, open_anew, raised, wake
from bot.model import BOT, Incident, IncidentState
from bot.store.alerts import StoredAlert
from bot.store.storms import Storm

_BACKLOG = timedelta(seconds=2)  # what is worked off sooner is no backlog


class Storming:
    """Each method is to be called within a transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def storm_of(self, alert: StoredAlert, now: datetime) -> tuple[Storm | None, list[str]]:
        """The storm that this new alert came in or has just made, and what is to be shown for it."""
        storm, rule = self._store.storms.storm_now(), self._context.storm
        after = rule.before(alert.ts)
        if storm is not None:
            # One may be read from the history of an hour ago, and this alert has just been posted; or the other way.
            if rule.ends(self._store.alerts.posted_between(after, rule.after(alert.ts))):
                return None, []
            self._store.storms.join(alert.id, storm.id)
            return storm, [storm.id]
        if not rule.begins(self._store.alerts.posted_between(after, alert.ts)):
            return None, []
        return self._begin(alert, after, now)

    def join_incident(self, alert: StoredAlert, storm: Storm, now: datetime) -> None:
        """A grave alert of a storm belongs to its incident, which is as grave; to a new one once that is closed."""
        incident = self._store.incidents.find_incident(storm.incident)
        if incident is None or incident.state is IncidentState.RESOLVED:
            incident = open_anew(self._store, alert.alert.name, alert.classification.severity, alert.id, now)
            self._store.storms.set_incident(storm.id, incident.id)
        raised(self._store, incident, alert.classification.severity, now)
        join(self._store, alert, incident, now)

    def watch(self, storm_id: str, now: datetime) -> str | None:
        """Whether it is over; to be called in the transaction that claims its timer. Gives what to show."""
        storm = self._store.storms.find_storm(storm_id)
        if storm is None or storm.ended is not None:
            return None
        rule = self._context.storm
        until = f"{now.timestamp():.6f}"
        few = rule.ends(self._store.alerts.posted_between(rule.before(until), until))
        # While deliveries wait to be worked off, what has come in the last minute is not known yet.
        if few and not self._store.inbox.waits_since(now - _BACKLOG):
            self._store.storms.end_storm(storm.id, now)
            self._store.timeline.append(now, BOT, "storm over", storm.id)
        else:
            self._store.timers.set_timer("storm", storm.id, now + rule.window)
        return storm.id

    def _begin(self, alert: StoredAlert, after: str, now: datetime) -> tuple[Storm, list[str]]:
        """One incident for all of it: the gravest that its alerts have opened so far, or else one of its own.

        Messages come over many connections in no order: what was posted after this one may be known already.
        """
        until = self._context.storm.after(alert.ts)
        opened = self._store.incidents.opened_by_alerts(after, until)
        new = self._store.alerts.posted_between(after, until)
        incident = (
            opened[0]
            if opened
            else open_anew(self._store, self._context.facts.words.plain("storm_incident", count=new), GRAVE, None, now)
        )
        for other in opened[1:]:
            self._merge(other, incident, now)
        storm = self._store.storms.begin_storm(alert.channel, incident.id, after, until, now)
        self._store.timeline.append(now, BOT, "storm began", storm.id, {"alerts": new})
        self._store.timers.set_timer("storm", storm.id, now + self._context.storm.window)
        # Cards that are not posted yet are taken back, and incidents that were merged are drawn as they are now.
        merged = [other.id for other in opened[1:]]
        return storm, [storm.id, incident.id, *merged, *self._store.storms.alerts_in(storm.id)]

    def _merge(self, other: Incident, into: Incident, now: datetime) -> None:
        self._store.incidents.move_incident(other.id, other.state, IncidentState.RESOLVED, BOT, now)
        self._store.incidents.mark_merged(other.id)
        self._store.timeline.append(now, BOT, "incident merged", other.id, {"into": into.name})
        wake(self._store, other.id, now)
        if other.alert is not None:
            self._store.alerts.join_incident(other.alert, into.id)
