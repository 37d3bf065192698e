"""JSON to a web address: the pager and the status page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.errors import NotDelivered
from bot.mrkdwn import clean

_TIMEOUT = 20.0  # seconds
_SHOWN = 200  # characters of an answer


def post(url: str, body: Mapping[str, Any], key: str) -> None:
    """`key` is the same however often it is sent: the far side can tell by it. Raises NotDelivered.

    Redirects are not followed: what is in the body is for this address. The address itself may hold a secret, and only
    its host is ever told.
    """
    host = "the address"
    try:
        host = urlsplit(url).hostname or host
        answer = httpx.post(url, json=dict(body), headers={"Idempotency-Key": key}, timeout=_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(f"{host} cannot be reached: {type(error).__name__}") from error
    except ValueError as error:  # an address that is none, such as https://[::1
        raise NotDelivered(f"{host} is no address that can be reached: {type(error).__name__}") from error
    if not answer.is_success:
        said = " ".join(clean(answer.text, _SHOWN).split())
        raise NotDelivered(f"{host} answers {answer.status_code}{f': {said}' if said else ''}")
