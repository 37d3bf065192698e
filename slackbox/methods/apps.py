"""auth.*, api.*, apps.*, bots.*, team.*: who the app is, and its way in."""

from __future__ import annotations

from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import BOT_ID, BOT_USER_ID, Json


def auth_test(call: Request) -> Json:
    workspace = call.workspace
    return {
        "url": f"{call.base_url}/",
        "team": workspace.team_name,
        "user": workspace.bot_user.name,
        "team_id": workspace.team_id,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def api_test(call: Request) -> Json:
    args = {key: str(value) for key, value in call.args.items() if key != "token"}
    if call.optional("error"):
        raise Refused(call.text("error"), args=args)
    return {"args": args}


def connections_open(call: Request) -> Json:
    call.slack.interactions.base_url = call.base_url  # where this app reaches us, response URLs included
    address = call.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={call.slack.sockets.ticket()}&app_id={call.slack.sockets.app_id}"}


def bots_info(call: Request) -> Json:
    bot = call.workspace.bots.get(call.optional("bot") or BOT_ID)
    if bot is None:
        raise Refused("bot_not_found")
    found: Json = {
        "id": bot.id,
        "deleted": False,
        "name": bot.name,
        "updated": 0,
        "app_id": bot.app_id,
        "icons": bot.icons,
    }
    if bot.user_id:
        found["user_id"] = bot.user_id
    return {"bot": found}


def team_info(call: Request) -> Json:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.team_name,
            "url": f"{call.base_url}/",
            "domain": workspace.domain,
            "email_domain": "example.com",
            "icon": {"image_default": True},
        }
    }


METHODS = {
    "api.test": Method(api_test, caller="anyone", tier=4),
    "auth.test": Method(auth_test, tier=4),
    "apps.connections.open": Method(connections_open, ("connections:write",), caller="app", tier=1),
    "bots.info": Method(bots_info, ("users:read",)),
    "team.info": Method(team_info, ("team:read",)),
}
