"""Slack's own markup, made safe. What came from outside goes through `escape`, or stands where nothing is formatted.

Source: Slack, "Formatting text for app surfaces": `&`, `<` and `>` are the only control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

_FORMATTING = str.maketrans({char: f"\u2060{char}" for char in "*_~`"})  # a word joiner keeps them from pairing
_EMOJI = re.compile(r":(?=(?:[A-Za-z+'-][\w+'-]{0,99}|1\d{2,3}|8ball):)")  # not the 1 of file.yaml:1:
ADDRESS = re.compile(r"(https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]])")  # that can be opened, by its own name


class Mrkdwn(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


def clean(text: str, limit: int) -> str:
    """Without control, bidi and other invisible characters, and no longer than `limit`."""
    shown = "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def entities(text: str) -> str:
    """Outside text where Slack reads mentions and links but formats nothing, such as a notification's."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str, limit: int = 1000) -> Mrkdwn:
    """Outside text inside mrkdwn: it can neither mention, link, format nor draw pictures."""
    return Mrkdwn(_EMOJI.sub(":\u2060", entities(clean(text, limit)).translate(_FORMATTING)))


def person(slack_id: str) -> Mrkdwn:
    """A mention that Slack shows as the person's name. Only for ids that came from Slack itself or the team file."""
    return Mrkdwn(f"<@{slack_id}>") if slack_id.isalnum() else escape(slack_id)


def listed(names: Iterable[str]) -> Mrkdwn:
    """Names, with commas. Mentions among them stay mentions."""
    return Mrkdwn(", ".join(name if isinstance(name, Mrkdwn) else escape(name) for name in names))


def time(at: datetime) -> Mrkdwn:
    """The time of day in each reader's own zone."""
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>")


def moment(at: datetime) -> Mrkdwn:
    """The day and the time of day in each reader's own zone."""
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_short}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>")


def day(at: datetime) -> Mrkdwn:
    """The same with the day of the week, which people go by when they arrange something."""
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_long}} {{time}}|{at:%A %Y-%m-%d %H:%M} UTC>")


def link(url: str, words: str) -> Mrkdwn:
    """A link, when the address is one that a browser opens; else the words alone."""
    if not url.startswith(("http://", "https://")) or any(char in url for char in "<>| \n"):
        return escape(words)
    return Mrkdwn(f"<{url}|{escape(words)}>")
