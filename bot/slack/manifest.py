"""What the bot uses of Slack, in one list, and the app manifest made from it. A test holds the list and the code equal.

`python -m bot.slack.manifest > manifest.json` writes the file that a new Slack app is created from.
"""

from __future__ import annotations

import json
import sys
from typing import Any

# Web API method → the scopes it needs, public and private channels. Without a scope: any bot token, or the app's token.
METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.list": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.users.list": ("usergroups:read",),
    "usergroups.users.update": ("usergroups:write",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}

# Event → the scopes it needs. Messages in public and in private channels.
EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "reaction_added": ("reactions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
}

# Command → its description and the hint that Slack shows after it. Any command needs the scope `commands`.
COMMANDS: dict[str, tuple[str, str]] = {
    "/incident": (
        "Incidents: declare one, move it on, look at them",
        "declare P1 TITLE | ack | mitigated | resolve | severity P0 | role lead @who | note TEXT | show | list | "
        "search WORDS | stats | help",
    ),
    "/handoff": (
        "Handing over a shift: its note, and what is left for the next ones",
        "preview | edit | now | accept | note task TEXT | notes | done N-3 | history | report | help",
    ),
    "/oncall": (
        "On call: who is now, next and then; ask somebody to cover",
        "now | next | who at tomorrow 03:00 | schedule 4w | cover me from fri 18:00 to mon 09:00 by @who | covers | "
        "help",
    ),
    "/runbook": (
        "Runbooks: look at them, ask for a run, stop one",
        "list | show ID | plan ID | run ID | history | abort RUN | help",
    ),
}

# Those in which people are named.
_OF_PEOPLE = ("/incident", "/oncall")

# Entry in the menu of a message → its name there, and what it does.
SHORTCUTS: dict[str, tuple[str, str]] = {
    "respond": ("Respond to this", "Take this message for an alert and answer it"),
    "declare_this": ("Declare an incident", "Open an incident about this message"),
}


def scopes() -> tuple[str, ...]:
    """The bot token's scopes: those that something above needs, and no other."""
    needed = {scope for wanted in (*METHODS.values(), *EVENTS.values()) for scope in wanted}
    return tuple(sorted(needed | ({"commands"} if COMMANDS or SHORTCUTS else set())))


def manifest() -> dict[str, Any]:
    """The app manifest in Slack's format: Socket Mode, so that no address of ours has to be reachable."""
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Plantão",
            "description": "Reads alerts, proposes a runbook, runs it on approval and says whether it worked.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "bot_user": {"display_name": "plantao", "always_online": False},
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,  # else nobody can be told anything alone
                "messages_tab_read_only_enabled": True,
            },
            "slash_commands": [
                {"command": name, "description": description, "usage_hint": hint, "should_escape": name in _OF_PEOPLE}
                for name, (description, hint) in COMMANDS.items()
            ],
            "shortcuts": [
                {"name": name, "type": "message", "callback_id": id, "description": description}
                for id, (name, description) in SHORTCUTS.items()
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes())}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def as_json() -> str:
    """The manifest as the text of manifest.json."""
    return json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_json())
