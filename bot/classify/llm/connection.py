"""One exchange with a model's server: so many bytes at most, no other server, and it can be cut off from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from bot import deadline
from bot.deadline import Line
from bot.errors import ModelError, ModelSlow, ModelUnavailable, Overdue

T = TypeVar("T")

MOST = 256 * 1024  # bytes of an answer; a usual one has two thousand

# What nobody asked to be compressed comes as it is, and so no small answer unfolds into a huge one.
HEADERS: Mapping[str, str] = {"Accept-Encoding": "identity"}


class Connection(httpx.BaseTransport):
    """A transport for one exchange, whose `line` can be cut."""

    def __init__(self, url: str, *, proxies: bool = False) -> None:
        """With `proxies` the way to `url` is the one that HTTPS_PROXY and its kin name."""
        self._url = url
        self._proxies = proxies
        self._inner: httpx.HTTPTransport | None = None
        self.line = Line()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._inner = self._inner or self._transport()
        request.extensions["trace"] = self.line.trace
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

    def ask(_: Line) -> T:
        try:
            return work()
        except ModelError:
            raise
        except Exception as error:  # the edge of a thread: no server's fault ends whoever asked
            raise ModelUnavailable(f"{type(error).__name__}: {error}") from error
        finally:
            over()

    try:
        return deadline.exchange(seconds, ask, connection.line)
    except Overdue:
        raise ModelSlow(f"no answer within {seconds:.3g} s") from None
    except RuntimeError as error:
        over()
        raise ModelUnavailable(f"nobody to ask it: {error}") from None


def _proxy(url: str) -> str | None:
    parts = httpx.URL(url)
    return None if proxy_bypass(parts.host) else getproxies().get(parts.scheme)
