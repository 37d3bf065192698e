"""Telling that two messages are about the same thing."""

import hashlib
import re
from collections.abc import Mapping

from bot.alerts import figures

_PASSING = {"severity", "value", "prometheus"}  # labels that change while the trouble is the same
_NUMBERS = re.compile(r"(?<![\w.:/-])\d+(?:[.,]\d+)?(?![\w-])(?!\.\d)")  # a figure, and not the 3 of db-3 or 10.0.0.3


def of_labels(source: str, name: str, labels: Mapping[str, str]) -> str:
    """The same for firing and resolved: made of what names the thing, not of how bad it is."""
    kept = sorted((key, value) for key, value in labels.items() if key not in _PASSING)
    return _digest(source, name, *(f"{key}={value}" for key, value in kept))


def of_id(source: str, *parts: str) -> str:
    """For tools that number what they report."""
    return _digest(source, "id", *parts)


def of_text(source: str, text: str) -> str:
    """For messages without labels. Figures that name nothing are left out: `95 %` and `96 %` are the same trouble."""
    return _digest(source, " ".join(_NUMBERS.sub("#", figures.joined(text.casefold())).split()))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
