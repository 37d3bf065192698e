"""Slack's rate limits: a bucket for each method, and for each channel that is posted to.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from slackbox.clock import Clock
from slackbox.workspace import Json

TIERS_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
TIER_1_BURST = 10  # Slack does not count reconnections strictly; nor does this
POSTS_PER_SECOND = 1
POST_BURST = 5


@dataclass
class Bucket:
    """`room` calls at once, refilled at `per_second`."""

    room: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> int:
        """0 when the call may go on, otherwise the seconds to wait."""
        self.level = min(self.room, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0
        return max(1, math.ceil((1 - self.level) / self.per_second))


class RateLimits:
    """Off until `on` is set."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.on = False
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def for_call(self, method: str, tier: int, args: Json) -> int:
        """Seconds that this call has to wait; 0 for go on."""
        if method == "chat.postMessage":
            return self._take((method, str(args.get("channel"))), POST_BURST, POSTS_PER_SECOND)
        if tier not in TIERS_PER_MINUTE:
            return 0
        per_minute = TIERS_PER_MINUTE[tier]
        return self._take((method, ""), TIER_1_BURST if tier == 1 else per_minute, per_minute / 60)

    def for_webhook(self, key: str) -> int:
        return self._take(("webhook", key), POST_BURST, POSTS_PER_SECOND)

    def _take(self, key: tuple[str, str], room: float, per_second: float) -> int:
        if not self.on:
            return 0
        now = self.clock.now()
        bucket = self._buckets.setdefault(key, Bucket(room, per_second, room, now))
        return bucket.take(now)
