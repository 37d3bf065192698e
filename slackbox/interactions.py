"""What people do with an app: commands, clicks, forms, shortcuts, its Home tab.

Each becomes the payload that Slack sends, goes out over a socket, and its ack is acted on as Slack would.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from slackbox import elements, messages
from slackbox.answers import answer
from slackbox.blocks import check_view
from slackbox.elements import action_of, missing_inputs, state_of
from slackbox.errors import Refused
from slackbox.events import Events
from slackbox.one_use_handles import ResponseUrl, ResponseUrls, Triggers
from slackbox.sockets import NotDelivered, Sockets
from slackbox.typed_text import typed
from slackbox.views import Views
from slackbox.workspace import APP_ID, SLACKBOT, Channel, Json, Person, Workspace

# What Slack shows to a person when the app did not answer.
FAILURES = {"connection_failed": "dispatch_failed", "timeout": "operation_timeout"}


class NotAnswered(Exception):
    """The app did not answer; the words are those that Slack shows."""


class Interactions:
    """People's side of the app. `base_url` is where response URLs are served."""

    def __init__(self, workspace: Workspace, sockets: Sockets, events: Events, views: Views) -> None:
        self.workspace = workspace
        self.sockets = sockets
        self.events = events
        self.views = views
        self.triggers = Triggers(workspace.clock)
        self.response_urls = ResponseUrls(workspace.clock)
        self.base_url = ""

    # -- slash commands -----------------------------------------------------------------------------------------
    async def command(self, person: Person, channel: Channel, line: str) -> Any:
        """Types "/incident list". Gives the ack's payload; a text in it is shown, as Slack does."""
        name, _, text = line.strip().partition(" ")
        known = self.workspace.manifest.command(name)
        if known is None:
            words = f"{name} is not a valid command."
            self._slackbot_says(person, channel, words)
            raise NotAnswered(words)
        text = text.strip()
        if known.should_escape:
            text, _ = typed(self.workspace, text)
        where, response_url = self._response_url(person, channel)
        payload = {
            "token": "slackbox",
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.is_im else channel.name,
            "user_id": person.id,
            "user_name": person.name,
            "command": name,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": self.triggers.give(person.id),
        }
        try:
            response = await self.sockets.ask("slash_commands", payload)
        except NotDelivered as failure:
            words = f"{name} failed with the error “{FAILURES[failure.reason]}”"
            self._slackbot_says(person, channel, words)
            raise NotAnswered(words) from None
        if isinstance(response, str):
            response = {"text": response}
        if response and (response.get("text") or response.get("blocks") or response.get("attachments")):
            answer(self.workspace, where, response)
        return response

    def _slackbot_says(self, person: Person, channel: Channel, words: str) -> None:
        message = {"type": "message", "user": SLACKBOT, "username": "Slackbot", "text": words}
        messages.post_ephemeral(self.workspace, channel, message, person.id)

    # -- clicks -------------------------------------------------------------------------------------------------
    async def click_message(
        self,
        person: Person,
        channel: Channel,
        ts: str,
        action_id: str,
        block_id: str | None = None,
        part: Json | None = None,
        values: Json | None = None,
    ) -> None:
        """Uses an element on a message (or on an ephemeral one that the person sees).

        `part` is what was chosen ({"selected_option": …}), `values` what the message's other elements hold.
        Raises LookupError when there is no such element, Refused("message_not_found"), NotAnswered.
        """
        ephemeral = messages.find_ephemeral(channel, ts)
        if ephemeral is not None and ephemeral[0] != person.id:
            raise Refused("message_not_found")
        message = ephemeral[1] if ephemeral else messages.find(channel, ts)
        blocks = elements.message_blocks(message)
        block, element = elements.find(blocks, action_id, block_id)
        thread_ts = message.get("thread_ts")
        container: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral is not None,
        }
        if thread_ts:
            container["thread_ts"] = thread_ts
        _, response_url = self._response_url(person, channel, ts, thread_ts)
        payload = self._block_actions(person, block, element, part, self.triggers.give(person.id))
        payload |= {
            "container": container,
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
            "state": {"values": state_of(blocks, self._with_choice(values, block, element, part))},
            "response_url": response_url,
        }
        if ephemeral is None:
            payload["message"] = messages.shown(message)
        await self._ask("interactive", payload)

    async def click_view(
        self,
        person: Person,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        part: Json | None = None,
        values: Json | None = None,
    ) -> None:
        """Uses an element in an open modal or on the Home tab."""
        view = self.views.find(view_id)
        block, element = elements.find(view["blocks"], action_id, block_id)
        held = _merged(view["state"]["values"], self._with_choice(values, block, element, part))
        view["state"] = {"values": state_of(view["blocks"], held)}
        modal = view["id"] if view["type"] == "modal" else None
        payload = self._block_actions(person, block, element, part, self.triggers.give(person.id, modal))
        payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": deepcopy(view)}
        await self._ask("interactive", payload)

    def _block_actions(self, person: Person, block: Json, element: Json, part: Json | None, trigger_id: str) -> Json:
        action = action_of(block, element, part or {}, self.workspace.new_ts())
        return {"type": "block_actions", **self._who(person), "trigger_id": trigger_id, "actions": [action]}

    def _with_choice(self, values: Json | None, block: Json, element: Json, part: Json | None) -> Json:
        if not part or element["type"] not in elements.STATEFUL:
            return values or {}
        chosen = {element["action_id"]: {"type": element["type"], **part}}
        return _merged(values or {}, {block["block_id"]: chosen})

    # -- forms --------------------------------------------------------------------------------------------------
    async def submit(self, person: Person, view_id: str, values: Json | None = None) -> Json:
        """Presses a modal's submit button. Gives the ack's payload; {} when the app said nothing and it closed.

        What Slack's own client finds missing comes back as errors too, and the app is not asked.
        """
        view = self._own_modal(person, view_id)
        state = state_of(view["blocks"], _merged(view["state"]["values"], values or {}))
        errors = missing_inputs(view["blocks"], state)
        if errors:
            return {"response_action": "errors", "errors": errors}
        view["state"] = {"values": state}
        payload = {
            "type": "view_submission",
            **self._who(person),
            "trigger_id": self.triggers.give(person.id, view["id"]),
            "view": deepcopy(view),
            "response_urls": [],
        }
        response = await self._ask("interactive", payload) or {}
        self._act_on(person, view, response)
        return response

    def _act_on(self, person: Person, view: Json, response: Json) -> None:
        action = response.get("response_action")
        if action == "errors":
            known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            if not response.get("errors") or not known & set(response["errors"]):
                raise NotAnswered("We had some trouble connecting. Try again?")
        elif action == "update":
            check_view(response.get("view"), "modal")
            self.views.update(view, response["view"])
        elif action == "push":
            self.views.push(person.id, response["view"])
        elif action == "clear":
            self.views.close(person.id, view["id"], whole_stack=True)
        elif any(each is view for each in self.views.stack(person.id)):
            self.views.close(person.id, view["id"])

    async def close(self, person: Person, view_id: str, whole_stack: bool = False) -> None:
        """Presses a modal's close button; the app hears of it where it asked to (notify_on_close)."""
        view = self._own_modal(person, view_id)
        cleared = whole_stack or view["clear_on_close"]
        payload = {
            "type": "view_closed",
            **self._who(person),
            "view": deepcopy(view),
            "is_cleared": cleared,
        }
        self.views.close(person.id, view_id, whole_stack=cleared)
        if view["notify_on_close"]:
            await self._ask("interactive", payload)

    def _own_modal(self, person: Person, view_id: str) -> Json:
        view = next((each for each in self.views.stack(person.id) if each["id"] == view_id), None)
        if view is None:
            raise Refused("not_found")
        return view

    # -- shortcuts and the Home tab -----------------------------------------------------------------------------
    async def shortcut(self, person: Person, callback_id: str, channel: Channel | None, ts: str | None) -> None:
        """A global shortcut, or, with a channel and a ts, one on a message."""
        if self.workspace.manifest.shortcut(callback_id) is None:
            raise LookupError(f"the manifest has no shortcut with callback_id {callback_id!r}")
        payload: Json = {
            **self._who(person),
            "action_ts": self.workspace.new_ts(),
            "callback_id": callback_id,
            "trigger_id": self.triggers.give(person.id),
        }
        if channel is None or ts is None:
            await self._ask("interactive", {"type": "shortcut", **payload})
            return
        message = messages.find(channel, ts)
        _, response_url = self._response_url(person, channel, ts, message.get("thread_ts"))
        payload |= {
            "type": "message_action",
            "message_ts": ts,
            "message": messages.shown(message),
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
            "response_url": response_url,
        }
        await self._ask("interactive", payload)

    def open_home(self, person: Person) -> None:
        """The person looks at the app's Home tab; the app hears of it as an event."""
        if not self.workspace.manifest.hears("app_home_opened"):
            return
        home = self.views.homes.get(person.id)
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self.workspace.direct_message(person.id, self.workspace.bot_user.id).id,
            "tab": "home",
            "event_ts": self.workspace.new_ts(),
        }
        if home:
            event["view"] = deepcopy(home)
        self.events.send(event)

    # -- shared -------------------------------------------------------------------------------------------------
    async def _ask(self, type: str, payload: Json) -> Any:
        try:
            return await self.sockets.ask(type, payload)
        except NotDelivered as failure:
            words = {
                "connection_failed": "This app is not connected, so it could not respond.",
                "timeout": "This app took too long to respond (operation_timeout).",
            }[failure.reason]
            raise NotAnswered(words) from None

    def _who(self, person: Person) -> Json:
        return {
            "user": {
                "id": person.id,
                "username": person.name,
                "name": person.name,
                "team_id": self.workspace.team_id,
            },
            "api_app_id": APP_ID,
            "token": "slackbox",
            "team": {"id": self.workspace.team_id, "domain": self.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _response_url(
        self, person: Person, channel: Channel, ts: str | None = None, thread_ts: str | None = None
    ) -> tuple[ResponseUrl, str]:
        key, where = self.response_urls.give(person.id, channel.id, ts, thread_ts)
        return where, f"{self.base_url}/response/{key}"


def _merged(below: Json, above: Json) -> Json:
    """Values by block_id and action_id; those above win."""
    merged = {block_id: dict(actions) for block_id, actions in below.items()}
    for block_id, actions in above.items():
        merged.setdefault(block_id, {}).update(actions)
    return merged
