"""A small real web server that plays other people's systems: a status page, a partner's API, a flag service.

    with far_side() as far:
        far.answers["/health"] = (200, "ok")

What it is asked goes into `asked`; nothing is answered before the test says how, but with 404.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: str
    key: str  # the bearer token
    once: str  # the Idempotency-Key


@dataclass
class FarSide:
    port: int
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)  # of GET and HEAD
    flags: dict[str, Any] = field(default_factory=dict)  # GET and PUT /flags/NAME
    locked: set[str] = field(default_factory=set)  # flags that cannot be written
    intake: Callable[[str], int] = lambda _body: 201  # the status that a POST is answered with
    moved: dict[str, str] = field(default_factory=dict)  # path → where its 302 leads
    packed: dict[str, bytes] = field(default_factory=dict)  # path → a body that is said to be packed with gzip
    slow: set[str] = field(default_factory=set)  # paths that answer only when the server ends
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def posted(self) -> list[str]:
        """The bodies that were POSTed, in order."""
        return [asked.body for asked in self.asked if asked.method == "POST"]

    def answer(self, asked: Asked) -> tuple[int, str]:
        if asked.path in self.slow:
            self.ended.wait(60)
        name = asked.path.removeprefix("/flags/")
        if asked.method == "POST":
            return self.intake(asked.body), ""
        if asked.path == f"/flags/{name}":
            if name not in self.flags:
                return 404, "no such flag"
            if asked.method == "PUT":
                if name in self.locked:
                    return 500, "cannot write"
                self.flags[name] = json.loads(asked.body)["value"]
            return 200, json.dumps({"value": self.flags[name]})
        return self.answers.get(asked.path, (404, "nothing here"))


@contextmanager
def far_side(certificate: tuple[Path, Path] | None = None) -> Iterator[FarSide]:
    """One that listens on 127.0.0.1, with TLS when it is given a certificate's file and its key's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command,
                self.path,
                self.rfile.read(length).decode(),
                (self.headers.get("Authorization") or "").removeprefix("Bearer "),
                self.headers.get("Idempotency-Key") or "",
            )
            far.asked.append(asked)
            status, text = far.answer(asked)
            try:
                if asked.path in far.moved:
                    self.send_response(302)
                    self.send_header("Location", far.moved[asked.path])
                elif asked.path in far.packed:
                    self.send_response(200)
                    self.send_header("Content-Encoding", "gzip")
                else:
                    self.send_response(status)
                body = far.packed.get(asked.path, text.encode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_HEAD = do_PUT = do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

        def handle_error(self, *_: Any) -> None:
            """A client that hangs up in the middle of TLS, as openssl s_client does, is no fault."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    far = FarSide(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield far
    finally:
        far.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
