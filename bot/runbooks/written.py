"""Seconds and bytes as a runbook's file writes them: 15m, 1GiB."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """900 → "15m": the largest unit that needs no fraction."""
    for unit, length in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:g}s"


def size(count: int) -> str:
    """1073741824 → "1GiB"."""
    for unit, length in (("GiB", 1024**3), ("MiB", 1024**2)):
        if count >= length and count % length == 0:
            return f"{count // length}{unit}"
    return f"{count / 1024:g}KiB"
