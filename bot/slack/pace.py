"""Slack's pace: about one post a second in a channel, with a short burst allowed, and no card edited too fast.

Source: Slack, "Rate limits": chat.postMessage 1 a second a channel, "short bursts" allowed; chat.update tier 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable

POSTS = 1.0  # a second and channel
BURST = 3
EDIT_SPACING = 0.4  # seconds between two edits of one card


class Pace:
    """Not thread-safe by itself: the outbox asks under its own lock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[str, tuple[float, float]] = {}  # channel → posts left, as of when
        self._edited: dict[str, float] = {}
        self._paused: dict[str, float] = {}

    def wait(self, channel: str, card: str, *, editing: bool) -> float:
        """Seconds until this may be sent; 0 or less: now."""
        now = self._clock()
        paused = self._paused.get(channel, now) - now
        if editing:
            return max(paused, self._edited.get(card, 0.0) + EDIT_SPACING - now)
        tokens = self._left(channel, now)
        return max(paused, 0.0 if tokens >= 1 else (1 - tokens) / POSTS)

    def take(self, channel: str, card: str, *, editing: bool) -> None:
        """It is being sent."""
        now = self._clock()
        if editing:
            if len(self._edited) > 1000:
                self._edited = {key: at for key, at in self._edited.items() if now - at < EDIT_SPACING}
            self._edited[card] = now
        else:
            self._tokens[channel] = (self._left(channel, now) - 1, now)

    def pause(self, channel: str, seconds: float) -> None:
        """Slack said 429: nothing to this channel until then."""
        self._paused[channel] = max(self._paused.get(channel, 0.0), self._clock() + seconds)

    def _left(self, channel: str, now: float) -> float:
        tokens, at = self._tokens.get(channel, (float(BURST), now))
        return min(float(BURST), tokens + (now - at) * POSTS)
