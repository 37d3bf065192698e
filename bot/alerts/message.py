"""A Slack message as the readers see it: parsed once, at the door."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import MessageError

_MOST_TEXT = 100_000  # characters that are read of one message; the rest cannot change what it is about
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True)
class Attachment:
    """Slack's older way to lay out a message, which most monitoring tools still use."""

    title: str
    title_link: str
    text: str
    fallback: str
    pretext: str
    color: str
    fields: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str], ...]  # words and address


@dataclass(frozen=True)
class Message:
    """`poster` is the user or bot id that Slack vouches for; `username` is what the poster calls itself."""

    channel: str
    ts: str
    poster: str
    by_person: bool
    username: str
    text: str
    attachments: tuple[Attachment, ...]
    thread_ts: str | None = None

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def words(self) -> str:
        """All that a person would read of it, one part a line."""
        parts = [self.text]
        for each in self.attachments:
            parts += [each.pretext, each.title, each.text or each.fallback]
            parts += [f"{title}: {value}" for title, value in each.fields]
        return "\n".join(part for part in parts if part)


class _Field(BaseModel):
    title: str = ""
    value: str = ""


class _Button(BaseModel):
    text: Any = ""
    url: str = ""


class _Attachment(BaseModel):
    title: str | None = ""
    title_link: str | None = ""
    text: str | None = ""
    fallback: str | None = ""
    pretext: str | None = ""
    color: str | None = ""
    fields: list[_Field] | None = None
    actions: list[_Button] | None = None


class _Message(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    channel: str = ""
    ts: str = ""
    thread_ts: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    bot_profile: dict[str, Any] | None = None
    text: str | None = ""
    attachments: list[_Attachment] | None = None
    blocks: list[dict[str, Any]] | None = None


def plain_text(text: str | None) -> str:
    """What people see of Slack's mrkdwn: entities decoded, `<url|words>` as its words, control characters gone."""
    shown = _MARKUP.sub(lambda found: found[2] or found[1], (text or "")[:_MOST_TEXT])
    return "".join(char for char in html.unescape(shown) if char in "\n\t" or char.isprintable())


def read_message(event: Mapping[str, Any], *, channel: str = "") -> Message:
    """Reads a message event, a message of the history, or what a tool posts to a webhook.

    Raises MessageError when it has not the shape of a Slack message.
    """
    try:
        raw = _Message.model_validate({"channel": channel, **event})
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise MessageError(f"This is not a Slack message: {where}") from error
    texts = [plain_text(raw.text)]
    if not texts[0].strip() and raw.blocks:
        texts = [plain_text(text) for text in _block_texts(raw.blocks)]
    return Message(
        channel=raw.channel,
        ts=raw.ts,
        poster=raw.user or raw.bot_id or "",
        by_person=raw.bot_id is None and raw.username is None,
        username=raw.username or str((raw.bot_profile or {}).get("name") or ""),
        text="\n".join(text for text in texts if text.strip()),
        attachments=tuple(_attachment(each) for each in raw.attachments or ()),
        thread_ts=raw.thread_ts,
    )


def _attachment(raw: _Attachment) -> Attachment:
    return Attachment(
        title=plain_text(raw.title),
        title_link=raw.title_link or "",
        text=plain_text(raw.text),
        fallback=plain_text(raw.fallback),
        pretext=plain_text(raw.pretext),
        color=raw.color or "",
        fields=tuple((plain_text(each.title), plain_text(each.value)) for each in raw.fields or ()),
        buttons=tuple((plain_text(str(each.text)), each.url) for each in raw.actions or () if each.url),
    )


def _block_texts(value: Any, depth: int = 0) -> list[str]:
    """The texts inside blocks, in reading order. Blocks nested deeper than Slack allows are not read."""
    if depth > 12:
        return []
    if isinstance(value, list):
        return [text for each in value for text in _block_texts(each, depth + 1)]
    if not isinstance(value, dict):
        return []
    found = [value["text"]] if isinstance(value.get("text"), str) else []
    return found + [text for key in ("text", "fields", "elements") for text in _block_texts(value.get(key), depth + 1)]
