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

_SECONDS = 3600  # a person who travels is asked about again after this long
_UTC = ZoneInfo("UTC")


class Zones:
    def __init__(self, client: WebClient, team: Callable[[], Team]) -> None:
        self._client = client
        self._team = team
        self._known: dict[str, tuple[float, ZoneInfo]] = {}

    def of(self, person: str) -> ZoneInfo:
        """The rota's zone while Slack does not say."""
        asked, zone = self._known.get(person, (0.0, _UTC))
        if asked and time.monotonic() - asked <= _SECONDS:
            return zone
        rota = self._team().rota
        try:
            zone = ZoneInfo(str(self._client.users_info(user=person)["user"]["tz"]))
        except (
            SlackApiError,
            OSError,
            KeyError,
            ValueError,
        ) as error:  # not found is a KeyError, a strange name a ValueError
            log.warning("a person's time zone is not known", person=person, error=str(error))
            return rota.zone if rota else _UTC
        self._known[person] = (time.monotonic(), zone)
        return zone
