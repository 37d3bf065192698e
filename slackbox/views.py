"""Modals and Home tabs: the stack each person has open, and what Slack allows with them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from slackbox.blocks import check_view, filled_in
from slackbox.elements import state_of
from slackbox.errors import Refused
from slackbox.workspace import APP_ID, BOT_ID, Json, Workspace

MOST_IN_STACK = 3


@dataclass
class Views:
    """Open modals by person, bottom to top, and each person's Home tab."""

    workspace: Workspace
    stacks: dict[str, list[Json]] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)

    def stack(self, person: str) -> list[Json]:
        return self.stacks.setdefault(person, [])

    def open(self, person: str, source: Json) -> Json:
        """A new stack with one modal."""
        view = self._made(source, "modal")
        view["root_view_id"] = view["id"]
        self.stacks[person] = [view]
        self._tell(person)
        return view

    def push(self, person: str, source: Json) -> Json:
        """One more modal on top. Raises Refused: not_found (nothing is open), push_limit_reached."""
        stack = self.stack(person)
        if not stack:
            raise Refused("not_found")
        if len(stack) >= MOST_IN_STACK:
            raise Refused("push_limit_reached")
        view = self._made(source, "modal")
        view["root_view_id"] = stack[0]["id"]
        view["previous_view_id"] = stack[-1]["id"]
        stack.append(view)
        self._tell(person)
        return view

    def update(self, view: Json, source: Json, hash: str | None = None) -> Json:
        """Puts new content into an open view; what was typed stays where block_id and action_id stay.

        Raises Refused: hash_conflict, and what the content is refused for.
        """
        if hash and hash != view["hash"]:
            raise Refused("hash_conflict")
        typed = view["state"]["values"]
        fresh = self._made(source, view["type"], own=view)
        kept = ("id", "root_view_id", "previous_view_id")
        view.update({**fresh, **{key: view[key] for key in kept}})
        view["state"] = {"values": state_of(view["blocks"], typed)}
        self._tell(self.owner(view["id"]))
        return view

    def publish(self, person: str, source: Json, hash: str | None = None) -> Json:
        """A person's Home tab. Raises Refused: hash_conflict."""
        before = self.homes.get(person)
        if hash and before and hash != before["hash"]:
            raise Refused("hash_conflict")
        view = self._made(source, "home", own=before)
        if before:
            view["id"] = before["id"]
        view["root_view_id"] = view["id"]
        self.homes[person] = view
        self.workspace.tell("home", None, {"app_id": APP_ID, "view": view}, to=person)
        return view

    def find(self, view_id: str | None, external_id: str | None = None) -> Json:
        """By id or external_id. Raises Refused("not_found")."""
        for view in self._all():
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
        raise Refused("not_found")

    def owner(self, view_id: str) -> str:
        for person, stack in self.stacks.items():
            if any(view["id"] == view_id for view in stack):
                return person
        return next(person for person, view in self.homes.items() if view["id"] == view_id)

    def close(self, person: str, view_id: str, whole_stack: bool = False) -> None:
        """Takes a modal and what lies above it away, or the whole stack."""
        stack = self.stack(person)
        index = next((i for i, view in enumerate(stack) if view["id"] == view_id), None)
        if index is None:
            raise Refused("not_found")
        del stack[0 if whole_stack else index :]
        self._tell(person)

    def _all(self) -> list[Json]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _tell(self, person: str) -> None:
        self.workspace.tell("views", None, {"views": self.stack(person)}, to=person)

    def _made(self, source: Json, kind: str, own: Json | None = None) -> Json:
        """The view as Slack keeps it. Raises Refused: invalid_arguments, view_too_large, duplicate_external_id."""
        check_view(source, kind)
        external_id = source.get("external_id") or ""
        taken = external_id and any(view["external_id"] == external_id and view is not own for view in self._all())
        if taken:
            raise Refused("duplicate_external_id")
        blocks = filled_in(source["blocks"])
        view: Json = {
            "id": self.workspace.new_id("V"),
            "team_id": self.workspace.team_id,
            "type": kind,
            "blocks": blocks,
            "private_metadata": source.get("private_metadata") or "",
            "callback_id": source.get("callback_id") or "",
            "state": {"values": state_of(blocks)},
            "hash": f"{self.workspace.seconds()}.{secrets.token_hex(4)}",
            "title": source.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(source.get("clear_on_close")),
            "notify_on_close": bool(source.get("notify_on_close")),
            "close": source.get("close"),
            "submit": source.get("submit"),
            "submit_disabled": bool(source.get("submit_disabled")),
            "previous_view_id": None,
            "root_view_id": None,
            "app_id": APP_ID,
            "external_id": external_id,
            "app_installed_team_id": self.workspace.team_id,
            "bot_id": BOT_ID,
        }
        return view
