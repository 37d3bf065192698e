"""What the browser is told as it happens: one stream of JSON objects for each page that is open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from slackbox.messages import shown
from slackbox.workspace import APP_ID, SLACKBOT, Change, Channel, Json, Workspace

QUIET_SECONDS = 15.0
# Changes that alter what /_box/state gives; the page is told to fetch it again.
STATE_KINDS = (
    "channel_created",
    "channel_rename",
    "channel_archive",
    "im_created",
    "member_joined_channel",
    "member_left_channel",
    "subteam_created",
    "subteam_updated",
)


def for_page(workspace: Workspace, message: Json) -> Json:
    """A message as the page draws it: Slack's, with its author's name and colour."""
    return {**shown(message), "author": author_of(workspace, message)}


def author_of(workspace: Workspace, message: Json) -> Json:
    person = workspace.people.get(message.get("user", ""))
    bot = workspace.bots.get(message.get("bot_id", ""))
    name = message.get("username") or (bot.name if bot else None) or (person.real_name if person else None)
    if name is None:
        name = "Slackbot" if message.get("user") == SLACKBOT else "unknown"
    color = person.color if person else "616061"
    found: Json = {"name": name, "color": color, "is_bot": person is None or person.is_bot}
    icons = message.get("icons") or (bot.icons if bot else {})
    icon = icons.get("emoji") or icons.get("image_48")
    if icon:
        found["icon"] = icon
    return found


class PageStreams:
    """Listens to the workspace for every open page."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._open: list[tuple[str, asyncio.Queue[Json | None]]] = []
        workspace.listeners.append(self.heard)

    async def stream(self, person: str) -> AsyncIterator[str]:
        """Server-sent events for one page, until it leaves or the server stops."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        entry = person, queue
        self._open.append(entry)
        try:
            yield ": connected\n\n"
            while True:
                try:
                    item = await asyncio.wait_for(queue.get(), QUIET_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if item is None:
                    return
                yield f"data: {json.dumps(item)}\n\n"
        finally:
            self._open.remove(entry)

    def stop(self) -> None:
        for _, queue in self._open:
            queue.put_nowait(None)

    def toast(self, person: str, text: str, error: bool) -> None:
        self._send({"type": "toast", "text": text, "error": error}, to=person)

    def app_connected(self, connected: bool) -> None:
        self._send({"type": "app", "app_id": APP_ID, "connected": connected})

    def controls_changed(self, controls: list[Json]) -> None:
        self._send({"type": "controls", "controls": controls})

    def heard(self, change: Change) -> None:
        if change.kind in STATE_KINDS:
            self._send({"type": "state"})
        elif change.kind == "views":
            self._send({"type": "views", **change.body}, to=change.to)
        elif change.kind == "home":
            self._send({"type": "home", **change.body}, to=change.to)
        elif change.channel is not None:
            self._heard_in(change.channel, change)

    def _heard_in(self, channel: Channel, change: Change) -> None:
        if change.kind == "message":
            self._show("message", channel, change.body)
            parent = channel.messages.get(change.body.get("thread_ts", ""))
            if parent is not None and parent is not change.body:
                self._show("message_changed", channel, parent)
        elif change.kind == "ephemeral":
            self._show("ephemeral", channel, change.body, to=change.to)
        elif change.kind in ("message_changed", "thread_changed"):
            self._show("message_changed", channel, change.body["message"])
        elif change.kind in ("message_deleted", "ephemeral_gone"):
            gone = change.body.get("previous_message", change.body)
            message = {key: gone[key] for key in ("ts", "thread_ts") if gone.get(key)}
            self._send({"type": "message_deleted", "channel": channel.id, "message": message}, change.to, channel)
        elif change.kind in ("reaction_added", "reaction_removed"):
            self._show("message_changed", channel, channel.messages[change.body["ts"]])
        elif change.kind in ("pin_added", "pin_removed"):
            ts = change.body["item"]["message"]["ts"]
            self._show("message_changed", channel, channel.messages[ts])

    def _show(self, type: str, channel: Channel, message: Json, to: str | None = None) -> None:
        item = {"type": type, "channel": channel.id, "message": for_page(self.workspace, message)}
        if message.get("thread_ts"):
            item["thread_ts"] = message["thread_ts"]
        self._send(item, to, channel)

    def _send(self, item: Json, to: str | None = None, channel: Channel | None = None) -> None:
        for person, queue in self._open:
            hidden = channel is not None and channel.kind != "channels" and person not in channel.members
            if to in (None, person) and not hidden:
                queue.put_nowait(item)
