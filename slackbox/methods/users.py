"""users.*: people."""

from __future__ import annotations

from slackbox.errors import Refused
from slackbox.methods import conversations
from slackbox.methods.request import Method, Request
from slackbox.workspace import APP_ID, BOT_USER_ID, Json, Person, Workspace


def profile_of(workspace: Workspace, person: Person, with_email: bool) -> Json:
    first, _, last = person.real_name.partition(" ")
    profile: Json = {
        "title": "",
        "phone": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": "g" + person.id.lower(),
        "team": workspace.team_id,
    }
    if person.is_bot:
        profile |= {"bot_id": person.bot_id, "api_app_id": APP_ID}
    elif with_email:
        profile["email"] = person.email
    return profile


def as_json(workspace: Workspace, person: Person) -> Json:
    """A person as users.info gives one; the e-mail address only to those with users:read.email."""
    return {
        "id": person.id,
        "team_id": workspace.team_id,
        "name": person.name,
        "deleted": False,
        "color": person.color,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": "Brasilia Time",
        "tz_offset": -10800,
        "profile": profile_of(workspace, person, workspace.manifest.grants("users:read.email")),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }


def list_(call: Request) -> Json:
    found, metadata = call.page(list(call.workspace.people.values()))
    return {
        "members": [as_json(call.workspace, person) for person in found],
        "cache_ts": call.workspace.seconds(),
        "response_metadata": metadata,
    }


def _person(call: Request, user: str) -> Person:
    if user not in call.workspace.people:
        raise Refused("user_not_found")
    return call.workspace.people[user]


def info(call: Request) -> Json:
    return {"user": as_json(call.workspace, _person(call, call.text("user")))}


def profile_get(call: Request) -> Json:
    person = _person(call, call.optional("user") or BOT_USER_ID)
    return {"profile": profile_of(call.workspace, person, call.workspace.manifest.grants("users:read.email"))}


def lookup_by_email(call: Request) -> Json:
    email = call.text("email").lower()
    person = next((each for each in call.workspace.humans() if each.email == email), None)
    if person is None:
        raise Refused("users_not_found")
    return {"user": as_json(call.workspace, person)}


def conversations_(call: Request) -> Json:
    """The channels that a person (the bot itself, when none is named) is in, as far as the bot may see them."""
    user = _person(call, call.optional("user") or BOT_USER_ID).id
    kinds = [
        conversations.KINDS[name] for name in call.ids("types") or ["public_channel"] if name in conversations.KINDS
    ]
    for kind in kinds:
        call.need(f"{kind}:read")
    visible = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and user in channel.members
        and (channel.kind == "channels" or BOT_USER_ID in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    found, metadata = call.page(visible)
    channels = [conversations.as_json(call.workspace, channel) for channel in found]
    return {"channels": channels, "response_metadata": metadata}


METHODS = {
    "users.list": Method(list_, ("users:read",), tier=2),
    "users.info": Method(info, ("users:read",), tier=4),
    "users.profile.get": Method(profile_get, ("users.profile:read",), tier=4),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
    "users.conversations": Method(conversations_, conversations.READ),
}
