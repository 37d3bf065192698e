"""Files: uploaded in Slack's three steps, kept in memory, shared in messages."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

from slackbox.errors import Refused
from slackbox.workspace import Json, Workspace

MOST_BYTES = 64 * 1024 * 1024
MOST_DESCRIBED = 1000  # characters of a picture's alternative text
PRETTY = {
    "txt": "Plain Text",
    "text": "Plain Text",
    "json": "JSON",
    "md": "Markdown",
    "csv": "CSV",
    "log": "Plain Text",
}


@dataclass
class File:
    id: str
    name: str
    title: str
    length: int
    user: str
    created: int
    upload_key: str
    described: str = ""  # a picture, for those who do not see it
    data: bytes | None = None  # None until step 2
    completed: bool = False
    shares: dict[str, list[Json]] = field(default_factory=dict)  # by channel id


class Files:
    """Every file of the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.base_url = ""
        self._files: dict[str, File] = {}

    def announce(self, name: str, length: int, user: str, described: str = "") -> File:
        """Step 1: an upload that is to come."""
        file_id, key = self.workspace.new_id("F"), secrets.token_urlsafe(24)
        shown = PurePath(name).name or "file"
        file = File(file_id, shown, name, length, user, self.workspace.seconds(), key, described)
        self._files[file.id] = file
        return file

    def receive(self, upload_key: str, data: bytes) -> File:
        """Step 2: the bytes. Raises Refused: not_found, length_mismatch."""
        file = next((each for each in self._files.values() if each.upload_key == upload_key), None)
        if file is None or file.completed:
            raise Refused("not_found")
        if len(data) != file.length:
            raise Refused("length_mismatch")
        file.data = data
        return file

    def complete(self, file_id: str, title: str | None) -> File:
        """Step 3, before it is shared. Raises Refused: file_not_found, file_upload_not_complete."""
        file = self._files.get(file_id)
        if file is None or file.completed:
            raise Refused("file_not_found")
        if file.data is None:
            raise Refused("file_upload_not_complete")
        file.completed = True
        file.title = title or file.name
        return file

    def add(self, name: str, data: bytes, user: str) -> File:
        """All three at once, as a person's client does."""
        file = self.announce(name, len(data), user)
        self.receive(file.upload_key, data)
        return self.complete(file.id, name)

    def shared(self, file: File, channel: str, message: Json) -> None:
        share = {"ts": message["ts"], "channel_name": self.workspace.channels[channel].name}
        if "thread_ts" in message:
            share["thread_ts"] = message["thread_ts"]
        file.shares.setdefault(channel, []).append(share)
        event = {"file_id": file.id, "user_id": file.user, "file": {"id": file.id}, "channel_id": channel}
        self.workspace.tell("file_shared", None, event)

    def find(self, file_id: str) -> File:
        """A file whose upload is complete. Raises Refused("file_not_found")."""
        file = self._files.get(file_id)
        if file is None or not file.completed:
            raise Refused("file_not_found")
        return file

    def delete(self, file_id: str) -> None:
        """Removes a file, and its place in the messages that show it."""
        del self._files[self.find(file_id).id]
        for channel in self.workspace.channels.values():
            for message in channel.messages.values():
                for shown in message.get("files", []):
                    if shown["id"] == file_id:
                        shown.clear()
                        shown.update(id=file_id, mode="tombstone")
        self.workspace.tell("file_deleted", None, {"file_id": file_id})

    def all(self) -> list[File]:
        """Newest first."""
        return [file for file in reversed(self._files.values()) if file.completed]

    def as_json(self, file: File) -> Json:
        """A file as files.info gives it."""
        extension = PurePath(file.name).suffix.lstrip(".").lower() or "text"
        mimetype = mimetypes.guess_type(file.name)[0] or "text/plain"
        address = f"{self.base_url}/files/{file.id}/{quote(file.name)}"
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": mimetype,
            "filetype": extension,
            "pretty_type": PRETTY.get(extension, extension.upper()),
            "user": file.user,
            "user_team": self.workspace.team_id,
            "editable": False,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "public_url_shared": False,
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "channels": list(file.shares),
            "groups": [],
            "ims": [],
            "shares": {"public": file.shares},
            "has_rich_preview": False,
            "file_access": "visible",
            **({"alt_txt": file.described} if file.described else {}),
        }
