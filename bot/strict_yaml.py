"""Strict YAML into pydantic models: everything that is wrong is said at once, with its line and what would be right.

Stricter than YAML itself: no duplicate keys, anchors, aliases, merge keys, tags, tabs, directives or second document,
and every key is text. Scalars follow YAML 1.2 (`on` and `no` are words), and dates stay text until a model wants one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError, WithJsonSchema
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bot import units
from bot.errors import InputError
from bot.yaml_faults import Loc, explain, place, required

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32


# -- values that several files write the same way ---


def _seconds(value: object) -> float:
    if isinstance(value, str) and (found := units.seconds(value)) is not None:
        return found
    raise ValueError("is no duration; write a number and a unit: 30s, 15m, 2h, 1d or 1w")


Duration = Annotated[
    float, BeforeValidator(_seconds), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$"})
]
"""Written `30s`, `15m`, `2h`, `1d` or `1w`; held as seconds."""


def _bytes(value: object) -> int:
    if isinstance(value, str) and (found := units.size(value)) is not None:
        return found
    raise ValueError("is no size; write a number and a unit: 64KiB, 512MiB or 1GiB")


Size = Annotated[
    int, BeforeValidator(_bytes), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}(KiB|MiB|GiB)$"})
]
"""Written `64KiB`, `512MiB` or `1GiB`; held as bytes."""


class Faults(ValueError):
    """For a model's after-validator that finds several things wrong, each at its own place below the model.

    `raise Faults((("roles", "sre", 0), "names dave, whom `people` does not have; add dave there"), …)`
    """

    def __init__(self, *found: tuple[Loc, str]) -> None:
        super().__init__("; ".join(text for _, text in found))
        self.found = found


# -- reading ---


@dataclass(frozen=True, order=True)
class Fault:
    line: int
    text: str


@dataclass(frozen=True)
class Document:
    """A file's plain data, the line of every value, and what is wrong with it as YAML."""

    path: Path
    data: Any
    lines: dict[Loc, int]
    faults: tuple[Fault, ...] = ()
    spoilt: frozenset[Loc] = field(default_factory=frozenset)  # where a fault left no value worth judging

    def line(self, *loc: str | int) -> int:
        """The line where this value's key stands, or of the nearest thing around it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def check(self, model: type[M]) -> tuple[M | None, tuple[Fault, ...]]:
        """The data as `model`, or None and all faults, in the order of the lines."""
        if self.data is None:
            return None, self.faults or (Fault(1, f"is empty; needed are {', '.join(required(model))}"),)
        try:
            # JSON's strict mode is what a written file means: lists for tuples, text for dates, but no "4" for 4.
            value = model.model_validate_json(json.dumps(self.data), strict=True)
        except ValidationError as wrong:
            return None, tuple(sorted({*self.faults, *self._explained(wrong, model)}))
        return (None if self.faults else value), self.faults

    def _explained(self, wrong: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
        for entry in wrong.errors(include_url=False):
            if entry["type"] == "too_short" and len(entry["input"]) >= entry["ctx"]["min_length"]:
                continue  # long enough, but for what is wrong with its entries, which is said for each
            loc = self._known(entry["loc"])
            cause = entry.get("ctx", {}).get("error")
            found = cause.found if isinstance(cause, Faults) else (((), ""),)
            for below, text in found:
                at = (*loc, *below)
                if any(at[: len(spoilt)] == spoilt for spoilt in self.spoilt):
                    continue
                text = text or explain(entry, loc, model)
                yield Fault(self.line(*at), f"`{place(at)}` {text}" if at else text)

    def _known(self, loc: tuple[int | str, ...]) -> Loc:
        """pydantic's place without its own additions (union members, validators), which the file does not have."""
        known: Loc = ()
        for part in loc:
            if (*known, part) in self.lines:
                known = (*known, part)
        return known


