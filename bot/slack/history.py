"""Reads what was posted in the alerts channels while the bot was away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.workspace import Workspace
from bot.store import Store

log = structlog.get_logger()

MOST = 1000  # messages a channel that are read back; older ones are history, not news


def marks(store: Store, workspace: Workspace, now: datetime) -> dict[str, str]:
    """Up to where each alerts channel has been read. A channel seen for the first time starts now."""
    found = {}
    for channel in workspace.alerts:
        found[channel] = store.inbox.read_until(channel) or f"{now.timestamp():.6f}"
        store.inbox.mark_read(channel, found[channel])
    return found


def catch_up(
    client: WebClient, since: Mapping[str, str], receive: Callable[[dict[str, Any]], None], stopping: threading.Event
) -> None:
    """Hands every message posted after its channel's mark to `receive`, oldest first.

    Tried again until Slack answers or the bot stops: what was posted in the gap must not depend on one answer.
    """
    for channel, mark in since.items():
        pause = 1.0
        while not stopping.is_set():
            try:
                for message in _missed(client, channel, mark):
                    receive({**message, "channel": channel})
                break
            except (SlackApiError, OSError) as error:
                log.warning("history not read, trying again", channel=channel, error=str(error), seconds=pause)
                stopping.wait(pause)
                pause = min(60.0, pause * 2)


def _missed(client: WebClient, channel: str, mark: str) -> list[dict[str, Any]]:
    missed: list[dict[str, Any]] = []
    cursor = None
    while len(missed) < MOST:
        page = client.conversations_history(channel=channel, oldest=mark, limit=200, cursor=cursor)
        missed += page["messages"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return sorted(missed, key=lambda each: float(each["ts"]))
