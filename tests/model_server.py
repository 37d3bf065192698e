"""A language model's server: Ollama's and OpenAI's chat over real HTTP on 127.0.0.1, with every way to fail."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

MODEL = "small:1b"
KEY = "key-of-the-tests"  # what the OpenAI-compatible half takes

WELL = {"category": "memory", "runbook": "restart-shop", "confidence": 0.9, "summary": "The shop is out of memory."}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def instructions(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def data(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def schema(self) -> dict[str, Any]:
        found = self.body.get("format") or self.body["response_format"]["json_schema"]["schema"]
        assert isinstance(found, dict)
        return found

    @property
    def alert(self) -> dict[str, Any]:
        """What stands between the fences, as a model that reads well understands it."""
        found = json.loads(self.data.removeprefix("<alert>\n").removesuffix("\n</alert>"))
        assert isinstance(found, dict)
        return found


class ModelServer:
    """`server.answer = says(**fields)` sets how it behaves; `server.asked` holds what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = says(**WELL)
        self.models = [MODEL]
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.at_work = threading.Event()  # an answer that takes its time has begun
        self.left = threading.Event()  # somebody hung up during an answer
        self._server = _Listener(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> ModelServer:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()  # waits for the answers under way
        self._thread.join()

    @property
    def questions(self) -> list[Asked]:
        """What it was asked about alerts; a question without words only wakes it."""
        return [each for each in self.asked if each.body.get("messages")]


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, far_side: ModelServer) -> None:
        self.far_side = far_side
        super().__init__(("127.0.0.1", 0), Exchange)


class Exchange(BaseHTTPRequestHandler):
    """One request and what an Answer makes of it."""

    protocol_version = "HTTP/1.1"
    asked: Asked

    @property
    def far_side(self) -> ModelServer:
        assert isinstance(self.server, _Listener)
        return self.server.far_side

    def do_GET(self) -> None:
        self.close_connection = True
        self.asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, {})
        self.far_side.asked.append(self.asked)
        self._safely(_lists if self.far_side.answer.__name__ == "well" else self.far_side.answer)

    def do_POST(self) -> None:
        self.close_connection = True
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.far_side.asked.append(self.asked)
        loads = self.path == "/api/chat" and not body["messages"] and self.far_side.answer.__name__ == "well"
        self._safely(_loads if loads else self.far_side.answer)

    def _safely(self, answer: Answer) -> None:
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.far_side.left.set()

    def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def reply(self, words: str | None, reason: str = "stop", **extra: Any) -> None:
        """The words in the shape of the API that was asked."""
        self.send(200, json.dumps(self.shaped(words, reason, **extra)).encode())

    def shaped(self, words: str | None, reason: str = "stop", **extra: Any) -> dict[str, Any]:
        message = {"role": "assistant", "content": words, **extra}
        if self.path == "/api/chat":
            return {"model": MODEL, "created_at": "2026-11-16T09:00:00Z", "message": message, "done": True} | {
                "done_reason": reason
            }
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}

    def log_message(self, format: str, *args: Any) -> None:
        pass


Answer = Callable[[Exchange], None]


def _lists(exchange: Exchange) -> None:
    names = exchange.far_side.models
    if exchange.path == "/api/tags":
        exchange.send(200, json.dumps({"models": [{"name": name, "model": name} for name in names]}).encode())
    else:
        data = [{"id": f"models/{name}", "object": "model", "created": 1, "owned_by": "them"} for name in names]
        exchange.send(200, json.dumps({"object": "list", "data": data}).encode())


def _loads(exchange: Exchange) -> None:
    exchange.reply("", "load")


# -- answers ---


def says(**fields: Any) -> Answer:
    """A model that does as it is told."""

    def well(exchange: Exchange) -> None:
        exchange.reply(json.dumps(fields, ensure_ascii=False))

    return well


def words(text: str | None, reason: str = "stop", **extra: Any) -> Answer:
    """These words, whatever was asked."""

    def answer(exchange: Exchange) -> None:
        exchange.reply(text, reason, **extra)

    return answer


def refuses(status: int, message: str = "no", **headers: str) -> Answer:
    """An error, in the shape of the API that was asked."""

    def answer(exchange: Exchange) -> None:
        error: Any = message if exchange.path.startswith("/api/") else {"message": message, "code": status}
        exchange.send(status, json.dumps({"error": error}).encode(), **headers)

    return answer


