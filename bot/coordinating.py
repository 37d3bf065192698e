"""What people do with an incident: declare it, move it on, grade it, take a role, and write down what they know.

Everybody on the team may. Each change is a line on the incident's timeline with who and when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.checklists import Checklist
from bot.context import Context
from bot.errors import AlreadyDecided, Gone, MoveNotAllowed, NoSuchIncident, NotOnTheTeam
from bot.incidents.lifecycle import NEXT
from bot.incidents.likeness import sounds_like
from bot.incidents.opening import join, open_anew, wake
from bot.model import Incident, IncidentRole, IncidentState, Known, Severity
from bot.store.alerts import StoredAlert

WATCHED = timedelta(hours=2)  # after the end, unless somebody says otherwise


@dataclass(frozen=True)
class Ending:
    """What people say when an incident is over."""

    root_cause: str = ""
    fix: str = ""
    watched: timedelta = WATCHED


class Coordinating:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # -- which one ---

    def incident(self, number: int | None) -> Incident:
        """The one with this number; without one, the only one that is open. Raises NoSuchIncident."""
        if number is not None:
            found = self._store.incidents.numbered(number)
        else:
            opened = self.opened()
            found = opened[0] if len(opened) == 1 else None
        if found is None:
            raise NoSuchIncident
        return found

    def alike(self, title: str) -> Incident | None:
        """An open one that this could be, by its title."""
        return sounds_like(title, self.opened())

    def opened(self) -> list[Incident]:
        """The worst first."""
        return self._store.incidents.open_incidents()

    def known(self, incident_id: str) -> Incident:
        """For whoever only looks. Raises Gone."""
        return self._found(incident_id)

    def changeable(self, incident_id: str, person: str) -> Incident:
        """Raises Gone and NotOnTheTeam."""
        self.may_change(person)
        return self._found(incident_id)

    def may_move(self, incident_id: str, person: str, state: IncidentState) -> Incident:
        """Raises Gone, NotOnTheTeam and MoveNotAllowed."""
        incident = self.changeable(incident_id, person)
        if state not in NEXT[incident.state]:
            raise MoveNotAllowed(incident.state)
        return incident

    def may_change(self, person: str) -> None:
        """Raises NotOnTheTeam."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam

    def alert_of(self, alert_id: str) -> StoredAlert:
        """Raises Gone."""
        alert = self._store.alerts.find_alert(alert_id)
        if alert is None:
            raise Gone("alert")
        return alert

    # -- changes ---

    def declare(
        self,
        title: str,
        severity: Severity,
        person: str,
        *,
        impact: str = "",
        alert_id: str | None = None,
        event: str | None = None,
    ) -> Incident:
        """A person opens one, about this alert where there is one.

        Raises NotOnTheTeam, and AlreadyDecided when the alert has an open incident.
        """
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            if alert_id is not None:
                self._free(alert_id)
            incident = open_anew(self._store, title, severity, alert_id, now, who=person, impact=impact)
            if impact.strip():  # said by a person: it counts as assessed
                self._store.timeline.append(now, person, "incident impact", incident.id, {"text": impact})
            if alert_id is not None:
                self._store.alerts.join_incident(alert_id, incident.id)
            self._done(event, now)
        self._show(incident, alert_id)
        return incident

    def join(self, incident_id: str, alert_id: str, person: str, *, event: str | None = None) -> Incident:
        """The alert is about this incident, a person says. Raises NotOnTheTeam, Gone and AlreadyDecided."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            join(self._store, self._free(alert_id), incident, now, who=person)
            self._done(event, now)
        self._show(incident, alert_id)
        return incident

    def move(
        self,
        incident_id: str,
        person: str,
        state: IncidentState,
        ending: Ending | None = None,
        *,
        event: str | None = None,
    ) -> None:
        """Acknowledged, mitigated, resolved, or open again. Raises Gone, NotOnTheTeam and MoveNotAllowed."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            if state not in NEXT[incident.state]:
                raise MoveNotAllowed(incident.state)
            self._store.incidents.move_incident(incident_id, incident.state, state, person, now)
            said: dict[str, str | bool] = {"again": True} if state is IncidentState.OPEN else {}
            if ending is not None:
                until = now + ending.watched if ending.watched else None
                cause, fix = ending.root_cause or incident.root_cause, ending.fix or incident.fix
                self._store.incidents.say_how_it_ended(incident_id, cause, fix, until)
                said = {"root_cause": cause, "fix": fix, "watched_until": until.isoformat() if until else ""}
            self._store.timeline.append(now, person, f"incident {state.value}", incident_id, said)
            wake(self._store, incident_id, now)
            self._done(event, now)
        self._show(incident)

    def grade(
        self, incident_id: str, person: str, severity: Severity, why: str = "", *, event: str | None = None
    ) -> None:
        """It is as severe as this, also when that is less than before. Raises Gone and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            self._store.incidents.set_severity(incident_id, severity)
            what = {"severity": severity, "before": incident.severity, "why": why}
            self._store.timeline.append(now, person, "incident severity", incident_id, what)
            wake(self._store, incident_id, now)
            self._done(event, now)
        self._show(incident)

    def give_role(
        self, incident_id: str, person: str, role: IncidentRole, to: str | None, *, event: str | None = None
    ) -> None:
        """`to` has the role from now on; None: nobody has. Raises Gone and NotOnTheTeam, of `to` as well."""
        self.may_change(person)
        if to is not None:
            self.may_change(to)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            self._store.incidents.give_role(incident_id, role, to)
            self._store.timeline.append(now, person, "incident role", incident_id, {"role": role, "to": to or ""})
            wake(self._store, incident_id, now)
            self._done(event, now)
        self._show(incident)

    def say(self, incident_id: str, person: str, said: Mapping[Known, str], *, event: str | None = None) -> None:
        """What is known by now; what is the same as before is no news. Raises Gone and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            for what, text in said.items():
                if text != getattr(incident, what.value):
                    self._store.incidents.say(incident_id, what, text)
                    self._store.timeline.append(now, person, f"incident {what.value}", incident_id, {"text": text})
            self._done(event, now)
        self._show(incident)

    def note(self, incident_id: str, person: str, text: str, *, event: str | None = None) -> Incident:
        """A line for the timeline. Raises Gone and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            self._store.timeline.append(now, person, "note", incident_id, {"text": text})
            self._done(event, now)
        self._show(incident)
        return incident

    def checklist(self, incident_id: str, person: str, checklist: Checklist, *, event: str | None = None) -> None:
        """Its boxes come into the incident's thread. Raises Gone and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            self._store.checklists.add_checklist(incident_id, checklist.name, checklist.title, checklist.items, now)
            self._store.timeline.append(now, person, "checklist", incident_id, {"title": checklist.title})
            self._done(event, now)
        self._show(incident)

    def tick(self, checklist_id: str, person: str, among: range, ticked: Collection[int], *, event: str) -> None:
        """`ticked`: those of the boxes `among` that are ticked now, as this person sees them.

        A click ticks one box or takes one tick away. Who saw an older state takes nothing away that somebody else has
        ticked meanwhile. Raises Gone and NotOnTheTeam.
        """
        self.may_change(person)
        with self._store.atomic():
            now = self._context.now()
            found = self._store.checklists.find_checklist(checklist_id)
            if found is None:
                raise Gone("checklist")
            known = {at for at in found.ticks if at in among}
            new = {at for at in ticked if at in among and at < len(found.items)} - known
            if new:
                self._store.checklists.tick(checklist_id, new, person, now)
                what = "; ".join(found.items[at] for at in sorted(new))
                self._store.timeline.append(now, person, "ticked", found.subject, {"text": what})
            elif len(gone := known - set(ticked)) == 1:
                (at,) = gone
                self._store.checklists.untick(checklist_id, at)
                self._store.timeline.append(now, person, "tick taken away", found.subject, {"text": found.items[at]})
            self._done(event, now)
        self._context.show(found.subject)

    def pin(self, incident_id: str, person: str, author: str, place: str, text: str, *, event: str) -> bool:
        """A message is put on the timeline, at the time when it was written; once. `place`: its channel and ts.

        Raises Gone and NotOnTheTeam.
        """
        self.may_change(person)
        channel, _, ts = place.partition(":")
        with self._store.atomic():
            now = self._context.now()
            incident = self._found(incident_id)
            new = self._store.incidents.pin(channel, ts, incident_id, text)
            if new:
                written = datetime.fromtimestamp(float(ts), UTC).isoformat()
                said = {"text": text, "at": written, "pin": place, "by": person}
                self._store.timeline.append(now, author, "pinned", incident_id, said)
            self._done(event, now)
        self._show(incident)
        return new

    def pin_again(self, place: str, author: str, text: str) -> None:
        """The message was edited: its line follows."""
        channel, _, ts = place.partition(":")
        with self._store.atomic():
            incident_id = self._store.incidents.pin_again(channel, ts, text)
            if incident_id is not None:
                said = {"text": text, "pin": place}
                self._store.timeline.append(self._context.now(), author, "pin edited", incident_id, said)
        if incident_id is not None:
            self._context.show(incident_id)

    def incident_of_message(self, channel: str, ts: str, thread: str | None) -> Incident:
        """By the thread that it stands in, or else the only one that is open. Raises NoSuchIncident."""
        for root in (thread or ts, ts):
            kind, _, id = (self._store.cards.card_at(channel, root) or "").partition(":")
            alert = self._store.alerts.alert_of_message(channel, root)
            found = self._store.incidents.find_incident(id) if kind == "incident" else None
            found = found or (self._store.incidents.incident_of(alert.id) if alert else None)
            if found is not None:
                return found
        return self.incident(None)

    # -- within the transaction ---

    def _found(self, incident_id: str) -> Incident:
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None:
            raise Gone("incident")
        return incident

    def _free(self, alert_id: str) -> StoredAlert:
        """The alert, which belongs to no open incident."""
        known = self._store.incidents.incident_of(alert_id)
        if known is not None and known.state is not IncidentState.RESOLVED:
            raise AlreadyDecided
        return self.alert_of(alert_id)

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)

    def _show(self, incident: Incident, alert_id: str | None = None) -> None:
        self._context.show(incident.id)
        for each in (alert_id, incident.alert):
            if each is not None:
                self._context.show(each)
