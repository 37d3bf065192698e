"""What all tests share: how hypothesis draws; a fresh local workspace, a WebClient, and Bolt apps connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackbox import Slackbox

# The same examples on every machine; no deadline, since a slow machine is no defect.
settings.register_profile("plantao", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plantao")

Connect = Callable[[App], SocketModeHandler]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slackbox]:
    """A workspace whose app may do everything."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)  # the SDK would go through a proxy even to localhost
    with Slackbox() as box:
        yield box


@pytest.fixture
def client(box: Slackbox) -> WebClient:
    return WebClient(box.bot_token, base_url=box.api_url)


@pytest.fixture
def app(client: WebClient) -> App:
    """A Bolt app, not yet connected."""
    return App(client=client)


@pytest.fixture
def connect(box: Slackbox) -> Iterator[Connect]:
    """Connects a Bolt app by Socket Mode, and takes it off again at the end."""
    handlers: list[SocketModeHandler] = []

    def connect(app: App) -> SocketModeHandler:
        before = box.connected
        handler = SocketModeHandler(app, box.app_token)
        handlers.append(handler)
        handler.connect()
        box.wait(lambda: box.connected == before + 1, what="the socket")
        return handler

    yield connect
    for handler in handlers:
        handler.client.auto_reconnect_enabled = handler.client.default_auto_reconnect_enabled = False
    box.cut_sockets()  # the SDK's own close waits out a read of three seconds otherwise
    for handler in handlers:
        handler.close()
