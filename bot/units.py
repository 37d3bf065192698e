"""Durations and sizes as people write them in files: `30s`, `15m`, `2h`, `1d`, `1w`; `64KiB`, `512MiB`, `1GiB`."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def seconds(text: str) -> float | None:
    """The seconds of a duration; None for what is none."""
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", text)
    return float(int(found[1]) * _SECONDS[found[2]]) if found else None


def size(text: str) -> int | None:
    """The bytes of a size; None for what is none."""
    found = re.fullmatch(r"([0-9]{1,6})(KiB|MiB|GiB)", text)
    return int(found[1]) * _BYTES[found[2]] if found else None


def like(text: str, amount: float) -> str:
    """An amount of seconds or bytes, written as the text is: the one or the other, in the largest unit that fits."""
    units = _BYTES if text.endswith("B") else _SECONDS
    unit = max(
        (unit for unit, each in units.items() if amount % each == 0 and amount), key=units.__getitem__, default=""
    )
    return f"{amount / units[unit]:g}{unit}" if unit else f"0{next(iter(units))}"
