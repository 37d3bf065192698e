"""What is an address: a host, a web address, a mail address. Libraries break in many ways on what is none."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.I | re.A)  # an underscore: as containers are named
_LONGEST_HOST = 253
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.A)  # RFC 5322, dot-atom
_LONGEST_LOCAL = 64  # RFC 5321


def is_host(text: str) -> bool:
    """A name in any script or an IP address, without brackets."""
    try:
        ip_address(text)
        return True
    except ValueError:
        return _is_name(text)


def _is_name(text: str) -> bool:
    try:
        name = text.removesuffix(".").encode("idna").decode()
    except UnicodeError:  # an empty part, or one of more than 63 characters
        return False
    return len(name) <= _LONGEST_HOST and all(_LABEL.fullmatch(part) for part in name.split("."))


def is_web_address(text: str) -> bool:
    """http or https, with a host that there can be."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    shape = re.fullmatch(r"https?://[^\s<>|\\\x00-\x1f\x7f]+", text)
    return bool(shape) and port != 0 and is_host(parts.hostname or "")


def is_mail_address(text: str) -> bool:
    """One that every mail server takes: ASCII, and its domain is a name."""
    local, at, domain = text.rpartition("@")
    named = domain.isascii() and _is_name(domain) and "_" not in domain and not domain.endswith(".")
    return bool(at and named and len(local) <= _LONGEST_LOCAL and _LOCAL.fullmatch(local))
