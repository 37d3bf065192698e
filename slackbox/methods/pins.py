"""pins.*: messages pinned to a channel."""

from __future__ import annotations

from slackbox import messages
from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_USER_ID, Channel, Json

MOST = 100


def _pin(channel: Channel, ts: str) -> Json | None:
    return next((pin for pin in channel.pins if pin["message"]["ts"] == ts), None)


def add(call: Request) -> Json:
    channel = call.channel(member=True)
    message = messages.find(channel, call.text("timestamp"))
    if _pin(channel, message["ts"]):
        raise Refused("already_pinned")
    if len(channel.pins) >= MOST:
        raise Refused("too_many_pins")
    pin = {
        "type": "message",
        "created": call.workspace.seconds(),
        "created_by": BOT_USER_ID,
        "channel": channel.id,
        "message": message,
    }
    channel.pins.insert(0, pin)
    message["pinned_to"] = [channel.id]
    call.workspace.tell(
        "pin_added", channel, {"user": BOT_USER_ID, "item": _shown(pin), "pin_count": len(channel.pins)}
    )
    return {}


def remove(call: Request) -> Json:
    channel = call.channel(member=True)
    message = messages.find(channel, call.text("timestamp"))
    pin = _pin(channel, message["ts"])
    if pin is None:
        raise Refused("no_pin")
    channel.pins.remove(pin)
    message.pop("pinned_to", None)
    body = {"user": BOT_USER_ID, "item": _shown(pin), "pin_count": len(channel.pins), "has_pins": bool(channel.pins)}
    call.workspace.tell("pin_removed", channel, body)
    return {}


def list_(call: Request) -> Json:
    return {"items": [_shown(pin) for pin in call.channel(member=True).pins]}


def _shown(pin: Json) -> Json:
    return {**pin, "message": messages.shown(pin["message"])}


METHODS = {
    "pins.add": Method(add, ("pins:write",), tier=2),
    "pins.remove": Method(remove, ("pins:write",), tier=2),
    "pins.list": Method(list_, ("pins:read",), tier=2),
}
