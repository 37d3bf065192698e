"""files.*: uploads in three steps, and what became of them."""

from __future__ import annotations

from slackbox import messages
from slackbox.content import content
from slackbox.errors import Refused, invalid_arguments
from slackbox.files import MOST_BYTES, MOST_DESCRIBED, File
from slackbox.methods.chat import destination
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_ID, BOT_USER_ID, Channel, Json


def get_upload_url(call: Request) -> Json:
    length = call.number("length", 0, most=MOST_BYTES + 1) if call.optional("length") else 0
    if not length:
        raise invalid_arguments("missing required field: length")
    if length > MOST_BYTES:
        raise Refused("file_upload_size_restricted")
    described = call.optional("alt_txt") or ""
    if len(described) > MOST_DESCRIBED:
        raise Refused("alt_txt_too_large")
    file = call.slack.files.announce(call.text("filename"), length, BOT_USER_ID, described)
    return {"upload_url": f"{call.base_url}/upload/{file.upload_key}", "file_id": file.id}


def complete(call: Request) -> Json:
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(e, dict) and "id" in e for e in wanted):
        raise invalid_arguments("missing required field: files")
    channels = call.ids("channels")
    if call.optional("channel_id"):
        channels.insert(0, call.text("channel_id"))
    places = [_place(call, channel) for channel in channels]
    done = [call.slack.files.complete(each["id"], each.get("title")) for each in wanted]
    for place in places:
        _share(call, place, done)
    return {"files": [call.slack.files.as_json(file) for file in done]}


def _place(call: Request, channel: str) -> Channel:
    return destination(Request(call.slack, call.method, {"channel": channel}, call.base_url))


def _share(call: Request, channel: Channel, files: list[File]) -> None:
    comment = call.optional("initial_comment")
    blocks = call.json("blocks")
    parts = content({"text": comment, "blocks": blocks}) if comment or blocks else {"text": ""}
    shown = [call.slack.files.as_json(file) for file in files]
    bot = call.workspace.bots[BOT_ID]
    message = messages.by_app(call.workspace, bot, **parts, subtype="file_share", files=shown, upload=True)
    posted = messages.post(call.workspace, channel, message, thread_ts=call.optional("thread_ts"))
    for file in files:
        call.slack.files.shared(file, channel.id, posted)


def info(call: Request) -> Json:
    found = call.slack.files.as_json(call.slack.files.find(call.text("file")))
    return {"file": found, "comments": [], "response_metadata": {"next_cursor": ""}}


def list_(call: Request) -> Json:
    channel, user = call.optional("channel"), call.optional("user")
    found = [
        file
        for file in call.slack.files.all()
        if (channel is None or channel in file.shares) and (user is None or user == file.user)
    ]
    count, page = call.number("count", 100), call.number("page", 1)
    shown = found[(page - 1) * count : page * count]
    return {
        "files": [call.slack.files.as_json(file) for file in shown],
        "paging": {"count": count, "total": len(found), "page": page, "pages": -(-len(found) // count)},
    }


def delete(call: Request) -> Json:
    file = call.slack.files.find(call.text("file"))
    if file.user != BOT_USER_ID:
        raise Refused("cant_delete_file")
    call.slack.files.delete(file.id)
    return {}


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete, ("files:write",), tier=4),
    "files.info": Method(info, ("files:read",), tier=4),
    "files.list": Method(list_, ("files:read",)),
    "files.delete": Method(delete, ("files:write",)),
}
