"""The page's own API under /_box: what a person in the browser sees and does. Bots never use it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from slackbox import messages
from slackbox.errors import Refused
from slackbox.interactions import NotAnswered
from slackbox.local_slack import LocalSlack
from slackbox.page_stream import for_page
from slackbox.people import PeopleActs
from slackbox.workspace import APP_ID, BOT_ID, BOT_USER_ID, Json, Person

WORDS = {
    "channel_not_found": "There is no such channel.",
    "message_not_found": "That message is gone.",
    "not_found": "That is no longer open.",
    "user_not_found": "There is no such person.",
    "is_archived": "This channel is archived.",
    "no_text": "There is nothing to send.",
    "cant_update_message": "Only one's own messages can be edited.",
    "cant_delete_message": "Only one's own messages can be deleted.",
    "thread_not_found": "That thread is gone.",
    "already_reacted": "You have reacted with that already.",
    "no_reaction": "There is no such reaction of yours.",
    "msg_too_long": "That message is too long.",
    "invalid_arguments": "The app answered with a form that Slack would refuse.",
}
Act = Callable[[Person, Json], Awaitable[Json]]


class Incomplete(Exception):
    """A field that the page had to send is missing."""


class Asked(dict[str, Any]):
    """What the page sent. Reading a field that is not there raises Incomplete."""

    def __missing__(self, key: str) -> Any:
        raise Incomplete(f"{key!r} is missing.")


class PageApi:
    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack
        self.acts = PeopleActs(slack)
        self._acts: dict[str, Act] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "unreact": self._unreact,
            "command": self._command,
            "action": self._action,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "open_home": self._open_home,
            "open_dm": self._open_dm,
            "control": self._control,
        }

    def routes(self) -> list[Route]:
        return [
            Route("/_box/state", self.state),
            Route("/_box/messages", self.messages),
            Route("/_box/stream", self.stream),
            Route("/_box/act", self.act, methods=["POST"]),
        ]

    # -- looking ------------------------------------------------------------------------------------------------
    async def state(self, http: HttpRequest) -> Response:
        workspace = self.slack.workspace
        person = self._viewer(http)
        if person is None:
            return _no("There is no such person.", 404)
        people = []
        for each in workspace.people.values():
            shown: Json = {
                "id": each.id,
                "name": each.name,
                "real_name": each.real_name,
                "color": each.color,
                "is_bot": each.is_bot,
            }
            people.append({**shown, "bot_id": each.bot_id} if each.bot_id else shown)
        channels = []
        for channel in workspace.channels.values():
            if channel.kind != "channels" and person.id not in channel.members:
                continue
            entry: Json = {
                "id": channel.id,
                "name": channel.name,
                "is_im": channel.is_im,
                "topic": channel.topic["value"],
                "purpose": channel.purpose["value"],
                "members": channel.members,
                "is_archived": channel.is_archived,
            }
            channels.append({**entry, "im_with": channel.other_than(person.id)} if channel.is_im else entry)
        groups = [
            {"id": group.id, "handle": group.handle, "name": group.name, "users": group.users}
            for group in workspace.usergroups.values()
        ]
        return JSONResponse(
            {
                "team": {"id": workspace.team_id, "name": workspace.team_name},
                "me": person.id,
                "people": people,
                "apps": [self._app()],
                "channels": channels,
                "usergroups": groups,
                "controls": await asyncio.to_thread(self.slack.controls.as_json),
                "views": self.slack.views.stack(person.id),
                "homes": {APP_ID: self.slack.views.homes.get(person.id)},
            }
        )

    def _app(self) -> Json:
        manifest = self.slack.workspace.manifest
        return {
            "app_id": APP_ID,
            "name": manifest.name,
            "bot_user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "connected": self.slack.sockets.connected > 0,
            "home": manifest.home_tab,
            "commands": [
                {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
                for each in manifest.commands or ()
            ],
            "shortcuts": [
                {"name": each.name, "type": each.type, "callback_id": each.callback_id}
                for each in manifest.shortcuts or ()
            ],
        }

    async def messages(self, http: HttpRequest) -> Response:
        person = self._viewer(http)
        channel = self.slack.workspace.channels.get(http.query_params.get("channel", ""))
        if person is None or channel is None or (channel.kind != "channels" and person.id not in channel.members):
            return _no("There is no such channel.", 404)
        thread_ts = http.query_params.get("thread_ts")
        try:
            found = messages.thread(channel, thread_ts) if thread_ts else messages.top_level(channel)
        except Refused as refused:
            return _no(_words(refused), 404)
        for to, ephemeral in channel.ephemerals:
            if to == person.id and ephemeral.get("thread_ts") == thread_ts:
                found.append(ephemeral)
        found.sort(key=lambda message: message["ts"])
        return JSONResponse({"messages": [for_page(self.slack.workspace, message) for message in found]})

    async def stream(self, http: HttpRequest) -> Response:
        person = self._viewer(http)
        if person is None:
            return _no("There is no such person.", 404)
        headers = {"cache-control": "no-store"}
        return StreamingResponse(self.slack.streams.stream(person.id), media_type="text/event-stream", headers=headers)

    # -- doing --------------------------------------------------------------------------------------------------
    async def act(self, http: HttpRequest) -> Response:
        if http.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _no("JSON is expected.", 415)  # which no form on another site can send
        try:
            body = await http.json()
            person = self.slack.workspace.people[body["as"]]
            act = self._acts[body["do"]]
        except (ValueError, KeyError, TypeError):
            return _no("That is not something a person can do here.", 400)
        try:
            return JSONResponse({"ok": True, **await act(person, Asked(body))})
        except Incomplete as missing:
            return _no(str(missing), 400)
        except Refused as refused:
            return _no(_words(refused))
        except (NotAnswered, LookupError) as failure:
            return _no(str(failure))

    async def _say(self, person: Person, body: Json) -> Json:
        return {"ts": self.acts.say(person, self._channel(body), body["text"], body.get("thread_ts"))}

    async def _edit(self, person: Person, body: Json) -> Json:
        self.acts.edit(person, self._channel(body), body["ts"], body["text"])
        return {}

    async def _delete(self, person: Person, body: Json) -> Json:
        self.acts.delete(person, self._channel(body), body["ts"])
        return {}

    async def _react(self, person: Person, body: Json) -> Json:
        messages.react(self.slack.workspace, self._channel(body), body["ts"], person.id, body["name"])
        return {}

    async def _unreact(self, person: Person, body: Json) -> Json:
        messages.unreact(self.slack.workspace, self._channel(body), body["ts"], person.id, body["name"])
        return {}

    async def _command(self, person: Person, body: Json) -> Json:
        await self.slack.interactions.command(person, self._channel(body), body["text"])
        return {}

    async def _action(self, person: Person, body: Json) -> Json:
        container, asked = Asked(body["container"]), self.slack.interactions
        part, values = body.get("action") or {}, (body.get("state") or {}).get("values")
        which = body["action_id"], body.get("block_id")
        if container["type"] == "message":
            await asked.click_message(person, self._channel(container), container["ts"], *which, part, values)
            return {}
        if container["type"] == "home":
            home = self.slack.views.homes.get(person.id)
            if home is None:
                raise Refused("not_found")
            view_id = home["id"]
        else:
            view_id = container["view_id"]
        await asked.click_view(person, view_id, *which, part, values)
        return {}

    async def _submit(self, person: Person, body: Json) -> Json:
        values = (body.get("state") or {}).get("values")
        return {"response": await self.slack.interactions.submit(person, body["view_id"], values)}

    async def _close(self, person: Person, body: Json) -> Json:
        await self.slack.interactions.close(person, body["view_id"])
        return {}

    async def _shortcut(self, person: Person, body: Json) -> Json:
        channel = self._channel(body) if body.get("channel") else None
        await self.slack.interactions.shortcut(person, body["callback_id"], channel, body.get("ts"))
        return {}

    async def _open_home(self, person: Person, _body: Json) -> Json:
        self.slack.interactions.open_home(person)
        return {}

    async def _open_dm(self, person: Person, body: Json) -> Json:
        other = self.slack.workspace.person(body["user"])
        return {"channel": self.slack.workspace.direct_message(person.id, other.id).id}

    async def _control(self, person: Person, body: Json) -> Json:
        text, failed = await self.slack.controls.run(body["id"])
        if text:
            self.slack.streams.toast(person.id, text, failed)
        self.slack.streams.controls_changed(await asyncio.to_thread(self.slack.controls.as_json))
        return {}

    def _channel(self, body: Json) -> Any:
        return self.slack.workspace.channel(body["channel"])

    def _viewer(self, http: HttpRequest) -> Person | None:
        return self.slack.workspace.people.get(http.query_params.get("as", ""))


def _words(refused: Refused) -> str:
    return WORDS.get(refused.error, f"Slack would refuse this: {refused.error}.")


def _no(words: str, status: int = 200) -> Response:
    return JSONResponse({"ok": False, "error": words}, status)
