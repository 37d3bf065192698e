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


def short_span(lasted: timedelta) -> str:
    """The same where room is scarce, such as in a table: "45s", "38m", "2h05", "3d4h"."""
    whole = span(lasted).replace(" min", "m").replace(" s", "s")
    hours, _, rest = whole.partition(" h")
    if rest.endswith("m"):
        return f"{hours}h{rest.strip().removesuffix('m'):0>2}"
    return whole.replace(" ", "")
