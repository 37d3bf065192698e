"""The form in which the outgoing person adds to the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.model import Handoff, Incident, NoteKind
from bot.mrkdwn import clean
from bot.slack.incidents.modals import mark
from bot.slack.modals import modal, text_input, text_value
from bot.words import Words
from handoff.handing_over import LONGEST
from handoff.noting import LONGEST_NOTE, one_line

WORDS = "words"  # the block of what they add
NEXT = "next_"  # and an incident's id: its block
_LINES = 20  # notes of a kind at once
_STEP = 500  # characters of a next step
ASKED = 8  # incidents whose next step is asked for; the gravest


def edit_modal(words: Words, handoff: Handoff, ongoing: Sequence[Incident]) -> dict[str, Any]:
    """The submission's callback id is `handoff_edited`."""
    steps = [
        text_input(
            f"{NEXT}{each.id}|{mark(text_value(each.next_step, _STEP))}",
            words.plain("modal_handoff_next", name=each.name, title=clean(each.title, 60)),
            optional=True,
            value=each.next_step,
            multiline=False,
            longest=_STEP,
        )
        for each in ongoing[:ASKED]
    ]
    notes = [text_input(kind.value, words.plain(f"modal_handoff_{kind.value}"), optional=True) for kind in NoteKind]
    return modal(
        "handoff_edited",
        words.plain("modal_handoff"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        text_input(
            f"{WORDS}|{mark(text_value(handoff.words, LONGEST))}",
            words.plain("modal_handoff_words"),
            optional=True,
            value=handoff.words,
            longest=LONGEST,
        ),
        *steps,
        *notes,
    )


def own_words(answers: Mapping[str, str]) -> tuple[str | None, Callable[[str], bool]]:
    """What they want to add, and whether these are the words that stood in their form: nobody takes back another one's.

    None where they have changed nothing. What did not fit into the form was not seen.
    """
    block, text = next((each for each in answers.items() if each[0].startswith(f"{WORDS}|")), ("", ""))
    shown = block.partition("|")[2]
    changed = bool(block) and mark(text) != shown
    return (
        text.strip() if changed else None,
        lambda words: len(words) <= LONGEST and mark(text_value(words, LONGEST)) == shown,
    )


def next_steps(answers: Mapping[str, str]) -> dict[str, str]:
    """By an incident's id; only what this person has changed, so that nobody takes back what another has said."""
    found = {}
    for block, text in answers.items():
        incident, _, shown = block.removeprefix(NEXT).partition("|")
        if block.startswith(NEXT) and mark(text) != shown:
            found[incident] = text.strip()
    return found


def mistakes(answers: Mapping[str, str], words: Words) -> dict[str, str]:
    """What is wrong with a submitted form, by block."""
    found: dict[str, str] = {}
    for kind, lines in notes(answers).items():
        length = max(map(len, lines), default=0)
        if len(lines) > _LINES:
            found[kind.value] = words.plain("handoff_too_many", most=_LINES)
        elif length > LONGEST_NOTE:
            found[kind.value] = words.plain("note_too_long", length=length, most=LONGEST_NOTE)
    return found


def notes(answers: Mapping[str, str]) -> dict[NoteKind, list[str]]:
    """A line each, as it is kept."""
    return {kind: list(filter(None, map(one_line, answers.get(kind.value, "").splitlines()))) for kind in NoteKind}
