"""bookmarks.*: links at the top of a channel."""

from __future__ import annotations

from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_USER_ID, Channel, Json

MOST = 100


def _bookmark(call: Request, channel: Channel) -> Json:
    wanted = call.text("bookmark_id")
    bookmark = next((each for each in channel.bookmarks if each["id"] == wanted), None)
    if bookmark is None:
        raise Refused("not_found")
    return bookmark


def add(call: Request) -> Json:
    channel = call.channel(name="channel_id", member=True)
    if call.text("type") != "link":
        raise Refused("invalid_bookmark_type")
    link = call.optional("link")
    if not link or not link.startswith(("http://", "https://")):
        raise Refused("invalid_link")
    if len(channel.bookmarks) >= MOST:
        raise Refused("too_many_bookmarks")
    now = call.workspace.seconds()
    bookmark: Json = {
        "id": call.workspace.new_id("Bk"),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": link,
        "emoji": call.optional("emoji"),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": now,
        "date_updated": now,
        "rank": str(len(channel.bookmarks)),
        "last_updated_by_user_id": BOT_USER_ID,
        "last_updated_by_team_id": call.workspace.team_id,
        "shortcut_id": None,
        "app_id": None,
    }
    channel.bookmarks.append(bookmark)
    return {"bookmark": dict(bookmark)}


def edit(call: Request) -> Json:
    channel = call.channel(name="channel_id", member=True)
    bookmark = _bookmark(call, channel)
    for name in ("title", "link", "emoji"):
        value = call.optional(name)
        if value is not None:
            bookmark[name] = value
    bookmark["date_updated"] = call.workspace.seconds()
    bookmark["last_updated_by_user_id"] = BOT_USER_ID
    return {"bookmark": dict(bookmark)}


def remove(call: Request) -> Json:
    channel = call.channel(name="channel_id", member=True)
    channel.bookmarks.remove(_bookmark(call, channel))
    return {}


def list_(call: Request) -> Json:
    return {"bookmarks": [dict(each) for each in call.channel(name="channel_id", member=True).bookmarks]}


METHODS = {
    "bookmarks.add": Method(add, ("bookmarks:write",), tier=2),
    "bookmarks.edit": Method(edit, ("bookmarks:write",), tier=2),
    "bookmarks.remove": Method(remove, ("bookmarks:write",), tier=2),
    "bookmarks.list": Method(list_, ("bookmarks:read",)),
}
