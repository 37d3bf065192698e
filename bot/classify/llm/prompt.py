"""What a language model is asked: the words of templates/prompts/classify.txt, and the alert, fenced as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import SandboxedEnvironment

from bot.classify.llm.reply import schema
from bot.errors import TemplateError
from bot.model import Alert, Category
from bot.runbooks.masking import MARK, Mask
from bot.withheld import is_secret_name, seen
from bot.words import SHIPPED

FILE = Path("prompts", "classify.txt")
OPENING, CLOSING = "<alert>", "</alert>"
LANGUAGES = {"en": "English", "pt_BR": "Brazilian Portuguese"}

# Characters. All of it has to fit into the 4,096 tokens that Ollama is asked to keep, in any script.
_NAME, _SUMMARY, _LABELS, _KEY, _VALUE, _TITLE = 150, 1000, 12, 40, 80, 100
_LONGEST_INSTRUCTIONS = 8000

# A fence is made of these alone, and so the data holds none of them: JSON has another way to write each.
_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&`"})


@dataclass(frozen=True)
class Question:
    instructions: str  # the team's words, and nothing of the alert
    data: str  # the alert
    schema: dict[str, Any]  # what the reply has to look like
    offered: tuple[str, ...]  # ids of runbooks


class Prompt:
    """Asks about alerts in the words of the team's template, or in those that come along where it has none."""

    def __init__(self, folder: Path, language: str, mask: Mask) -> None:
        """Raises TemplateError when the template cannot be read, or uses a value that it is not given."""
        self.file = folder / FILE if (folder / FILE).is_file() else SHIPPED / FILE
        self._language = LANGUAGES[language]
        self._mask = mask
        try:
            text = self.file.read_text("utf-8")
            self._template = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(text)
        except TemplateSyntaxError as error:
            raise TemplateError(f"{self.file}:{error.lineno}: {error.message}. Mend the template.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{self.file} cannot be read: {error}. Save it as UTF-8 text.") from error
        for candidates in ((), (("restart-service", "Restart a service"),)):
            told = self._instructions(candidates)
            if len(told) > _LONGEST_INSTRUCTIONS:
                raise TemplateError(
                    f"{self.file} makes {len(told)} characters, and {_LONGEST_INSTRUCTIONS} are the most. Shorten it."
                )

    def question(self, alert: Alert, candidates: Sequence[tuple[str, str]]) -> Question:
        """`candidates` are the ids and titles of runbooks to choose from. Raises TemplateError."""
        offered = tuple(id for id, _ in candidates)
        shown = [(id, seen(title, _TITLE, self._mask)) for id, title in candidates]
        return Question(self._instructions(shown), fenced(alert, self._mask), schema(offered), offered)

    def _instructions(self, candidates: Sequence[tuple[str, str]]) -> str:
        values = {
            "categories": [category.value for category in Category],
            "candidates": candidates,
            "language": self._language,
            "opening": OPENING,
            "closing": CLOSING,
            "schema": json.dumps(schema([id for id, _ in candidates])),
        }
        try:
            return self._template.render(values).strip()
        except UndefinedError as error:
            raise TemplateError(f"{self.file}: {error.message}. It may use: {', '.join(sorted(values))}.") from error
        except (TemplateRuntimeError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"{self.file}: {error}. Mend the template.") from error


def fenced(alert: Alert, mask: Mask) -> str:
    """The alert as one line of JSON between the fences. Nothing in it can look like a fence."""
    labels = {}
    for key, value in islice(alert.labels.items(), _LABELS):
        labels[seen(key, _KEY, mask)] = MARK if is_secret_name(key) else seen(value, _VALUE, mask)
    data = {
        "source": seen(alert.source, _KEY, mask),
        "name": seen(alert.name, _NAME, mask),
        "status": alert.status.value,
        "level": seen(alert.severity_hint or "", _KEY, mask),
        "summary": seen(alert.summary, _SUMMARY, mask),
        "labels": labels,
    }
    return f"{OPENING}\n{json.dumps(data, ensure_ascii=False).translate(_ESCAPED)}\n{CLOSING}"
