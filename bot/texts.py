"""The longer texts of templates/<language>/texts/*.md: messages, mails and the postmortem, for a team to edit.

Each is a Jinja template of facts: mostly of an incident (`bot/incidents/facts.py`). What it makes is plain text, and
whoever shows it in Slack makes it safe. One that is Markdown uses the filters `md` and `code` for outside text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import structlog
from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import TemplateError
from bot.incidents.sample_facts import BARE, FULL
from bot.markdown import code, escaped
from bot.words import SHIPPED

log = structlog.get_logger()

FOLDER = "texts"
# What a template can do wrong besides what Jinja itself says.
_BROKEN = (JinjaError, ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
LONGEST = 2900  # characters of a message: Slack takes 3,000 in a field that people edit


class Text(StrEnum):
    """The files that tell of an incident, without their .md."""

    FIRST = "first"
    UPDATE = "update"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    STATUS = "status-page"
    POSTMORTEM = "postmortem"


# Which facts each text is tried with, so that a slip shows at the start and not in the middle of an incident.
OF_INCIDENTS: Mapping[StrEnum, tuple[Any, ...]] = dict.fromkeys(Text, (FULL, BARE))


class Texts:
    def __init__(self, folder: Path, language: str, samples: Mapping[StrEnum, tuple[Any, ...]] = OF_INCIDENTS) -> None:
        """What the team's folder leaves out is said as it comes along. Facts are dataclasses.

        Raises TemplateError with everything that is wrong.
        """
        self._texts: dict[StrEnum, tuple[_Written, _Written]] = {}
        problems: list[str] = []
        for text, tried in samples.items():
            own, shipped = (place / language / FOLDER / f"{text.value}.md" for place in (folder, SHIPPED))
            path = own if own.exists() else shipped
            try:
                ours = _Written(shipped)
                theirs = ours if path.resolve() == shipped.resolve() else _Written(path)
                for facts in tried:
                    if not theirs.render(facts):
                        raise TemplateError(f"{path}: it says nothing where little is known. Say something.")
                self._texts[text] = theirs, ours
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{path} cannot be read: {error}. Save it as UTF-8 text.")
            except TemplateSyntaxError as error:
                problems.append(f"{path}:{error.lineno}: {error.message}. Mend the text.")
            except TemplateError as error:
                problems += error.problems
        if problems:
            raise TemplateError(*dict.fromkeys(problems))

    def __call__(self, text: StrEnum, facts: Any) -> str:
        """Where the team's own text fails on facts that no sample was like, the one that comes along speaks:
        people must be told."""
        theirs, ours = self._texts[text]
        try:
            if said := theirs.render(facts):
                return said
            log.error("a text of the team says nothing, and ours speaks instead", text=text.value)
        except TemplateError as error:
            if theirs is ours:
                raise
            log.error("a text of the team failed, and ours speaks instead", problems=error.problems)
        return ours.render(facts)


@cache
def _environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"md": partial(escaped, links=True), "code": code}
    return made


@lru_cache(64)
def _compiled(source: str) -> Template:
    """Once for each text: a start looks at them twice. Raises Jinja's TemplateSyntaxError."""
    return _environment().from_string(source)


class _Written:
    """One file."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, UnicodeDecodeError and Jinja's TemplateSyntaxError."""
        self._path = path
        self._template = _compiled(path.read_text("utf-8"))

    def render(self, facts: Any) -> str:
        """Raises TemplateError, naming the file and the value that it does not have."""
        given = {each.name: getattr(facts, each.name) for each in fields(facts)}
        try:
            return self._template.render(given).strip()
        except _BROKEN as error:
            raise TemplateError(f"{self._path}: {error}. It may use: {', '.join(sorted(given))}.") from error
