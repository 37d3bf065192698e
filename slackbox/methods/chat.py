"""chat.*: posting, editing and deleting messages."""

from __future__ import annotations

from slackbox import messages
from slackbox.content import changes, content
from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_ID, BOT_USER_ID, Channel, Json

PARTS = ("text", "blocks", "attachments", "metadata")


def destination(call: Request) -> Channel:
    """Where a post goes: a channel by id or name, or a person's direct message by the person's id.

    Raises Refused: channel_not_found, not_in_channel, is_archived, messages_tab_disabled.
    """
    workspace = call.workspace
    name = call.text("channel")
    channel = workspace.direct_message(BOT_USER_ID, name) if name in workspace.people else workspace.channel(name)
    if channel.is_im and not workspace.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if BOT_USER_ID not in channel.members:
        if channel.kind != "channels":
            raise Refused("channel_not_found")
        if not workspace.manifest.grants("chat:write.public"):
            raise Refused("not_in_channel")
    if channel.is_archived:
        raise Refused("is_archived")
    return channel


def _source(call: Request) -> Json:
    source: Json = {name: call.json(name) for name in PARTS if name != "text"}
    source["text"] = call.args.get("text")
    source["mrkdwn"] = call.flag("mrkdwn", default=True)
    return source


def post_message(call: Request) -> Json:
    channel = destination(call)
    own: Json = {}
    if call.optional("username") or call.optional("icon_emoji") or call.optional("icon_url"):
        call.need("chat:write.customize")
        own["username"] = call.optional("username") or call.workspace.bot_user.name
        own["icons"] = {"emoji": call.optional("icon_emoji"), "image_48": call.optional("icon_url")}
    parts = content(_source(call))
    message = messages.by_app(call.workspace, call.workspace.bots[BOT_ID], **parts, **own)
    posted = messages.post(
        call.workspace,
        channel,
        message,
        thread_ts=call.optional("thread_ts"),
        broadcast=call.flag("reply_broadcast"),
    )
    return {"channel": channel.id, "ts": posted["ts"], "message": messages.shown(posted, metadata=True)}


def post_ephemeral(call: Request) -> Json:
    channel = destination(call)
    user = call.text("user")
    if user not in call.workspace.people:
        raise Refused("user_not_found")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    message = messages.by_app(call.workspace, call.workspace.bots[BOT_ID], **content(_source(call)))
    shown = messages.post_ephemeral(call.workspace, channel, message, user, thread_ts=call.optional("thread_ts"))
    return {"message_ts": shown["ts"]}


def update(call: Request) -> Json:
    channel = call.channel(member=True)
    message = messages.find(channel, call.text("ts"))
    if message.get("bot_id") != BOT_ID:
        raise Refused("cant_update_message")
    if channel.is_archived:
        raise Refused("is_archived")
    new = changes(_source(call))
    edited = messages.edit(call.workspace, channel, message["ts"], new, editor=BOT_USER_ID)
    return {
        "channel": channel.id,
        "ts": edited["ts"],
        "text": edited.get("text", ""),
        "message": messages.shown(edited, metadata=True),
    }


def delete(call: Request) -> Json:
    channel = call.channel(member=True)
    message = messages.find(channel, call.text("ts"))
    if message.get("bot_id") != BOT_ID:
        raise Refused("cant_delete_message")
    ts = message["ts"]
    messages.delete(call.workspace, channel, ts)
    return {"channel": channel.id, "ts": ts}


def get_permalink(call: Request) -> Json:
    channel = call.channel()
    message = messages.find(channel, call.text("message_ts"))
    link = f"{call.base_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), tier=0),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), tier=4),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink, tier=0),
}
