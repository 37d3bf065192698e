"""What happens, told to the app: which changes are events, who may hear them, and their shapes at Slack.

https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Iterator

from slackbox.messages import shown
from slackbox.sockets import Sockets
from slackbox.workspace import APP_ID, BOT_USER_ID, SLACKBOT, Change, Channel, Json, Workspace, random_id

MESSAGE_SUBSCRIPTION = {"channels": "message.channels", "groups": "message.groups", "im": "message.im"}
MESSAGE_KINDS = ("message", "message_changed", "message_deleted")
# Events about a channel that its members hear, and those that everyone hears.
MEMBERS_HEAR = (
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "reaction_removed",
    "pin_added",
    "pin_removed",
)
ALL_HEAR = ("channel_created", "channel_rename", "channel_archive", "subteam_created", "subteam_updated", "file_shared")
NEEDED_SCOPE = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_created": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "subteam_created": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "file_shared": "files:read",
}


class Events:
    """Listens to the workspace and sends the app what it subscribed to and may hear."""

    def __init__(self, workspace: Workspace, sockets: Sockets) -> None:
        self.workspace = workspace
        self.sockets = sockets
        workspace.listeners.append(self.heard)

    def heard(self, change: Change) -> None:
        for subscription, event in self._events_of(change):
            if self._may_hear(subscription):
                self.send(event)

    def send(self, event: Json) -> None:
        """An event in its envelope, on its way."""
        self.sockets.tell(
            {
                "token": "slackbox",
                "team_id": self.workspace.team_id,
                "context_team_id": self.workspace.team_id,
                "context_enterprise_id": None,
                "api_app_id": APP_ID,
                "event": event,
                "type": "event_callback",
                "event_id": "Ev" + random_id(9).upper(),
                "event_time": self.workspace.seconds(),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": self.workspace.team_id,
                        "user_id": BOT_USER_ID,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": False,
                "event_context": f"4-{random_id(40)}",
            }
        )

    def _may_hear(self, subscription: str) -> bool:
        manifest = self.workspace.manifest
        scope = NEEDED_SCOPE.get(subscription)
        return manifest.hears(subscription) and (scope is None or manifest.grants(scope))

    def _events_of(self, change: Change) -> Iterator[tuple[str, Json]]:
        channel = change.channel
        inside = channel is not None and BOT_USER_ID in channel.members
        if change.kind in MESSAGE_KINDS and channel is not None and inside:
            event = self._message_event(change, channel)
            yield MESSAGE_SUBSCRIPTION[channel.kind], event
            if change.kind == "message" and _mentions_app(event) and not channel.is_im:
                mention = {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}
                yield "app_mention", {**mention, "type": "app_mention"}
        elif (change.kind in MEMBERS_HEAR and inside) or change.kind in ALL_HEAR:
            yield change.kind, self._other_event(change)

    def _message_event(self, change: Change, channel: Channel) -> Json:
        where = {"channel": channel.id, "channel_type": channel.channel_type}
        if change.kind == "message":
            message = shown(change.body)
            return {**message, **where, "event_ts": message["ts"]}
        ts = self.workspace.new_ts()
        event: Json = {"type": "message", "subtype": change.kind, "hidden": True, "ts": ts, "event_ts": ts, **where}
        for key, value in change.body.items():
            event[key] = shown(value) if isinstance(value, dict) else value
        return event

    def _other_event(self, change: Change) -> Json:
        body = dict(change.body)
        event: Json = {"type": change.kind, **body, "event_ts": self.workspace.new_ts()}
        channel = change.channel
        if channel is None:
            return event
        if change.kind.startswith("reaction_"):
            event["item"] = {"type": "message", "channel": channel.id, "ts": event.pop("ts")}
        elif change.kind.startswith("pin_"):
            event["channel_id"] = channel.id
        elif change.kind in ("channel_created", "channel_rename"):
            event["channel"] = {"id": channel.id, "name": channel.name, "created": channel.created}
        else:
            event["channel"] = channel.id
            event["channel_type"] = channel.id[0]
        return event


def _mentions_app(event: Json) -> bool:
    text = event.get("text", "")
    return f"<@{BOT_USER_ID}" in text and event.get("user") not in (BOT_USER_ID, SLACKBOT)
