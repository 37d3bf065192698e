"""`{name}` in a runbook's texts: found and replaced, nothing else. `{{` and `}}` are braces.

Own code and no template engine: a value is put in as it is and never read again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = r"[a-z][a-z0-9_]{0,62}"
_PARTS = re.compile(r"\{\{|\}\}|\{(" + NAME + r")\}|[{}]")


def names(text: str) -> tuple[str, ...]:
    """The parameters that a text asks for, in order; ValueError for a brace that stands alone."""
    found = []
    for part in _PARTS.finditer(text):
        if part[0] in ("{", "}"):
            raise ValueError(f"has a brace that is no parameter; write {part[0] * 2} for a brace, or {{name}}")
        if part[1]:
            found.append(part[1])
    return tuple(found)


@dataclass(frozen=True)
class Part:
    """A piece of a text: as it is written, or the value of the parameter `name`."""

    written: str
    name: str | None = None


def parts(text: str) -> Iterator[Part]:
    """The pieces of a text, in order and none of them empty."""
    end = 0
    for part in _PARTS.finditer(text):
        if end < part.start():
            yield Part(text[end : part.start()])
        yield Part(part[0], part[1]) if part[1] else Part(part[0][0])
        end = part.end()
    if end < len(text):
        yield Part(text[end:])


def replace(text: str, values: Mapping[str, str], escape: Callable[[str], str] = lambda value: value) -> str:
    """The text with every parameter's value in its place. KeyError for a name without a value."""
    return _PARTS.sub(lambda part: escape(values[part[1]]) if part[1] else part[0][0], text)


def replace_known(text: str, values: Mapping[str, str]) -> str:
    """The values put in, and all else left for a later `replace`: other names, and braces, those of the values too."""

    def part(found: re.Match[str]) -> str:
        known = found[1] is not None and found[1] in values
        return values[found[1]].replace("{", "{{").replace("}", "}}") if known else found[0]

    return _PARTS.sub(part, text)


def replace_all(data: Any, values: Mapping[str, str]) -> Any:
    """The same for every text inside lists and mappings; keys stay as they are."""
    if isinstance(data, str):
        return replace(data, values)
    if isinstance(data, list):
        return [replace_all(item, values) for item in data]
    if isinstance(data, dict):
        return {key: replace_all(item, values) for key, item in data.items()}
    return data


def texts(data: Any) -> tuple[str, ...]:
    """Every text inside lists and mappings, keys left out."""
    if isinstance(data, str):
        return (data,)
    if isinstance(data, list):
        return tuple(text for item in data for text in texts(item))
    if isinstance(data, dict):
        return tuple(text for item in data.values() for text in texts(item))
    return ()
