"""The workspace that the bot was invited to: its own name there, the channels it serves, and who holds which role."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import RateLimitErrorRetryHandler

from bot.errors import SettingsError
from bot.settings import Settings
from bot.team import Team

log = structlog.get_logger()

_GROUP_SECONDS = 60  # a user group's members are asked for again after this long


def web_client(settings: Settings, *, patient: bool = False) -> WebClient:
    """A client that tries nothing twice: whoever calls knows whether a second try is safe.

    A `patient` one waits as long as Slack asks it to and tries again; Slack did nothing the first time.
    """
    return WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)] if patient else [],
    )


@dataclass(frozen=True)
class Workspace:
    url: str
    bot_user: str
    bot_id: str
    alerts: dict[str, str]  # channel id → name
    incidents: str  # channel id
    joined: Mapping[str, str] = field(default_factory=dict)  # every channel that the bot is in: name → id

    @property
    def watched(self) -> tuple[str, ...]:
        """The ids of the channels whose messages are read."""
        return tuple(dict.fromkeys((*self.alerts, self.incidents)))

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Whether it is one of the bot's own."""
        return message.get("bot_id") == self.bot_id or message.get("user") == self.bot_user

    def channel(self, name: str) -> str:
        """The id of a channel that the team file names; the channel of incidents where the bot is not in that one."""
        return self.joined.get(name.removeprefix("#"), self.incidents)

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, as Slack forms it."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}"


def channels(client: WebClient) -> dict[str, dict[str, object]]:
    """Every channel that the bot can see, by name."""
    found: dict[str, dict[str, object]] = {}
    cursor = None
    while True:
        page = client.conversations_list(
            types="public_channel,private_channel", exclude_archived=True, limit=1000, cursor=cursor
        )
        found |= {channel["name"]: channel for channel in page["channels"]}
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return found


def find_workspace(client: WebClient, settings: Settings) -> Workspace:
    """Asks Slack. Raises SettingsError naming each channel that is not there or that the bot is not in."""
    me = client.auth_test()
    found = channels(client)
    problems = []
    for setting, names in (
        ("ALERTS_CHANNELS", settings.alerts_channels),
        ("INCIDENTS_CHANNEL", (settings.incidents_channel,)),
    ):
        for name in names:
            if name not in found:
                problems.append(
                    f"{setting}: there is no channel #{name} that the bot can see. "
                    f"Create it, or if it is private, invite the bot: /invite @{me['user']}"
                )
            elif not found[name].get("is_member"):
                problems.append(f"{setting}: the bot is not in #{name}. Write there: /invite @{me['user']}")
    if problems:
        raise SettingsError(*problems)
    return Workspace(
        url=str(me["url"]),
        bot_user=str(me["user_id"]),
        bot_id=str(me["bot_id"]),
        alerts={str(found[name]["id"]): name for name in settings.alerts_channels},
        incidents=str(found[settings.incidents_channel]["id"]),
        joined={name: str(each["id"]) for name, each in found.items() if each.get("is_member")},
    )


class Roles:
    """Which of the team's roles a person holds at this moment, user groups included."""

    def __init__(self, team: Callable[[], Team], client: WebClient) -> None:
        self._team = team
        self._client = client
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}

    def of(self, slack_id: str) -> Collection[str]:
        team = self._team()
        held = set(team.roles_of(slack_id))
        for role in team.roles:
            groups = (holder for holder in team.holders(role) if holder.startswith("S"))
            if any(slack_id in self._members(group) for group in groups):
                held.add(role)
        return held

    def _members(self, group: str) -> frozenset[str]:
        """While Slack does not answer, those who were known last stay; nobody new gets a role."""
        asked, members = self._groups.get(group, (0.0, frozenset()))
        if not asked or time.monotonic() - asked > _GROUP_SECONDS:
            try:
                members = frozenset(self._client.usergroups_users_list(usergroup=group)["users"])
            except (SlackApiError, OSError) as error:
                log.warning("user group not read", group=group, error=str(error))
                return members
            self._groups[group] = (time.monotonic(), members)
        return members
