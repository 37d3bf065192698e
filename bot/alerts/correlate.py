"""When alerts are one thing: a storm, or the same one that comes and goes. Pure: numbers in, an answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

FLAPPING = 3  # times within FLAPPING_WITHIN that make a coming and going
FLAPPING_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class StormRule:
    """More new alerts than `most` within `window` are a storm: nobody can read so many cards."""

    most: int = 20
    window: timedelta = timedelta(seconds=60)

    def begins(self, new: int) -> bool:
        """`new`: how many alerts came in the last window."""
        return new > self.most

    def ends(self, new: int) -> bool:
        """Only when it is clearly less, so that a storm does not end and begin again every minute."""
        return new <= self.most // 2

    def before(self, ts: str) -> str:
        """The ts one window before this one, in Slack's form."""
        return f"{max(0.0, float(ts) - self.window.total_seconds()):.6f}"

    def after(self, ts: str) -> str:
        """The ts one window after this one."""
        return f"{float(ts) + self.window.total_seconds():.6f}"


def is_flapping(episodes: int) -> bool:
    """`episodes`: how often the same alert began within FLAPPING_WITHIN."""
    return episodes >= FLAPPING
