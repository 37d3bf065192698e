"""Who a message is from: by the name that the poster gives itself, and by where its links lead."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.alerts.message import Message


def slug(name: str) -> str:
    """A poster's name as a source: "Uptime Robot" is uptime-robot."""
    return re.sub(r"[^\w.]+", "-", name.strip().casefold()).strip("-")[:60] or "unknown"


def is_called(message: Message, *names: str) -> bool:
    """Does it call itself so? "Amazon Q Developer" and "amazon-q" are both called `amazonq`."""
    own = re.sub(r"[^a-z0-9]", "", message.username.casefold())
    return any(own.startswith(name) for name in names)


def links_to(message: Message, *hosts: str) -> bool:
    """Does one of its links lead to this host or one below it?"""
    found = {host_of(url) for _, url in message.all_links[:20]}
    return any(host == each or host.endswith(f".{each}") for host in found for each in hosts)


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:  # an address that is none
        return ""
