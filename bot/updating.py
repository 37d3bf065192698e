"""Updates: what people are told of an incident and when, by the clock and by hand.

A draft is made from the record, whoever leads sees it first, and if nobody does anything it goes out on time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import Gone, NotOnTheTeam
from bot.incidents.announcing import announce
from bot.incidents.cadence import Owed, draft_from, owed, snoozed
from bot.incidents.facts import Facts
from bot.incidents.opening import GRAVE, TELL
from bot.incidents.working_days import next_working_day
from bot.model import BOT, Incident, IncidentRole, IncidentState, Update, UpdateKind
from bot.mrkdwn import clean
from bot.texts import LONGEST, Text

_SAID = 400  # characters of an impact, a cause or a forecast in a message; the card has it whole


class Updating:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # -- by the clock ---

    def on_time(self, incident_id: str, now: datetime) -> str | None:
        """What is due goes out; to be called in the transaction that claims the timer. Gives what to show."""
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None:
            return None
        after = self.next_of(incident)
        if after is not None and after.due <= now:
            self._send(incident, after.kind, BOT, now)
            after = self.next_of(incident)
        draft, cadence = self._store.updates.draft_of(incident_id), self._cadence(incident)
        if after is None or cadence is None:
            if draft is not None:
                self._store.updates.drop_draft(draft.id, now)
            return incident_id
        begins = draft_from(after, cadence)
        if begins <= now and after.kind is UpdateKind.UPDATE:
            self._ask(incident, draft, now)
        self._store.timers.set_timer(TELL, incident_id, begins if begins > now else after.due)
        return incident_id

    def next_of(self, incident: Incident) -> Owed | None:
        """What goes out next, and when, if nobody does anything."""
        draft = self._store.updates.draft_of(incident.id)
        sent = self._store.updates.sent_of(incident.id)
        return owed(incident, self._cadence(incident), sent, draft.held if draft else None)

    # -- by hand ---

    def words_for(self, incident: Incident) -> str:
        """What the next update would say, if it went out now: the draft as somebody edited it, or a fresh one."""
        draft = self._store.updates.draft_of(incident.id)
        if draft is not None and draft.edited_by is not None:
            return draft.text
        return self._text(incident, self._kind_now(incident), self._context.now())

    def send(self, incident_id: str, person: str, text: str = "", *, event: str | None = None) -> None:
        """An update goes out now: this text, or else the draft. Raises Gone (also when it is over) and NotOnTheTeam."""
        self._may(person)
        self._send_now(incident_id, person, text, None, event)

    def _send_now(self, incident_id: str, person: str, text: str, draft: str | None, event: str | None) -> None:
        """`draft`: only if that is the draft still, so that two who send it send it once."""
        with self._store.atomic():
            now = self._context.now()
            incident = self._store.incidents.find_incident(incident_id)
            if incident is None or incident.state is IncidentState.RESOLVED:
                raise Gone("incident")
            current = self._store.updates.draft_of(incident_id)
            if draft is not None and (current is None or current.id != draft):
                raise Gone("draft")
            self._send(incident, self._kind_now(incident), person, now, text)
            self._store.timers.set_timer(TELL, incident_id, now)
            self._done(event, now)
        self._context.show(incident_id)
        self._context.deliver()

    def send_draft(self, draft_id: str, person: str, *, event: str | None = None) -> None:
        """Raises Gone, when it has gone out or is needed no longer, and NotOnTheTeam."""
        self._send_now(self.draft(draft_id, person).incident, person, "", draft_id, event)

    def draft(self, draft_id: str, person: str) -> Update:
        """Raises Gone and NotOnTheTeam."""
        self._may(person)
        draft = self._store.updates.find_update(draft_id)
        if draft is None or not draft.is_draft:
            raise Gone("draft")
        return draft

    def words_of(self, draft_id: str, person: str) -> str:
        """What the draft says. Raises Gone and NotOnTheTeam."""
        draft = self.draft(draft_id, person)
        incident = self._store.incidents.find_incident(draft.incident)
        if incident is None:
            raise Gone("incident")
        return self.drafted(incident, draft)

    def edit(self, draft_id: str, person: str, text: str, *, event: str | None = None) -> bool:
        """It goes out like this. False: that draft went out meanwhile, and this is the next one.

        Raises NotOnTheTeam, and Gone where people are told of the incident no more.
        """
        self._may(person)
        with self._store.atomic():
            draft = self._store.updates.find_update(draft_id)
            incident = self._store.incidents.find_incident(draft.incident) if draft else None
            if draft is None or incident is None:
                raise Gone("draft")
            in_time = draft.is_draft
            if not in_time:
                if self.next_of(incident) is None:
                    raise Gone("draft")
                current = self._store.updates.draft_of(incident.id)
                draft = current or self._store.updates.begin_draft(incident.id, (person,))
            self._store.updates.edit_draft(draft.id, text[:LONGEST], person, incident.severity)
            self._done(event, self._context.now())
        self._context.show(incident.id)
        return in_time

    def snooze(self, draft_id: str, person: str, *, event: str | None = None) -> None:
        """It goes out half a cadence later. Raises Gone and NotOnTheTeam."""
        draft = self.draft(draft_id, person)
        with self._store.atomic():
            now = self._context.now()
            incident = self._store.incidents.find_incident(draft.incident)
            after = self.next_of(incident) if incident else None
            cadence = self._cadence(incident) if incident else None
            if after is None or cadence is None:
                raise Gone("draft")
            until = snoozed(after, cadence, now)
            if not self._store.updates.hold_draft(draft_id, until):
                raise Gone("draft")
            self._store.timeline.append(now, person, "update snoozed", draft.incident)
            self._store.timers.set_timer(TELL, draft.incident, until)
            self._done(event, now)
        self._context.show(draft.incident)

    # -- within the transaction ---

    def _send(self, incident: Incident, kind: UpdateKind, who: str, now: datetime, text: str = "") -> None:
        draft = self._store.updates.draft_of(incident.id)
        if draft is not None and _stale(draft, kind, incident):
            self._store.updates.drop_draft(draft.id, now)
            draft = None
        facts = self._facts(incident, kind, now)
        before = self._store.updates.sent_of(incident.id)
        made = draft or self._store.updates.begin_draft(incident.id, ())
        if text:
            self._store.updates.edit_draft(made.id, text[:LONGEST], who, incident.severity)
        said = text or (draft.text if draft and draft.edited_by else "") or self._said(incident, kind, facts)
        self._store.updates.send(made.id, kind, said[:LONGEST], incident.severity, who, now)
        title = said.splitlines()[0]
        self._store.timeline.append(now, who, "update sent", incident.id, {"update": made.id, "text": title})
        sent = self._store.updates.find_update(made.id)
        assert sent is not None  # noqa: S101  # written above
        status, cadence = self._context.texts(Text.STATUS, facts), self._cadence(incident)
        announce(self._store, self._context.team(), incident, sent, before, facts, status, cadence, self._context.ways)

    def _ask(self, incident: Incident, draft: Update | None, now: datetime) -> None:
        people = self._first_readers(incident, now)
        if draft is None:
            self._store.updates.begin_draft(incident.id, people)
        elif new := [each for each in people if each not in draft.asked]:
            self._store.updates.ask(draft.id, [*draft.asked, *new])

    def _first_readers(self, incident: Incident, now: datetime) -> Collection[str]:
        """Whoever leads and whoever communicates, or else whoever is on call, by Slack id."""
        roles = (IncidentRole.LEAD, IncidentRole.COMMUNICATIONS)
        if people := dict.fromkeys(incident.roles[each] for each in roles if each in incident.roles):
            return list(people)
        return [found] if (found := self._context.duty.slack_id(now)) else []

    # -- what is said ---

    def _text(self, incident: Incident, kind: UpdateKind, at: datetime) -> str:
        return self._said(incident, kind, self._facts(incident, kind, at))

    def _said(self, incident: Incident, kind: UpdateKind, facts: Facts) -> str:
        """Of what has changed, as much of the latest as there is room for."""
        if incident.merged:
            merged = (each for each in self._store.timeline.entries(incident.id) if each.what == "incident merged")
            into = next((str(each.data["into"]) for each in merged), "")
            return f"{incident.name}, {incident.title}: {self._context.facts.words.plain('told_merged', into=into)}"
        impact, cause, expected = (clean(each, _SAID) for each in (facts.impact, facts.root_cause, facts.expected))
        facts = replace(facts, impact=impact, root_cause=cause, expected=expected)
        said = self._context.texts(Text(kind.value), facts)
        while len(said) > LONGEST and facts.changes:
            facts = replace(facts, changes=facts.changes[1:])
            said = self._context.texts(Text(kind.value), facts)
        return said[:LONGEST]

    def drafted(self, incident: Incident, draft: Update) -> str:
        """The draft as it stands, for when it is due."""
        if draft.edited_by is not None:
            return draft.text
        after = self.next_of(incident)
        return self._text(incident, UpdateKind.UPDATE, after.due if after else self._context.now())

    def _facts(self, incident: Incident, kind: UpdateKind, at: datetime) -> Facts:
        sent, cadence = self._store.updates.sent_of(incident.id), self._cadence(incident)
        team = self._context.team()
        reviewed = kind is UpdateKind.RESOLVED and incident.severity <= GRAVE
        return self._context.facts.facts(
            incident,
            at,
            since=max((each.sent for each in sent if each.sent), default=None),
            next_update=at + cadence if cadence and incident.goes_on else None,
            postmortem=next_working_day(incident.closed or at, team.zone) if reviewed else None,
        )

    def _kind_now(self, incident: Incident) -> UpdateKind:
        """By hand: the first message where there was none, else one more."""
        return UpdateKind.UPDATE if self._store.updates.sent_of(incident.id) else UpdateKind.FIRST

    def _cadence(self, incident: Incident) -> timedelta | None:
        every = self._context.team().updates.get(incident.severity)
        return timedelta(seconds=every) if every else None

    def _may(self, person: str) -> None:
        if not self._context.on_the_team(person):
            raise NotOnTheTeam

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)


def _stale(draft: Update, kind: UpdateKind, incident: Incident) -> bool:
    """Whether it tells of an incident that goes on, or of one that was less or more grave."""
    if kind in {UpdateKind.MITIGATED, UpdateKind.RESOLVED}:
        return True
    return draft.edited_by is not None and draft.severity is not None and draft.severity != incident.severity
