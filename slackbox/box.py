"""A running workspace, as tests and the demo hold it: start, act as people, look, make trouble."""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Callable, Coroutine, Mapping
from copy import deepcopy
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from slackbox import elements, messages
from slackbox.clock import Clock
from slackbox.controls import Action, Control, State
from slackbox.errors import Refused
from slackbox.faults import Faults
from slackbox.local_slack import Call, LocalSlack
from slackbox.manifest import read_manifest
from slackbox.people import PeopleActs
from slackbox.server import ServerThread, is_loopback
from slackbox.sockets import Delivery
from slackbox.workspace import Channel, Json, Person

T = TypeVar("T")


class Slackbox:
    """A workspace with one app, served on 127.0.0.1 from a thread of its own.

    `manifest`: a path or a parsed manifest; without one the app may do everything. `port` 0 takes a free one. People
    and channels are named ("alice", "alerts") or given by id. Acts raise Refused with Slack's code, NotAnswered when
    the app did not answer, LookupError for an action that is not there.
    """

    def __init__(
        self,
        manifest: Path | str | Mapping[str, Any] | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        allow_remote: bool = False,
        rate_limits: bool = False,
    ) -> None:
        if not is_loopback(host) and not allow_remote:
            raise ValueError(
                f"{host} is not a loopback address; say --allow-remote (allow_remote=True) to let other machines in"
            )
        self._slack = LocalSlack(read_manifest(manifest))
        self._slack.rate_limits.on = rate_limits
        self._people = PeopleActs(self._slack)
        self._server = ServerThread(self._slack, host, port)
        # An address that stands for all of them is no address to go to.
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        self.port = self._server.port
        self.url = f"http://{name}:{self.port}"
        self.api_url = f"{self.url}/api/"
        self.bot_token, self.app_token = self._slack.bot_token, self._slack.app_token
        self._slack.serves_at(self.url)
        self._closed = False

    # -- its life -----------------------------------------------------------------------------------------------
    def start(self) -> Slackbox:
        self._server.start()
        return self

    def close(self) -> None:
        """Ends the server and its thread; a second time does nothing."""
        if not self._closed:
            self._closed = True
            self._server.stop()

    def __enter__(self) -> Slackbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- acting as people ---------------------------------------------------------------------------------------
    def say(
        self,
        person: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: list[Path | tuple[str, bytes]] | None = None,
    ) -> str:
        """Types a message; gives its ts."""
        read = [(f.name, f.read_bytes()) if isinstance(f, Path) else f for f in files or []]
        return self._on_server(
            lambda: self._people.say(self._person(person), self._channel(channel), text, thread_ts, read)
        )

    def edit(self, person: str, channel: str, ts: str, text: str) -> None:
        self._on_server(lambda: self._people.edit(self._person(person), self._channel(channel), ts, text))

    def edit_as_tool(self, channel: str, ts: str, changes: Json) -> None:
        """A tool changes parts of its own message, as one does with chat.update and a token of its own."""
        workspace = self._slack.workspace
        self._on_server(lambda: messages.edit(workspace, self._channel(channel), ts, changes, editor="B-TOOL"))

    def delete(self, person: str, channel: str, ts: str) -> None:
        self._on_server(lambda: self._people.delete(self._person(person), self._channel(channel), ts))

    def react(self, person: str, channel: str, ts: str, name: str) -> None:
        workspace = self._slack.workspace
        self._on_server(lambda: messages.react(workspace, self._channel(channel), ts, self._person(person).id, name))

    def unreact(self, person: str, channel: str, ts: str, name: str) -> None:
        workspace = self._slack.workspace
        self._on_server(lambda: messages.unreact(workspace, self._channel(channel), ts, self._person(person).id, name))

    def command(self, person: str, channel: str, line: str) -> Any:
        """Types "/incident list"; gives the ack's payload."""
        asked = self._slack.interactions
        return self._ask(lambda: asked.command(self._person(person), self._channel(channel), line))

    def click(
        self,
        person: str,
        channel: str,
        ts: str,
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
        option: str | None = None,
    ) -> None:
        """Uses an element on a message. `option`: the value of the menu's entry; `value`: what else is put in."""

        async def click() -> None:
            where = self._channel(channel)
            found = messages.find_ephemeral(where, ts)
            message = found[1] if found else messages.find(where, ts)
            part = _part(elements.message_blocks(message), action_id, block_id, value, option)
            await self._slack.interactions.click_message(self._person(person), where, ts, action_id, block_id, part)

        self._ask(click)

    def click_view(
        self,
        person: str,
        view_id: str,
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
        option: str | None = None,
    ) -> None:
        """Uses an element in an open modal or on the Home tab."""

        async def click() -> None:
            part = _part(self._slack.views.find(view_id)["blocks"], action_id, block_id, value, option)
            await self._slack.interactions.click_view(self._person(person), view_id, action_id, block_id, part)

        self._ask(click)

    def submit(self, person: str, view_id: str, values: Mapping[str, Any] | None = None) -> Json:
        """Fills in a modal and submits it; gives the ack's payload.

        `values`: {block_id: "text"} (for a menu, an option's value), or {block_id: {action_id: {…}}} as in Slack.
        """

        async def submit() -> Json:
            state = _state(self._slack.views.find(view_id)["blocks"], values or {})
            return await self._slack.interactions.submit(self._person(person), view_id, state)

        return self._ask(submit)

    def close_view(self, person: str, view_id: str) -> None:
        self._ask(lambda: self._slack.interactions.close(self._person(person), view_id))

    def shortcut(self, person: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> None:
        """A global shortcut, or with channel and ts one on a message."""
        asked = self._slack.interactions

        async def shortcut() -> None:
            await asked.shortcut(self._person(person), callback_id, self._channel(channel) if channel else None, ts)

        self._ask(shortcut)

    def open_home(self, person: str) -> None:
        self._on_server(lambda: self._slack.interactions.open_home(self._person(person)))

    def set_purpose(self, channel: str, text: str) -> None:
        """What the channel is for, as if it had been created with it. The page shows it at the channel's beginning."""

        def put() -> None:
            where = self._channel(channel)
            where.purpose = {"value": text, "creator": where.creator, "last_set": where.created}

        self._on_server(put)

    def webhook(self, channel: str, name: str = "incoming-webhook") -> str:
        """The URL of a new incoming webhook with its own bot_id."""
        return self.url + self._on_server(lambda: self._slack.webhooks.add(self._channel(channel), name))

    # -- looking ------------------------------------------------------------------------------------------------
    def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """A channel's messages, or a thread's with its parent; oldest first, with metadata."""

        def read() -> list[Json]:
            where = self._channel(channel)
            found = messages.thread(where, thread_ts) if thread_ts else messages.top_level(where)
            return [messages.shown(message, metadata=True) for message in found]

        return self._on_server(read)

    def ephemerals(self, person: str, channel: str) -> list[Json]:
        """What only this person was shown in a channel, oldest first."""

        def read() -> list[Json]:
            who = self._person(person).id
            return [deepcopy(message) for to, message in self._channel(channel).ephemerals if to == who]

        return self._on_server(read)

    def views(self, person: str) -> list[Json]:
        """The modals that a person has open, bottom to top."""
        return self._on_server(lambda: deepcopy(self._slack.views.stack(self._person(person).id)))

    def home(self, person: str) -> Json | None:
        """The person's Home tab of the app, if one was published."""
        return self._on_server(lambda: deepcopy(self._slack.views.homes.get(self._person(person).id)))

    def files(self) -> list[Json]:
        """Every file, newest first, as files.info gives it."""
        return self._on_server(lambda: [self._slack.files.as_json(file) for file in self._slack.files.all()])

    def file_text(self, file_id: str) -> str:
        return self._on_server(lambda: (self._slack.files.find(file_id).data or b"").decode())

    @property
    def calls(self) -> list[Call]:
        """Every Web API call that came, in order."""
        return list(self._slack.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every envelope that was sent, retries included, with its ack."""
        return list(self._slack.sockets.deliveries)

    @property
    def connected(self) -> int:
        """How many sockets the app has open."""
        return self._slack.sockets.connected

    def wait(self, condition: Callable[[], T], seconds: float = 10, what: str = "the condition") -> T:
        """Polls until `condition()` is true and gives its value. Raises AssertionError with what is there instead."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:g} s for {what}\n{self._what_is_there()}")
            time.sleep(0.01)

    def _what_is_there(self) -> str:
        lines = [f"sockets: {self.connected}"]
        for channel in list(self._slack.workspace.channels.values()):
            for message in list(channel.messages.values())[-5:]:
                author = message.get("username") or message.get("user")
                lines.append(
                    f"#{channel.name or channel.id} {message['ts']} {author}: {message.get('text', '')[:100]!r}"
                )
        lines += [f"call: {call.method} {call.status} {call.error or 'ok'}" for call in self.calls[-10:]]
        for sent in self.deliveries[-5:]:
            lines.append(f"sent: {sent.type} {sent.event_type or ''} acked={sent.acked_at is not None}")
        return "\n".join(lines)

    # -- making trouble -----------------------------------------------------------------------------------------
    @property
    def faults(self) -> Faults:
        return self._slack.faults

    @property
    def clock(self) -> Clock:
        return self._slack.clock

    @property
    def rate_limits(self) -> bool:
        return self._slack.rate_limits.on

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._slack.rate_limits.on = on

    @property
    def ack_seconds(self) -> float:
        """How long an ack may take; 3, as at Slack."""
        return self._slack.sockets.ack_seconds

    @ack_seconds.setter
    def ack_seconds(self, seconds: float) -> None:
        self._slack.sockets.ack_seconds = seconds

    @property
    def retry_seconds(self) -> tuple[float, ...]:
        """The pauses before an event that was not acked is sent again; 0, 60 and 300, as at Slack."""
        return self._slack.sockets.retry_seconds

    @retry_seconds.setter
    def retry_seconds(self, pauses: tuple[float, ...]) -> None:
        self._slack.sockets.retry_seconds = pauses

    def release(self) -> None:
        """Sends the envelopes that `faults.deliver(kind="hold")` keeps back."""
        self._on_server(self._slack.sockets.release)

    def cut_sockets(self) -> None:
        """Every socket breaks without a word; tickets that were given out no longer work."""
        self._on_server(self._slack.sockets.cut)

    def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Every socket is told `disconnect`; tickets that were given out no longer work."""
        self._ask(lambda: self._slack.sockets.refresh(reason))

    # -- the page's "Try it" panel ------------------------------------------------------------------------------
    def control(
        self,
        id: str,
        label: str,
        help: str,
        action: Action,
        state: State | None = None,
        *,
        group: str = "",
        short: str = "",
    ) -> None:
        """Adds a button. `action` runs on a thread of its own; its text is shown, its exception too.

        Those of one `group` stand in one row, where `short` is on the button instead of the label.
        """
        self._slack.controls.add(Control(id, label, help, action, state, group, short))
        if self._server.loop is not None:
            self.refresh_controls()

    def refresh_controls(self) -> None:
        """Shows the page the controls' present state."""
        shown = self._slack.controls.as_json()
        self._on_server(lambda: self._slack.streams.controls_changed(shown))

    # -- crossing to the server's thread ------------------------------------------------------------------------
    def _on_server(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return self._ask(run)

    def _ask(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if self._server.loop is None or self._closed:
            raise RuntimeError("the workspace is not running")
        future: concurrent.futures.Future[T] = asyncio.run_coroutine_threadsafe(work(), self._server.loop)
        return future.result(timeout=60)

    def _person(self, who: str) -> Person:
        return self._slack.workspace.person(who)

    def _channel(self, which: str) -> Channel:
        return self._slack.workspace.channel(which)


def _part(blocks: list[Json], action_id: str, block_id: str | None, value: Any, option: str | None) -> Json:
    """What was chosen, as an entry of `actions` has it."""
    _, element = elements.find(blocks, action_id, block_id)
    if element["type"] == "overflow":
        chosen = next((each for each in element["options"] if each.get("value") == option), None)
        if chosen is None:
            there = ", ".join(str(each.get("value")) for each in element["options"])
            raise LookupError(f"{action_id} has no option {option!r}; there are: {there}")
        return {"selected_option": chosen}
    if element["type"] not in elements.STATEFUL:
        return {} if value is None else {"value": value}
    held = elements.entered(element, option if option is not None else value)
    return {key: part for key, part in held.items() if key != "type"}


def _state(blocks: list[Json], values: Mapping[str, Any]) -> Json:
    """`values` as a test writes them → as Slack's `state.values` has them. Raises LookupError for an unknown block."""
    state: Json = {}
    there = [
        (block, element) for block, element in elements.interactive(blocks) if element["type"] in elements.STATEFUL
    ]
    for block_id, value in values.items():
        own = [element for block, element in there if block["block_id"] == block_id]
        if not own:
            names = ", ".join(dict.fromkeys(block["block_id"] for block, _ in there)) or "none"
            raise LookupError(f"no input with block_id {block_id!r}; there are: {names}")
        for element in own:
            if isinstance(value, Mapping) and element["action_id"] in value:
                state.setdefault(block_id, {})[element["action_id"]] = elements.entered(
                    element, value[element["action_id"]]
                )
            elif not isinstance(value, Mapping):
                state.setdefault(block_id, {})[element["action_id"]] = elements.entered(element, value)
    return state


__all__ = ["Call", "Delivery", "Refused", "Slackbox"]
