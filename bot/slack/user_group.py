"""Keeps a Slack user group equal to who is on call, so that people can mention whoever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.duty import Duty
from bot.team import Team

log = structlog.get_logger()

_EVERY = 60.0  # seconds; whoever else changes the group is overruled as soon
_SOONEST = 1.0


class UserGroup:
    def __init__(self, client: WebClient, team: Callable[[], Team], duty: Duty, now: Callable[[], datetime]) -> None:
        """`client` waits when Slack asks it to."""
        self._client = client
        self._team = team
        self._duty = duty
        self._now = now
        self._said = ""  # what was logged last, so that it is once
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="user group", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Does not wait for a Slack that does not answer; the next start makes good what is missing."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def keep(self) -> None:
        """Compares what Slack has with the rota, and changes it where it is different."""
        team = self._team()
        group = team.rota.user_group if team.rota else None
        if group is None:
            return
        who = self._duty.slack_id(self._now())
        if who is None:
            self._say("nobody is on call; the user group is left as it is", group)
            return
        try:
            members = self._client.usergroups_users_list(usergroup=group)["users"]
            if members != [who]:
                self._client.usergroups_users_update(usergroup=group, users=[who])
                log.info("user group set to who is on call", group=group, who=who)
        except SlackApiError as error:
            data = error.response.data
            code = str(data.get("error")) if isinstance(data, dict) else f"HTTP {error.response.status_code}"
            self._say(f"Slack does not let the user group be kept: {code}", group)
        except OSError as error:
            self._say(f"Slack not reached for the user group: {error}", group)
        else:
            self._said = ""

    def _say(self, what: str, group: str) -> None:
        if what != self._said:
            log.warning(what, group=group)
        self._said = what

    def _pause(self) -> float:
        """Until the next look: when the shift changes, if that is sooner."""
        roster = self._duty.roster()
        now = self._now()
        shift = roster.shift_at(now) if roster else None
        left = (shift.end - now).total_seconds() if shift else _EVERY
        return min(_EVERY, max(_SOONEST, left))

    def _work(self) -> None:
        while not self._stopping.is_set():
            pause = _EVERY
            try:
                self.keep()
                pause = self._pause()
            except Exception:  # the edge of the thread: the next look may go better
                log.exception("user group not kept")
            self._stopping.wait(pause)
