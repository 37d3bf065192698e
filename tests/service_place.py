"""A place for the runbooks of services: folders, a bot's environment, servers that answer, and a small real service."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bot.model import Verdict
from tests.hurried import hurried
from tests.library import Performed, perform
from tests.small_service import SmallService


class Place:
    """A machine of one's own: where services, flags and kept logs are, and what the bot's environment says of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.answers: dict[str, bool] = {}  # of people, by step; they say yes to the others
        self.services, self.flags, self.evidence = root / "services", root / "flags", root / "evidence"
        for folder in (self.services, self.flags):
            folder.mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "SERVICES_DIR": str(self.services),
            "MAINTENANCE_DIR": str(self.flags),
            "EVIDENCE_DIR": str(self.evidence),
        }

    def perform(self, id: str, **given: object) -> Performed:
        """The runbook with these values."""
        filled = {name: str(value) for name, value in given.items()}
        return perform(id, filled, self.environ, self.root, answers=self.answers)

    def perform_in_vain(self, id: str, wait: str, **given: object) -> Performed:
        """The same, where nothing comes of its wait of this length: it takes two seconds."""
        filled = {name: str(value) for name, value in given.items()}
        return perform(id, filled, self.environ, self.root, answers=self.answers, folder=hurried(self.root, id, wait))


def start(place: Place, shop: SmallService) -> None:
    done = place.perform("start-service", service="shop", platform="process", port=shop.port)
    assert done.verdict is Verdict.FIXED, str(done)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.01)


def get(shop: SmallService, path: str) -> tuple[int, str]:
    """Status and body."""
    far = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    try:
        far.request("GET", path)
        answer = far.getresponse()
        return answer.status, answer.read().decode()
    finally:
        far.close()


class listening:
    """Serves with this handler while the block lasts; the port as its value."""

    def __init__(self, side: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), side)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve(statuses: Mapping[str, int], port: int = 0) -> listening:
    """Each path answers with its status, any other with 404."""

    class Side(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return listening(Side, port)
