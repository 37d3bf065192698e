"""What was typed after `/oncall cover` and `/oncall who`, taken apart. Pure.

The words for moments stay as they are: `bot/moments.py` reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 300  # characters: nobody means more
_ME = re.compile(r"^(?:-?me|eu)\b[ ,:]*", re.IGNORECASE)
_BY = re.compile(r"(?:^|\s)(?:by|with|por|com|pela|pelo)\s+(<@[^>\s]{1,80}>|@?[\w.-]{1,64})(?=\s|$)", re.IGNORECASE)
_FROM = re.compile(r"^(?:from|desde|de|das|da|do)\s+", re.IGNORECASE)
# The surest first: "amanhã às 22h a sexta" holds more than one word that could stand between the two.
_TO = tuple(
    re.compile(rf"\s+(?:{word})\s+", re.IGNORECASE)
    for word in ("until|till|até|ate|→|-+(?:>|&gt;)|–|—", "to", r"a(?=\s+\S)", "às|as|à")
)
_NUMBER = re.compile(r"(?:c-?|#)?\s?(\d{1,9})", re.IGNORECASE)
_QUOTES = " \t\"'“”„‟‘’«»"
_AT = re.compile(r"^(?:at|em|on)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class CoverAsked:
    """From when, to when, and by whom, as they were written; `by` is empty where nobody was named."""

    start: str
    end: str
    by: str


def read_cover(text: str) -> CoverAsked | None:
    """`me from fri 18:00 to mon 09:00 by @bob`; None for what does not say from when to when."""
    rest = _ME.sub("", text[:_LONGEST].strip(_QUOTES))
    by = _BY.search(rest)
    if by is not None:
        rest = f"{rest[: by.start()]} {rest[by.end() :]}".strip()
    begin = _FROM.match(rest)
    if begin is None:
        return None
    rest = rest[begin.end() :]
    for word in _TO:
        found = word.search(rest)
        if found is not None:
            start, end = rest[: found.start()].strip(_QUOTES), rest[found.end() :].strip(_QUOTES)
            return CoverAsked(start, end, by[1] if by else "") if start and end else None
    return None


def read_at(text: str) -> str:
    """`at "tomorrow 03:00"` without what stands around the moment."""
    return _AT.sub("", text.strip(_QUOTES)).strip(_QUOTES)


def read_number(text: str) -> int | None:
    """The number of C-3, c3, #3 or 3."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None
