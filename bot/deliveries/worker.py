"""Works deliveries off: in order for each thing they are about, again with longer and longer pauses, for a day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.errors import NotDelivered
from bot.store import Store
from bot.store.deliveries import Delivery

log = structlog.get_logger()

Send = Callable[[Delivery], None]  # raises NotDelivered

_LONGEST_PAUSE = 300.0  # seconds between two tries
_GIVE_UP = timedelta(days=1)  # what comes later helps nobody


class Deliveries:
    def __init__(self, store: Store, ways: Mapping[str, Send], now: Callable[[], datetime]) -> None:
        """`ways`: how each is sent. After a crash in between a delivery is sent twice; it carries an id for that."""
        self._store = store
        self._now = now
        self._something = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, args=(way, send), name=f"deliveries-{way}")
            for way, send in ways.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def look(self) -> None:
        """There may be something new."""
        with self._something:
            self._something.notify_all()

    def stop(self) -> None:
        """Returns when those at hand are sent, or were not; the others wait for the next start."""
        with self._something:
            self._stopping = True
            self._something.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _work(self, way: str, send: Send) -> None:
        while True:
            try:
                with self._something:
                    while (
                        not self._stopping and (found := self._store.deliveries.due_delivery(way, self._now())) is None
                    ):
                        due = self._store.deliveries.next_due(way)
                        self._something.wait(None if due is None else max((due - self._now()).total_seconds(), 0.05))
                    if self._stopping:
                        return
                assert found is not None  # noqa: S101  # the loop ended with one
                self._deliver(found, send)
            except Exception:  # the edge of the thread: whatever broke may heal
                log.exception("delivery stumbled", way=way)
                with self._something:
                    self._something.wait(1.0)

    def _deliver(self, delivery: Delivery, send: Send) -> None:
        try:
            send(delivery)
        except NotDelivered as error:
            log.warning("not delivered", delivery=delivery.key, error=str(error))
            self._failed(delivery, str(error))
        except Exception as error:  # whatever broke must not hold up all that comes after it
            log.exception("not delivered", delivery=delivery.key)
            self._failed(delivery, f"the bot stumbled over it: {type(error).__name__}")
        else:
            self._store.deliveries.delivered(delivery.key, self._now())

    def _failed(self, delivery: Delivery, why: str) -> None:
        """It is tried again after a while, for a day."""
        now = self._now()
        if now - delivery.created >= _GIVE_UP:
            self._store.deliveries.give_up_delivery(delivery.key, why, now)
        else:
            pause = min(_LONGEST_PAUSE, 2.0 ** min(delivery.attempts, 10))
            self._store.deliveries.delivery_failed(delivery.key, now + timedelta(seconds=pause), why)
