"""A figure beside its limit: "18.231 messages ready (limit 5.000)". Pure."""

from __future__ import annotations

import re

_FIGURE = r"(\d{1,12}(?:[.,]\d{1,6}){0,4})"
_BESIDE = re.compile(  # the words alone that name a most; a threshold may be a least as well
    rf"(?<![\w.,]){_FIGURE}[^\d\n]{{1,60}}?\b(?:limite?|max(?:imum)?|máx(?:imo)?)\b"
    rf"[^\w\n]{{0,5}}(?:(?:is|of|was|é|de)\s)?{_FIGURE}",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")
_LOOKED_AT = 600  # characters of a text


def is_over(text: str) -> bool:
    """Whether some figure is greater than the limit that stands behind it."""
    return any(_number(each[1]) > _number(each[2]) for each in _BESIDE.finditer(text[:_LOOKED_AT]))


def _number(figure: str) -> float:
    """With a dot or a comma before thousands or before a fraction, as people of either custom write it."""
    whole, *fraction = _THOUSANDS.sub("", figure).replace(",", ".").split(".")
    return float(f"{whole}.{''.join(fraction) or 0}")