def read(path: Path, *, whole: type[dict[str, Any]] | type[list[Any]] = dict) -> Document:
    """The file as plain data, keys and values or a list. Never raises for what the file holds: that is in `faults`."""
    try:
        if not path.is_file():
            if not path.exists():
                return _unreadable(path, "there is no such file; mend the path, or the link that leads there")
            return _unreadable(path, "is not a regular file; put the file itself there")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        return _unreadable(path, f"cannot be read: {wrong.strerror}; let the bot's user read it")
    if len(raw) > MAX_BYTES:
        return _unreadable(path, f"is larger than {MAX_BYTES // 1024} KiB; split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        return _unreadable(path, "is not UTF-8; save it as UTF-8", raw[: wrong.start].count(b"\n") + 1)
    if bad := _UNWANTED.search(text):
        return _unreadable(path, _unwanted(bad[0]), text.count("\n", 0, bad.start()) + 1)
    return _Reader(path, text, whole).document()


def parse(path: Path, model: type[M], error: type[InputError]) -> M:
    """The file as `model`; raises `error` with every problem as "FILE:LINE: what is wrong; what would be right"."""
    value, faults = read(path).check(model)
    if value is None:
        raise error(*(f"{path}:{fault.line}: {fault.text}" for fault in faults))
    return value


# Control characters, halves of characters, and what is not seen or turns the text round it: a person who reads the file
# would approve something else than what is in it.
_UNWANTED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
)


def _unwanted(char: str) -> str:
    return f"holds the character U+{ord(char):04X}, which nobody sees; remove it"


def _unreadable(path: Path, text: str, line: int = 1) -> Document:
    return Document(path, None, {}, (Fault(line, text),))


