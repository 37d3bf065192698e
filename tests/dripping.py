"""A server that answers so slowly that it never comes to an end, and yet is never late for one wait."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def dripping(begins: bytes, drop: bytes) -> Iterator[int]:
    """Its port. To whoever connects it says how it `begins`, and then a `drop` every hundredth of a second.

    When it ends, everybody must have hung up.
    """
    over = threading.Event()
    served: list[threading.Thread] = []

    def drip(to: socket.socket) -> None:
        with to, suppress(OSError):
            to.sendall(begins)
            while not over.wait(0.01):
                to.sendall(drop)

    def serve() -> None:
        with suppress(OSError):
            while True:
                served.append(threading.Thread(target=drip, args=(server.accept()[0],)))
                served[-1].start()

    server = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield server.getsockname()[1]
        for each in served:
            each.join(10)
        assert not any(each.is_alive() for each in served), "somebody still listens"
    finally:
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        serving.join()
        server.close()
        for each in served:
            each.join()
