"""Reads what was posted in the alerts channels while the bot was away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.store import Store

log = structlog.get_logger()

MOST = 1000  # messages a channel that are read back; older ones are history, not news


def begin(store: Store, channels: Iterable[str], now: datetime) -> None:
    """A channel seen for the first time is read from now on: what stands there is history, and no news."""
    for channel in channels:
        if store.inbox.read_until(channel) is None:
            store.inbox.mark_read(channel, f"{now.timestamp():.6f}")


def catch_up(
    client: WebClient,
    store: Store,
    channels: Iterable[str],
    receive: Callable[[dict[str, Any]], None],
    stopping: threading.Event,
) -> None:
    """Hands every message posted since the last reading to `receive`, oldest first, and moves the mark.

    Called after every connection: only reading moves the mark, so that what came in a gap is found however much was
    delivered after it, and what was delivered already counts for nothing. Tried again until Slack answers or the bot
    stops.
    """
    for channel in channels:
        pause = 1.0
        while not stopping.is_set():
            try:
                for message in _missed(client, channel, store.inbox.read_until(channel) or "0"):
                    receive({**message, "channel": channel})
                    store.inbox.mark_read(channel, str(message["ts"]))
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
