"""Fixtures: slackbox's page in headless Chromium, with a workspace and a real Bolt app of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackbox import Slackbox

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Helper"},
    "features": {
        "bot_user": {"display_name": "helper"},
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/runbook", "description": "List and show runbooks", "usage_hint": "list | show ID"},
            {"command": "/incident", "description": "Work on incidents", "usage_hint": "list"},
        ],
        "shortcuts": [
            {"name": "Declare an incident", "type": "global", "callback_id": "declare", "description": "d"},
            {"name": "Make this an incident", "type": "message", "callback_id": "from_message", "description": "d"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "channels:history", "channels:read", "users:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels", "app_home_opened"]}},
}


# One per module, not per session: while Playwright runs, its event loop is this thread's, and others need theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def workspace() -> Iterator[Slackbox]:
    """A workspace with an app that has a home, commands and shortcuts."""
    with Slackbox(manifest=MANIFEST) as box:
        yield box


@pytest.fixture
def open_page(browser: Browser, workspace: Slackbox) -> Iterator[Callable[..., Page]]:
    """Opens the page as someone. Afterwards: nothing was written to the console, nothing fetched from elsewhere."""
    troubles: list[str] = []
    contexts = []
    ours = (workspace.url, "data:")

    def told(trouble: str) -> None:
        troubles.append(trouble)

    def open_as(person: str = "", hash: str = "") -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="America/Sao_Paulo")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: told(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: told(str(error)))
        page.on("dialog", lambda dialog: told(dialog.message))
        page.on("request", lambda request: None if request.url.startswith(ours) else told(request.url))
        page.goto(f"{workspace.url}/{f'?as={person}' if person else ''}{hash}")
        expect(page.get_by_role("button", name=re.compile("You are"))).to_be_visible()
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def helper(workspace: Slackbox) -> Iterator[App]:
    """The workspace's app: a real Bolt app, connected by Socket Mode."""
    app = App(client=WebClient(token=workspace.bot_token, base_url=workspace.api_url))
    handler = SocketModeHandler(app, app_token=workspace.app_token)
    handler.connect()
    workspace.wait(lambda: workspace.connected == 1, what="the app's socket")
    yield app
    handler.client.auto_reconnect_enabled = handler.client.default_auto_reconnect_enabled = False
    workspace.cut_sockets()  # the SDK's own close waits out a read of three seconds otherwise
    handler.close()