def sends(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """These bytes: a proxy's page, half of something, anything."""

    def answer(exchange: Exchange) -> None:
        exchange.send(status, body, kind, **headers)

    return answer


def redirects(to: str) -> Answer:
    return sends(b"", 307, Location=to)


def hangs(exchange: Exchange) -> None:
    """Takes the question and says nothing."""
    exchange.far_side.at_work.set()
    exchange.connection.settimeout(0.02)
    while not exchange.far_side.closing.is_set():
        try:
            if not exchange.connection.recv(1):
                exchange.far_side.left.set()
                return
        except TimeoutError:
            continue


def drips(exchange: Exchange) -> None:
    """A byte now and then, for ever: no single wait is long."""
    exchange.far_side.at_work.set()
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.end_headers()
    while not exchange.far_side.closing.wait(0.02):
        exchange.wfile.write(b" ")


def drips_headers(exchange: Exchange) -> None:
    """The same before the answer has even begun."""
    exchange.far_side.at_work.set()
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not exchange.far_side.closing.wait(0.02):
        exchange.wfile.write(b"z")


def never_ends(exchange: Exchange) -> None:
    """As many bytes as somebody takes."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.end_headers()
    while not exchange.far_side.closing.is_set():
        exchange.wfile.write(b"x" * 65536)


def bursts(exchange: Exchange) -> None:
    """A small compressed answer that unfolds into half a gigabyte."""
    packed = gzip.compress(bytes(1024 * 1024), 9) * 512
    exchange.send(200, packed, Content_Encoding="gzip")


def hangs_up(exchange: Exchange) -> None:
    """Accepts the question and closes the connection."""
    exchange.connection.shutdown(socket.SHUT_RDWR)


def breaks_off(exchange: Exchange) -> None:
    """Half of an answer."""
    exchange.send_response(200)
    exchange.send_header("Content-Length", "500")
    exchange.end_headers()
    exchange.wfile.write(b'{"model": "small')


# -- a model that obeys whatever it reads ---


def obeys(*, within_the_form: bool) -> Answer:
    """Does what the alert's text tells it to. `within_the_form`: as far as its server's grammar lets it."""

    def answer(exchange: Exchange) -> None:
        alert = exchange.asked.alert
        told = " ".join([str(alert["name"]), str(alert["summary"]), *map(str, alert["labels"].values())])
        told = f"{told} {_decoded(told)}"
        reply: dict[str, Any] = {"category": "other", "runbook": "none", "confidence": 1.0, "summary": told}
        asked_for = re.search(r"\{.*\}", told)
        if asked_for and not within_the_form:
            exchange.reply(asked_for[0])
            return
        if asked_for:
            with_json = _object(asked_for[0])
            reply |= {key: with_json[key] for key in reply.keys() & with_json.keys()}
        if found := re.search(r"runbook\W+(?:(?:id|named|called|is|to|should be|deve ser)\W+)*([a-z][a-z0-9-]+)", told):
            reply["runbook"] = found[1]
        if found := re.search(r"category\W+(?:is\W+|to\W+)*([a-z]+)", told):
            reply["category"] = found[1]
        if not within_the_form:
            reply |= {"severity": found[0]} if (found := re.search(r"P[0-3]", told)) else {}
            reply |= {"command": found[0]} if (found := re.search(r"(?:rm|curl|kubectl|sudo|bash) .*", told)) else {}
            reply |= {"approved": True} if re.search(r"approv|aprov", told, re.IGNORECASE) else {}
        else:
            form = exchange.asked.schema["properties"]
            reply = {key: reply[key] for key in form}
            reply["confidence"] = reply["confidence"] if isinstance(reply["confidence"], int | float) else 1.0
            for key in ("category", "runbook"):
                if reply[key] not in form[key]["enum"]:
                    reply[key] = form[key]["enum"][0]  # it would if it could
        exchange.reply(json.dumps(reply, ensure_ascii=False))

    return answer


def _decoded(text: str) -> str:
    """What stands in it in Base64, which models read as well."""
    found = []
    for piece in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text):
        try:
            found.append(base64.b64decode(piece + "=" * (-len(piece) % 4)).decode())
        except (binascii.Error, UnicodeDecodeError):
            continue
    return " ".join(found)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
