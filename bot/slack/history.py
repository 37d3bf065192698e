"""Reads what was posted in the alerts channels while the bot was away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot.slack.workspace import Workspace
from bot.store import Store

MOST = 1000  # messages a channel that are read back; older ones are history, not news


def marks(store: Store, workspace: Workspace, now: datetime) -> dict[str, str]:
    """Up to where each alerts channel has been read. A channel seen for the first time starts now."""
    found = {}
    for channel in workspace.alerts:
        found[channel] = store.inbox.read_until(channel) or f"{now.timestamp():.6f}"
        store.inbox.mark_read(channel, found[channel])
    return found


def catch_up(client: WebClient, since: Mapping[str, str], receive: Callable[[dict[str, Any]], None]) -> None:
    """Hands every message posted after its channel's mark to `receive`, oldest first."""
    for channel, mark in since.items():
        missed: list[dict[str, Any]] = []
        cursor = None
        while len(missed) < MOST:
            page = client.conversations_history(channel=channel, oldest=mark, limit=200, cursor=cursor)
            missed += page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        for message in sorted(missed, key=lambda each: float(each["ts"])):
            receive({**message, "channel": channel})
