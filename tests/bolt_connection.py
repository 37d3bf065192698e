"""Connecting real Bolt apps to the local workspace, and taking them off again without the SDK's long waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from slackbox import Slackbox

Connect = Callable[[App], SocketModeHandler]


def connect_app(box: Slackbox, app: App) -> SocketModeHandler:
    """Connects by Socket Mode; comes back when the socket is there."""
    before = box.connected
    handler = SocketModeHandler(app, box.app_token, ping_interval=1)  # a cut is noticed within seconds
    handler.connect()
    box.wait(lambda: box.connected == before + 1, what="the socket")
    return handler


def take_off(box: Slackbox, handlers: Iterable[SocketModeHandler]) -> None:
    """Closes every socket, then the handlers, for good."""
    for handler in handlers:
        handler.client.auto_reconnect_enabled = handler.client.default_auto_reconnect_enabled = False
    box.cut_sockets()  # the SDK's own close waits out a read of three seconds otherwise
    for handler in handlers:
        handler.client.closed = True
        handler.client.message_queue.put(None)  # or its worker waits a second for one more message
        handler.close()
