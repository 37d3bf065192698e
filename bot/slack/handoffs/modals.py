"""The form in which the outgoing person adds to the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import Handoff, Incident, NoteKind
from bot.slack.modals import modal, text_input
from bot.words import Words
from handoff.handing_over import LONGEST

NEXT = "next_"  # and an incident's id: its block
ASKED = 8  # incidents whose next step is asked for; the gravest


def edit_modal(words: Words, handoff: Handoff, ongoing: Sequence[Incident]) -> dict[str, Any]:
    """The submission's callback id is `handoff_edited`."""
    steps = [
        text_input(
            f"{NEXT}{each.id}",
            words.plain("modal_handoff_next", name=each.name),
            optional=True,
            value=each.next_step,
            longest=500,
        )
        for each in ongoing[:ASKED]
    ]
    notes = [text_input(kind.value, words.plain(f"modal_handoff_{kind.value}"), optional=True) for kind in NoteKind]
    return modal(
        "handoff_edited",
        words.plain("modal_handoff"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        text_input("words", words.plain("modal_handoff_words"), optional=True, value=handoff.words, longest=LONGEST),
        *steps,
        *notes,
    )


def next_steps(answers: Mapping[str, str]) -> dict[str, str]:
    """By an incident's id."""
    return {block.removeprefix(NEXT): text.strip() for block, text in answers.items() if block.startswith(NEXT)}


def notes(answers: Mapping[str, str]) -> dict[NoteKind, list[str]]:
    """A line each."""
    return {
        kind: [line.strip() for line in answers.get(kind.value, "").splitlines() if line.strip()] for kind in NoteKind
    }
