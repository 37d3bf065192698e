"""Looking back on an incident: its postmortem is drafted, held, and asked for until it was.

P0 and P1 have a draft by themselves once they are over: as grave as people say at the end that it was, since a severity
that was lowered was a mistake mostly, and one that got better is mitigated. Anybody can have one made of any incident.
"""

from __future__ import annotations

from datetime import datetime

from bot.context import Context
from bot.errors import Gone, NothingToHold, NotOnTheTeam
from bot.incidents.asked import asked
from bot.incidents.opening import GRAVE
from bot.incidents.working_days import at_the_desk, next_working_day
from bot.model import BOT, Incident, Postmortem
from bot.texts import Text

REMIND = "postmortem-reminder"  # the timer; its subject is the incident


class Reviewing:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # -- what people do ---

    def draft(self, incident_id: str, person: str) -> Postmortem:
        """Of what is known by now, whatever the severity and the state.

        Raises Gone, NotOnTheTeam, and TemplateError when the team's text cannot be filled in.
        """
        self._may_change(person)
        with self._store.atomic():
            incident = self._found(incident_id)
            made = self._write(incident, person, self._context.now())
        self._context.show(incident_id)
        return made

    def held(self, incident_id: str, person: str, *, event: str | None = None) -> Postmortem:
        """It was held, this person says; the first who says so stands there.

        Raises Gone, NotOnTheTeam and NothingToHold.
        """
        self._may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            latest = self._of_now(incident)
            if latest is None or latest.due is None:
                raise NothingToHold
            if self._store.postmortems.hold(latest.id, person, now):
                self._store.timeline.append(now, person, "postmortem held", incident_id)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        self._context.show(incident_id)
        return self._store.postmortems.latest_postmortem(incident_id) or latest

    def _may_change(self, person: str) -> None:
        """Slack may be asked for who is in a group: never within a transaction, where everybody would wait for it."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam

    # -- what time does: each to be called in the transaction that claims the timer; gives what to show ---

    def look_back(self, incident_id: str, now: datetime) -> str | None:
        """A grave incident that is over has its draft, once for each time that it was over."""
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None or incident.closed is None or incident.merged or incident.severity > GRAVE:
            return None
        latest = self._of_now(incident)
        if latest is not None and latest.due is not None:
            return None
        self._write(incident, BOT, now)
        return incident_id

    def remind(self, incident_id: str, now: datetime) -> str | None:
        """Somebody is asked whether it was held, on each working day until it was or the incident is open again."""
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None or incident.closed is None:
            return None
        latest, zone = self._of_now(incident), self._context.team().zone
        if latest is None or not latest.waits:
            return None
        if latest.by == BOT and incident.severity > GRAVE:
            return None  # it was made because the incident was taken for graver
        if (later := at_the_desk(now, zone)) > now:  # the bot was away when it was due
            self._store.timers.set_timer(REMIND, incident_id, later)
            return None
        moves = self._store.incidents.transitions(incident_id)
        who = asked(incident, moves, self._context.duty.slack_id(now))
        self._store.postmortems.remind(latest.id, who, now)
        self._store.timers.set_timer(REMIND, incident_id, next_working_day(now, zone))
        return incident_id

    # -- within the transaction ---

    def _write(self, incident: Incident, by: str, now: datetime) -> Postmortem:
        """What was planned for this ending, or said to be held, stays so for a fresh draft."""
        before = self._of_now(incident)
        due = before.due if before else None
        if due is None and incident.closed is not None:
            due = next_working_day(incident.closed if by == BOT else now, self._context.team().zone)
            self._store.timers.set_timer(REMIND, incident.id, due)
        text = self._context.texts(Text.POSTMORTEM, self._context.facts.facts(incident, now, postmortem=due))
        made = self._store.postmortems.add_postmortem(incident.id, text, by, due, now, before)
        self._store.timeline.append(now, by, "postmortem", incident.id)
        return made

    def _of_now(self, incident: Incident) -> Postmortem | None:
        """The latest draft, made since the incident was opened last: an earlier one tells of an end that was none."""
        latest = self._store.postmortems.latest_postmortem(incident.id)
        return latest if latest is not None and latest.at >= incident.since else None

    def _found(self, incident_id: str) -> Incident:
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None:
            raise Gone("incident")
        return incident
