"""What somebody wants to see of the incidents, as they typed it: `list open P1`, `list week`, `stats 12w`. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot import units
from bot.model import Severity

_OPEN = {"open", "aberto", "abertos", "aberta", "abertas"}
_ALL = {"all", "tudo", "todos", "todas"}
_PERIODS = {
    timedelta(days=1): {"day", "days", "dia", "dias"},
    timedelta(days=7): {"week", "weeks", "semana", "semanas"},
    timedelta(days=30): {"month", "months", "mês", "mes", "meses"},
    timedelta(days=365): {"year", "years", "ano", "anos"},
}
_AMOUNT = re.compile(r"\b(\d{1,6})\s*(?=[^\W\d_])")
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True)
class Asked:
    """Which incidents. `within`: how long ago they were opened at most; None: whenever."""

    severities: Collection[Severity]
    opened: bool  # only those that are open still
    within: timedelta | None


def read_asked(text: str) -> Asked | None:
    """Words in any order; nothing means the open ones. None for what cannot be read."""
    words = _AMOUNT.sub(r"\1", text.casefold()).split()  # "2 weeks" is one of them
    severities = {each for each in Severity if each.casefold() in words}
    periods = [each for each in map(period, words) if each is not None]
    known = {each.casefold() for each in severities} | _OPEN | _ALL
    if any(word not in known and period(word) is None for word in words) or len(periods) > 1:
        return None
    opened = not words or bool(_OPEN & set(words))
    return Asked(severities or set(Severity), opened, periods[0] if periods else None)


def period(text: str) -> timedelta | None:
    """How far to look: `30d`, `12w`, `2 weeks`, `week`, `semana`. None for what is none, or longer than ten years."""
    text = _AMOUNT.sub(r"\1", text.casefold().strip())
    seconds = units.seconds(text)
    if seconds is None:
        amount = _AMOUNT.match(text)
        name = text[amount.end() :] if amount else text
        one = next((each.total_seconds() for each, names in _PERIODS.items() if name in names), 0.0)
        seconds = one * (int(amount[1]) if amount else 1)
    return timedelta(seconds=seconds) if 0 < seconds <= _LONGEST.total_seconds() else None
