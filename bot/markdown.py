"""Markdown made safe: text from outside shows as it is, and can neither format, link nor mention. Pure.

It is read as it is written as well as rendered, so that a mark is escaped only where it would mean something.
Source: the GitHub Flavored Markdown specification, 0.29.
"""

from __future__ import annotations

import re

from bot.mrkdwn import ADDRESS, clean

LONGEST = 3000  # characters of one text
# Inside a word a single underscore formats nothing.
_MARKS = re.compile(r"([\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_]))")
_AT_THE_START = re.compile(r"^([#>+=-]|\d{1,9}(?=[.)]))")  # a heading, a quotation, a list
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_CALLS = re.compile(r"([@#])(?=\w)")
_LINKS = re.compile(r"(:)(?=//)|\b(www)(?=\.)", re.IGNORECASE)
_UNSEEN = "\u2060"  # a word joiner: no person, no other issue and no address is recognized


def escaped(text: object, limit: int = LONGEST, *, links: bool = False) -> str:
    """A text in one line, to stand in a paragraph, an entry of a list or a cell of a table.

    `links`: web addresses in it can be opened, by their own name.
    """
    pieces = ADDRESS.split(_flat(text, limit)) if links else [_flat(text, limit)]
    safe = "".join(f"<{piece}>" if at % 2 else _escaped(piece) for at, piece in enumerate(pieces))
    return _AT_THE_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", safe)


def _escaped(text: str) -> str:
    text = _CALLS.sub(rf"\1{_UNSEEN}", text)
    text = _LINKS.sub(rf"\g<0>{_UNSEEN}", text)
    return _MARKS.sub(r"\\\1", _TAG.sub("&lt;", _ENTITY.sub("&amp;", text)))


def code(text: object, limit: int = LONGEST) -> str:
    """A text in one line in a fixed-width font; not for a cell of a table, where a bar would end it."""
    flat = _flat(text, limit)
    fence = "`" * (1 + max((len(row) for row in re.findall("`+", flat)), default=0))
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{space}{flat}{space}{fence}" if flat else ""


def _flat(text: object, limit: int) -> str:
    flat = " ".join(str(text).split())
    # Once more: what is not seen must hide no beginning of a line.
    return clean(" ".join(clean(flat, len(flat) + 1).split()), limit)
