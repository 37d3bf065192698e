"""Notes: what a shift leaves the next ones, until it is done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NoSuchNote, NoteEmpty, NotOnTheTeam
from bot.model import Note, NoteKind
from bot.mrkdwn import moment
from bot.slack.commands import Typed
from bot.slack.handoffs.notes import NoteVerbs, kind_and_text, numbers_in
from bot.words import Words, english
from handoff.noting import LONGEST_NOTE, Noting
from tests.desk import Desk
from tests.samples import ALICE, BOB

STRANGER = "U0000000099"
NAMES = {ALICE: "alice", BOB: "bob"}


class NoteDesk:
    """People who leave notes, and type."""

    def __init__(self, desk: Desk, words: Words | None = None) -> None:
        self.desk, self.store, self.drawn = desk, desk.store, 0
        self.noting = Noting(desk.flow._context, self._draw)
        self.commands = NoteVerbs(self.noting, desk.store, words or english(), lambda id: NAMES[id])

    def _draw(self) -> None:
        self.drawn += 1

    def add(self, text: str, kind: NoteKind = NoteKind.TASK, person: str = ALICE) -> Note:
        return self.noting.add(person, kind, text)

    def types(self, text: str, person: str = ALICE) -> list[str]:
        """What the one who typed is told, line by line."""
        typed = Typed(person, "C1", text, "")
        answer = self.commands.verbs[typed.verb](typed)
        assert answer["response_type"] == "ephemeral"
        return str(answer["text"]).splitlines()

    def opened(self) -> list[tuple[str, str, str]]:
        return [(each.name, each.kind.value, each.text) for each in self.store.notes.open_notes()]


@pytest.fixture
def notes(desk: Desk) -> NoteDesk:
    return NoteDesk(desk)


# -- the notes themselves ---


def test_a_note_is_carried_over_until_it_is_done(notes: NoteDesk) -> None:
    """Planned maintenance first, then tasks, then observations."""
    notes.add("traffic is up", NoteKind.OBSERVATION)
    notes.add("rotate the key")
    notes.add("Postgres upgrade", NoteKind.MAINTENANCE)
    notes.add("look at INC-7")
    assert notes.opened() == [
        ("N-3", "maintenance", "Postgres upgrade"),
        ("N-2", "task", "rotate the key"),
        ("N-4", "task", "look at INC-7"),
        ("N-1", "observation", "traffic is up"),
    ]
    notes.noting.done(2, BOB)
    assert [name for name, _, _ in notes.opened()] == ["N-3", "N-4", "N-1"]


def test_the_first_who_says_that_it_is_done_stands_there(notes: NoteDesk) -> None:
    before = notes.add("rotate the key")
    notes.desk.now += timedelta(hours=1)
    first = notes.noting.done(1, BOB)
    notes.desk.now += timedelta(hours=1)
    assert notes.noting.done(1, ALICE) == first
    assert (first.done, first.done_by) == (before.at + timedelta(hours=1), BOB)
    assert notes.noting.undone(1, ALICE) == before
    assert notes.noting.undone(1, ALICE) == before
    assert notes.noting.done(1, ALICE).done_by == ALICE


def test_each_change_stands_on_the_timeline_once(notes: NoteDesk) -> None:
    made = notes.add("rotate the key")
    for act in (notes.noting.done, notes.noting.done, notes.noting.undone, notes.noting.undone):
        act(1, BOB)
    said = {"number": 1, "text": "rotate the key"}
    assert [(each.who, each.what, each.data) for each in notes.store.timeline.entries(made.id)] == [
        (ALICE, "handoff note", {**said, "kind": "task"}),
        (BOB, "handoff note done", said),
        (BOB, "handoff note undone", said),
    ]


def test_what_shows_the_notes_is_drawn_anew(notes: NoteDesk) -> None:
    notes.add("rotate the key")
    notes.noting.done(1, BOB)
    notes.noting.undone(1, BOB)
    assert notes.drawn == 3


def test_those_that_were_done_within_a_shift_are_known(notes: NoteDesk) -> None:
    for text in ("before", "first", "second", "at the end", "open"):
        notes.add(text)
    start = notes.desk.now
    for number, hours in ((1, -1), (3, 2), (2, 0), (4, 8)):
        notes.desk.now = start + timedelta(hours=hours)
        notes.noting.done(number, BOB)
    found = notes.store.notes.notes_done_between(start, start + timedelta(hours=8))
    assert [each.text for each in found] == ["first", "second"]


def test_a_click_that_leaves_one_leaves_one(notes: NoteDesk) -> None:
    """Its event is worked off with the note, in one transaction."""
    now = notes.desk.now
    notes.store.inbox.record_event("e1", {}, now)
    notes.noting.add(ALICE, NoteKind.TASK, "rotate the key", event="e1")
    assert notes.store.inbox.waiting_events() == []


def test_only_the_team_leaves_notes_and_only_known_ones_are_done(notes: NoteDesk) -> None:
    notes.add("rotate the key")
    with pytest.raises(NotOnTheTeam):
        notes.add("all is well", person=STRANGER)
    for act in (notes.noting.done, notes.noting.undone):
        with pytest.raises(NotOnTheTeam):
            act(1, STRANGER)
        with pytest.raises(NoSuchNote):
            act(2, ALICE)
    assert notes.opened() == [("N-1", "task", "rotate the key")]


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u202e", "\x00 \u2060"])
def test_a_note_that_says_nothing_is_none(notes: NoteDesk, text: str) -> None:
    with pytest.raises(NoteEmpty):
        notes.add(text)
    assert notes.opened() == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * LONGEST_NOTE + " \u200b ", "x" * LONGEST_NOTE),
        ("two\nlines\tof  it", "two lines of it"),
        ("a\x00b\u202ec\u200bd", "abcd"),
        ("<!channel> *now* & <@U1>", "<!channel> *now* & <@U1>"),
    ],
)
def test_a_note_is_one_line_of_what_people_can_see(notes: NoteDesk, text: str, kept: str) -> None:
    assert notes.add(text).text == kept


# -- what people type ---


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("maintenance", NoteKind.MAINTENANCE),
        ("Manutenção", NoteKind.MAINTENANCE),
        ("manutencoes:", NoteKind.MAINTENANCE),
        ("maint", NoteKind.MAINTENANCE),
        ("observation:", NoteKind.OBSERVATION),
        ("OBSERVAÇÕES", NoteKind.OBSERVATION),
        ("obs", NoteKind.OBSERVATION),
        ("tasks", NoteKind.TASK),
        ("Tarefa", NoteKind.TASK),
    ],
)
def test_a_kind_is_written_in_either_language_and_in_short(typed: str, kind: NoteKind) -> None:
    assert kind_and_text(f"{typed} traffic is  20 % up") == (kind, "traffic is  20 % up")


@pytest.mark.parametrize("typed", ["", "man the gates", "main is red", "ta", "traffic is up", "observe it", "tas x"])
def test_other_words_are_no_kind(typed: str) -> None:
    """Else the first word of a note would be lost."""
    assert kind_and_text(typed) == (None, typed)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("N-3", [3]),
        ("n-3, n4 #5 6 N-3", [3, 4, 5, 6]),
        ("", []),
        ("N-3 and N-4", []),
        ("N-1234567890", []),
        (" ".join(map(str, range(21))), []),
    ],
)
def test_numbers_are_read_or_nothing_is(typed: str, numbers: list[int]) -> None:
    assert numbers_in(typed) == numbers


def test_a_note_is_typed_and_listed(notes: NoteDesk) -> None:
    assert notes.types("notes") == ["No note is open. `/handoff note` says how to leave one."]
    assert notes.types("note maintenance Tue 03:00 Postgres upgrade") == [
        "*N-1* · planned maintenance · Tue 03:00 Postgres upgrade",
        "It stands in every handoff until somebody types `/handoff done N-1`.",
    ]
    at = moment(notes.desk.now)
    notes.types("note obs: traffic is 20 % up", BOB)
    assert notes.types("notes", STRANGER) == [
        f"*N-1* · planned maintenance · Tue 03:00 Postgres upgrade · alice, {at}",
        f"*N-2* · observation · traffic is 20 % up · bob, {at}",
    ]


@pytest.mark.parametrize("typed", ["note", "note traffic is up", "note task", "note task \u200b", "note obs: <!here>"])
def test_whoever_forgets_the_kind_or_the_text_is_shown_how(notes: NoteDesk, typed: str) -> None:
    """One example for each kind, which works as it stands."""
    first, *examples = notes.types(typed)
    assert first.startswith("Nothing was written down.")
    assert notes.opened() == []
    for example in examples:
        notes.types(example.strip("`").removeprefix("/handoff "))
    assert [kind for _, kind, _ in notes.opened()] == ["maintenance", "task", "observation"]


def test_a_note_that_is_too_long_is_said_to_be_and_is_not_cut(notes: NoteDesk) -> None:
    """What would be lost may be the one command that counts. What nobody sees does not count."""
    typed = "x" * LONGEST_NOTE
    assert notes.types(f"note task {typed}\u200by") == [
        "Nothing was written down: this note is 501 characters long, and 500 are the most. Shorten it, or make it two."
    ]
    assert notes.opened() == []
    notes.types(f"note task {typed}\u200b")
    assert notes.opened() == [("N-1", "task", typed)]


def test_the_examples_in_portuguese_work_too(desk: Desk) -> None:
    notes = NoteDesk(desk, Words(Path("templates"), "pt_BR"))
    for example in notes.types("nota")[1:]:
        notes.types(example.strip("`").removeprefix("/handoff "))
    assert [kind for _, kind, _ in notes.opened()] == ["maintenance", "task", "observation"]
    notes.types("feito N-1")
    assert len(notes.types("notas")) == 2
    notes.types("desfeito N-1")
    assert len(notes.types("notas")) == 3


def test_several_are_done_at_once_and_what_is_no_note_is_said(notes: NoteDesk) -> None:
    for text in ("one", "two"):
        notes.add(text)
    at = moment(notes.desk.now)
    assert notes.types("done N-1, 9 N-2", BOB) == [
        f"*N-1* is done, bob said at {at}: one",
        "There is no note N-9. `/handoff notes` lists the open ones.",
        f"*N-2* is done, bob said at {at}: two",
    ]
    assert notes.types("done 1") == [f"*N-1* is done, bob said at {at}: one"]
    assert notes.types("undone N-1") == ["*N-1* is open: one"]
    assert notes.opened() == [("N-1", "task", "one")]


def test_what_cannot_be_done_is_said(notes: NoteDesk) -> None:
    notes.add("one")
    refused = ["Nothing has changed. Only people of the team file may do this."]
    assert notes.types("note task x", STRANGER) == refused
    assert notes.types("done N-1", STRANGER) == refused
    for verb in ("done", "undone"):
        assert notes.types(f"{verb} everything") == [
            f"Nothing has changed. Write the numbers, 20 at most: `/handoff {verb} N-3 N-4`. "
            "`/handoff notes` lists the open ones."
        ]
    assert notes.opened() == [("N-1", "task", "one")]


def test_what_people_wrote_calls_nobody(notes: NoteDesk) -> None:
    """As Slack sends it: a mention, a broadcast, and what was typed as if it were one."""
    notes.types("note task ask <@U0000000002|bob> <!channel> &lt;!here&gt; *now* <https://evil.example|x>")
    assert notes.opened() == [("N-1", "task", "ask @bob <!here> *now* x")]
    (line,) = notes.types("notes")
    assert "ask @bob &lt;!here&gt; \u2060*now\u2060* x" in line


def test_a_list_that_is_too_long_says_how_many_more(notes: NoteDesk) -> None:
    for _ in range(60):
        notes.add("&" * 500)
    lines = notes.types("notes")
    assert sum(map(len, lines)) < 13_000
    assert lines[-1].startswith(f"… and {61 - len(lines)} more.")


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read(typed: str) -> None:
    kind, text = kind_and_text(typed)
    assert text in typed
    assert kind is not None or text == typed
    assert all(0 <= number < 10**9 for number in numbers_in(typed))
