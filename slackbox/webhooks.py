"""Incoming webhooks: a URL each, which posts into one channel under one name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from slackbox import messages
from slackbox.content import content
from slackbox.errors import Refused
from slackbox.workspace import Bot, Channel, Json, Workspace

# Slack's words → the HTTP status they come with; any other is 400.
STATUS = {"no_service": 404, "channel_not_found": 404, "no_active_hooks": 404, "channel_is_archived": 410}


@dataclass(frozen=True)
class Webhook:
    bot: Bot
    channel: str
    key: str


class Webhooks:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._by_path: dict[tuple[str, str], Webhook] = {}

    def add(self, channel: Channel, name: str) -> str:
        """A new webhook with a bot_id of its own; gives its path."""
        bot = self.workspace.add_bot(name)
        webhook = Webhook(bot, channel.id, secrets.token_hex(12))
        self._by_path[bot.id, webhook.key] = webhook
        return f"/services/{self.workspace.team_id}/{bot.id}/{webhook.key}"

    def post(self, bot_id: str, key: str, payload: Any) -> None:
        """Posts what came. Raises Refused with the word that Slack answers: no_service, invalid_payload, no_text, …"""
        webhook = self._by_path.get((bot_id, key))
        if webhook is None:
            raise Refused("no_service")
        if not isinstance(payload, dict):
            raise Refused("invalid_payload")
        channel = self.workspace.channels[webhook.channel]
        if channel.is_archived:
            raise Refused("channel_is_archived")
        message = messages.by_webhook(webhook.bot, **_parts(payload))
        messages.post(self.workspace, channel, message, thread_ts=payload.get("thread_ts"))


def _parts(payload: Json) -> Json:
    parts = content(payload)
    # The older kind of webhook, which most monitoring tools were written for, takes a name and an icon.
    if payload.get("username"):
        parts["username"] = payload["username"]
    if payload.get("icon_emoji") or payload.get("icon_url"):
        parts["icons"] = {"emoji": payload.get("icon_emoji"), "image_48": payload.get("icon_url")}
    return parts
