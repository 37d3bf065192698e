"""The parts of one workspace, wired. All of it runs on the server's thread; box.py is the way in from others."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from slackbox.clock import Clock
from slackbox.controls import Controls
from slackbox.events import Events
from slackbox.faults import Faults
from slackbox.files import Files
from slackbox.interactions import Interactions
from slackbox.manifest import Manifest
from slackbox.page_stream import PageStreams
from slackbox.ratelimits import RateLimits
from slackbox.sockets import REMEMBERED, Sockets
from slackbox.views import Views
from slackbox.webhooks import Webhooks
from slackbox.workspace import APP_ID, Workspace


@dataclass(frozen=True)
class Call:
    """One Web API call that came. `status`: of HTTP, 0 when the connection was dropped; `error`: Slack's code."""

    method: str
    args: dict[str, Any]
    at: float
    status: int
    error: str | None = None


class LocalSlack:
    def __init__(self, manifest: Manifest) -> None:
        self.bot_token, self.app_token = "xoxb-slackbox", "xapp-slackbox"
        self.clock = Clock()
        self.faults = Faults()
        self.rate_limits = RateLimits(self.clock)
        self.workspace = Workspace(self.clock, manifest)
        self.sockets = Sockets(self.clock, self.faults, APP_ID)
        self.events = Events(self.workspace, self.sockets)
        self.views = Views(self.workspace)
        self.interactions = Interactions(self.workspace, self.sockets, self.events, self.views)
        self.files = Files(self.workspace)
        self.webhooks = Webhooks(self.workspace)
        self.controls = Controls()
        self.streams = PageStreams(self.workspace)
        self.sockets.on_connected.append(self.streams.app_connected)
        self.calls: deque[Call] = deque(maxlen=REMEMBERED)

    def serves_at(self, base_url: str) -> None:
        """Where the server is reached, for the addresses that stand in payloads."""
        self.interactions.base_url = base_url
        self.files.base_url = base_url

    def stop(self) -> None:
        self.streams.stop()
        self.sockets.stop()
