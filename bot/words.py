"""What the bot says to people: the sentences of templates/<language>/words.yaml, filled in.

A value that is filled in is data: it is escaped for Slack, and no sentence is ever made from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import RootModel

from bot import strict_yaml
from bot.errors import TemplateError
from bot.mrkdwn import Mrkdwn, escape

FILE = "words.yaml"


class _Catalogue(RootModel[dict[str, str]]):
    """Name → sentence, a Jinja template of one or more lines."""


class Words:
    """`words("refused_role", people=…)` gives mrkdwn; `words.plain(…)` gives text for where Slack formats nothing."""

    def __init__(self, folder: Path, language: str) -> None:
        """Raises TemplateError when the language's file is missing or a sentence in it cannot be read."""
        self.file = folder / language / FILE
        sentences = strict_yaml.parse(self.file, _Catalogue, TemplateError).root
        marked = _environment(lambda value: value if isinstance(value, Mrkdwn) else escape(str(value)))
        literal = _environment(str)
        problems = []
        self._marked, self._literal = {}, {}
        for name, sentence in sentences.items():
            try:
                self._marked[name] = marked.from_string(sentence.strip())
                self._literal[name] = literal.from_string(sentence.strip())
            except TemplateSyntaxError as error:
                problems.append(f"{self.file}: {name}: {error.message}. Mend the sentence.")
        if problems:
            raise TemplateError(*problems)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._marked)

    def __call__(self, name: str, /, **values: Any) -> Mrkdwn:
        return Mrkdwn(self._render(self._marked, name, values))

    def plain(self, name: str, /, **values: Any) -> str:
        return self._render(self._literal, name, values)

    def _render(self, templates: Mapping[str, Any], name: str, values: Mapping[str, Any]) -> str:
        if name not in templates:
            raise TemplateError(
                f"{self.file}: there is no sentence {name!r}. Copy it from the templates that come along."
            )
        try:
            return str(templates[name].render(values))
        except UndefinedError as error:
            raise TemplateError(
                f"{self.file}: {name}: {error.message}. It may use: {', '.join(sorted(values))}."
            ) from error


def _environment(finalize: Any) -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, finalize=finalize, autoescape=False)
