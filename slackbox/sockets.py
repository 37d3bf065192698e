"""Socket Mode: tickets, connections, envelopes, acks and retries.

An event is told (`tell`): tried, and tried again while no ack comes. A click, a command or a form is asked (`ask`):
one try, and its ack is the answer. https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from slackbox.clock import Clock
from slackbox.faults import Faults
from slackbox.workspace import Json

log = logging.getLogger("slackbox")
REMEMBERED = 100_000  # calls and envelopes kept to be looked at; a workspace may run for weeks
MOST_CONNECTIONS = 10
TICKET_SECONDS = 30
GRACE_SECONDS = 1.0  # how long a socket that was told to go may still ack


class NotDelivered(Exception):
    """No ack came. `reason` is `connection_failed` (no socket was there) or `timeout`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Delivery:
    """One envelope that was sent, and what came back. Times are seconds since 1970."""

    envelope_id: str
    type: str
    payload: Json
    sent_at: float
    retry_attempt: int = 0
    retry_reason: str = ""
    acked_at: float | None = None
    response: Any = None

    @property
    def event_type(self) -> str | None:
        kind: str | None = self.payload.get("event", {}).get("type")
        return kind


class Connection:
    """One socket of the app."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.leaving = False

    async def send(self, message: Json) -> bool:
        """False when the socket turned out to be gone."""
        try:
            await self.websocket.send_text(json.dumps(message))
        except (WebSocketDisconnect, RuntimeError, OSError):
            return False
        return True

    def cut(self) -> None:
        """Closes the TCP connection with no word of farewell."""
        self.websocket.scope["state"]["connection"].transport.abort()


class Sockets:
    """Every connection of the app, and what is on its way through them."""

    def __init__(self, clock: Clock, faults: Faults, app_id: str, host: str = "applink-local") -> None:
        self.clock = clock
        self.faults = faults
        self.app_id = app_id
        self.host = host
        self.ack_seconds = 3.0
        self.retry_seconds: tuple[float, ...] = (0, 60, 300)
        self.deliveries: deque[Delivery] = deque(maxlen=REMEMBERED)
        self.on_connected: list[Callable[[bool], None]] = []
        self._tickets: dict[str, float] = {}
        self._live: list[Connection] = []
        self._next = 0
        self._waiting: dict[str, tuple[Delivery, asyncio.Future[Delivery]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[asyncio.Event] = []

    @property
    def connected(self) -> int:
        return sum(not each.leaving for each in self._live)

    def ticket(self) -> str:
        """A ticket for one connection, good for half a minute."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = self.clock.now() + TICKET_SECONDS
        return ticket

    # -- the connection's life ----------------------------------------------------------------------------------
    async def serve(self, websocket: WebSocket) -> None:
        """One connection from handshake to end. A ticket that was used, revoked or has expired gets HTTP 403."""
        expires = self._tickets.pop(websocket.query_params.get("ticket", ""), 0.0)
        if expires <= self.clock.now():
            await websocket.close(code=1008)
            return
        await websocket.accept()
        connection = Connection(websocket)
        if self.connected >= MOST_CONNECTIONS:
            await connection.send(self._disconnect("too_many_websockets"))
            await websocket.close(code=1000)
            return
        self._live.append(connection)
        await connection.send(self._hello())
        self._told_connected()
        try:
            while True:
                self._received(await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass  # gone, by whichever side; KeyError: a binary frame, which Slack does not take either
        finally:
            self._live.remove(connection)
            self._told_connected()

    def cut(self) -> None:
        """Every connection breaks without a farewell; tickets that were given out no longer work."""
        self._tickets.clear()
        for connection in list(self._live):
            connection.leaving = True
            connection.cut()

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Slack's regular farewell: `disconnect`, a moment to leave, then the close. Old tickets no longer work."""
        self._tickets.clear()
        for connection in list(self._live):
            connection.leaving = True
            await connection.send(self._disconnect(reason))
            self._spawn(self._close_later(connection))

    async def _close_later(self, connection: Connection) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        if connection in self._live and connection.websocket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, OSError):  # it left by itself at this very moment
                await connection.websocket.close(code=1000)

    def stop(self) -> None:
        """Nothing more is sent or waited for."""
        for task in list(self._tasks):
            task.cancel()
        self.cut()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "debug_info": {"host": self.host, "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    def _disconnect(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": self.host}}

    def _told_connected(self) -> None:
        for listener in self.on_connected:
            listener(self.connected > 0)

    def _received(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            log.warning("socket: not JSON: %.80r", text)
            return
        delivery, answered = self._waiting.get(message.get("envelope_id", ""), (None, None))
        if delivery is None or answered is None or answered.done():
            return  # an ack for something that is long given up
        delivery.acked_at = self.clock.now()
        delivery.response = message.get("payload")
        answered.set_result(delivery)

    # -- sending ------------------------------------------------------------------------------------------------
    async def ask(self, type: str, payload: Json) -> Any:
        """Sends once and gives the ack's payload. Raises NotDelivered."""
        delivery = await self._attempt(type, payload, accepts_response=True)
        return delivery.response

    def tell(self, payload: Json) -> None:
        """Sends an event, now and again until it is acked or given up."""
        self._spawn(self._tell_until_acked(payload))

    def release(self) -> None:
        """Lets go what `hold` and `reorder` keep back."""
        for event in self._held:
            event.set()
        self._held.clear()

    async def _tell_until_acked(self, payload: Json) -> None:
        reason = ""
        for attempt, pause in enumerate((0.0, *self.retry_seconds)):
            if pause:
                await asyncio.sleep(pause)
            try:
                await self._attempt("events_api", payload, attempt=attempt, reason=reason)
                return
            except NotDelivered as failure:
                reason = failure.reason
        log.info("event %s given up", payload.get("event_id"))

    async def _attempt(
        self, type: str, payload: Json, accepts_response: bool = False, attempt: int = 0, reason: str = ""
    ) -> Delivery:
        fault = self.faults.for_delivery(type)
        if fault is not None and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        elif fault is not None and fault.kind == "hold":
            event = asyncio.Event()
            self._held.append(event)
            await event.wait()
        elif fault is not None and fault.kind == "reorder":
            await self._take_place_in_reverse(last=not fault.times)
        connection = self._pick()
        if connection is None:
            raise NotDelivered("connection_failed")
        delivery, answered = self._prepare(type, payload, attempt, reason)
        try:
            if not await connection.send(self._envelope(delivery, accepts_response)):
                raise NotDelivered("connection_failed")
            if fault is not None and fault.kind == "duplicate":
                self._spawn(self._send_again(type, payload, accepts_response))
            return await asyncio.wait_for(answered, self.ack_seconds)
        except TimeoutError:
            raise NotDelivered("timeout") from None
        finally:
            self._waiting.pop(delivery.envelope_id, None)

    async def _send_again(self, type: str, payload: Json, accepts_response: bool) -> None:
        connection = self._pick()
        if connection is None:
            return
        delivery, answered = self._prepare(type, payload, 0, "")
        try:
            await connection.send(self._envelope(delivery, accepts_response))
            with contextlib.suppress(TimeoutError):  # the first copy's ack decides; this one is only listed
                await asyncio.wait_for(answered, self.ack_seconds)
        finally:
            self._waiting.pop(delivery.envelope_id, None)

    def _prepare(
        self, type: str, payload: Json, attempt: int, reason: str
    ) -> tuple[Delivery, asyncio.Future[Delivery]]:
        delivery = Delivery(str(uuid.uuid4()), type, payload, self.clock.now(), attempt, reason)
        answered: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        self._waiting[delivery.envelope_id] = delivery, answered
        self.deliveries.append(delivery)
        return delivery, answered

    def _envelope(self, delivery: Delivery, accepts_response: bool) -> Json:
        envelope: Json = {
            "envelope_id": delivery.envelope_id,
            "payload": delivery.payload,
            "type": delivery.type,
            "accepts_response_payload": accepts_response,
        }
        if delivery.type == "events_api":
            envelope |= {"retry_attempt": delivery.retry_attempt, "retry_reason": delivery.retry_reason}
        return envelope

    def _pick(self) -> Connection | None:
        """Any one of the sockets, in turn."""
        usable = [each for each in self._live if not each.leaving]
        if not usable:
            return None
        self._next += 1
        return usable[self._next % len(usable)]

    async def _take_place_in_reverse(self, last: bool) -> None:
        turn = asyncio.Event()
        self._held.insert(0, turn)
        if last:
            self.release()
        await turn.wait()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
