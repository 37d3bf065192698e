"""What people do without an app: say, edit, delete."""

from __future__ import annotations

from slackbox import messages
from slackbox.content import TEXT_MOST
from slackbox.errors import Refused
from slackbox.local_slack import LocalSlack
from slackbox.typed_text import typed
from slackbox.workspace import Channel, Json, Person


class PeopleActs:
    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack

    def say(
        self,
        person: Person,
        channel: Channel,
        text: str,
        thread_ts: str | None = None,
        files: list[tuple[str, bytes]] | None = None,
    ) -> str:
        """Posts what a person typed, and the files (name, bytes) they add; gives the message's ts.

        Raises Refused: no_text, msg_too_long, is_archived, thread_not_found.
        """
        if not text.strip() and not files:
            raise Refused("no_text")
        if len(text) > TEXT_MOST:
            raise Refused("msg_too_long")
        workspace = self.slack.workspace
        if channel.kind == "channels" and not channel.is_archived:
            workspace.join(channel, person.id)  # as Slack's "Join channel" above the message box
        if person.id not in channel.members:
            raise Refused("channel_not_found")
        words, blocks = typed(workspace, text)
        uploads = [self.slack.files.add(name, data, person.id) for name, data in files or []]
        more: Json = {}
        if uploads:
            shown = [self.slack.files.as_json(file) for file in uploads]
            more = {"subtype": "file_share", "files": shown, "upload": True}
        message = messages.by_person(workspace, person, words, blocks, **more)
        posted = messages.post(workspace, channel, message, thread_ts=thread_ts)
        for file in uploads:
            self.slack.files.shared(file, channel.id, posted)
        return str(posted["ts"])

    def edit(self, person: Person, channel: Channel, ts: str, text: str) -> None:
        """Raises Refused: message_not_found, cant_update_message, no_text."""
        if not text.strip():
            raise Refused("no_text")
        if messages.find(channel, ts).get("user") != person.id:
            raise Refused("cant_update_message")
        words, blocks = typed(self.slack.workspace, text)
        messages.edit(self.slack.workspace, channel, ts, {"text": words, "blocks": blocks}, editor=person.id)

    def delete(self, person: Person, channel: Channel, ts: str) -> None:
        """Raises Refused: message_not_found, cant_delete_message."""
        if messages.find(channel, ts).get("user") != person.id:
            raise Refused("cant_delete_message")
        messages.delete(self.slack.workspace, channel, ts)
