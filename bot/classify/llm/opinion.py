"""What a language model makes of an alert."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Category


@dataclass(frozen=True)
class Opinion:
    """A choice from closed lists, and one sentence: the model's own words, to be shown as such and escaped."""

    category: Category | None
    runbook: str | None  # one of those that were offered
    confidence: float  # 0 to 1, by the model's own word
    summary: str  # at most 200 characters of plain text; may be empty
    by: str  # the model's name
