"""What is said in channels: posting, threads, edits, deletions, reactions, and reading it back.

A message is a dict in Slack's own shape. People, bots, webhooks and response URLs all come through here.
"""

from __future__ import annotations

from copy import deepcopy

from slackbox.errors import Refused
from slackbox.workspace import SLACKBOT, Bot, Channel, Json, Person, Workspace


def by_person(workspace: Workspace, person: Person, text: str, blocks: list[Json], **more: object) -> Json:
    """A message as Slack keeps what a person typed."""
    return {"type": "message", "user": person.id, "team": workspace.team_id, "text": text, "blocks": blocks, **more}


def by_app(workspace: Workspace, bot: Bot, text: str, **more: object) -> Json:
    """A message as Slack keeps what an app posts with its bot token: a user, a bot_id, no subtype."""
    profile = {
        "id": bot.id,
        "app_id": bot.app_id,
        "user_id": bot.user_id,
        "name": bot.name,
        "icons": bot.icons,
        "deleted": False,
        "updated": 0,
        "team_id": workspace.team_id,
    }
    return {
        "type": "message",
        "user": bot.user_id,
        "bot_id": bot.id,
        "app_id": bot.app_id,
        "text": text,
        "team": workspace.team_id,
        "bot_profile": profile,
        **more,
    }


def by_webhook(bot: Bot, text: str, **more: object) -> Json:
    """A message as Slack keeps what an incoming webhook posts: subtype bot_message, a name, no user."""
    return {
        "type": "message",
        "subtype": "bot_message",
        "text": text,
        "username": bot.name,
        "bot_id": bot.id,
        "app_id": bot.app_id,
        **more,
    }


def post(
    workspace: Workspace, channel: Channel, message: Json, thread_ts: str | None = None, broadcast: bool = False
) -> Json:
    """Adds a message to a channel or a thread, and tells. Returns it, with its ts.

    Raises Refused: is_archived; thread_not_found and cannot_reply_to_message for a thread that cannot be.
    """
    if channel.is_archived:
        raise Refused("is_archived")
    ts = workspace.new_ts()
    message = {**message, "ts": ts}
    if thread_ts is not None:
        parent = _thread_parent(channel, thread_ts)
        message["thread_ts"] = parent["ts"]
        if "user" in parent:
            message["parent_user_id"] = parent["user"]
        if broadcast:
            message["subtype"] = "thread_broadcast"
            message["root"] = {"ts": parent["ts"], "text": parent.get("text", ""), "user": parent.get("user")}
        channel.messages[ts] = message
        _count_replies(channel, parent)
    else:
        channel.messages[ts] = message
    workspace.tell("message", channel, message)
    return message


def post_ephemeral(
    workspace: Workspace, channel: Channel, message: Json, user: str, thread_ts: str | None = None
) -> Json:
    """Shows a message to one person in a channel. It is in no history, and no event tells of it."""
    message = {**message, "ts": workspace.new_ts(), "is_ephemeral": True}
    if thread_ts is not None:
        message["thread_ts"] = thread_ts
    channel.ephemerals.append((user, message))
    workspace.tell("ephemeral", channel, message, to=user)
    return message


def find_ephemeral(channel: Channel, ts: str) -> tuple[str, Json] | None:
    return next(((user, message) for user, message in channel.ephemerals if message["ts"] == ts), None)


def change_ephemeral(workspace: Workspace, channel: Channel, ts: str, changes: Json | None) -> None:
    """Replaces an ephemeral message's content, or removes it when `changes` is None."""
    found = find_ephemeral(channel, ts)
    if found is None:
        raise Refused("message_not_found")
    user, message = found
    if changes is None:
        channel.ephemerals.remove(found)
        workspace.tell("ephemeral_gone", channel, {"ts": ts, "thread_ts": message.get("thread_ts")}, to=user)
        return
    message.update(changes)
    workspace.tell("ephemeral", channel, message, to=user)


def find(channel: Channel, ts: str) -> Json:
    """The message of that ts. Raises Refused("message_not_found")."""
    message = channel.messages.get(ts)
    if message is None or message.get("subtype") == "tombstone":
        raise Refused("message_not_found")
    return message


def edit(workspace: Workspace, channel: Channel, ts: str, changes: Json, editor: str) -> Json:
    """Changes parts of a message (a part that is None goes) and tells of it as message_changed."""
    message = find(channel, ts)
    before = deepcopy(message)
    for key, value in changes.items():
        if value is None:
            message.pop(key, None)
        else:
            message[key] = value
    message["edited"] = {"user": editor, "ts": workspace.new_ts()}
    workspace.tell("message_changed", channel, {"message": message, "previous_message": before})
    return message


