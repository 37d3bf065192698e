"""The longer texts of templates/<language>/texts/*.md: messages, mails and the postmortem, for a team to edit.

Each is a Jinja template of the facts of an incident (`bot/incidents/facts.py`). What it makes is plain text: whoever
shows it in Slack makes it safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import TemplateError
from bot.incidents.facts import Facts, values
from bot.incidents.sample_facts import BARE, FULL
from bot.words import SHIPPED

FOLDER = "texts"
LONGEST = 2900  # characters of a message: Slack takes 3,000 in a field that people edit


class Text(StrEnum):
    """The files, without their .md."""

    FIRST = "first"
    UPDATE = "update"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    STATUS = "status-page"
    POSTMORTEM = "postmortem"


class Texts:
    def __init__(self, folder: Path, language: str, samples: tuple[Facts, ...] = (FULL, BARE)) -> None:
        """What the team's folder leaves out is said as it comes along.

        Each text is tried with the `samples`, so that a slip shows at the start and not in the middle of an incident.
        Raises TemplateError with everything that is wrong.
        """
        self._environment = SandboxedEnvironment(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
        )
        self._sources: dict[Text, tuple[Path, str]] = {}
        problems: list[str] = []
        for text in Text:
            own, shipped = (place / language / FOLDER / f"{text.value}.md" for place in (folder, SHIPPED))
            path = own if own.exists() else shipped
            try:
                self._sources[text] = path, path.read_text("utf-8")
                for facts in samples:
                    self(text, facts)
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{path} cannot be read: {error}. Save it as UTF-8 text.")
            except TemplateError as error:
                problems += error.problems
        if problems:
            raise TemplateError(*dict.fromkeys(problems))

    def __call__(self, text: Text, facts: Facts) -> str:
        """Raises TemplateError, naming the file and the value that it does not have."""
        path, source = self._sources[text]
        given: Mapping[str, Any] = values(facts)
        try:
            said = self._environment.from_string(source).render(given)
        except TemplateSyntaxError as error:
            raise TemplateError(f"{path}:{error.lineno}: {error.message}. Mend the text.") from error
        except (JinjaError, TypeError, ValueError, ArithmeticError) as error:
            raise TemplateError(f"{path}: {error}. It may use: {', '.join(sorted(given))}.") from error
        return said.strip()


@cache
def english_texts() -> Texts:
    """Those that come along."""
    return Texts(SHIPPED, "en")
