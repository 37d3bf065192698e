"""Where a person's clock hangs, as Slack knows it: in that zone they see every time here, and mean those they type."""

from __future__ import annotations

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.team import Team

log = structlog.get_logger()

_SECONDS = 3600.0  # a person who travels is asked about again after this long
_PAUSE = 60.0  # seconds in which Slack is not asked again about somebody, after it did not say
_PATIENCE = 1  # seconds: Slack wants a sign of life within three, and others wait for the thread


class Zones:
    def __init__(
        self, client: WebClient, team: Callable[[], Team], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Slack is asked as `client` asks it, but is not waited for as long."""
        self._client = WebClient(token=client.token, base_url=client.base_url, timeout=_PATIENCE, retry_handlers=[])
        self._team = team
        self._clock = clock
        self._known: dict[str, tuple[float, ZoneInfo | None]] = {}  # until when it counts; None: Slack did not say

    def of(self, person: str) -> ZoneInfo:
        """While Slack does not say: the one that it said last, or else the rota's."""
        until, zone = self._known.get(person, (None, None))
        if until is None or self._clock() >= until:
            zone = self._ask(person, zone)
        return zone or self._team().zone

    def _ask(self, person: str, last: ZoneInfo | None) -> ZoneInfo | None:
        try:
            zone = ZoneInfo(str(self._client.users_info(user=person)["user"]["tz"]))
        except (
            SlackApiError,
            OSError,
            KeyError,
            ValueError,
        ) as error:  # not found is a KeyError, a strange name a ValueError
            log.warning("a person's time zone is not known", person=person, error=str(error))
            self._known[person] = (self._clock() + _PAUSE, last)
            return last
        self._known[person] = (self._clock() + _SECONDS, zone)
        return zone
