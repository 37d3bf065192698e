"""The verbs of `/handoff` about what a shift leaves the next ones: `note`, `notes`, `done` and `undone`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from bot.alerts.markup import plain_text
from bot.errors import NoSuchNote, NoteEmpty, NoteTooLong, NotOnTheTeam
from bot.model import Note, NoteKind
from bot.mrkdwn import Mrkdwn, moment
from bot.slack.commands import Answer, Typed, say
from bot.store import Store
from bot.words import Words
from handoff.noting import LONGEST_NOTE, Noting

_NUMBER = re.compile(r"(?:n-?)?#?(\d{1,9})", re.IGNORECASE)
_MOST = 20  # notes that are done at once
_ROOM = 12_000  # characters of a list
# As people write them, without accents, in the plural too.
_NAMES = {
    NoteKind.MAINTENANCE: ("maintenances", "manutencao", "manutencoes"),
    NoteKind.OBSERVATION: ("observations", "observacao", "observacoes", "obs"),
    NoteKind.TASK: ("tasks", "task", "tarefas"),
}
_BEGINNING = 5  # characters of such a name that are enough: no other word begins like that


class NoteVerbs:
    def __init__(self, noting: Noting, store: Store, words: Words, who: Callable[[str], str]) -> None:
        """`who` turns a Slack id into a name."""
        self._noting = noting
        self._store = store
        self._words = words
        self._who = who
        done, undone = self._safely(noting.done, "note_done"), self._safely(noting.undone, "note_undone")
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "note": self._note,
            "nota": self._note,
            "notes": self._listed,
            "notas": self._listed,
            "done": done,
            "feito": done,
            "undone": undone,
            "desfeito": undone,
        }

    def _note(self, typed: Typed) -> Answer:
        kind, text = kind_and_text(plain_text(typed.rest))
        if kind is None:
            return say(self._words("note_how"))
        try:
            made = self._noting.add(typed.person, kind, text)
        except NotOnTheTeam:
            return say(self._words("refused_team"))
        except NoteEmpty:
            return say(self._words("note_how"))
        except NoteTooLong as error:
            return say(self._words("note_too_long", length=error.length, most=LONGEST_NOTE))
        return say(self._words("note_added", name=made.name, kind=self._kind(made), text=made.text))

    def _listed(self, _: Typed) -> Answer:
        """Whoever asks: looking is free."""
        notes = self._store.notes.open_notes()
        if not notes:
            return say(self._words("notes_none"))
        lines: list[Mrkdwn] = []
        left = _ROOM
        for note in notes:
            line = self._line(note)
            left -= len(line)
            if left < 0:
                break
            lines.append(line)
        more = len(notes) - len(lines)
        return say(*lines, *([self._words("notes_more", count=more)] if more else []))

    def _safely(self, act: Callable[[int, str], Note], sentence: str) -> Callable[[Typed], Answer]:
        """Does it with each note that is named. What cannot be done is said, and the others are done all the same."""

        def answer(typed: Typed) -> Answer:
            numbers = numbers_in(typed.rest)
            if not numbers:
                return say(self._words("note_which", verb=typed.verb))
            try:
                return say(*(self._one(act, sentence, number, typed.person) for number in numbers))
            except NotOnTheTeam:
                return say(self._words("refused_team"))

        return answer

    def _one(self, act: Callable[[int, str], Note], sentence: str, number: int, person: str) -> Mrkdwn:
        try:
            note = act(number, person)
        except NoSuchNote:
            return self._words("note_unknown", number=number)
        done = {"who": self._who(note.done_by), "at": moment(note.done)} if note.done_by and note.done else {}
        return self._words(sentence, name=note.name, text=note.text, **done)

    def _line(self, note: Note) -> Mrkdwn:
        return self._words(
            "note_line",
            name=note.name,
            kind=self._kind(note),
            text=note.text,
            who=self._who(note.by),
            at=moment(note.at),
        )

    def _kind(self, note: Note) -> str:
        return self._words.plain(f"note_kind_{note.kind.value}")


def kind_and_text(typed: str) -> tuple[NoteKind | None, str]:
    """`task rotate the key` → what kind, and the rest. None where the first word names no kind."""
    first, *rest = typed.split(maxsplit=1) or [""]
    word = first.rstrip(":").casefold()
    plain = "".join(char for char in unicodedata.normalize("NFKD", word) if unicodedata.category(char) != "Mn")
    for kind, names in _NAMES.items():
        if plain in names or (len(plain) >= _BEGINNING and any(name.startswith(plain) for name in names)):
            return kind, rest[0] if rest else ""
    return None, typed


def numbers_in(typed: str) -> list[int]:
    """`N-3, n4 #5` → 3, 4 and 5, each once. Nothing where anything else stands among them, or where they are many."""
    found = [_NUMBER.fullmatch(word) for word in typed.replace(",", " ").split()]
    numbers = list(dict.fromkeys(int(each[1]) for each in found if each is not None))
    return numbers if all(found) and len(numbers) <= _MOST else []
