"""conversations.*: channels, their members, and what was said in them."""

from __future__ import annotations

import re

from slackbox import messages
from slackbox.errors import Refused, invalid_arguments
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_USER_ID, Channel, Json, Workspace

READ = ("channels:read", "groups:read", "im:read")
HISTORY = ("channels:history", "groups:history", "im:history")
MANAGE = ("channels:manage", "groups:write")
KINDS = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
NAME = re.compile(r"[a-z0-9_\-À-￿]{1,80}")


def as_json(workspace: Workspace, channel: Channel) -> Json:
    """A channel as conversations.info gives it."""
    if channel.is_im:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "user": channel.other_than(BOT_USER_ID),
            "is_archived": False,
            "is_user_deleted": False,
            "priority": 0,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channels",
        "is_group": channel.kind == "groups",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "groups",
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": workspace.team_id,
        "updated": channel.created * 1000,
        "parent_conversation": None,
        "creator": channel.creator,
        "shared_team_ids": [workspace.team_id],
        "pending_connected_team_ids": [],
        "is_member": BOT_USER_ID in channel.members,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "previous_names": channel.previous_names,
    }


def list_(call: Request) -> Json:
    kinds = []
    for name in call.ids("types") or ["public_channel"]:
        if name not in (*KINDS, "mpim"):
            raise Refused("invalid_types")
        if name in KINDS:
            call.need(f"{KINDS[name]}:read")
            kinds.append(KINDS[name])
    visible = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channels" or BOT_USER_ID in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    found, metadata = call.page(visible)
    return {
        "channels": [
            {**as_json(call.workspace, channel), "num_members": len(channel.members)}
            if not channel.is_im
            else as_json(call.workspace, channel)
            for channel in found
        ],
        "response_metadata": metadata,
    }


def info(call: Request) -> Json:
    channel = call.channel("read")
    found = as_json(call.workspace, channel)
    if call.flag("include_num_members"):
        found["num_members"] = len(channel.members)
    return {"channel": found}


def _between(call: Request, found: list[Json]) -> list[Json]:
    oldest, latest = call.optional("oldest"), call.optional("latest")
    inclusive = call.flag("inclusive")
    try:
        low, high = float(oldest or 0), float(latest or "inf")
    except ValueError:
        raise Refused("invalid_ts_latest" if oldest is None else "invalid_ts_oldest") from None
    # Compared as text where it is exact: a float has no room for all digits of a ts.
    return [
        message
        for message in found
        if (low < float(message["ts"]) < high and message["ts"] not in (oldest, latest))
        or (inclusive and message["ts"] in (oldest, latest))
    ]


def history(call: Request) -> Json:
    channel = call.channel("history", member=True)
    newest_first = _between(call, messages.top_level(channel))[::-1]
    found, metadata = call.page(newest_first, default=100, most=999)
    more = bool(metadata["next_cursor"])
    with_metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [messages.shown(message, with_metadata) for message in found],
        "has_more": more,
        "pin_count": len(channel.pins),
    }
    if more:
        answer["response_metadata"] = metadata
    return answer


