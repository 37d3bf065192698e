"""Notes: what somebody leaves the next shifts, carried over in every handoff until it is done."""

from __future__ import annotations

from collections.abc import Callable

from bot.context import Context
from bot.errors import NoSuchNote, NoteEmpty, NoteTooLong, NotOnTheTeam
from bot.model import Note, NoteKind
from bot.mrkdwn import clean

LONGEST_NOTE = 500  # characters, as `one_line` gives them


class Noting:
    def __init__(self, context: Context, changed: Callable[[], None] = lambda: None) -> None:
        """`changed`: what shows the open notes is to be drawn anew."""
        self._context = context
        self._store = context.store
        self._changed = changed

    def add(self, person: str, kind: NoteKind, text: str, *, event: str | None = None) -> Note:
        """In one line; what is too long is refused and not cut. Raises NoteEmpty, NoteTooLong and NotOnTheTeam."""
        self._may(person)
        return self.write(person, kind, text, event=event)

    def write(self, person: str, kind: NoteKind, text: str, *, event: str | None = None) -> Note:
        """The same for somebody who may. Raises NoteEmpty and NoteTooLong."""
        said = one_line(text)
        if not said:
            raise NoteEmpty
        if len(said) > LONGEST_NOTE:
            raise NoteTooLong(len(said))
        with self._store.atomic():
            now = self._context.now()
            made = self._store.notes.add_note(kind, said, person, now)
            about = {"number": made.number, "kind": kind.value, "text": said}
            self._store.timeline.append(now, person, "handoff note", made.id, about)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        self._changed()
        return made

    def done(self, number: int, person: str) -> Note:
        """It is done, this person says; the first who says so stands there. Raises NoSuchNote and NotOnTheTeam."""
        self._may(person)
        with self._store.atomic():
            now, note = self._context.now(), self._found(number)
            if self._store.notes.finish_note(note.id, person, now):
                said = {"number": note.number, "text": note.text}
                self._store.timeline.append(now, person, "handoff note done", note.id, said)
            found = self._found(number)
        self._changed()
        return found

    def undone(self, number: int, person: str) -> Note:
        """It is not done after all. Raises NoSuchNote and NotOnTheTeam."""
        self._may(person)
        with self._store.atomic():
            now, note = self._context.now(), self._found(number)
            if self._store.notes.take_up_note(note.id):
                said = {"number": note.number, "text": note.text}
                self._store.timeline.append(now, person, "handoff note undone", note.id, said)
            found = self._found(number)
        self._changed()
        return found

    def _found(self, number: int) -> Note:
        note = self._store.notes.numbered_note(number)
        if note is None:
            raise NoSuchNote(str(number))
        return note

    def _may(self, person: str) -> None:
        """Slack may be asked: never within a transaction, where everybody would wait for it."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam


def one_line(text: str) -> str:
    """A note's text as it is kept: without what nobody sees."""
    return " ".join(clean(text, len(text) + 1).split())
