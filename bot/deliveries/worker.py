"""Works deliveries off: in order for each thing they are about, again with longer and longer pauses, for a day."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.errors import DeliveryRefused, NotDelivered
from bot.store import Store
from bot.store.deliveries import Delivery

log = structlog.get_logger()

Send = Callable[[Delivery], None]  # raises NotDelivered

_LONGEST_PAUSE = 300.0  # seconds between two tries
_GIVE_UP = timedelta(days=1)  # what comes later helps nobody
_FAREWELL = 5.0  # seconds that whoever stops the bot waits


class Deliveries:
    def __init__(self, store: Store, ways: Mapping[str, Send], now: Callable[[], datetime]) -> None:
        """`ways`: how each is sent. After a crash in between a delivery is sent twice; it carries an id for that."""
        self._store = store
        self._now = now
        self._something = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, args=(way, send), name=f"deliveries-{way}", daemon=True)
            for way, send in ways.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def look(self) -> None:
        """There may be something new."""
        with self._something:
            self._something.notify_all()

    def stop(self, within: float = _FAREWELL) -> None:
        """Those at hand get a few seconds more; what is not known to be sent by then is tried after the next start."""
        with self._something:
            self._stopping = True
            self._something.notify_all()
        until = time.monotonic() + within
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0))

    def _work(self, way: str, send: Send) -> None:
        record: Callable[[], None] | None = None  # of what was sent; while it cannot be written, only that is tried
        stumbles = 0
        while True:
            try:
                if record is not None:
                    record()
                    record = None
                found = self._wait_for_one(way)
                if found is None:
                    return
                record = self._deliver(found, send)
                stumbles = 0
            except Exception:  # the edge of the thread: whatever broke may heal
                log.exception("delivery stumbled", way=way)
                with self._something:
                    stopping = self._something.wait_for(lambda: self._stopping, _pause(stumbles))
                stumbles += 1
                if stopping:
                    if record is not None:
                        with suppress(Exception):  # it is sent once more after the next start
                            record()
                    return

    def _wait_for_one(self, way: str) -> Delivery | None:
        """None: there is no time any more."""
        with self._something:
            while not self._stopping:
                if found := self._store.deliveries.due_delivery(way, self._now()):
                    return found
                due = self._store.deliveries.next_due(way)
                self._something.wait(None if due is None else max((due - self._now()).total_seconds(), 0.05))
        return None

    def _deliver(self, delivery: Delivery, send: Send) -> Callable[[], None]:
        """What writes down how it went."""
        now, written = self._now(), self._store.deliveries
        if now - delivery.created >= _GIVE_UP:
            error = delivery.error or "it was a day old before it could be sent"
            return partial(written.give_up_delivery, delivery.key, error, now)
        pause = timedelta(seconds=_pause(delivery.attempts))
        # Before it is sent: what cannot be written down is not sent, or a full disk would have it sent for ever.
        written.begin_delivery(delivery.key, now + pause)
        try:
            send(delivery)
        except DeliveryRefused as refused:
            log.warning("refused", delivery=delivery.key, error=str(refused))
            return partial(written.give_up_delivery, delivery.key, str(refused), self._now())
        except NotDelivered as failed:
            log.warning("not delivered", delivery=delivery.key, error=str(failed))
            return partial(written.delivery_failed, delivery.key, self._now() + pause, str(failed))
        except Exception as broken:  # noqa: BLE001 - the others wait behind it
            # Not its own words: they quote what it broke on, such as an address with a key in it.
            kind, where = type(broken).__name__, "".join(traceback.format_tb(broken.__traceback__))
            log.error("not delivered", delivery=delivery.key, error=kind, where=where)
            return partial(written.delivery_failed, delivery.key, self._now() + pause, f"it cannot be sent: {kind}")
        return partial(written.delivered, delivery.key, self._now())


def _pause(tries: int) -> float:
    """Seconds, after so many."""
    return min(_LONGEST_PAUSE, 2.0 ** min(tries, 10))
