"""Handles that Slack gives an app for a short while: trigger ids (open one modal) and response URLs (five answers)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from slackbox.clock import Clock
from slackbox.errors import Refused

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    person: str
    expires: float
    view_id: str | None  # the modal it came from; only such a one may push
    used: bool = False


@dataclass
class ResponseUrl:
    person: str
    channel: str
    expires: float
    message_ts: str | None  # the message the click was on
    thread_ts: str | None
    uses: int = 0


class Triggers:
    """Trigger ids, each good for one view, for three seconds."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._given: dict[str, Trigger] = {}

    def give(self, person: str, view_id: str | None = None) -> str:
        number = secrets.randbelow(10**12)
        trigger_id = f"{number}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._given[trigger_id] = Trigger(person, self.clock.now() + TRIGGER_SECONDS, view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Raises Refused: invalid_trigger_id, expired_trigger_id, exchanged_trigger_id."""
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.clock.now() > trigger.expires:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger


class ResponseUrls:
    """Response URLs by their last path part."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._given: dict[str, ResponseUrl] = {}

    def give(
        self, person: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> tuple[str, ResponseUrl]:
        """The URL's key, and what it stands for."""
        key = secrets.token_urlsafe(24)
        expires = self.clock.now() + RESPONSE_URL_SECONDS
        self._given[key] = ResponseUrl(person, channel, expires, message_ts, thread_ts)
        return key, self._given[key]

    def use(self, key: str) -> ResponseUrl:
        """Counts one use. Raises Refused: invalid_url, expired_url, used_url."""
        given = self._given.get(key)
        if given is None:
            raise Refused("invalid_url")
        if self.clock.now() > given.expires:
            raise Refused("expired_url")
        if given.uses >= RESPONSE_URL_USES:
            raise Refused("used_url")
        given.uses += 1
        return given
