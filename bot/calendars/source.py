"""A calendar's text, from a file or an address. Whoever knows a calendar's address may read it: only the host is shown.

What comes is taken only up to a size and within a time. A redirect is followed to https alone.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from bot.addresses import is_web_address
from bot.deadline import Line, exchange
from bot.errors import CalendarUnavailable, CalendarUnusable, Overdue

PATIENCE = 20.0  # seconds that it may take; some export a year's shifts only when they are asked for
_MOST = 2 * 1024 * 1024  # bytes
_HOPS = 5  # redirects
_HOST_FIRST = re.compile(  # an address whose scheme was forgotten, or mistyped
    r"(?:[a-z]+:/{0,2}|//)?(?:[^/@]*@)?(?P<host>[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+)(?::[0-9]*)?[/?]", re.IGNORECASE
)
_COMPRESSED = {"gzip", "x-gzip", "deflate"}


def address_of(ics: str) -> str | None:
    """As a browser opens it: webcal is https. None for a file."""
    scheme, colon, rest = ics.partition("://")
    if not colon:
        return None
    return f"https://{rest}" if scheme.lower() in {"webcal", "webcals"} else f"{scheme.lower()}://{rest}"


def place_of(ics: str) -> str:
    """What may be shown of it: the host, or the file; of a file that may be an address as well, its first part."""
    address = address_of(ics)
    if address is None and (like := _HOST_FIRST.match(ics)):
        return like["host"]
    return ics if address is None else urlsplit(address).hostname or "its address"


def file_of(ics: str, folder: Path) -> Path | None:
    """`folder` is where the team file is. None for an address."""
    return folder / ics if address_of(ics) is None else None


def text_of(ics: str, folder: Path, within: float = PATIENCE) -> str:
    """What it says now. Raises CalendarUnavailable and CalendarUnusable, which never tell the address."""
    file = file_of(ics, folder)
    body = _fetched(address_of(ics) or "", within) if file is None else _read(file, _HOST_FIRST.match(ics))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalendarUnusable("it is no text in UTF-8") from error


def _read(file: Path, like_an_address: re.Match[str] | None) -> bytes:
    shown = like_an_address["host"] if like_an_address else str(file)
    try:
        if not file.is_file():
            if like_an_address:
                raise CalendarUnavailable(f"there is no such file; for an address at {shown} write https:// before it")
            raise CalendarUnavailable(f"{shown} is not there" if not file.exists() else f"{shown} is no file")
        with file.open("rb") as opened:
            body = opened.read(_MOST + 1)
    except OSError as error:
        raise CalendarUnavailable(f"{shown} cannot be read: {error.strerror}") from error
    if len(body) > _MOST:
        raise CalendarUnusable(_TOO_LONG)
    return body


def _fetched(address: str, within: float) -> bytes:
    def ask(line: Line) -> bytes:
        # The proxies of the environment count, as for Slack. Each exchange has its own connection, which can be cut.
        with httpx.Client(timeout=within, follow_redirects=False, headers=_ASKED) as client:
            url = address
            for _ in range(_HOPS):
                with client.stream("GET", url, extensions={"trace": line.trace}) as answer:
                    if not answer.is_redirect:
                        return _body(answer)
                    url = urljoin(url, answer.headers["location"])
                if not (is_web_address(url) and url.startswith("https://")):
                    raise CalendarUnavailable("it sends us to an address that is not https")
        raise CalendarUnavailable("it sends us from one address to the next")

    try:
        return exchange(within, ask)
    except Overdue as error:
        raise CalendarUnavailable(str(error)) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        raise CalendarUnavailable(f"no connection: {_without(error, address)}") from error
    except httpx.TimeoutException as error:
        raise CalendarUnavailable(f"no answer within {within:.3g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CalendarUnavailable(f"no whole answer: {_without(error, address)}") from error
    except (OSError, RuntimeError) as error:  # no thread and no handle is left: nothing was said
        raise CalendarUnavailable(f"nobody to ask it: {_without(error, address)}") from error


def _body(answer: httpx.Response) -> bytes:
    """Counted before and after it is unpacked: a few bytes can stand for gigabytes."""
    if answer.status_code >= 400:
        raise CalendarUnavailable(f"HTTP {answer.status_code}{_MEANING.get(answer.status_code, '')}")
    if answer.status_code != 200:
        raise CalendarUnavailable(f"HTTP {answer.status_code}, without a calendar")
    body = b""
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > _MOST:
            raise CalendarUnusable(_TOO_LONG)
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing in _COMPRESSED:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)  # either kind, by its head
        try:
            body = unpacking.decompress(body, _MOST + 1)
        except zlib.error as error:
            raise CalendarUnavailable("it is packed in a way that cannot be undone") from error
        if len(body) > _MOST:
            raise CalendarUnusable(_TOO_LONG)
        if not unpacking.eof:
            raise CalendarUnavailable("its answer is cut off")
    elif packing != "identity":
        raise CalendarUnavailable("it is packed in a way that nobody asked for")
    return body


def _without(error: Exception, address: str) -> str:
    """The network's own words, which must not tell the address."""
    said = " ".join(str(error).split())[:_SAID] or type(error).__name__
    parts = urlsplit(address)
    secret = [address, parts.path.strip("/"), parts.query, parts.netloc.rpartition("@")[0]]
    return type(error).__name__ if any(each and each in said for each in secret) else said


_SAID = 200  # characters
_TOO_LONG = f"it is longer than {_MOST // 1024**2} MiB"
_ASKED = {"accept": "text/calendar, text/plain;q=0.5, */*;q=0.1", "accept-encoding": "gzip"}
_MEANING = {401: ": it wants a password", 403: ": it lets nobody in", 404: ": it is not there", 410: ": it is gone"}
