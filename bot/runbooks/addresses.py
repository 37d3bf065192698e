"""Addresses with parameters in them: a value fills a place in an address, and never changes what the address means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

from bot.runbooks.placeholders import names, replace

_ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")


def refused_template(url: str) -> str | None:
    """Why a runbook may not use this address, or None."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        return "is no address; write http://host/path or https://host/path"
    if "@" in parts["authority"]:
        return "has a user or password in it; remove it, the plan is shown to everyone"
    if re.search(r"[\s\\]", url):
        return "holds a space or a backslash; write %20 or %5C"
    try:
        filled = urlsplit(replace(url, dict.fromkeys(names(url), "1")))
        if not filled.hostname or filled.port == 0:
            return "names no host; write http://host/path"
        if refused_host(filled.hostname):
            return "has a wrong host name; write http://host/path"
    except ValueError:
        return "has a wrong port or host; write http://host:8080/path"
    return None


def refused_host(host: str) -> str | None:
    """Why a runbook may not name this host, which can have parameters in it; or None."""
    filled = replace(host, dict.fromkeys(names(host), "1"))
    return None if _HOST.fullmatch(filled) or _is_ipv6(filled) else "is no host name; write such as db.example.com"


def fill_url(url: str, values: Mapping[str, str]) -> str:
    """The address with its values; ValueError for a value that cannot stand in its place."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        raise ValueError(f"{url} is no address")
    for name in names(parts["authority"]):
        fill_host(f"{{{name}}}", values)
    for segment in re.split(r"[?#]", parts["rest"])[0].split("/"):
        # A server may take these for the folder itself or the one above: another address, with another meaning.
        if names(segment) and (filled := replace(segment, values)) in ("", ".", ".."):
            what = f"is {filled}" if filled else "is empty"
            raise ValueError(f"{' and '.join(names(segment))} {what}, which would change the path of {url}")
    authority = replace(parts["authority"], values)
    address = f"{parts['scheme']}://{authority}{replace(parts['rest'], values, lambda value: quote(value, safe=''))}"
    if why := refused_template(address.replace("{", "%7B").replace("}", "%7D")):
        raise ValueError(f"{address} {why}")
    return address


def fill_host(host: str, values: Mapping[str, str]) -> str:
    """A host name with its values; ValueError when one is no part of a host name."""
    for name in names(host):
        if not _HOST.fullmatch(values[name]):
            raise ValueError(f"{name} is no host name")
    return replace(host, values)


def _is_ipv6(host: str) -> bool:
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
