"""What Slack delivers: written down before it is acknowledged, worked off once, and again after a crash."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import structlog

from bot.alerts import read_alert
from bot.alerts.message import Message, read_message
from bot.alerts.outage import reports_new_outage
from bot.alerts.reports import wants_an_answer
from bot.errors import AlreadyDecided, Gone, InputError, MessageError
from bot.flow import Flow
from bot.model import AlertStatus
from bot.slack.incidents.pins import Pins
from bot.slack.workspace import Workspace
from bot.store import Store

log = structlog.get_logger()

_ATTEMPTS = 5  # a delivery that fails this often is kept, with its error, and left
_ORDINARY = {"bot_message", "file_share", "thread_broadcast"}  # subtypes that are messages somebody wrote
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")


def delivery_id(body: Mapping[str, Any]) -> str:
    """The same for each delivery of one thing. A message has the same one whether Slack sent it or history held it."""
    event = body.get("event")
    if isinstance(event, Mapping):
        subtype = event.get("subtype")
        ordinary = subtype is None or (isinstance(subtype, str) and subtype in _ORDINARY)
        if event.get("type") == "message" and ordinary:
            return f"message:{event.get('channel')}:{event.get('ts')}"
        if event.get("type") == "message" and subtype == "message_changed":
            return f"edit:{event.get('channel')}:{event.get('ts')}"
        return f"event:{body.get('event_id')}"
    if event is not None:
        return f"event:{body.get('event_id')}"
    return "click:" + hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


class Intake:
    def __init__(
        self,
        store: Store,
        flow: Flow,
        workspace: Workspace,
        click: Callable[[Mapping[str, Any], str], None],
        pins: Pins,
        home: Callable[[str], None],
        now: Callable[[], datetime],
    ) -> None:
        """`click` deals with a button or a modal, given its delivery's id, and answers the person. `home` shows a
        person the bot's page."""
        self._home = home
        self._pins = pins
        self._store = store
        self._flow = flow
        self._workspace = workspace
        self._click = click
        self._now = now
        # One thread: what a channel said is worked off in the order in which it was said.
        self._pool = ThreadPoolExecutor(1, "intake")
        self._clicks = ThreadPoolExecutor(16, "click")  # answers wait for Slack, acknowledgements must not
        self._stopping = threading.Event()

    def receive(self, body: dict[str, Any]) -> None:
        """A delivery, to be called before it is acknowledged: durable on return. Events are then worked off."""
        id = delivery_id(body)
        event = body.get("event")
        if self._store.inbox.record_event(id, body, self._now()) and event is not None:
            self._pool.submit(self._work, id, body)

    def receive_missed(self, channel: str, messages: Sequence[Mapping[str, Any]]) -> None:
        """Messages that history held, oldest first. One that was delivered before counts for nothing.

        What is over by now is taken in first, so that nobody is called for trouble that came and went meanwhile.
        """
        theirs = [
            {**each, "type": "message", "channel": channel} for each in messages if not self._workspace.wrote(each)
        ]
        for each in sorted(theirs, key=_is_trouble):
            edit = each.get("edited")
            self.receive({"event": each})
            if isinstance(edit, Mapping):
                self.receive({"event": _edit(channel, each, str(edit.get("ts")))})

    def clicked(self, body: dict[str, Any]) -> None:
        """A button or a modal, after its acknowledgement. One that was delivered before counts for nothing."""
        id = delivery_id(body)
        if self._store.inbox.claim_event(id):
            self._clicks.submit(self._work, id, body)

    def dismiss(self, body: dict[str, Any]) -> None:
        """A form that was not taken: the person mends it, and its next submission is another delivery."""
        self._store.inbox.finish_event(delivery_id(body), self._now())

    def resume(self) -> None:
        """After a start: what was acknowledged and not dealt with."""
        for waiting in self._store.inbox.waiting_events():
            self._pool.submit(self._work, waiting.id, waiting.body)

    def stop(self) -> None:
        """Returns when the delivery at hand is dealt with; the others are resumed after the next start."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._clicks.shutdown(wait=True, cancel_futures=True)

    def _work(self, id: str, body: dict[str, Any]) -> None:
        """The edge of the thread. What cannot be dealt with is kept with its error; it never stops the next."""
        while True:
            attempts = self._store.inbox.try_event(id)  # before: what hangs or kills the bot must not do so for ever
            if not attempts:  # what it was to change is written: only something after that has failed
                return
            if attempts > _ATTEMPTS:
                self._store.inbox.finish_event(id, self._now(), f"given up after {_ATTEMPTS} attempts")
                return
            try:
                self._deal_with(id, body)
                return
            except InputError as error:
                log.warning("delivery cannot be read", delivery=id, error=str(error))
                self._store.inbox.finish_event(id, self._now(), str(error))
                return
            except Exception as error:
                log.exception("delivery failed", delivery=id)
                if attempts >= _ATTEMPTS:
                    self._store.inbox.finish_event(id, self._now(), repr(error))
                    return
                if self._stopping.wait(attempts):  # seconds: whatever failed may heal
                    return

    def _deal_with(self, id: str, body: dict[str, Any]) -> None:
        """A message ends its delivery in the transaction of what it changes."""
        event = body.get("event")
        if event is None:
            self._click(body, id)
        elif not isinstance(event, Mapping):
            raise MessageError("This is no event of Slack: something else stands where an object should")
        elif (
            event.get("channel") in self._workspace.watched
            and id.startswith("message:")
            and not self._workspace.wrote(event)
        ):
            self._said(event, id)
            return
        elif event.get("channel") in self._workspace.watched and id.startswith("edit:"):
            self._edited(event, id)
            return
        elif event.get("type") == "reaction_added":
            self._pins.reacted(event, id)
        elif event.get("type") == "app_home_opened" and event.get("tab") == "home":
            self._home(str(event.get("user")))
        self._store.inbox.finish_event(id, self._now())

    def _said(self, event: Mapping[str, Any], id: str) -> None:
        _check(event.get("ts"))
        mention = f"<@{self._workspace.bot_user}>"
        mentioned = mention in str(event.get("text") or "")
        message = read_message({**event, "text": str(event.get("text") or "").replace(mention, "").strip()})
        if mentioned and message.by_person and not message.is_reply and self._asks(message):
            try:
                self._flow.alerting.respond(message, message.poster, id)
            except (AlreadyDecided, Gone):  # it has its answer, or is over: its card says so
                self._store.inbox.finish_event(id, self._now())
            return
        chat = message.channel == self._workspace.incidents and message.by_person and not mentioned
        self._flow.alerting.on_message(message, id, calls_for_us=not chat or reports_new_outage(message))

    def _asks(self, message: Message) -> bool:
        """Whether somebody who mentions the bot wants something of it, without reporting anything."""
        return read_alert(message).status is AlertStatus.NONE and wants_an_answer(message.text)

    def _edited(self, event: Mapping[str, Any], id: str) -> None:
        """Tools edit what they posted, to say that it is over. What people rub out or mend stays as it was taken."""
        changed = event.get("message")
        if not isinstance(changed, Mapping) or self._workspace.wrote(changed):
            self._store.inbox.finish_event(id, self._now())
            return
        _check(changed.get("ts"))
        _check(event.get("ts", changed.get("ts")))
        message = read_message({**changed, "channel": event["channel"]})
        self._pins.edited(message.channel, message.ts, changed)
        if message.by_person:
            self._store.inbox.finish_event(id, self._now())
            return
        was = event.get("previous_message")
        before = read_message({**was, "channel": event["channel"]}) if isinstance(was, Mapping) else None
        self._flow.alerting.on_edit(message, before, str(event.get("ts") or message.ts), id)


def _check(ts: object) -> None:
    """Raises MessageError for what is no ts of Slack's: all that follows counts on it."""
    if not isinstance(ts, str) or _TS.fullmatch(ts) is None:
        raise MessageError("This is no message of Slack: its ts is not a time such as 1700000000.000100")


def _edit(channel: str, message: Mapping[str, Any], ts: str) -> dict[str, Any]:
    """An edit that history tells of, as Slack would have delivered it."""
    return {"type": "message", "subtype": "message_changed", "channel": channel, "ts": ts, "message": message}


def _is_trouble(message: Mapping[str, Any]) -> bool:
    """Whether it is anything but word that something is over."""
    try:
        return read_alert(read_message(message)).status is not AlertStatus.RESOLVED
    except MessageError:  # said again when it is dealt with, and kept with its error
        return True
