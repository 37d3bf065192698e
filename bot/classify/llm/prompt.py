"""What a language model is asked about an alert: the words of templates/prompts/classify.txt, and the alert as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from bot.classify.llm.instructions import LANGUAGES, Instructions, fence, fenced
from bot.classify.llm.opinion import Opinion
from bot.classify.llm.question import Question
from bot.classify.llm.reply import read_opinion, schema_of_opinion
from bot.model import Alert, Category
from bot.runbooks.masking import MARK, Mask
from bot.withheld import is_secret_name, seen

FILE = "classify.txt"
FENCE = "alert"

_NAME, _SUMMARY, _LABELS, _KEY, _VALUE, _TITLE = 150, 1000, 12, 40, 80, 100  # characters


class Prompt:
    """Asks about alerts in the words of the team's template."""

    def __init__(self, folder: Path, language: str, mask: Mask) -> None:
        """Raises TemplateError when the template cannot be read, or uses a value that it is not given."""
        self._instructions = Instructions(folder, FILE)
        self._language = LANGUAGES[language]
        self._mask = mask
        for candidates in ((), (("restart-service", "Restart a service"),)):
            self._told(candidates)

    def question(self, alert: Alert, candidates: Sequence[tuple[str, str]]) -> Question[Opinion]:
        """`candidates` are the ids and titles of runbooks to choose from. Raises TemplateError."""
        offered = tuple(id for id, _ in candidates)
        shown = [(id, seen(title, _TITLE, self._mask)) for id, title in candidates]
        schema = schema_of_opinion(offered)
        return Question(self._told(shown), alert_as_data(alert, self._mask), schema, partial(read_opinion, offered))

    def _told(self, candidates: Sequence[tuple[str, str]]) -> str:
        opening, closing = fence(FENCE)
        return self._instructions.filled(
            categories=[category.value for category in Category],
            candidates=candidates,
            language=self._language,
            opening=opening,
            closing=closing,
            schema=json.dumps(schema_of_opinion([id for id, _ in candidates])),
        )


def alert_as_data(alert: Alert, mask: Mask) -> str:
    """The alert, fenced, without what is kept back."""
    labels = {}
    for key, value in islice(alert.labels.items(), _LABELS):
        labels[seen(key, _KEY, mask)] = MARK if is_secret_name(key) else seen(value, _VALUE, mask)
    data: dict[str, Any] = {
        "source": seen(alert.source, _KEY, mask),
        "name": seen(alert.name, _NAME, mask),
        "status": alert.status.value,
        "level": seen(alert.severity_hint or "", _KEY, mask),
        "summary": seen(alert.summary, _SUMMARY, mask),
        "labels": labels,
    }
    return fenced(FENCE, data)