def replies(call: Request) -> Json:
    channel = call.channel("history", member=True)
    whole = messages.thread(channel, call.text("ts"))
    # The parent comes with every answer, whatever oldest and latest say.
    found, metadata = call.page([whole[0], *_between(call, whole[1:])], default=1000)
    with_metadata = call.flag("include_all_metadata")
    return {
        "messages": [messages.shown(message, with_metadata) for message in found],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def members(call: Request) -> Json:
    found, metadata = call.page(call.channel("read").members)
    return {"members": found, "response_metadata": metadata}


def open_(call: Request) -> Json:
    call.need("im:write")
    if call.optional("channel"):
        channel = call.channel()
    else:
        users = call.ids("users")
        if not users:
            raise Refused("users_list_not_supplied")
        if len(users) > 1:
            raise Refused("method_not_supported_for_channel_type")  # no group direct messages here
        if users[0] not in call.workspace.people:
            raise Refused("user_not_found")
        channel = call.workspace.direct_message(BOT_USER_ID, users[0])
    return {"channel": as_json(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}}


def _own_kind(call: Request, needs: str = "manage") -> Channel:
    channel = call.channel()
    if channel.is_im:
        raise Refused("method_not_supported_for_channel_type")
    call.need(f"channels:{needs}" if channel.kind == "channels" else "groups:write")
    return channel


def join(call: Request) -> Json:
    channel = call.channel()
    if channel.kind != "channels":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    answer: Json = {}
    if BOT_USER_ID in channel.members:
        answer = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        call.workspace.join(channel, BOT_USER_ID)
        _note(call, channel, "channel_join", f"<@{BOT_USER_ID}> has joined the channel")
    return {"channel": as_json(call.workspace, channel), **answer}


def _new_name(call: Request) -> str:
    name = call.text("name").lstrip("#")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name_specials" if len(name) <= 80 else "invalid_name_maxlength")
    if any(channel.name == name for channel in call.workspace.channels.values()):
        raise Refused("name_taken")
    return name


def create(call: Request) -> Json:
    private = call.flag("is_private")
    call.need("groups:write" if private else "channels:manage")
    kind = "groups" if private else "channels"
    channel = call.workspace.add_channel(_new_name(call), BOT_USER_ID, [BOT_USER_ID], kind)
    call.workspace.tell("channel_created", channel, {})
    return {"channel": as_json(call.workspace, channel)}


def rename(call: Request) -> Json:
    channel = _own_kind(call)
    name = _new_name(call)
    channel.previous_names.insert(0, channel.name)
    channel.name = name
    call.workspace.tell("channel_rename", channel, {})
    return {"channel": as_json(call.workspace, channel)}


def archive(call: Request) -> Json:
    channel = _own_kind(call)
    if channel.is_archived:
        raise Refused("already_archived")
    if channel.name == "general":
        raise Refused("cant_archive_general")
    channel.is_archived = True
    call.workspace.tell("channel_archive", channel, {"user": BOT_USER_ID})
    return {}


def invite(call: Request) -> Json:
    channel = _own_kind(call)
    if BOT_USER_ID not in channel.members:
        raise Refused("not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    users = call.ids("users")
    if not users:
        raise Refused("no_user")
    for user in users:
        if user not in call.workspace.people:
            raise Refused("user_not_found")
        if user == BOT_USER_ID:
            raise Refused("cant_invite_self")
        if user in channel.members:
            raise Refused("already_in_channel")
    for user in users:
        call.workspace.join(channel, user, inviter=BOT_USER_ID)
        _note(call, channel, "channel_join", f"<@{user}> has joined the channel", user=user, inviter=BOT_USER_ID)
    return {"channel": as_json(call.workspace, channel)}


def leave(call: Request) -> Json:
    channel = _own_kind(call)
    if channel.name == "general":
        raise Refused("cant_leave_general")
    if BOT_USER_ID not in channel.members:
        return {"not_in_channel": True}
    call.workspace.leave(channel, BOT_USER_ID)
    return {}


def _set(call: Request, what: str) -> Json:
    channel = _own_kind(call, "manage")
    if BOT_USER_ID not in channel.members:
        raise Refused("not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    if what not in call.args:
        raise invalid_arguments(f"missing required field: {what}")
    value = str(call.args[what])
    if len(value) > 250:
        raise Refused("too_long")
    setattr(channel, what, {"value": value, "creator": BOT_USER_ID, "last_set": call.workspace.seconds()})
    words = f"<@{BOT_USER_ID}> set the channel {'topic' if what == 'topic' else 'description'}: {value}"
    _note(call, channel, f"channel_{what}", words, **{what: value})
    return {"channel": as_json(call.workspace, channel)}


def set_topic(call: Request) -> Json:
    return _set(call, "topic")


def set_purpose(call: Request) -> Json:
    return _set(call, "purpose")


def _note(call: Request, channel: Channel, subtype: str, text: str, user: str = BOT_USER_ID, **more: str) -> None:
    message = {"type": "message", "subtype": subtype, "user": user, "text": text, **more}
    messages.post(call.workspace, channel, message)


METHODS = {
    "conversations.list": Method(list_, READ, tier=2),
    "conversations.info": Method(info, READ),
    "conversations.history": Method(history, HISTORY),
    "conversations.replies": Method(replies, HISTORY),
    "conversations.members": Method(members, READ, tier=4),
    "conversations.open": Method(open_),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.create": Method(create, MANAGE, tier=2),
    "conversations.rename": Method(rename, MANAGE, tier=2),
    "conversations.archive": Method(archive, MANAGE, tier=2),
    "conversations.invite": Method(invite, MANAGE),
    "conversations.leave": Method(leave, MANAGE),
    "conversations.setTopic": Method(set_topic, MANAGE, tier=2),
    "conversations.setPurpose": Method(set_purpose, MANAGE, tier=2),
}