class _Reader:
    """Builds data from ruamel's events: its constructors resolve what is refused here, and forget the lines."""

    def __init__(self, path: Path, text: str, whole: type[dict[str, Any]] | type[list[Any]]) -> None:
        self.path = path
        self.text = text
        self.whole = whole
        self.lines: dict[Loc, int] = {}
        self.faults: list[Fault] = []
        self.spoilt: set[Loc] = set()
        self.documents = 0

    def document(self) -> Document:
        data: Any = None
        try:
            events = self._events()
            for event in events:
                data = self._value(event, events, ())
        except MarkedYAMLError as wrong:
            mark = wrong.problem_mark or wrong.context_mark
            data = self._stop(mark.line + 1 if mark else 1, self._syntax(wrong))
        except YAMLError as wrong:
            data = self._stop(1, f"is not YAML: {str(wrong).splitlines()[0]}")
        except _TooDeep as deep:
            data = self._stop(deep.line, f"is nested more than {MAX_DEPTH} levels deep; flatten it")
        if data is not None and not isinstance(data, self.whole):
            keys = "is not a list of keys and values; write `key: value` lines"
            said = keys if self.whole is dict else "is not a list; write `- ` before each entry"
            data = self._stop(self.lines.get((), 1), said)
        return Document(self.path, data, self.lines, tuple(sorted(set(self.faults))), frozenset(self.spoilt))

    def _stop(self, line: int, text: str) -> Any:
        """Notes a fault, and gives the None that stands for the value."""
        self.faults.append(Fault(line, text))
        return None

    def _syntax(self, wrong: MarkedYAMLError) -> str:
        problem = str(wrong.problem or "cannot be read")
        if r"'\t'" in problem:
            return "holds a tab; indent and separate with spaces"
        if "mapping values are not allowed" in problem:
            return "has a second `: ` in one value, or wrong indentation; put the value in quotes"
        if "found character" in problem:
            return f"cannot be read as YAML: {problem}; put the value in quotes"
        return f"cannot be read as YAML: {problem}; check quotes, brackets and indentation"

    def _events(self) -> Iterator[Any]:
        """The events of the first document's values; what stands around them is judged here."""
        for event in YAML(typ="safe", pure=True).parse(self.text):
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if event.version or event.tags:
                    self._stop(line, "has a % directive; remove it")
                if self.documents == 2:
                    self._stop(line, "begins a second document; one file holds one, remove the `---`")
                    return
            if isinstance(
                event,
                AliasEvent | ScalarEvent | MappingStartEvent | MappingEndEvent | SequenceStartEvent | SequenceEndEvent,
            ):
                yield event

    def _value(self, event: Any, events: Iterator[Any], at: Loc) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(at, line)
        if len(at) > MAX_DEPTH:
            raise _TooDeep(line)
        if isinstance(event, AliasEvent):
            self.spoilt.add(at)
            return self._stop(line, f"uses the alias *{event.anchor}; write the value out")
        if event.anchor:
            self._stop(line, f"sets the anchor &{event.anchor}; anchors are not used here, remove it")
        if event.ctag:
            self.spoilt.add(at)
            self._stop(line, f"has the tag {event.ctag}; tags are not used here, remove it")
        if isinstance(event, ScalarEvent):
            return self._scalar(event, at, line)
        if isinstance(event, SequenceStartEvent):
            return self._list(events, at)
        return self._mapping(events, at)

    def _list(self, events: Iterator[Any], at: Loc) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, events, (*at, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], at: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            key = self._key(event, events, line)
            if key is None or key in found:
                if key is not None:
                    first = self.lines[(*at, key)]
                    self._stop(line, f"`{key}` is written twice (first on line {first}); keep one")
                self._skip(events)
                continue
            self.lines[(*at, key)] = line
            found[key] = self._value(next(events), events, (*at, key))
        return found

    def _key(self, event: Any, events: Iterator[Any], line: int) -> str | None:
        if not isinstance(event, ScalarEvent):
            self._stop(line, "has a key that is not text; a key is one plain word")
            if not isinstance(event, AliasEvent):
                self._finish(events)
            return None
        if event.anchor or event.ctag:
            self._stop(line, f"`{event.value}` has an anchor or a tag; remove it")
        key = str(event.value)
        if bad := _UNWANTED.search(key):
            self._stop(line, _unwanted(bad[0]))
            return None
        if key == "<<" and event.implicit[0]:
            self._stop(line, "merges with `<<`; write the keys out")
            return None
        if event.implicit[0] and (any(key in words for words in _WORDS.values()) or _NUMBER.fullmatch(key)):
            self._stop(line, f'has the key {key or "(nothing)"}, which is not text; write "{key}" in quotes')
            return None
        return key

    def _skip(self, events: Iterator[Any]) -> None:
        if isinstance(next(events), MappingStartEvent | SequenceStartEvent):
            self._finish(events)

    def _finish(self, events: Iterator[Any]) -> None:
        open_ = 1
        while open_:
            event = next(events)
            open_ += isinstance(event, MappingStartEvent | SequenceStartEvent)
            open_ -= isinstance(event, MappingEndEvent | SequenceEndEvent)

    def _scalar(self, event: ScalarEvent, at: Loc, line: int) -> Any:
        text = str(event.value)
        if bad := _UNWANTED.search(text):  # written as an escape: the file itself was searched before
            self.spoilt.add(at)
            return self._stop(line, _unwanted(bad[0]))
        if not event.implicit[0]:  # in quotes, or a block of text
            return text
        for value, words in _WORDS.items():
            if text in words:
                return value
        if not _NUMBER.fullmatch(text):
            return text
        if re.fullmatch(r"[-+]?[0-9]+", text):
            if re.match(r"[-+]?0[0-9]", text) or len(text) > 18:
                self.spoilt.add(at)
                return self._stop(
                    line, f'{text} is a doubtful number; write "{text}" in quotes, or without leading zeros'
                )
            return int(text)
        if re.fullmatch(r"0[ox].*|.*(inf|nan).*|[-+]?[0-9.]+[eE].*", text, re.IGNORECASE):
            self.spoilt.add(at)
            return self._stop(line, f'{text} is a doubtful number; write "{text}" in quotes, or a plain decimal number')
        return float(text)


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


# YAML 1.2, core schema.
_WORDS: dict[bool | None, tuple[str, ...]] = {
    None: ("", "~", "null", "Null", "NULL"),
    True: ("true", "True", "TRUE"),
    False: ("false", "False", "FALSE"),
}
_NUMBER = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
