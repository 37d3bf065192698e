"""Trouble that was found in a log: what it is called, how often, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass

from bot.detect.line import Line
from bot.detect.rules import Rule


@dataclass(frozen=True)
class Recognised:
    """What the language model takes a line for: one of the rules' names, and a sentence of its own."""

    rule: Rule | None  # None: for nothing that has a name, or it is not sure
    summary: str
    by: str  # the model's name


@dataclass(frozen=True)
class Finding:
    rule: Rule
    count: int
    first: Line
    last: Line
    service: str | None  # that wrote all these lines; None when there are several, or nobody knows
    recognised: Recognised | None = None  # None: the rule itself found it
