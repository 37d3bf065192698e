"""One exchange with a model's server: so many bytes at most, no other server, and it can be cut off from outside."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.errors import ModelError, ModelSlow, ModelUnavailable

T = TypeVar("T")

MOST = 256 * 1024  # bytes of an answer; a usual one has two thousand

# What nobody asked to be compressed comes as it is, and so no small answer unfolds into a huge one.
HEADERS: Mapping[str, str] = {"Accept-Encoding": "identity"}


class Connection(httpx.BaseTransport):
    """A transport for one exchange. httpx bounds single waits; who drips a byte a second is never late for one.

    So whoever waits for the exchange keeps the time, and calls `cut` when it is over: the thread that reads then ends.
    """

    def __init__(self, url: str, *, proxies: bool = False) -> None:
        """With `proxies` the way to `url` is the one that HTTPS_PROXY and its kin name."""
        self._url = url
        self._proxies = proxies
        self._inner: httpx.HTTPTransport | None = None
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._inner = self._inner or self._transport()
        request.extensions["trace"] = self._watch
        answer = self._inner.handle_request(request)
        try:
            if 300 <= answer.status_code < 400:
                raise ModelUnavailable(f"HTTP {answer.status_code}: it sends us to another address")
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise ModelUnavailable("it answers compressed, which nobody asked for")
        except ModelUnavailable:
            answer.close()
            raise
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Bounded(answer.stream),
            extensions=answer.extensions,
        )

    def _transport(self) -> httpx.HTTPTransport:
        # Reading all certificates of the world takes a while, and a plain connection has none to check.
        tls = self._proxies or not self._url.startswith("http://")
        try:
            return httpx.HTTPTransport(verify=tls, proxy=_proxy(self._url) if self._proxies else None)
        except (ValueError, ImportError, httpx.InvalidURL):
            raise ModelUnavailable("HTTPS_PROXY names no proxy that can be used; write http://host:port") from None

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()

    def cut(self) -> None:
        """From another thread: every wait for this server ends at once, or as soon as its connection stands."""
        with self._lock:
            self._over = True
            for each in self._sockets:
                _shut(each)

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's trace: the only way to the socket before the server has answered."""
        ask = getattr(info.get("return_value"), "get_extra_info", None)
        found = ask("socket") if ask and event.endswith(".complete") else None
        if isinstance(found, socket.socket):
            with self._lock:
                self._sockets.append(found)
                if self._over:
                    _shut(found)


def _shut(each: socket.socket) -> None:
    """Not closed: its number could be another socket's before the thread that reads from it has looked again."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(each, socket.SHUT_RDWR)


class _Bounded(httpx.SyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for chunk in self._inner:
            taken += len(chunk)
            if taken > MOST:
                raise ModelUnavailable(f"its answer is longer than {MOST // 1024} KiB")
            yield chunk

    def close(self) -> None:
        self._inner.close()


def exchange(connection: Connection, seconds: float, work: Callable[[], T], over: Callable[[], object]) -> T:
    """What the work gives, which uses the connection. After `seconds` it is cut off, and that is a ModelSlow.

    Whatever else goes wrong is a ModelError as well. `over` is called once, when the work has really ended.
    """
    results: list[T] = []
    faults: list[ModelError] = []
    ended = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except ModelError as fault:
            faults.append(fault)
        except Exception as error:  # noqa: BLE001 - the edge of a thread: no server's fault ends whoever asked
            faults.append(ModelUnavailable(f"{type(error).__name__}: {error}"))
        finally:
            over()
            ended.set()

    try:
        threading.Thread(target=run, name="language-model", daemon=True).start()
    except RuntimeError as error:
        over()
        raise ModelUnavailable(f"nobody to ask it: {error}") from None
    if not ended.wait(seconds):
        connection.cut()
        raise ModelSlow(f"no answer within {seconds:.3g} s")
    for fault in faults:
        raise fault
    return results[0]


def _proxy(url: str) -> str | None:
    parts = httpx.URL(url)
    return None if proxy_bypass(parts.host) else getproxies().get(parts.scheme)
