"""Slack's markup undone, once: what people would see becomes plain text, and the addresses behind words are kept.

Every pattern here stops at a character that it starts with, or is bounded, so that time grows with the length.
Source: Slack, "Formatting text for app surfaces".
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_plus

_ANGLES = re.compile(r"<([^<>|]*)(?:\|((?:[^<>]|(?<= )>(?= ))*))?>")  # "latency > 2s" stands unescaped in some words
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()<>]{1,2000})\)")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#39|#x27|#34);", re.IGNORECASE)
_ENTITIES = {
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "quot": '"',
    "apos": "'",
    "nbsp": " ",
    "#39": "'",
    "#x27": "'",
    "#34": '"',
}
_PLUS = re.compile(r"(?<=[\w:.,()%!\]])\+(?=[\w(\[])")
_FENCE = re.compile(r"```")
_CODE = re.compile(r"`([^`\n]{1,1000})`")
_STRONG = re.compile(r"(?<![\w*])\*{1,2}(?=[^\s*])([^*\n]{1,1000})(?<=[^\s*])\*{1,2}(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_/.-])_(?=[^\s_])([^_\n]{1,1000})(?<=[^\s_])_(?![\w_/.-])")
_STRUCK = re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]{1,1000})(?<=[^\s~])~(?![\w~])")
_HEADING = re.compile(r"^ {0,3}#{1,6} +", re.MULTILINE)


def plain_text(text: str) -> str:
    """Entities decoded, `<url|words>` as its words, broadcasts and what cannot be seen gone. Marks like `*` stay."""
    shown = _ANGLES.sub(_shown, text)
    shown = _MARKDOWN_LINK.sub(r"\1", shown)
    return _spaced(visible(_ENTITY.sub(lambda found: _ENTITIES[found[0][1:-1].lower()], shown)))


def links_in(text: str) -> list[tuple[str, str]]:
    """The words and the address of each link in it."""
    found = [(each[2] or each[1], each[1]) for each in _ANGLES.finditer(text) if each[1].startswith("http")]
    found += [(each[1], each[2]) for each in _MARKDOWN_LINK.finditer(text)]
    return [(unformatted(plain_text(words)), plain_text(url)) for words, url in found]


def unformatted(text: str) -> str:
    """Without the marks that make bold, italic, struck and code."""
    if not any(mark in text for mark in "*_~`#"):
        return text.strip()
    text = _HEADING.sub("", _CODE.sub(r"\1", _FENCE.sub("", text)))
    for mark in (_STRONG, _ITALIC, _STRUCK):
        text = mark.sub(r"\1", text)
    return text.strip()


def visible(text: str) -> str:
    """Without control, bidi, private and half characters; every kind of space is a space."""
    odd = {ord(char): _shown_as(char) for char in set(text) if not char.isprintable() and char not in "\n\t"}
    return text.translate(odd) if odd else text


def _shown_as(char: str) -> str:
    category = unicodedata.category(char)
    return " " if category == "Zs" else "\n" if category in {"Zl", "Zp"} else ""


def _shown(found: re.Match[str]) -> str:
    target, words = found[1], found[2]
    if target.startswith("!"):  # <!here>, <!subteam^S1|@team>, <!date^…|14:02>: they may call nobody later
        return words or ""
    if target.startswith(("@", "#")):
        return target[0] + words.lstrip("@#") if words else target
    return words or target.removeprefix("mailto:")


def _spaced(text: str) -> str:
    """Some tools send `Monitor+is+DOWN`: a line without spaces and with several such signs is a form's encoding."""
    if text.count("+") < 2:
        return text
    return "\n".join(
        visible(unquote_plus(line)) if " " not in line.strip() and len(_PLUS.findall(line)) > 1 else line
        for line in text.split("\n")
    )
