"""What a parameter's value may be. Pure, and the same for a default, a label and what a person typed."""

from __future__ import annotations

import re

from bot.runbooks.backtracking import MAX_LENGTH
from bot.runbooks.format import ParamSpec


def refusal(spec: ParamSpec, value: str) -> str | None:
    """Why the value cannot be used, in words, or None. A value is never trimmed or changed to fit."""
    if len(value) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if "\0" in value:
        return "holds a NUL character"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "is not valid text"
    if spec.type == "integer":
        return _refused_integer(spec, value)
    if spec.enum is not None and value not in spec.enum:
        return f"is none of {', '.join(spec.enum)}"
    if spec.pattern is not None and not re.fullmatch(spec.pattern, value):
        return f"does not fit the pattern {spec.pattern}"
    # A program would read it as an option. Patterns and lists say themselves what they allow.
    if spec.enum is None and spec.pattern is None and value.startswith("-"):
        return "starts with `-`"
    return None


def _refused_integer(spec: ParamSpec, value: str) -> str | None:
    # ASCII digits only: \d and int() also take other scripts' digits, spaces and underscores.
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value) or value == "-0":
        return "is no whole number"
    number = int(value)
    if number < 0 and (spec.min is None or spec.min >= 0):
        return "is below 0"
    if spec.min is not None and number < spec.min:
        return f"is below {spec.min}"
    if spec.max is not None and number > spec.max:
        return f"is above {spec.max}"
    return None
