"""What the bot says to people: the sentences of templates/<language>/words.yaml, filled in.

A value that is filled in is data: it is escaped for Slack, and no sentence is ever made from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import RootModel

from bot import strict_yaml
from bot.errors import TemplateError
from bot.mrkdwn import Mrkdwn, escape

FILE = "words.yaml"
SHIPPED = Path(__file__).parent.parent / "templates"


class _Catalogue(RootModel[dict[str, str]]):
    """Name → sentence, a Jinja template of one or more lines."""


class Words:
    """`words("refused_role", people=…)` gives mrkdwn; `words.plain(…)` gives text for where Slack formats nothing."""

    def __init__(self, folder: Path, language: str) -> None:
        """What the team's file leaves out is said as it comes along.

        Raises TemplateError when the language's file is missing, or a sentence in it cannot be read, uses a value that
        it is not given, or is none that the bot ever says.
        """
        self.file = folder / language / FILE
        own = strict_yaml.parse(self.file, _Catalogue, TemplateError).root
        shipped = strict_yaml.parse(SHIPPED / language / FILE, _Catalogue, TemplateError).root
        marked = _environment(lambda value: value if isinstance(value, Mrkdwn) else escape(str(value)))
        literal = _environment(str)
        problems = [
            f"{self.file}: {name}: the bot never says this. Take it out, or mend the name."
            for name in sorted(own.keys() - shipped.keys())
        ]
        self._marked, self._literal = {}, {}
        for name, sentence in {**shipped, **own}.items():
            try:
                self._marked[name] = marked.from_string(sentence.strip())
                self._literal[name] = literal.from_string(sentence.strip())
            except TemplateSyntaxError as error:
                problems.append(f"{self.file}: {name}: {error.message}. Mend the sentence.")
                continue
            known = _used(shipped.get(name, sentence))
            for unknown in sorted(_used(sentence) - known):
                can = f"It may use: {', '.join(sorted(known))}" if known else "It has none"
                problems.append(f"{self.file}: {name}: there is no value {unknown!r} for it. {can}.")
        if problems:
            raise TemplateError(*problems)

    def __call__(self, name: str, /, **values: Any) -> Mrkdwn:
        return Mrkdwn(self._render(self._marked, name, values))

    def plain(self, name: str, /, **values: Any) -> str:
        return self._render(self._literal, name, values)

    def _render(self, templates: Mapping[str, Any], name: str, values: Mapping[str, Any]) -> str:
        try:
            return str(templates[name].render(values))
        except UndefinedError as error:
            raise TemplateError(
                f"{self.file}: {name}: {error.message}. It may use: {', '.join(sorted(values))}."
            ) from error


def _used(sentence: str) -> frozenset[str]:
    """The values that a sentence fills in."""
    return frozenset(meta.find_undeclared_variables(_environment(str).parse(sentence)))


def _environment(finalize: Any) -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, finalize=finalize, autoescape=False)
