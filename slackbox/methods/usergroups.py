"""usergroups.*: groups of people that can be mentioned."""

from __future__ import annotations

from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_USER_ID, Json, Usergroup


def as_json(call: Request, group: Usergroup, with_users: bool) -> Json:
    found: Json = {
        "id": group.id,
        "team_id": call.workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.date_create,
        "date_update": group.date_update,
        "date_delete": 0,
        "auto_type": None,
        "created_by": group.updated_by,
        "updated_by": group.updated_by,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
    }
    if with_users:
        found["users"] = list(group.users)
    return found


def _group(call: Request) -> Usergroup:
    group = call.workspace.usergroups.get(call.text("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return group


def _changed(call: Request, group: Usergroup, kind: str = "subteam_updated") -> Json:
    group.date_update = call.workspace.seconds()
    group.updated_by = BOT_USER_ID
    call.workspace.tell(kind, None, {"subteam": as_json(call, group, with_users=True)})
    return {"usergroup": as_json(call, group, with_users=True)}


def list_(call: Request) -> Json:
    with_users = call.flag("include_users")
    return {"usergroups": [as_json(call, group, with_users) for group in call.workspace.usergroups.values()]}


def create(call: Request) -> Json:
    name = call.text("name")
    handle = call.optional("handle") or name.lower().replace(" ", "-")
    _must_be_free(call, name, handle, None)
    group = call.workspace.add_usergroup(handle, name, [], BOT_USER_ID, call.optional("description") or "")
    return _changed(call, group, "subteam_created")


def update(call: Request) -> Json:
    group = _group(call)
    name, handle = call.optional("name") or group.name, call.optional("handle") or group.handle
    _must_be_free(call, name, handle, group)
    group.name, group.handle = name, handle
    group.description = call.optional("description") or group.description
    return _changed(call, group)


def _must_be_free(call: Request, name: str, handle: str, own: Usergroup | None) -> None:
    for group in call.workspace.usergroups.values():
        if group is not own and group.name == name:
            raise Refused("name_already_exists")
        if group is not own and group.handle == handle:
            raise Refused("handle_already_exists")


def users_list(call: Request) -> Json:
    return {"users": list(_group(call).users)}


def users_update(call: Request) -> Json:
    group = _group(call)
    users = call.ids("users")
    if not users:
        raise Refused("no_users_provided")
    if any(user not in call.workspace.people for user in users):
        raise Refused("invalid_users")
    group.users = users
    return _changed(call, group)


READ, WRITE = ("usergroups:read",), ("usergroups:write",)
METHODS = {
    "usergroups.list": Method(list_, READ, tier=2),
    "usergroups.create": Method(create, WRITE, tier=2),
    "usergroups.update": Method(update, WRITE, tier=2),
    "usergroups.users.list": Method(users_list, READ, tier=2),
    "usergroups.users.update": Method(users_update, WRITE, tier=2),
}
