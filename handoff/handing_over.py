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
from bot.model import BOT, Handoff, HandoffKind, Known, NoteKind
from bot.rota import Roster
from handoff.coming import coming, gone
from handoff.errors import AlreadyAccepted, AlreadyPosted, DraftMoved, NothingToHandOver, NotYours
from handoff.note_writer import NoteWriter, Written
from handoff.noting import Noting
from handoff.summarizing import Summarizing

log = structlog.get_logger()

TURN, ACCEPT = "handoff", "handoff-accept"  # the timers; the subjects are `_NEXT` and a handoff's id
_NEXT = "next"
_START = "oncall-start"  # the checklist of whoever comes
_LATE = timedelta(minutes=1)  # after the end of the shift a note says that it is late
_KEPT = timedelta(days=1)  # after the end of the shift
_SET_BACK = timedelta(days=1)  # as far as a clock may be set back without that a handover comes twice
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
        self._on_call: str | None = None  # by Slack id, as the cards of incidents say it

    # -- time ---

    def on_time(self, kind: str, subject: str, now: datetime) -> str | None:
        return self._ask_again(subject, now) if kind == ACCEPT else self._turn(now)

    def plan_ahead(self, now: datetime) -> None:
        with self._store.atomic():
            changed = self._turn(now)
        upcoming = self._store.handoffs.upcoming()
        if upcoming is not None and upcoming.is_draft:
            changed = upcoming.id
            self._summarizing.look(upcoming, self._writer.write(upcoming, now))
        latest = self._store.handoffs.latest_posted()
        if latest is not None and self._store.cards.find_card(f"handoff:{latest.id}") is None:
            self._context.show(latest.id)  # a crash came between the record and the channel
        if changed is not None:
            self._context.show(changed)
        if (on_call := self._context.duty.slack_id(now)) != self._on_call:
            self._on_call = on_call
            for incident in self._store.incidents.open_incidents():  # their cards say who it is
                self._context.show(incident.id)

    def stop(self) -> None:
        self._summarizing.stop()

    def _turn(self, now: datetime) -> str | None:
        """The shift that goes on: its end is moved where it has moved, its note drafted and posted. Gives what to show.

        To be called in a transaction.
        """
        roster, row = self._context.duty.roster(), self._store.handoffs.upcoming()
        if roster is None:
            self._drop(row, now)
            return None
        changed: str | None = None
        if row is not None:
            row = self._overtaken(row, now)
            in_time = row.at > now
            over = gone(roster, row.shift_start, row.at, self._writer.name(row.outgoing), now)
            if over is not None:
                row = replace(row, at=over.at, outgoing=self._id(over.outgoing), incoming=self._id(over.incoming))
                changed = self._post(row, BOT, now, over.missed, due=not in_time)
                row = None
        row = self._follow(row, roster, now)
        if row is None:
            return changed
        drafted_at = max(row.at - timedelta(seconds=self._context.team().handoff.draft), row.shift_start)
        if row.outgoing is not None and row.drafted is None and drafted_at <= now:
            self._store.handoffs.draft_handoff(row.id, now)
            self._store.timeline.append(now, BOT, "handoff drafted", row.id)
            changed = changed or row.id
        due = min(drafted_at, row.at) if drafted_at > now and row.outgoing is not None else row.at
        if due != self._store.timers.timer_due(TURN, _NEXT):
            self._store.timers.set_timer(TURN, _NEXT, due)
        return changed

    def _follow(self, row: Handoff | None, roster: Roster, now: datetime) -> Handoff | None:
        """The row of the next handover, as the roster has it now.

        It begins where the last one that was posted ends, and whoever came then goes: so no time is left out.
        """
        latest, early = self._store.handoffs.latest_posted(), self._early(now)
        wanted = coming(roster, early.at if early else now)
        if wanted is None:
            self._drop(row, now)
            return None
        incoming = self._id(wanted.incoming)
        if row is None or (row.shift_start > now and not early):  # the clock was wrong when it was made
            start, outgoing = wanted.start, self._id(wanted.outgoing)
            if latest is not None and (early or latest.at <= now):
                start, outgoing = latest.at, latest.incoming
            if row is None:
                return self._store.handoffs.add_handoff(HandoffKind.HANDOVER, start, wanted.at, outgoing, incoming)
        else:
            start, outgoing = row.shift_start, row.outgoing
        if (row.shift_start, row.at, row.outgoing, row.incoming) != (start, wanted.at, outgoing, incoming):
            self._store.handoffs.move_handoff(row.id, start, wanted.at, outgoing, incoming)
        return self._store.handoffs.find_handoff(row.id)

    def _early(self, now: datetime) -> Handoff | None:
        """The one that was posted before its shift ends, while that shift goes on; or just now, if the clock was set
        back since."""
        latest = self._store.handoffs.latest_posted()
        if latest is None or latest.posted is None or now >= latest.at:
            return None
        return latest if latest.posted <= now + _SET_BACK else None

    def _overtaken(self, row: Handoff, now: datetime) -> Handoff:
        """The row; and where somebody covers what is left of a shift whose note was posted early, the handover to them,
        which is due now. The one that it was made for comes after it."""
        early = self._early(now)
        if early is None or early.posted is None or row.drafted is not None or row.words:
            return row
        on_call = self._context.duty.slack_id(now)
        if on_call is None or on_call in {early.outgoing, early.incoming}:
            return row
        start = min(early.posted, now)
        self._store.handoffs.move_handoff(row.id, start, now, early.outgoing, on_call)
        return replace(row, shift_start=start, at=now, outgoing=early.outgoing, incoming=on_call)

    def _drop(self, row: Handoff | None, now: datetime) -> None:
        """Nobody has turns for now. What somebody has written is kept for a while, in case the rota comes back."""
        if row is not None and (not row.words or now > row.at + _KEPT):
            self._store.handoffs.drop_handoff(row.id)

    def _post(self, row: Handoff, by: str, now: datetime, missed: int = 0, *, due: bool = True) -> str | None:
        """The note stands in the record, and whoever comes is asked to accept it. Gives what to show.

        `due`: it has come as it was to come, and not because somebody has changed the rota just now.
        """
        late = now if due and by == BOT and (missed or now - row.at > _LATE) else None
        written = self._writer.write(row, now, late=late, missed=missed)
        self._store.handoffs.move_handoff(row.id, row.shift_start, row.at, row.outgoing, row.incoming)
        if not self._store.handoffs.post_handoff(row.id, written.text, written.whole, by, now):
            return None
        self._store.timeline.append(now, by, "handoff posted", row.id, {"number": row.number})
        if row.kind is HandoffKind.HANDOVER and row.incoming not in {None, row.outgoing}:
            self._add_checklist(row.id, now)
            self._store.timers.set_timer(ACCEPT, row.id, max(now, row.at) + min(self._remind, self._escalate))
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
        handoff = self._store.handoffs.find_handoff(id)
        latest = self._store.handoffs.latest_posted()
        if handoff is None or handoff.posted is None or handoff.accepted is not None or latest is None:
            return None
        if latest.id != id or handoff.escalated is not None:
            return None
        ends = max(handoff.posted, handoff.at) + self._escalate
        if now >= ends:
            self._store.handoffs.escalate_handoff(id, now)
            self._store.timeline.append(now, BOT, "handoff escalated", id)
            return id
        self._store.handoffs.remind(id, now)
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

    def post_now(self, person: str, id: str | None = None, drafted: str = "", *, event: str | None = None) -> Handoff:
        """Before the shift ends: its own note once it is drafted, and before that one that hands nothing over.

        `id` and `drafted` (see `stamp`): of the draft that the person sees. Raises NotOnTheTeam, AlreadyPosted,
        DraftMoved and NothingToHandOver.
        """
        self._may(person)
        with self._store.atomic():
            now = self._context.now()
            row = self._store.handoffs.find_handoff(id) if id else self._store.handoffs.upcoming()
            if row is not None and row.posted is not None:
                raise AlreadyPosted
            if id is not None and (row is None or stamp(row) != drafted):
                raise DraftMoved
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
        words: str | None,
        next_steps: Mapping[str, str],
        notes: Mapping[NoteKind, Sequence[str]],
        *,
        saw: Callable[[str], bool] = lambda words: True,  # noqa: ARG005
        event: str | None = None,
    ) -> bool:
        """Words of their own (None: as they were), what is to be done next by an incident's id, and notes to be kept.

        `saw` tells whether these are the words that the person changed: to others' words theirs are added. A draft that
        is no more gives its words to the one that came instead. False: the note was posted meanwhile, and the words are
        added below it. Raises NotOnTheTeam and NothingToHandOver.
        """
        self._may(person)
        with self._store.atomic():
            now = self._context.now()
            handoff = self._found_or_next(id)
            id, in_time = handoff.id, handoff.posted is None
            if words is not None and (in_time or words):
                if in_time:
                    self._store.handoffs.put_words(id, _joined(handoff.words, words[:LONGEST], saw))
                what = "handoff edited" if in_time else "handoff added"
                self._store.timeline.append(now, person, what, id, {"text": words[:LONGEST]})
            for incident, text in next_steps.items():
                self._say_next(incident, person, text, now)
            for kind, texts in notes.items():
                for text in texts:
                    self._noting.write(person, kind, text)
            self._done(event, now)
        self._context.show(id)
        for incident in next_steps:
            self._context.show(incident)
        return in_time

    def accept(self, person: str, id: str | None = None, *, event: str | None = None) -> Handoff:
        """The shift is this person's now. Without an `id` it is the latest that was posted.

        Raises NotOnTheTeam, NotYours, AlreadyAccepted, NothingToHandOver and Gone.
        """
        self._may(person)
        held = self._context.roles_of(person)  # Slack may be asked: not within the transaction
        with self._store.atomic():
            now = self._context.now()
            handoff = self._latest() if id is None else self.found(id)
            if handoff.accepted is not None:
                raise AlreadyAccepted(handoff.accepted_by or "", handoff.accepted)
            if not self._may_accept(handoff, person, held, now):
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

    def _found_or_next(self, id: str) -> Handoff:
        """Of one that was dropped, as the rota was another one for a while, the next. Raises NothingToHandOver."""
        handoff = self._store.handoffs.find_handoff(id) or self._store.handoffs.upcoming()
        if handoff is None:
            raise NothingToHandOver
        return handoff

    def may_edit(self, id: str, person: str) -> Handoff:
        """Raises NotOnTheTeam, NothingToHandOver and AlreadyPosted."""
        self._may(person)
        handoff = self._found_or_next(id)
        if handoff.posted is not None:
            raise AlreadyPosted
        return handoff

    def others(self, handoff: Handoff) -> Sequence[str]:
        """Who hears of it when nobody accepts, by Slack id: the first role on the ladders, the gravest first, that
        anybody else holds than the one who does not accept."""
        _, holders = self._other_role(handoff)
        return holders

    def _other_role(self, handoff: Handoff) -> tuple[str, Sequence[str]]:
        team = self._context.team()
        for role in team.escalation.roles():
            if holders := team.holders(role) - {handoff.incoming}:
                return role, sorted(holders)
        return "", ()

    # -- within the transaction ---

    def _latest(self) -> Handoff:
        """Raises NothingToHandOver."""
        latest = self._store.handoffs.latest_posted()
        if latest is None:
            raise NothingToHandOver
        return latest

    def _may_accept(self, handoff: Handoff, person: str, held: Collection[str], now: datetime) -> bool:
        """Whoever comes or, of the last one, is on call by now and does not hand over; and, by the roles they hold,
        whoever hears of it when nobody does."""
        of_now = handoff.at <= now and handoff.id == self._latest().id
        on_call = of_now and person == self._context.duty.slack_id(now) and person != handoff.outgoing
        told = handoff.escalated is not None and self._other_role(handoff)[0] in held
        return person == handoff.incoming or on_call or told

    def _say_next(self, incident_id: str, person: str, text: str, now: datetime) -> None:
        incident = self._store.incidents.find_incident(incident_id)
        if incident is not None and text != incident.next_step:
            self._store.incidents.say(incident_id, Known.NEXT_STEP, text)
            self._store.timeline.append(now, person, f"incident {Known.NEXT_STEP.value}", incident_id, {"text": text})

    @property
    def _remind(self) -> timedelta:
        return timedelta(seconds=self._context.team().handoff.remind)

    @property
    def _escalate(self) -> timedelta:
        return timedelta(seconds=self._context.team().handoff.escalate)

    def _id(self, name: str | None) -> str | None:
        """A Slack id; of somebody who has left the team file there is nothing else."""
        person = self._context.team().people.get(name) if name is not None else None
        return person.slack if person is not None else name

    def _may(self, person: str) -> None:
        """Whoever has the machine, from whose terminal the bot itself posts, may do so too."""
        if person != BOT and not self._context.on_the_team(person):
            raise NotOnTheTeam

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)


def _joined(stored: str, words: str, saw: Callable[[str], bool]) -> str:
    """What stands in the note when one of two who wrote at the same time saves after the other."""
    if not stored or saw(stored):
        return words
    return f"{stored}\n\n{words}" if words else stored


def stamp(handoff: Handoff) -> str:
    """Which of its drafts it is: it is drafted anew when its shift ends at another time or is another one's."""
    return str(int(handoff.drafted.timestamp())) if handoff.drafted is not None else ""