def delete(workspace: Workspace, channel: Channel, ts: str) -> None:
    """Removes a message. One with replies leaves a tombstone, so that its thread stays reachable."""
    message = find(channel, ts)
    if message.get("reply_count"):
        before = deepcopy(message)
        kept = ("type", "ts", "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")
        tombstone = {key: message[key] for key in kept if key in message}
        message.clear()
        message.update(
            tombstone,
            subtype="tombstone",
            text="This message was deleted.",
            user=SLACKBOT,
            hidden=True,
            is_locked=False,
        )
        workspace.tell("message_changed", channel, {"message": message, "previous_message": before})
    else:
        del channel.messages[ts]
        workspace.tell("message_deleted", channel, {"previous_message": message, "deleted_ts": ts})
    channel.pins = [pin for pin in channel.pins if pin["message"]["ts"] != ts]
    parent = channel.messages.get(message.get("thread_ts", ""))
    if parent is not None and parent["ts"] != ts:
        _count_replies(channel, parent)
        workspace.tell("thread_changed", channel, {"message": parent})


def react(workspace: Workspace, channel: Channel, ts: str, user: str, name: str) -> None:
    """Raises Refused: message_not_found, already_reacted."""
    message = find(channel, ts)
    reaction = next((each for each in message.get("reactions", []) if each["name"] == name), None)
    if reaction is None:
        reaction = {"name": name, "users": [], "count": 0}
        message.setdefault("reactions", []).append(reaction)
    if user in reaction["users"]:
        raise Refused("already_reacted")
    reaction["users"].append(user)
    reaction["count"] += 1
    workspace.tell("reaction_added", channel, _reaction_event(message, user, name))


def unreact(workspace: Workspace, channel: Channel, ts: str, user: str, name: str) -> None:
    """Raises Refused: message_not_found, no_reaction."""
    message = find(channel, ts)
    reaction = next((each for each in message.get("reactions", []) if each["name"] == name), None)
    if reaction is None or user not in reaction["users"]:
        raise Refused("no_reaction")
    reaction["users"].remove(user)
    reaction["count"] -= 1
    if not reaction["users"]:
        message["reactions"].remove(reaction)
        if not message["reactions"]:
            del message["reactions"]
    workspace.tell("reaction_removed", channel, _reaction_event(message, user, name))


def _reaction_event(message: Json, user: str, name: str) -> Json:
    event: Json = {"user": user, "reaction": name, "ts": message["ts"]}
    if "user" in message:
        event["item_user"] = message["user"]
    return event


def top_level(channel: Channel) -> list[Json]:
    """What stands in the channel itself, oldest first: no replies, except those sent to the channel too."""
    return [
        message
        for message in channel.messages.values()
        if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
    ]


def thread(channel: Channel, ts: str) -> list[Json]:
    """A message and its replies, oldest first; for a reply, its whole thread. Raises Refused("thread_not_found")."""
    message = channel.messages.get(ts)
    if message is None:
        raise Refused("thread_not_found")
    root = message.get("thread_ts", ts)
    return [each for each in channel.messages.values() if each["ts"] == root or each.get("thread_ts") == root]


def shown(message: Json, metadata: bool = False) -> Json:
    """A copy of a message as the Web API gives it; metadata only to those who ask (include_all_metadata)."""
    copy = deepcopy(message)
    if not metadata:
        copy.pop("metadata", None)
    return copy


def _thread_parent(channel: Channel, thread_ts: str) -> Json:
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise Refused("thread_not_found")
    if parent.get("thread_ts", thread_ts) != thread_ts:
        # A reply was named: Slack puts the new one into that reply's thread.
        return channel.messages[parent["thread_ts"]]
    if parent.get("subtype") in ("channel_join", "channel_leave", "tombstone") and "reply_count" not in parent:
        raise Refused("cannot_reply_to_message")
    return parent


def _count_replies(channel: Channel, parent: Json) -> None:
    replies = [m for m in channel.messages.values() if m.get("thread_ts") == parent["ts"] and m["ts"] != parent["ts"]]
    if not replies:
        for key in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked"):
            parent.pop(key, None)
        return
    users = list(dict.fromkeys(m.get("user") or m["bot_id"] for m in replies))
    parent.update(
        thread_ts=parent["ts"],
        reply_count=len(replies),
        reply_users=users,
        reply_users_count=len(users),
        latest_reply=replies[-1]["ts"],
        is_locked=False,
    )
