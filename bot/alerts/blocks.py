"""Slack's blocks, as text, pairs of title and value, and buttons. Anything may be nested or missing in them.

What is nested deeper than Slack allows is not read, and of what is longer only the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.markup import links_in, plain_text, unformatted, visible

_DEPTH = 12  # levels of nesting that are read
_NODES = 3000  # objects in all that are looked at
_MOST = 50  # blocks of a message, and things in a block
_PAIR = re.compile(r"\*{1,2}([^*\n]{1,80}?)(?::\*{1,2}|\*{1,2}:|\*{1,2}[ \t]*\n)[ \t]*\n?([^\n]*(?:\n[^\n]*){0,20})\Z")
_TEXTS = ("title", "subtitle", "text", "body", "description", "fields", "elements", "details", "output", "alt_text")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """`kind` is Slack's type; `buttons` are words and address."""

    kind: str
    text: str
    fields: Pairs = ()
    buttons: Pairs = ()


@dataclass
class Allowance:
    """How much of one message is still read. A message of megabytes is what it is about in its beginning."""

    characters: int = 40_000  # Slack cuts a text at 40,000
    nodes: int = _NODES
    links: list[tuple[str, str]] = field(default_factory=list)

    def text(self, value: Any) -> str:
        """A text, also when it comes as Slack's text object or as a number; else nothing."""
        if isinstance(value, Mapping):
            value = value.get("text")
        if isinstance(value, bool) or not isinstance(value, str | int | float) or self.characters <= 0:
            return ""
        given = _written(value)[: self.characters]
        self.characters -= len(given)
        if len(self.links) < _MOST:
            self.links += links_in(given)[:_MOST]
        return plain_text(given)

    def node(self) -> bool:
        self.nodes -= 1
        return self.nodes >= 0 and self.characters > 0


def read_blocks(value: Any, allowance: Allowance) -> tuple[Block, ...]:
    found = (_block(each, allowance) for each in _some(value) if isinstance(each, Mapping) and allowance.node())
    return tuple(block for block in found if block.text.strip() or block.fields or block.buttons)


def listed_pair(line: str) -> tuple[str, str] | None:
    """The title and value of a line that is marked as one: in bold, or with a bullet."""
    bare = line.strip()
    marked = bare.startswith(("*", "-", "•", "·", ">"))
    return pair(bare.lstrip(" -•·>")) if marked else None


def pair(text: str) -> tuple[str, str] | None:
    """The title and value of `*Service*\\ncheckout`, `*Service:* checkout` or a line `Service: checkout`."""
    found = _PAIR.match(text.strip())
    if found and found[2].strip():
        return unformatted(found[1]), unformatted(found[2])
    title, colon, value = unformatted(text).partition(":")
    if colon and value.strip() and 0 < len(title) <= 40 and "\n" not in value.strip() and not value.startswith("//"):
        return title.strip(), value.strip()
    return None


def _block(raw: Mapping[str, Any], allowance: Allowance) -> Block:
    kind = raw.get("type")
    kind = visible(kind)[:40] if isinstance(kind, str) else ""
    if kind == "table":
        return _table(raw, allowance)
    if kind == "rich_text":
        return Block(kind, "\n".join(_rich(raw.get("elements"), allowance, 0)).strip())
    buttons = _buttons([raw.get("accessory"), *_some(raw.get("elements"))], allowance)
    if kind == "actions":
        return Block(kind, "", buttons=buttons)
    lines, fields = [], []
    for key in _TEXTS:
        if key != "fields":
            lines += _texts(raw.get(key), allowance, 0)
    for each in _some(raw.get("fields")):
        if not allowance.node():
            break
        text = allowance.text(each)
        found = pair(text)
        lines.append(": ".join(found) if found else text)
        fields += [found] if found else []
    return Block(kind, "\n".join(line for line in lines if line.strip()), tuple(fields), buttons)


def _texts(value: Any, allowance: Allowance, depth: int) -> list[str]:
    """The texts inside, in reading order."""
    if depth > _DEPTH or not allowance.node():
        return []
    if isinstance(value, list):
        return [text for each in value[:_MOST] for text in _texts(each, allowance, depth + 1)]
    if not isinstance(value, Mapping):
        return [allowance.text(value)]
    if value.get("type") == "button" or "url" in value:
        return []
    if isinstance(value.get("text"), str):
        return [allowance.text(value)]
    return [text for key in _TEXTS for text in _texts(value.get(key), allowance, depth + 1)]


def _rich(value: Any, allowance: Allowance, depth: int) -> list[str]:
    """The lines of rich text: what stands in one section is one line, items of a list are lines of their own."""
    lines: list[str] = []
    for each in _some(value):
        if not isinstance(each, Mapping) or depth > _DEPTH or not allowance.node():
            continue
        if each.get("type") == "rich_text_list":
            lines += _rich(each.get("elements"), allowance, depth + 1)
        elif isinstance(each.get("elements"), list):
            lines.append("".join(_leaf(leaf, allowance) for leaf in _some(each["elements"])))
        else:
            lines.append(_leaf(each, allowance))
    return lines


def _leaf(raw: Any, allowance: Allowance) -> str:
    if not isinstance(raw, Mapping):
        return ""
    match raw.get("type"):
        case "emoji":
            return f":{visible(str(raw.get('name')))[:60]}:"
        case "user":
            return f"@{visible(str(raw.get('user_id')))[:30]}"
        case "link":
            words, url = allowance.text(raw.get("text")), visible(str(raw.get("url"))[:2000])
            allowance.links.append((words or url, url))
            return words or url
        case "date":
            return allowance.text(raw.get("fallback"))
    return allowance.text(raw.get("text"))


def _table(raw: Mapping[str, Any], allowance: Allowance) -> Block:
    rows = [[_cell(cell, allowance) for cell in _some(row)] for row in _some(raw.get("rows")) if isinstance(row, list)]
    text = "\n".join(" | ".join(row) for row in rows)
    return Block("table", text, tuple(_table_pairs(rows)))


def _table_pairs(rows: list[list[str]]) -> Iterable[tuple[str, str]]:
    """A row of two cells is a title and its value; a heading with one row below gives each column its value."""
    if len(rows) == 2 and len(rows[0]) == len(rows[1]) and (len(rows[0]) > 2 or _is_title(rows[0])):
        return zip((unformatted(cell) for cell in rows[0]), (unformatted(cell) for cell in rows[1]), strict=True)
    return [(unformatted(row[0]), unformatted(row[1])) for row in rows if len(row) == 2]


def _is_title(row: list[str]) -> bool:
    return unformatted(row[-1]).casefold() in {"state", "status", "severity", "level", "value", "result"}


def _cell(raw: Any, allowance: Allowance) -> str:
    if not isinstance(raw, Mapping) or not allowance.node():
        return allowance.text(raw)
    if isinstance(raw.get("elements"), list):
        return " ".join(_rich(raw["elements"], allowance, 0))
    return allowance.text(raw)


def _buttons(values: Iterable[Any], allowance: Allowance) -> Pairs:
    return tuple(
        (unformatted(allowance.text(each.get("text"))), visible(each["url"][:2000]))
        for each in values
        if isinstance(each, Mapping) and isinstance(each.get("url"), str)
    )


def _some(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _written(value: str | int | float) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits: Python refuses to write it out
        return ""
