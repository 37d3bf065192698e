"""What pydantic finds wrong in a file, in words for the person who wrote the file."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel

from bot.units import like

Loc = tuple[str | int, ...]
"""The way to a value: ("steps", 0, "run")."""


def place(loc: Loc) -> str:
    """`steps[1].run`: the first entry of a list is 1, as people count."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def explain(entry: Any, loc: Loc, model: type[BaseModel]) -> str:
    """One entry of `ValidationError.errors()`, at `loc` in the file, as "what is wrong; what would be right"."""
    kind, value, limits = entry["type"], entry["input"], entry.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(model, loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, 1)
        return f"is not known to this version; {f'`{near[0]}` is' if near else f'known here: {_listed(known)}'}"
    if kind == "missing":
        return f"has no `{entry['loc'][-1]}`; add it" if loc else f"`{entry['loc'][-1]}` is missing; add it"
    if kind in ("value_error", "assertion_error"):
        return str(limits.get("error", entry["msg"]))
    if _looks_like_placeholder(value):
        return f'is a mapping, not text; put it in quotes: "{{{next(iter(value))}}}"'
    say = _EXPECTED.get(kind)
    if kind in _BOUNDS and isinstance(value, str):
        limits = {name: like(value, limit) for name, limit in limits.items()}
    wanted = say(limits) if say else entry["msg"][:1].lower() + entry["msg"][1:]
    return f"is {_shown(value)}; {'write ' if say else ''}{wanted}"


def _looks_like_placeholder(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value.values())) is None


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return ("nothing" if text == "null" else text) if len(text) <= 60 else f"{text[:57]}…"


_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
_EXPECTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "string_type": lambda _: "text, in quotes if need be",
    "int_type": lambda _: "a whole number",
    "int_from_float": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "bool_type": lambda _: "true or false",
    "list_type": lambda _: "a list: [one, two]",
    "tuple_type": lambda _: "a list: [one, two]",
    "set_type": lambda _: "a list: [one, two]",
    "frozen_set_type": lambda _: "a list: [one, two]",
    "dict_type": lambda _: "keys and values: {key: value}",
    "model_type": lambda _: "keys and values: {key: value}",
    "model_attributes_type": lambda _: "keys and values: {key: value}",
    "literal_error": lambda c: str(c["expected"]).replace("'", ""),
    "enum": lambda c: str(c["expected"]).replace("'", ""),
    "string_pattern_mismatch": lambda c: f"text of the form {c['pattern']}",
    "string_too_short": lambda c: f"at least {c['min_length']} character{'s' if c['min_length'] > 1 else ''}",
    "string_too_long": lambda c: f"at most {c['max_length']} characters",
    "too_short": lambda c: f"at least {c['min_length']} of them",
    "too_long": lambda c: f"at most {c['max_length']} of them",
    "greater_than": lambda c: f"more than {_number(c['gt'])}",
    "greater_than_equal": lambda c: f"at least {_number(c['ge'])}",
    "less_than": lambda c: f"less than {_number(c['lt'])}",
    "less_than_equal": lambda c: f"at most {_number(c['le'])}",
    "date_from_datetime_parsing": lambda _: "a date: 2026-11-30",
    "date_parsing": lambda _: "a date: 2026-11-30",
    "date_type": lambda _: "a date: 2026-11-30",
    "datetime_parsing": lambda _: "a date and time: 2026-11-30T09:00",
    "datetime_from_date_parsing": lambda _: "a date and time: 2026-11-30T09:00",
    "datetime_type": lambda _: "a date and time: 2026-11-30T09:00",
}


def _number(limit: float | str) -> str:
    return limit if isinstance(limit, str) else f"{limit:g}"


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def required(model: type[BaseModel]) -> list[str]:
    return [name for name, info in _keys(model).items() if info.is_required()]


def _fields_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys that are known at this place."""
    here = [model]
    for part in loc:
        below = [m for h in here for name, info in _keys(h).items() if name == part for m in _models(info.annotation)]
        here = below or here  # a list's index or a mapping's free key leads to the same models
    return list(dict.fromkeys(name for h in here for name in _keys(h)))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models(part)]
