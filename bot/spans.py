"""How long something lasted, as people say it."""

from __future__ import annotations

from datetime import timedelta


def span(lasted: timedelta) -> str:
    """In its two largest units: "45 s", "38 min", "2 h 5 min", "3 d 4 h"."""
    seconds = max(0, round(lasted.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _two(minutes, 60, "h", "min")
    return _two(round(minutes / 60), 24, "d", "h")


def _two(amount: int, size: int, large: str, small: str) -> str:
    whole, rest = divmod(amount, size)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"
