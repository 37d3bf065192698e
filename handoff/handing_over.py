"""A shift is handed over: drafted before it ends, posted as it ends, accepted by whoever comes.

What is due is worked out anew each time from the rota and the record, so that a changed rota, a cover or a restart
counts at once. There is one row for each end of a shift, and whoever posts it claims it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.checklists import Checklist
from bot.context import Context
from bot.errors import Gone, NotOnTheTeam, TemplateError
from bot.model import BOT, Handoff, HandoffKind, Known, NoteKind, Severity
from bot.rota import Roster
from bot.team import ROLE
from handoff.coming import coming, passed
from handoff.errors import AlreadyAccepted, AlreadyPosted, NothingToHandOver, NotYours
from handoff.note_writer import NoteWriter, Written
from handoff.noting import Noting
from handoff.summarizing import Summarizing

log = structlog.get_logger()

TURN, ACCEPT = "handoff", "handoff-accept"  # the timers; the subjects are `_NEXT` and a handoff's id
_NEXT = "next"
_START = "oncall-start"  # the checklist of whoever comes
_LATE = timedelta(minutes=5)  # after the end of the shift a note says that it is late
LONGEST = 2900  # characters of what somebody adds: Slack takes 3,000 in a field


class HandingOver:
    kinds: Collection[str] = (TURN, ACCEPT)

    def __init__(
        self,
        context: Context,
        writer: NoteWriter,
        noting: Noting,
        summarizing: Summarizing,
        checklists: Callable[[], Mapping[str, Checklist]],
    ) -> None:
        """`checklists` are those of the team, by name."""
        self._context = context
        self._store = context.store
        self._writer = writer
        self._noting = noting
        self._summarizing = summarizing
        self._checklists = checklists
        self._armed: datetime | None = None  # what the timer is set to

    # -- time ---

    def on_time(self, kind: str, subject: str, now: datetime) -> str | None:
        if kind == ACCEPT:
            return self._ask_again(subject, now)
        self._armed = None
        return self._turn(now)

    def plan_ahead(self, now: datetime) -> None:
        with self._store.atomic():
            changed = self._turn(now)
        upcoming = self._store.handoffs.upcoming()
        if upcoming is not None and upcoming.is_draft:
            changed = upcoming.id
            self._summarizing.look(upcoming, self._writer.write(upcoming, now))
        if changed is not None:
            self._context.show(changed)

    def stop(self) -> None:
        self._summarizing.stop()

    def _turn(self, now: datetime) -> str | None:
        """The shift that goes on: its end is moved where it has moved, its note drafted and posted. Gives what to show.

        To be called in a transaction.
        """
        roster = self._context.duty.roster()
        if roster is None:
            return None
        changed, row = None, self._store.handoffs.upcoming()
        if row is not None and row.at <= now:
            gone = passed(roster, row.at, self._writer.name(row.outgoing), now)
            if gone is not None:
                row = replace(row, at=gone.at, outgoing=self._id(gone.outgoing), incoming=self._id(gone.incoming))
                changed = self._post(row, BOT, now, gone.missed)
                row = None
        row = self._follow(row, roster, now)
        if row is None:
            return changed
        drafted_at = max(row.at - timedelta(seconds=self._context.team().handoff.draft), row.shift_start)
        if row.outgoing is not None and row.drafted is None and drafted_at <= now:
            self._store.handoffs.draft_handoff(row.id, now)
            self._store.timeline.append(now, BOT, "handoff drafted", row.id)
            changed = changed or row.id
        due = drafted_at if drafted_at > now and row.outgoing is not None else row.at
        if due != self._armed:
            self._store.timers.set_timer(TURN, _NEXT, due)
            self._armed = due
        return changed

    def _follow(self, row: Handoff | None, roster: Roster, now: datetime) -> Handoff | None:
        """The row of the next handover, as the roster has it now."""
        latest = self._store.handoffs.latest_posted()
        after = max(now, latest.at) if latest is not None else now
        wanted = coming(roster, after)
        if wanted is None:
            if row is not None and not row.words:
                self._store.handoffs.drop_handoff(row.id)
                return None
            return row
        outgoing, incoming = self._id(wanted.outgoing), self._id(wanted.incoming)
        if row is None:
            return self._store.handoffs.add_handoff(HandoffKind.HANDOVER, wanted.start, wanted.at, outgoing, incoming)
        start = row.shift_start if wanted.outgoing is None else wanted.start
        if (row.shift_start, row.at, row.outgoing, row.incoming) != (start, wanted.at, outgoing, incoming):
            self._store.handoffs.move_handoff(row.id, start, wanted.at, outgoing, incoming)
        return self._store.handoffs.find_handoff(row.id)

    def _post(self, row: Handoff, by: str, now: datetime, missed: int = 0) -> str | None:
        """The note stands in the record, and whoever comes is asked to accept it. Gives what to show."""
        late = now if by == BOT and now - row.at > _LATE else None
        note = self._writer.write(row, now, late=late, missed=missed).text
        self._store.handoffs.move_handoff(row.id, row.shift_start, row.at, row.outgoing, row.incoming)
        if not self._store.handoffs.post_handoff(row.id, note, by, now):
            return None
        self._store.timeline.append(now, by, "handoff posted", row.id, {"number": row.number})
        if row.kind is HandoffKind.HANDOVER and row.incoming not in {None, row.outgoing}:
            self._add_checklist(row.id, now)
            self._store.timers.set_timer(ACCEPT, row.id, max(now, row.at) + self._remind)
        return row.id

    def _add_checklist(self, id: str, now: datetime) -> None:
        try:
            start = self._checklists().get(_START)
        except TemplateError as error:  # a file that was edited since the start: the note must go out
            log.error("no checklist for whoever comes", problems=error.problems)
            return
        if start is not None:
            self._store.checklists.add_checklist(id, start.name, start.title, start.items, now)

    def _ask_again(self, id: str, now: datetime) -> str | None:
        """Whoever comes is reminded, and at last others hear of it. Nobody is once the next shift has been posted."""
        handoff, team = self._store.handoffs.find_handoff(id), self._context.team()
        latest = self._store.handoffs.latest_posted()
        if handoff is None or handoff.posted is None or handoff.accepted is not None or latest is None:
            return None
        if latest.id != id or handoff.escalated is not None:
            return None
        if now - max(handoff.posted, handoff.at) >= timedelta(seconds=team.handoff.escalate):
            self._store.handoffs.escalate_handoff(id, now)
            self._store.timeline.append(now, BOT, "handoff escalated", id)
            return id
        self._store.handoffs.remind(id, now)
        ends = max(handoff.posted, handoff.at) + timedelta(seconds=team.handoff.escalate)
        self._store.timers.set_timer(ACCEPT, id, min(now + self._remind, ends))
        return id

    # -- people ---

    def preview(self, handoff: Handoff | None = None) -> Written:
        """The note as it would be posted now: of this draft, or else of the next one. Raises NothingToHandOver."""
        now = self._context.now()
        return self._writer.write(handoff or self._writer.due(now), now)

    def redraw(self) -> None:
        """What the draft says has changed."""
        upcoming = self._store.handoffs.upcoming()
        if upcoming is not None and upcoming.is_draft:
            self._context.show(upcoming.id)

    def to_edit(self, person: str) -> Handoff:
        """The next one, drafted or not. Raises NotOnTheTeam and NothingToHandOver."""
        self._may(person)
        upcoming = self._store.handoffs.upcoming()
        if upcoming is None:
            raise NothingToHandOver
        return upcoming

    def post_now(self, person: str, id: str | None = None, *, event: str | None = None) -> Handoff:
        """Before the shift ends: its own note once it is drafted, and before that one that hands nothing over.

        `id`: of the draft that the person sees. Raises NotOnTheTeam, AlreadyPosted and NothingToHandOver.
        """
        self._may(person)
        with self._store.atomic():
            now = self._context.now()
            row = self._store.handoffs.find_handoff(id) if id else self._store.handoffs.upcoming()
            if row is not None and row.posted is not None:
                raise AlreadyPosted
            if row is None or not row.is_draft:
                row = self._writer.between(now)
                row = self._store.handoffs.add_handoff(row.kind, row.shift_start, row.at, row.outgoing, None)
            self._post(row, person, now)
            self._turn(now)
            self._done(event, now)
        self._context.show(row.id)
        return self.found(row.id)

    def edit(
        self,
        id: str,
        person: str,
        words: str,
        next_steps: Mapping[str, str],
        notes: Mapping[NoteKind, Sequence[str]],
        *,
        event: str | None = None,
    ) -> bool:
        """Words of their own, what is to be done next by an incident's id, and notes to be carried over.

        False: the note was posted meanwhile, and the words are added below it. Raises NotOnTheTeam and Gone.
        """
        self._may(person)
        with self._store.atomic():
            now = self._context.now()
            handoff = self.found(id)
            if words[:LONGEST] != handoff.words:
                self._store.handoffs.put_words(id, words[:LONGEST], person)
                self._store.timeline.append(now, person, "handoff edited", id, {"text": words[:LONGEST]})
            for incident, text in next_steps.items():
                self._say_next(incident, person, text, now)
            for kind, texts in notes.items():
                for text in texts:
                    self._noting.add(person, kind, text)
            self._done(event, now)
        self._context.show(id)
        for incident in next_steps:
            self._context.show(incident)
        return handoff.posted is None

    def accept(self, person: str, id: str | None = None, *, event: str | None = None) -> Handoff:
        """The shift is this person's now. Without an `id` it is the latest that waits for them.

        Raises NotYours, AlreadyAccepted, NothingToHandOver and Gone.
        """
        told = self.others() in self._context.roles_of(person)  # Slack may be asked: not within the transaction
        with self._store.atomic():
            now = self._context.now()
            handoff = self._waiting_for(person, told, now) if id is None else self.found(id)
            if handoff.accepted is not None:
                raise AlreadyAccepted(handoff.accepted_by or "", handoff.accepted)
            if not self._may_accept(handoff, person, told, now):
                raise NotYours(handoff.incoming)
            self._store.handoffs.accept_handoff(handoff.id, person, now)
            self._store.timeline.append(now, person, "handoff accepted", handoff.id, {"number": handoff.number})
            self._done(event, now)
        self._context.show(handoff.id)
        return self.found(handoff.id)

    def found(self, id: str) -> Handoff:
        """Raises Gone."""
        handoff = self._store.handoffs.find_handoff(id)
        if handoff is None:
            raise Gone("handoff")
        return handoff

    def may_edit(self, id: str, person: str) -> Handoff:
        """Raises NotOnTheTeam, Gone and AlreadyPosted."""
        self._may(person)
        handoff = self.found(id)
        if handoff.posted is not None:
            raise AlreadyPosted
        return handoff

    def written(self, handoff: Handoff) -> Written:
        """The note as it would be posted now."""
        return self._writer.write(handoff, self._context.now())

    def others(self) -> str | None:
        """The role that hears of a handoff that nobody accepts: the first one on the ladders, the gravest first."""
        team = self._context.team()
        levels = [level.to for severity in Severity for level in team.escalation.levels(severity)]
        roles = [to.removeprefix(ROLE) for to in levels if to.startswith(ROLE)]
        return next((role for role in roles if team.holders(role)), None)

    # -- within the transaction ---

    def _waiting_for(self, person: str, told: bool, now: datetime) -> Handoff:
        waiting = self._store.handoffs.waiting()
        mine = next((each for each in waiting if self._may_accept(each, person, told, now)), None)
        if mine is not None:
            return mine
        latest = self._store.handoffs.latest_posted()
        if latest is not None and latest.accepted is not None and latest.incoming == person:
            raise AlreadyAccepted(latest.accepted_by or "", latest.accepted)
        if waiting:
            raise NotYours(waiting[0].incoming)
        raise NothingToHandOver

    def _may_accept(self, handoff: Handoff, person: str, told: bool, now: datetime) -> bool:
        """Whoever comes or is on call by now; and (`told`) whoever hears of it when nobody does."""
        on_call = handoff.at <= now and person == self._context.duty.slack_id(now)
        return person == handoff.incoming or on_call or (told and handoff.escalated is not None)

    def _say_next(self, incident_id: str, person: str, text: str, now: datetime) -> None:
        incident = self._store.incidents.find_incident(incident_id)
        if incident is not None and text != incident.next_step:
            self._store.incidents.say(incident_id, Known.NEXT_STEP, text)
            self._store.timeline.append(now, person, f"incident {Known.NEXT_STEP.value}", incident_id, {"text": text})

    @property
    def _remind(self) -> timedelta:
        return timedelta(seconds=self._context.team().handoff.remind)

    def _id(self, name: str | None) -> str | None:
        return self._context.team().people[name].slack if name is not None else None

    def _may(self, person: str) -> None:
        """Whoever has the machine, from whose terminal the bot itself posts, may do so too."""
        if person != BOT and not self._context.on_the_team(person):
            raise NotOnTheTeam

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)
