"""JSON to a web address: the pager and the status page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.deadline import Line, exchange
from bot.errors import DeliveryRefused, NotDelivered, Overdue

_PATIENCE = 30.0  # seconds for the whole of it
_AGAIN = {408, 425, 429}  # of the answers that say that it is our fault, those that another time may be other


def post(url: str, body: Mapping[str, Any], key: str, within: float = _PATIENCE) -> None:
    """`key` is the same however often it is sent: the far side can tell by it. Raises NotDelivered.

    Redirects are not followed: what is in the body is for this address. The address itself may hold a secret, and only
    its host is ever told. So may the answer's text, where servers quote what they were sent: it is not even read.
    """
    host = _host(url)

    def ask(line: Line) -> int:
        sent: dict[str, Any] = {"json": dict(body), "headers": {"Idempotency-Key": key}}
        with (
            httpx.Client(timeout=within) as client,
            client.stream("POST", url, extensions={"trace": line.trace}, **sent) as answer,
        ):
            return answer.status_code

    try:
        status = exchange(within, ask)
    except Overdue as error:
        raise NotDelivered(f"{host}: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # a ValueError: no name that can be looked up
        raise NotDelivered(f"{host} cannot be reached: {type(error).__name__}") from error
    if 400 <= status < 500 and status not in _AGAIN:
        raise DeliveryRefused(f"{host} answers {status}")
    if not 200 <= status < 300:
        raise NotDelivered(f"{host} answers {status}")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the address"
    except ValueError:
        return "the address"
