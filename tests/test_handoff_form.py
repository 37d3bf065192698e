"""What the form of a draft takes: words, next steps, and lines for the next shifts. Pure."""

from __future__ import annotations

from bot.model import NoteKind
from bot.slack.handoffs.modals import WORDS, mistakes, notes, own_words
from bot.slack.incidents.modals import mark
from bot.slack.modals import text_value
from bot.words import english
from handoff.handing_over import LONGEST

TASK = NoteKind.TASK.value


def test_a_line_is_a_note_as_it_is_kept() -> None:
    """What nobody sees is no line."""
    assert notes({TASK: " a larger  disk \n\u200b\n\nrotate the key"})[NoteKind.TASK] == [
        "a larger disk",
        "rotate the key",
    ]


def test_a_line_that_is_too_long_is_said_while_the_form_is_open() -> None:
    """Its end may be what matters."""
    found = mistakes({TASK: "short\n" + "x" * 501, NoteKind.MAINTENANCE.value: "x" * 500}, english())
    assert list(found) == [TASK]
    assert "501 characters" in found[TASK]


def test_words_are_compared_with_those_that_stood_in_the_form() -> None:
    """Unchanged ones are nobody's; changed ones replace what was shown, and nothing else."""
    block = f"{WORDS}|{mark('Search is slow.')}"
    assert own_words({block: "Search is slow."})[0] is None
    words, saw = own_words({block: "Search is slower. "})
    assert words == "Search is slower."
    assert (saw("Search is slow."), saw("Do not fail over.")) == (True, False)
    long = "x" * (LONGEST + 1)
    _, saw = own_words({f"{WORDS}|{mark(text_value(long, LONGEST))}": "Short."})
    assert not saw(long)  # the form had no room for its end
