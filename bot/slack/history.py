"""Reads what was posted in the watched channels, and edited there, while the bot was away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.store import Store

log = structlog.get_logger()

MOST = 10_000  # messages a channel that are read back; older ones are history, not news
EDITED_WITHIN = 3 * 86_400  # seconds before the last reading: an edit of an older message is not looked for
# What trying again does not mend; `doctor` says how to.
_REFUSED = {"channel_not_found", "not_in_channel", "missing_scope", "no_permission", "access_denied"}


def begin(store: Store, channels: Iterable[str], now: datetime) -> None:
    """A channel seen for the first time is read from now on: what stands there is history, and no news."""
    for channel in channels:
        if store.inbox.read_until(channel) is None:
            store.inbox.mark_read(channel, f"{now.timestamp():.6f}")


def catch_up(
    client: WebClient,
    store: Store,
    channels: Iterable[str],
    receive: Callable[[str, Sequence[dict[str, Any]]], None],
    stopping: threading.Event,
) -> None:
    """Hands every message posted since the last reading to `receive`, oldest first, and moves the mark.

    With them come those of alerts that are still open and were edited since. Called after every connection: only
    reading moves the mark, so that what came in a gap is found however much was delivered after it, and what was
    delivered already counts for nothing. Tried again until Slack answers or the bot stops.
    """
    for channel in channels:
        pause = 1.0
        while not stopping.is_set():
            try:
                mark = store.inbox.read_until(channel) or "0"
                lately = f"{max(0.0, float(mark) - EDITED_WITHIN):.6f}"
                missed = _missed(client, channel, mark, store.alerts.oldest_open(channel, lately) or mark)
                receive(channel, missed)
                if missed:
                    store.inbox.mark_read(channel, str(missed[-1]["ts"]))
                break
            except (SlackApiError, OSError) as error:
                if isinstance(error, SlackApiError) and error.response.get("error") in _REFUSED:
                    log.error("history cannot be read", channel=channel, error=str(error))
                    break
                log.warning("history not read, trying again", channel=channel, error=str(error), seconds=pause)
            except Exception:  # the edge of the thread: whatever it was may heal
                log.exception("history not read, trying again", channel=channel, seconds=pause)
            stopping.wait(pause)
            pause = min(60.0, pause * 2)


def _missed(client: WebClient, channel: str, mark: str, since: str) -> list[dict[str, Any]]:
    """Messages after the mark, and those from `since` on that somebody has edited."""
    since = min(mark, since)
    found: list[dict[str, Any]] = []
    cursor = None
    while len(found) < MOST:
        page = client.conversations_history(channel=channel, oldest=since, inclusive=True, limit=200, cursor=cursor)
        found += page["messages"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    else:
        log.warning("more was posted than is read back", channel=channel, read=len(found))
    return sorted((each for each in found if each["ts"] > mark or "edited" in each), key=lambda each: float(each["ts"]))
