"""Slack's text markup: escaping, and what Slack does to the text that apps post."""

from __future__ import annotations

import re

URL = r"https?://[^\s<>|`\"]*[^\s<>|`\".,;:!?'()\[\]{}*_~]"
# What may stand between < and >: a mention, a channel, a special word, a link.
CONTROL = re.compile(
    r"<((?:[@#][A-Z][A-Z0-9]{2,}|!(?:here|channel|everyone|subteam\^|date\^)|https?://|mailto:|tel:)[^<>]*)>"
)
ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
BARE_URL = re.compile(rf"(?<![\w/|]){URL}")


def escape(text: str) -> str:
    """The three characters that Slack's markup reserves, made literal."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_posted(text: str) -> str:
    """An app's text as Slack keeps it: stray & < > escaped, bare URLs between angle brackets; the rest as it came."""
    parts: list[str] = []
    at = 0
    for control in CONTROL.finditer(text):
        parts.append(_plain(text[at : control.start()]))
        parts.append(control.group(0))
        at = control.end()
    parts.append(_plain(text[at:]))
    return "".join(parts)


def _plain(text: str) -> str:
    text = ENTITY.sub("&amp;", text)
    # A > at the start of a line is a quotation and stays; Slack keeps it as &gt; all the same.
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return BARE_URL.sub(lambda match: f"<{match.group(0)}>", text)
