"""One call of a Web API method: who calls, with what arguments; and what a method is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slackbox.errors import Refused, invalid_arguments
from slackbox.workspace import BOT_USER_ID, Channel, Json, Workspace

if TYPE_CHECKING:
    from slackbox.local_slack import LocalSlack

Handler = Callable[["Request"], Json]


@dataclass(frozen=True)
class Method:
    """A method: its handler, the scopes of which one is needed, whose token, and its rate tier (1 to 4; 0: none)."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    caller: str = "bot"  # by whose token: bot, app, anyone
    tier: int = 3


@dataclass
class Request:
    """What a handler gets. Arguments come as Slack takes them: JSON, or form fields with JSON inside."""

    slack: LocalSlack
    method: str
    args: Json = field(default_factory=dict)
    base_url: str = ""  # scheme and address that the request came to

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    def text(self, name: str) -> str:
        """A required argument. Raises Refused("invalid_arguments") when it is missing."""
        value = self.optional(name)
        if value is None:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def optional(self, name: str) -> str | None:
        value = self.args.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int = 1000) -> int:
        try:
            value = int(self.args.get(name) or default)
        except ValueError:
            raise invalid_arguments(f"must be an integer: {name}") from None
        if value < 1:
            raise invalid_arguments(f"must be more than 0: {name}")
        return min(value, most)

    def json(self, name: str) -> Any:
        """An argument that is a structure, or a string of JSON. Raises Refused("invalid_arguments")."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            error = f"invalid_{name}" if name in ("blocks", "attachments") else "invalid_arguments"
            raise Refused(error, response_metadata={"messages": [f"[ERROR] not valid JSON: {name}"]}) from None

    def ids(self, name: str) -> list[str]:
        """A list argument: a JSON array, or values with commas between."""
        value = self.args.get(name)
        if isinstance(value, str) and not value.startswith("["):
            return [each.strip() for each in value.split(",") if each.strip()]
        return [str(each) for each in self.json(name) or []]

    def channel(self, needs: str | None = None, name: str = "channel", member: bool = False) -> Channel:
        """The channel that is named, by id. `needs` ("read", "history", "write", …) is the scope's second half.

        Raises Refused: channel_not_found (also for what the bot cannot see), missing_scope, not_in_channel.
        """
        channel = self.workspace.channels.get(self.text(name))
        if channel is None or (channel.kind != "channels" and BOT_USER_ID not in channel.members):
            raise Refused("channel_not_found")
        if needs:
            self.need(f"{channel.kind}:{needs}")
        if member and BOT_USER_ID not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def need(self, *scopes: str) -> None:
        """Raises Refused("missing_scope") unless the app has one of them."""
        manifest = self.workspace.manifest
        if scopes and not any(manifest.grants(scope) for scope in scopes):
            raise Refused("missing_scope", needed=",".join(scopes), provided=manifest.provided)

    def page(self, items: list[Any], default: int = 100, most: int = 1000) -> tuple[list[Any], Json]:
        """One page of a list and its response_metadata. Raises Refused("invalid_cursor")."""
        limit = self.number("limit", default, most)
        cursor = self.optional("cursor")
        if cursor is not None and not (cursor.startswith("next:") and cursor[5:].isdigit()):
            raise Refused("invalid_cursor")
        start = int(cursor[5:]) if cursor else 0
        end = start + limit
        return items[start:end], {"next_cursor": f"next:{end}" if end < len(items) else ""}
