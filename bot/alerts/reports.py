"""What a person means: does this sentence report trouble that is there now, say that it is over, or neither? Pure.

A report names a symptom (`symptoms.py`) in the present. Thanks, jokes, plans, reminders, questions about how things
work, and talk of what was, hold the same words and are no reports: these frames (`frames.py`) are looked for as well.
Every pattern is a choice of fixed words or bounded, so that time grows with the length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.alerts import frames
from bot.alerts.recoveries import is_over, says_over
from bot.alerts.symptoms import symptoms

_MOST = 4000  # characters of a person's message that are looked at
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s[—–]\s+|\s-{1,2}\s+")
_QUOTED = re.compile(r"^(?:>|&gt;).*$", re.MULTILINE)
_CODE = re.compile(r"```|`")


@dataclass(frozen=True)
class Meaning:
    """Of one message: it reports trouble, says that some is over, both (then the later sentence counts) or neither."""

    trouble: bool
    over: bool


def meaning(text: str) -> Meaning:
    """What a person's words report."""
    said = _CODE.sub(" ", _QUOTED.sub(" ", text[:_MOST])).replace("’", "'").strip()
    if not said or frames.LEFT_ALONE.search(said):
        return Meaning(False, bool(said) and says_over(said))
    opening = said[:300]
    if frames.REMINDER.search(opening) or frames.JOKE.search(said):
        return Meaning(False, False)
    thanked = bool(frames.COURTESY.search(opening))
    trouble = over = False
    for sentence in _SENTENCE.split(said):
        if thanked and not frames.STILL_SEEN.search(sentence):
            continue
        if is_over(sentence):
            trouble, over = False, True
        elif is_report(sentence):
            trouble, over = True, False
    return Meaning(trouble, over)


def wants_an_answer(text: str) -> bool:
    """Of words that are addressed to the bot: anything but thanks, a greeting or a joke."""
    said = text.strip()[:_MOST]
    return len(said.split()) > 1 and not frames.COURTESY.search(said[:300]) and not frames.JOKE.search(said)


def is_report(sentence: str) -> bool:
    """A sentence that names a symptom which is there now."""
    if not symptoms(sentence):
        return False
    asks_now = bool(frames.ASKED_NOW.search(sentence))
    if frames.PLAN.search(sentence) or frames.IF.search(sentence) or (frames.ASKED.search(sentence) and not asks_now):
        return False
    if frames.AWAY.search(sentence) and not any(map(symptoms, frames.beside_own_day(sentence))):
        return False
    if frames.DISCUSSED.search(sentence) or (
        frames.PAST.search(sentence) and not frames.PRESENT.search(sentence) and not asks_now
    ):
        return False
    if frames.WORK.search(sentence) or (frames.OWN_WORK.search(sentence) and not frames.STILL_SEEN.search(sentence)):
        return False
    return not (frames.FINE.search(sentence) and symptoms(sentence) < 2 and not frames.STILL_SEEN.search(sentence))
