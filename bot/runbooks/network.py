"""The steps that speak to other systems: one HTTP request, or one connection. Bounded in time, size and trust."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import httpx

from bot.model import Http, Outcome, Result, Tcp
from bot.runbooks import placeholders
from bot.runbooks.judge import by_status
from bot.runbooks.masking import Mask
from bot.runbooks.output import HeadAndTail

# More of an answer is not read; what is shown is bounded as every output is.
_MOST = 1024 * 1024
_LOOK = 0.05
# Asking again changes nothing, so an answer that did not come is no uncertain outcome.
_READS = ("GET", "HEAD")
_NOT_IN_HEADERS = re.compile(r"[^\t -\x7e\x80-\U0010ffff]")


def request(
    http: Http, timeout: float, stop: threading.Event, secrets: Mapping[str, str] = MappingProxyType({})
) -> Outcome:
    """Sends it, without redirects and proxies, and compares the status.

    In the values of its headers `{name}` becomes that secret, here and not before; nothing that comes back shows one. A
    write whose answer is missing may have been done: that is unknown, not failed.
    """
    try:
        headers = _filled(http.headers, secrets)
    except ValueError as wrong:
        return Outcome(Result.FAILED, f"not sent: {wrong}", "", 0.0)
    mask = Mask(os.fsencode(secret) for secret in secrets.values())
    outcome = _within(timeout, stop, lambda: _ask(http, headers, timeout, mask))
    if outcome is not None:
        return replace(outcome, said=mask.hide_in_text(outcome.said))
    if stop.is_set():
        return Outcome(Result.UNKNOWN, f"stopped before {http.url} answered", "", 0.0)
    return _unanswered(http, f"no answer from {http.url} within {timeout:.3g} s", Result.TIMED_OUT)


def connect(tcp: Tcp, timeout: float, stop: threading.Event) -> Outcome:
    """Whether something accepts a connection there; it is closed at once."""
    outcome = _within(timeout, stop, lambda: _knock(tcp, timeout))
    if outcome is not None:
        return outcome
    where = f"{tcp.host}:{tcp.port}"
    if stop.is_set():
        return Outcome(Result.UNKNOWN, f"stopped before {where} answered", "", 0.0)
    return Outcome(Result.TIMED_OUT, f"no answer from {where} within {timeout:.3g} s", "", 0.0)


def _within(timeout: float, stop: threading.Event, work: Callable[[], Outcome]) -> Outcome | None:
    """What the work gives, or None when it is late or to stop.

    httpx and the resolver bound single waits and not the whole, hence a thread: it is given up, and ends by itself.
    """
    answers: list[Outcome] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as wrong:  # noqa: BLE001 - raised again in the thread that asked
            failures.append(wrong)
        finally:
            done.set()

    deadline = time.monotonic() + timeout
    threading.Thread(target=run, name="network-step", daemon=True).start()
    while not done.wait(_LOOK):
        if stop.is_set() or time.monotonic() >= deadline:
            return None
    for failure in failures:
        raise failure
    return answers[0]


def _filled(headers: Mapping[str, str], secrets: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers as they are sent. ValueError, without a secret in it, when one cannot be."""
    filled = []
    for name, template in headers.items():
        for used in placeholders.names(template):
            if used not in secrets:
                raise ValueError(f"header {name} needs the secret {used}, which is not there")
            # What a header's end is made of would let the secret write headers of its own.
            if _NOT_IN_HEADERS.search(secrets[used]):
                raise ValueError(
                    f"the secret {used} holds a line break or another control character, and no header may"
                )
        value = placeholders.replace(template, secrets)
        if value != value.strip(" \t"):
            raise ValueError(f"header {name} starts or ends with a space, and none may")
        filled.append((os.fsencode(name), os.fsencode(value)))
    return filled


def _ask(http: Http, headers: list[tuple[bytes, bytes]], timeout: float, mask: Mask) -> Outcome:
    kept = HeadAndTail(mask=mask)
    try:
        with (
            httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream(http.method, http.url, headers=headers, json=http.json) as answer,
        ):
            status = answer.status_code
            taken = 0
            for chunk in answer.iter_bytes(64 * 1024):
                kept.write(chunk)
                taken += len(chunk)
                if taken >= _MOST:
                    break
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as wrong:
        return Outcome(Result.FAILED, f"no connection to {http.url}: {wrong}", "", 0.0)
    except httpx.TimeoutException:
        return _unanswered(http, f"no answer from {http.url} within {timeout:.3g} s", Result.TIMED_OUT)
    except httpx.HTTPError as wrong:
        return _unanswered(http, f"no whole answer from {http.url}: {wrong}", Result.FAILED)
    return by_status(http, status, kept.text())


def _unanswered(http: Http, said: str, of_a_read: Result) -> Outcome:
    return Outcome(of_a_read if http.method in _READS else Result.UNKNOWN, said, "", 0.0)


def _knock(tcp: Tcp, timeout: float) -> Outcome:
    where = f"{tcp.host}:{tcp.port}"
    try:
        socket.create_connection((tcp.host, tcp.port), timeout).close()
    except TimeoutError:
        return Outcome(Result.TIMED_OUT, f"no answer from {where} within {timeout:.3g} s", "", 0.0)
    except OSError as wrong:
        return Outcome(Result.FAILED, f"no connection to {where}: {wrong.strerror or wrong}", "", 0.0)
    except UnicodeError:
        return Outcome(Result.FAILED, f"{where} is no host name", "", 0.0)
    return Outcome(Result.OK, f"{where} accepts connections", "", 0.0)
