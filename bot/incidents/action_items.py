"""What people type to make an action item: `@alice 2026-12-01 Alert at 80 % of the pool`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot import units
from bot.errors import NoSuchDay, NoSuchPerson

_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_AHEAD = re.compile(r"\d+[dw]")
_NUMBER = re.compile(r"(?:a-?)?#?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """`owner`: a Slack id."""

    owner: str | None
    due: date | None
    text: str


def read_action(typed: str, today: date, person: Callable[[str], str | None]) -> Wanted:
    """Owner and due day stand before the text, in any order; each may be left out.

    `person` gives the Slack id of a mention or a name, or None. Raises NoSuchDay, and NoSuchPerson for a mention of
    nobody.
    """
    owner, due, rest = None, None, " ".join(typed.split())
    while rest:
        first, _, after = rest.partition(" ")
        word = first.rstrip(",")
        if owner is None and (found := person(word)) is not None:
            owner = found
        elif due is None and (day := day_of(word, today)) is not None:
            due = day
        elif owner is None and word.startswith(("@", "<@")):
            raise NoSuchPerson(word)
        else:
            break
        rest = after
    return Wanted(owner, due, rest)


def day_of(word: str, today: date) -> date | None:
    """2026-12-01, or so far ahead of today: 2w, 10d. None for what is neither. Raises NoSuchDay for 2026-02-30."""
    try:
        if _DAY.fullmatch(word):
            return date(*map(int, word.split("-")))
        ahead = units.seconds(word) if _AHEAD.fullmatch(word) else None
        return today + timedelta(seconds=ahead) if ahead is not None else None
    except (ValueError, OverflowError) as error:
        raise NoSuchDay(word) from error


def number_of(word: str) -> int | None:
    """Of A-3, a3 or 3."""
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else None
