"""A deadline for a whole exchange. Libraries bound each wait, and who drips a byte a second is never late for one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from typing import Any, TypeVar

from bot.errors import Overdue

_T = TypeVar("_T")


class Line:
    """The connections of one exchange, which can be cut from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self.over: Future[None] = Future()  # done once it is cut

    def hold(self, connection: socket.socket) -> None:
        """A handle of our own, so that it is still the same one when TLS has taken the connection, or it was closed."""
        with self._lock:
            self._held.append(connection.dup())
            if self.over.done():
                _shut(self._held[-1])

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """As httpx's extension of that name: the only way to a connection before the server has answered."""
        if event.endswith("connect_tcp.complete"):
            self.hold(info["return_value"].get_extra_info("socket"))

    def cut(self) -> bool:
        """Every wait for the far side ends at once, or as soon as its connection stands. True when one stood."""
        with self._lock:
            if not self.over.done():
                self.over.set_result(None)
            for each in self._held:
                _shut(each)
            return bool(self._held)

    def release(self) -> None:
        with self._lock:
            for each in self._held:
                each.close()
            self._held.clear()


def exchange(seconds: float, work: Callable[[Line], _T], line: Line | None = None) -> _T:
    """What `work` gives, which holds its connections with the line: a new one, unless there is one already.

    Raises what it raises, and Overdue, also when somebody else cuts the line; RuntimeError when no thread is left, and
    then nothing was begun.

    It runs on a thread of its own that nobody waits for: looking up a name cannot be ended from outside.
    """
    held = line or Line()
    outcome: Future[_T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work(held))
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            outcome.set_exception(error)
        finally:
            held.release()

    threading.Thread(target=run, name="exchange", daemon=True).start()
    either: tuple[Future[Any], ...] = (outcome, held.over)
    if outcome not in wait(either, seconds, FIRST_COMPLETED).done:
        raise Overdue(seconds, connected=held.cut())
    return outcome.result()


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
