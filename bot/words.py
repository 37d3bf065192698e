"""What the bot says to people: the sentences of templates/<language>/words.yaml, filled in.

A value that is filled in is data: it is escaped for Slack, and no sentence is ever made from one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import RootModel

from bot import strict_yaml
from bot.errors import TemplateError
from bot.model import Reason
from bot.mrkdwn import Mrkdwn, escape

FILE = "words.yaml"
SHIPPED = Path(__file__).parent.parent / "templates"


class _Catalogue(RootModel[dict[str, str]]):
    """Name → sentence, a Jinja template of one or more lines."""


def _read(file: Path) -> Mapping[str, str]:
    """Once for each state of the file: a start looks at it twice, and it takes a quarter of a second. TemplateError."""
    try:
        seen = file.stat()
    except OSError:
        return strict_yaml.parse(file, _Catalogue, TemplateError).root  # which says what is wrong
    return _read_as(file, seen.st_mtime_ns, seen.st_size)


@lru_cache(4)
def _read_as(file: Path, changed: int, size: int) -> Mapping[str, str]:  # noqa: ARG001 - they tell its states apart
    return strict_yaml.parse(file, _Catalogue, TemplateError).root


class Words:
    """`words("refused_role", people=…)` gives mrkdwn; `words.plain(…)` gives text for where Slack formats nothing."""

    def __init__(self, folder: Path, language: str) -> None:
        """What the team's file leaves out is said as it comes along.

        Raises TemplateError when the language's file is missing, or a sentence in it cannot be read, uses a value that
        it is not given, or is none that the bot ever says.
        """
        self.file = folder / language / FILE
        shipped_file = SHIPPED / language / FILE
        own = _read(self.file)
        same = self.file.resolve() == shipped_file.resolve()
        shipped = own if same else _read(shipped_file)
        problems = [
            f"{self.file}: {name}: the bot never says this. Take it out, or mend the name."
            for name in sorted(own.keys() - shipped.keys())
        ]
        for name in sorted(own.keys() & shipped.keys()):
            problems += self._faults(name, own[name], shipped[name])
        if problems:
            raise TemplateError(*problems)
        self._sentences = {name: sentence.strip() for name, sentence in {**shipped, **own}.items()}
        # Compiled when it is first said: all of them would take longer than anything else at a start.
        marked = _environment(lambda value: value if isinstance(value, Mrkdwn) else escape(str(value)))
        self._marked = cache(marked.from_string)
        self._literal = cache(_environment(str).from_string)

    def _faults(self, name: str, sentence: str, shipped: str) -> list[str]:
        """What is wrong with the team's sentence, `shipped` being what comes along."""
        if sentence == shipped:  # the tests read those, and it takes a tenth of a second at a start
            return []
        try:
            used = _used(sentence)
        except TemplateSyntaxError as error:
            return [f"{self.file}: {name}: {error.message}. Mend the sentence."]
        known = _used(shipped)
        can = f"It may use: {', '.join(sorted(known))}" if known else "It has none"
        return [
            f"{self.file}: {name}: there is no value {unknown!r} for it. {can}." for unknown in sorted(used - known)
        ]

    def __call__(self, name: str, /, **values: Any) -> Mrkdwn:
        return Mrkdwn(self._render(self._marked, name, values))

    def plain(self, name: str, /, **values: Any) -> str:
        return self._render(self._literal, name, values)

    def reason(self, reason: Reason) -> Mrkdwn:
        return self(reason.sentence, **reason.values)

    def plain_reason(self, reason: Reason) -> str:
        return self.plain(reason.sentence, **reason.values)

    def _render(self, compiled: Callable[[str], Template], name: str, values: Mapping[str, Any]) -> str:
        try:
            return compiled(self._sentences[name]).render(values)
        except UndefinedError as error:
            raise TemplateError(
                f"{self.file}: {name}: {error.message}. It may use: {', '.join(sorted(values))}."
            ) from error


@cache
def english() -> Words:
    """What is said in a terminal, which speaks English whatever the team's language."""
    return Words(SHIPPED, "en")


def _environment(finalize: Any) -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, finalize=finalize, autoescape=False)


_PARSER = _environment(str)


def _used(sentence: str) -> frozenset[str]:
    """The values that a sentence fills in."""
    return frozenset(meta.find_undeclared_variables(_PARSER.parse(sentence)))
