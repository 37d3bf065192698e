"""reactions.*: emoji on messages."""

from __future__ import annotations

import re

from slackbox import messages
from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_USER_ID, Json

NAME = re.compile(r"[a-z0-9_+\-']{1,100}(?:::skin-tone-[2-6])?")


def _name(call: Request) -> str:
    name = call.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name")
    return name


def add(call: Request) -> Json:
    channel = call.channel(member=True)
    messages.react(call.workspace, channel, call.text("timestamp"), BOT_USER_ID, _name(call))
    return {}


def remove(call: Request) -> Json:
    channel = call.channel(member=True)
    messages.unreact(call.workspace, channel, call.text("timestamp"), BOT_USER_ID, _name(call))
    return {}


def get(call: Request) -> Json:
    channel = call.channel()
    message = messages.find(channel, call.text("timestamp"))
    return {"type": "message", "channel": channel.id, "message": messages.shown(message)}


METHODS = {
    "reactions.add": Method(add, ("reactions:write",)),
    "reactions.remove": Method(remove, ("reactions:write",), tier=2),
    "reactions.get": Method(get, ("reactions:read",)),
}
