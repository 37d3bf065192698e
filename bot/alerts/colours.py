"""What a colour beside a message says: Slack's three names, names of colours, and hex codes by their hue."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable

RED, YELLOW, GREEN = "danger", "warning", "good"  # Slack's own names for them

_NAMES = {
    **dict.fromkeys(
        ("danger", "red", "darkred", "crimson", "firebrick", "tomato", "maroon", "critical", "error", "attention"), RED
    ),
    **dict.fromkeys(("warning", "yellow", "orange", "amber", "gold", "darkorange", "coral"), YELLOW),
    **dict.fromkeys(
        ("good", "green", "lime", "limegreen", "forestgreen", "seagreen", "success", "ok", "lightgreen"), GREEN
    ),
}
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{2})?$")


def meaning_of(color: str) -> str | None:
    """RED, YELLOW, GREEN, or None for what says nothing: blue, grey, purple, a brand's own."""
    name = color.strip().casefold()
    if name in _NAMES:
        return _NAMES[name]
    found = _HEX.match(name)
    if not found:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.2 or lightness < 0.08 or lightness > 0.96:
        return None
    degrees = hue * 360
    if degrees < 17 or degrees >= 330:
        return RED
    if degrees < 66:
        return YELLOW
    return GREEN if degrees < 175 else None


def worst(colors: Iterable[str]) -> str | None:
    """Of several attachments the most alarming colour speaks."""
    found = {meaning_of(color) for color in colors}
    return next((each for each in (RED, YELLOW, GREEN) if each in found), None)
