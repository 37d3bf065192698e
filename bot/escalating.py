"""Escalation: the team file's ladder by the clock, and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.context import Context
from bot.errors import Gone, NotOnTheTeam
from bot.incidents.ladder import due, left, next_at
from bot.incidents.opening import CLIMB
from bot.incidents.paging import page, stand_down
from bot.model import BOT, Escalation, Incident, IncidentState
from bot.team import ON_CALL, PAGER, ROLE, Level


class Escalating:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def climb(self, incident_id: str, now: datetime) -> str | None:
        """Whoever is due is told; to be called in the transaction that claims the timer. Gives what to show.

        Everything is worked out anew from the team file and the incident as they are, so that a changed severity, an
        acknowledgement or an edited file counts at once.
        """
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None:
            return None
        stand_down(self._store, incident, self._context.facts.address(incident), now)
        if incident.state is IncidentState.RESOLVED:
            return incident.id
        # Worked out anew after each: where nobody is on call, the next ones were told with it.
        while levels := due(incident, self._levels(incident), self._told(incident), now):
            self._call(incident, levels[0].to, BOT, levels[0].unless, now)
        if (after := self.next_of(incident, now)) is not None:
            self._store.timers.set_timer(CLIMB, incident.id, after[0])
        return incident.id

    def next_of(self, incident: Incident, now: datetime) -> tuple[datetime, Level] | None:
        """Who is told next, and when, if it goes on like this."""
        return next_at(incident, self._levels(incident), self._told(incident), now)

    def escalate(self, incident_id: str, person: str, to: str, why: str, *, event: str | None = None) -> Escalation:
        """By hand. `to`: oncall, role:…, page, or a Slack id. Gives whom it came to: where nobody is on call, the
        ladder's next. Raises Gone and NotOnTheTeam."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam
        with self._store.atomic():
            now = self._context.now()
            incident = self._store.incidents.find_incident(incident_id)
            if incident is None or incident.state is IncidentState.RESOLVED:
                raise Gone("incident")
            made = self._call(incident, to, person, why, now)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        self._context.show(incident_id)
        self._context.deliver()
        return made

    def by_default(self, incident: Incident) -> str:
        """Whom the next step up is, where nobody is named."""
        made = self._store.escalations.escalations_of(incident.id)
        told = {each.to for each in made if each.at >= incident.since}
        levels = [level.to for level in self._levels(incident) if level.to not in told]
        return levels[0] if levels else ON_CALL

    def _call(self, incident: Incident, to: str, by: str, why: str, now: datetime) -> Escalation:
        """Where nobody is on call, whoever the ladder names next is called at once: an empty chair answers nobody."""
        made = self._tell(incident, to, by, why, now)
        if to != ON_CALL or made.people:
            return made
        levels = [level for _, level in left(incident, self._levels(incident), self._told(incident))]
        if by != BOT:  # whom the ladder has called before may be called by hand again
            levels = sorted(self._levels(incident), key=lambda each: each.after)
        for level in levels:
            if level.to == PAGER or (level.to != ON_CALL and self._people(level.to, now)):
                return self._tell(incident, level.to, by, why if by != BOT else level.unless, now)
        return made

    def _tell(self, incident: Incident, to: str, by: str, why: str, now: datetime) -> Escalation:
        made = self._store.escalations.add_escalation(incident.id, to, self._people(to, now), by, why, now)
        if to == PAGER:
            page(self._store, incident, made, self._context.facts.address(incident))
        said = {"brought_to": to, "why": why if by != BOT else ""}
        self._store.timeline.append(now, by, "escalated", incident.id, said)
        return made

    def _people(self, to: str, now: datetime) -> Sequence[str]:
        """Slack ids; none where the team file names nobody."""
        team = self._context.team()
        if to == ON_CALL:
            return [found] if (found := self._context.duty.slack_id(now)) else []
        if to.startswith(ROLE):
            return sorted(team.holders(to.removeprefix(ROLE)))
        return [] if to == PAGER else [to]

    def _levels(self, incident: Incident) -> Sequence[Level]:
        return self._context.team().escalation.levels(incident.severity)

    def _told(self, incident: Incident) -> Sequence[str]:
        """By the clock, since it was opened last: whom a person has called is called by the ladder all the same."""
        made = self._store.escalations.escalations_of(incident.id)
        return [each.to for each in made if each.at >= incident.since and each.by == BOT]
