"""A network that brings every request to a server, and loses the answers that a test wants lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


@dataclass
class LostAnswers:
    port: int
    lost: set[str] = field(default_factory=set)  # methods whose answers never arrive: the connection breaks
    held: set[str] = field(default_factory=set)  # methods whose answers are still on their way
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path, once the server has answered
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, method: str) -> int:
        return sum(1 for each, _ in self.asked if each == method)


@contextmanager
def losing_answers(to: str) -> Iterator[LostAnswers]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {"Content-Type": self.headers.get("Content-Type") or "text/plain"}
            try:
                answer = httpx.request(self.command, to + self.path, content=body, headers=headers, trust_env=False)
            except httpx.HTTPError:  # it is down
                self.close_connection = True
                return
            between.asked.append((self.command, self.path))
            if self.command in between.held:
                between.ended.wait(60)
            if self.command in between.held | between.lost:
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    between = LostAnswers(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield between
    finally:
        between.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
