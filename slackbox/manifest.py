"""An app manifest, in Slack's own format, read into what the workspace must know of an app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Posting where one was not invited stays a thing to ask for, so that not_in_channel can be met without a manifest.
NEVER_GIVEN_UNASKED = frozenset({"chat:write.public"})


@dataclass(frozen=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    name: str
    type: str  # "message" or "global"
    callback_id: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    """What an app may do, hears of, and offers to people. `None` stands for everything."""

    name: str = "Local app"
    bot_name: str = "localapp"
    commands: tuple[Command, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    home_tab: bool = True
    messages_tab: bool = True
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def grants(self, scope: str) -> bool:
        return scope not in NEVER_GIVEN_UNASKED if self.scopes is None else scope in self.scopes

    def hears(self, event: str) -> bool:
        return self.events is None or event in self.events

    def command(self, name: str) -> Command | None:
        """The slash command of that name ("/incident"); without a manifest, any name is one."""
        if self.commands is None:
            return Command(name)
        return next((each for each in self.commands if each.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        if self.shortcuts is None:
            return Shortcut(callback_id, "message", callback_id)
        return next((each for each in self.shortcuts if each.callback_id == callback_id), None)

    @property
    def provided(self) -> str:
        """The scopes as Slack lists them in x-oauth-scopes and beside missing_scope."""
        return ",".join(sorted(self.scopes)) if self.scopes is not None else "all"


def read_manifest(source: Path | str | Mapping[str, Any] | None) -> Manifest:
    """A manifest from a JSON file or its parsed content; from nothing, one that grants everything.

    Raises ValueError naming the field that is not as Slack's format says, OSError when the file cannot be read.
    """
    if source is None:
        return Manifest()
    raw = source if isinstance(source, Mapping) else json.loads(Path(source).read_text(encoding="utf-8"))
    features = _table(raw, "features")
    display = _table(raw, "display_information")
    settings = _table(raw, "settings")
    scopes = _table(_table(raw, "oauth_config"), "scopes").get("bot", [])
    if "name" not in display:
        raise ValueError("manifest: display_information.name is missing")
    bot = _table(features, "bot_user")
    home = _table(features, "app_home")
    return Manifest(
        name=display["name"],
        bot_name=bot.get("display_name", display["name"]),
        commands=tuple(
            Command(
                each["command"],
                each.get("description", ""),
                each.get("usage_hint", ""),
                bool(each.get("should_escape", False)),
            )
            for each in features.get("slash_commands", [])
        ),
        shortcuts=tuple(
            Shortcut(each["name"], each["type"], each["callback_id"], each.get("description", ""))
            for each in features.get("shortcuts", [])
        ),
        scopes=frozenset(scopes),
        events=frozenset(_table(settings, "event_subscriptions").get("bot_events", [])),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        raw=raw,
    )


def _table(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = parent.get(key, {})
    if not isinstance(value, Mapping):
        raise ValueError(f"manifest: {key} must be an object")
    return value
