"""What an app says back to a person's command or click: in the ack itself, or to a response URL."""

from __future__ import annotations

from typing import Any

from slackbox import messages
from slackbox.content import changes, content
from slackbox.errors import Refused
from slackbox.one_use_handles import ResponseUrl
from slackbox.workspace import BOT_ID, BOT_USER_ID, Json, Workspace


def answer(workspace: Workspace, where: ResponseUrl, body: Any) -> None:
    """Posts, replaces or removes what the body says, in the channel that the command or click came from.

    Without response_type "in_channel" only the person sees it. Raises Refused with Slack's code.
    """
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    channel = workspace.channel(where.channel)
    if _flag(body.get("delete_original")):
        _on_original(workspace, where, None)
        return
    if _flag(body.get("replace_original")) and where.message_ts:
        _on_original(workspace, where, changes(body))
        return
    thread_ts = body.get("thread_ts") or (where.thread_ts if body.get("response_type") != "in_channel" else None)
    message = messages.by_app(workspace, workspace.bots[BOT_ID], **content(body))
    if body.get("response_type") == "in_channel":
        messages.post(workspace, channel, message, thread_ts=thread_ts)
    else:
        messages.post_ephemeral(workspace, channel, message, where.person, thread_ts=thread_ts)


def _on_original(workspace: Workspace, where: ResponseUrl, new: Json | None) -> None:
    if where.message_ts is None:
        raise Refused("no_original_message")
    channel = workspace.channel(where.channel)
    if messages.find_ephemeral(channel, where.message_ts):
        messages.change_ephemeral(workspace, channel, where.message_ts, new)
    elif new is None:
        messages.delete(workspace, channel, where.message_ts)
    else:
        messages.edit(workspace, channel, where.message_ts, new, editor=BOT_USER_ID)


def _flag(value: Any) -> bool:
    return value in (True, "true", "True", 1)
