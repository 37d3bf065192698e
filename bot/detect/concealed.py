"""A line of a log as it may be shown: in one line, without what looks like a secret or what a terminal would act on.

Nobody knows the secrets of other programs, so they are told by how they are usually written. What the bot's own
environment holds is known, and is hidden in every form that it is usually written in. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.runbooks.masking import MARK, Mask
from bot.runbooks.output import shown
from bot.withheld import seen

_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")


def concealed(line: bytes, known: Mask, most: int = 300) -> str:
    """At most so many characters of the line."""
    text = shown(known.hide(line))
    return seen(_CARD.sub(lambda found: MARK if _is_card(found[0]) else found[0], text), most, known)


def _is_card(number: str) -> bool:
    """By its check digit (ISO/IEC 7812): times and order numbers rarely have it."""
    return _luhn(int(char) for char in number if char.isdigit()) % 10 == 0


def _luhn(digits: Iterable[int]) -> int:
    doubled = (digit * (1 + at % 2) for at, digit in enumerate(reversed(list(digits))))
    return sum(digit - 9 * (digit > 9) for digit in doubled)
