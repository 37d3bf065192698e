"""What Slack delivers: written down before it is acknowledged, worked off once, and again after a crash."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import structlog

from bot.alerts.message import read_message
from bot.errors import InputError
from bot.flow import Flow
from bot.slack.workspace import Workspace
from bot.store import Store

log = structlog.get_logger()

_ATTEMPTS = 5  # a delivery that fails this often is kept, with its error, and left
_ORDINARY = {None, "bot_message", "file_share", "thread_broadcast"}  # subtypes that are messages somebody wrote


def delivery_id(body: Mapping[str, Any]) -> str:
    """The same for each delivery of one thing. A message has the same one whether Slack sent it or history held it."""
    event = body.get("event")
    if isinstance(event, Mapping):
        if event.get("type") == "message" and event.get("subtype") in _ORDINARY:
            return message_id(str(event.get("channel")), str(event.get("ts")))
        return f"event:{body.get('event_id')}"
    return "click:" + hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


def message_id(channel: str, ts: str) -> str:
    return f"message:{channel}:{ts}"


class Intake:
    def __init__(
        self,
        store: Store,
        flow: Flow,
        workspace: Workspace,
        click: Callable[[Mapping[str, Any], str], None],
        now: Callable[[], datetime],
    ) -> None:
        """`click` deals with a button or a modal, given its delivery's id, and answers the person."""
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

    def receive_missed(self, message: dict[str, Any]) -> None:
        """A message that history held. One that was delivered before counts for nothing."""
        if message.get("bot_id") == self._workspace.bot_id or message.get("user") == self._workspace.bot_user:
            return
        self.receive({"event": {"type": "message", **message}})

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
        event = body.get("event")
        if event is None:
            self._click(body, id)
        elif id.startswith("message:") and event.get("channel") in self._workspace.alerts:
            self._flow.on_message(read_message(event), id)  # which ends the event in its own transaction
            return
        self._store.inbox.finish_event(id, self._now())
