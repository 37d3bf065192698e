"""A Slack message as the readers see it: parsed once, at the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.alerts.blocks import Allowance, Block, Pairs, listed_pair, pair, read_blocks
from bot.alerts.markup import unformatted, visible
from bot.errors import MessageError

_ATTACHMENTS = 50  # of one message; Slack shows a hundred and advises twenty
_FIELDS = 50  # of one attachment
_LINES, _LINE = 500, 2000  # of one message's words
_TELLING = {"message", "summary", "subject", "title", "alert", "alert name", "name", "description"}  # of fields
_UNWRAP = 3  # envelopes around a message: a delivery, an edit
_CHANNEL_SENTENCES = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "bot_add"}


@dataclass(frozen=True)
class Attachment:
    """Slack's older way to lay out a message, which most monitoring tools still use."""

    title: str = ""
    title_link: str = ""
    text: str = ""
    fallback: str = ""
    pretext: str = ""
    color: str = ""
    author: str = ""
    footer: str = ""
    fields: Pairs = ()
    buttons: Pairs = ()  # words and address
    blocks: tuple[Block, ...] = ()

    @property
    def is_one_field(self) -> bool:
        """Whether it says in a lone field what others say in their text."""
        return len(self.fields) == 1 and not (self.text or self.pretext or self.blocks)


@dataclass(frozen=True)
class Message:
    """`poster` is the user or bot id that Slack vouches for; `username` is what the poster calls itself.

    Texts are plain, but for the marks that make bold, italic and code, by which some readers tell labels.
    """

    channel: str
    ts: str
    poster: str
    by_person: bool
    username: str
    text: str
    attachments: tuple[Attachment, ...]
    thread_ts: str | None = None
    blocks: tuple[Block, ...] = ()
    links: Pairs = ()  # words and address of each link in its texts

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @cached_property
    def words(self) -> str:
        """All that a person would read of it, one part a line, each line once."""
        parts = [self.text, *(block.text for block in self.blocks)]
        for each in self.attachments:
            said = [each.title, each.text, *(block.text for block in each.blocks)]
            said += [f"{title}: {value}" for title, value in each.fields]
            parts += [each.pretext, each.author, *(said if any(said) else [each.fallback])]
        return "\n".join(_once(line for part in parts for line in part.splitlines()))

    @cached_property
    def headlines(self) -> tuple[str, ...]:
        """What names the matter, the most telling first: titles and headers, then how its texts begin."""
        titles = [each.title for each in self.attachments]
        titles += [block.text for block in self.all_blocks if block.kind == "header"]
        begins = [each.pretext for each in self.attachments] + [self.text]
        begins += [
            block.text for block in self.all_blocks if block.kind in {"section", "markdown", "rich_text", "card"}
        ]
        begins += [each.text for each in self.attachments]
        begins += [
            block.text for block in self.all_blocks if block.kind not in {"header", "section", "actions", "table"}
        ]
        begins += [value for each in self.attachments for title, value in each.fields if title.casefold() in _TELLING]
        begins += [each.fields[0][1] for each in self.attachments if each.is_one_field]
        if not any(text.strip() for text in [*titles, *begins]):
            begins = [each.fallback for each in self.attachments]
        firsts = [next((line for line in text.splitlines() if line.strip()), "") for text in begins]
        return tuple(_once(unformatted(line)[:500] for line in [*titles, *firsts]))[:20]

    @cached_property
    def all_blocks(self) -> tuple[Block, ...]:
        return (*self.blocks, *(block for each in self.attachments for block in each.blocks))

    @cached_property
    def listed(self) -> Pairs:
        """Each title with its value where the layout says so: fields, tables, lines in bold or with a bullet."""
        found = [(unformatted(title), unformatted(value)) for each in self.attachments for title, value in each.fields]
        found += [given for block in self.all_blocks for given in block.fields]
        found += [given for line in self.words.splitlines()[:200] if (given := listed_pair(line[:300]))]
        return tuple(dict.fromkeys(found))

    @cached_property
    def fields(self) -> Pairs:
        """These, and lines that may be pairs, like `Service: checkout`, or just hold a colon."""
        found = [given for line in self.words.splitlines()[:200] if (given := pair(line[:300]))]
        return tuple(dict.fromkeys([*self.listed, *found]))

    @property
    def colors(self) -> tuple[str, ...]:
        return tuple(each.color for each in self.attachments if each.color)

    @cached_property
    def all_links(self) -> Pairs:
        """Words and address of every link and button: the titles' first, then those in the texts, then buttons."""
        found = [(unformatted(each.title) or "Open", each.title_link) for each in self.attachments if each.title_link]
        found += self.links
        found += [button for each in self.attachments for button in each.buttons]
        found += [button for block in self.all_blocks for button in block.buttons]
        once: dict[str, str] = {}
        for words, url in found:
            once.setdefault(url, words)
        return tuple((words, url) for url, words in once.items())


def read_message(event: Mapping[str, Any], *, channel: str = "") -> Message:
    """Reads a message event, its edit, a message of the history, or what a tool posts to a webhook.

    Raises MessageError when it has not the shape of a Slack message.
    """
    if not isinstance(event, Mapping):
        raise MessageError(f"This is not a Slack message: {_kind(event)} stands where an object should")
    raw = _unwrapped(event)
    problems: list[str] = []
    allowance = Allowance()

    def envelope(key: str) -> str:
        value = raw.get(key)
        if isinstance(value, list | Mapping):
            problems.append(f"{key}: {_kind(value)} stands where a text should")
        return visible(str(value))[:200].strip() if isinstance(value, str | int | float) else ""

    said = raw.get("text")
    if isinstance(said, list):
        problems.append("text: a list stands where a text should")
    user, bot, username = envelope("user"), envelope("bot_id"), envelope("username")
    profile = raw.get("bot_profile")
    if not username and isinstance(profile, Mapping) and isinstance(profile.get("name"), str):
        username = visible(profile["name"])[:200].strip()
    listed = {key: raw.get(key) for key in ("attachments", "blocks")}
    for key, value in listed.items():
        if value is not None and not isinstance(value, list):
            problems.append(f"{key}: {_kind(value)} stands where a list should")
        for number, each in enumerate(value[:_ATTACHMENTS] if isinstance(value, list) else ()):
            if not isinstance(each, Mapping):
                problems.append(f"{key}.{number}: {_kind(each)} stands where an object should")
    where, ts, thread = envelope("channel") or channel, envelope("ts"), envelope("thread_ts")
    if problems:
        raise MessageError(f"This is not a Slack message: {'; '.join(problems[:10])}")
    text = "" if raw.get("subtype") in _CHANNEL_SENTENCES else allowance.text(said)
    blocks = read_blocks(listed["blocks"], allowance)
    attachments = tuple(_attachment(each, allowance) for each in (listed["attachments"] or ())[:_ATTACHMENTS])
    if not text.strip():
        text = "\n".join(block.text for block in blocks if block.text)
    return Message(
        channel=where,
        ts=ts,
        poster=user or bot,
        by_person=not (bot or username or raw.get("subtype") == "bot_message")
        and (bool(user) or not (attachments or any(block.kind != "rich_text" for block in blocks))),
        username=username,
        text=text,
        attachments=attachments,
        thread_ts=thread or None,
        blocks=blocks,
        links=tuple(allowance.links),
    )


def _unwrapped(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message inside a delivery or an edit. What a tool edits counts as what it says now."""
    for _ in range(_UNWRAP):
        bare = not any(event.get(key) for key in ("text", "attachments", "blocks"))
        inner = event.get("message") if event.get("subtype") == "message_changed" or bare else None
        if inner is None and bare:
            inner = event.get("event")
        if not isinstance(inner, Mapping):
            return event
        event = {**({"channel": event["channel"]} if "channel" in event else {}), **inner}
    return event


def _attachment(raw: Mapping[str, Any], allowance: Allowance) -> Attachment:
    def text(key: str) -> str:
        return allowance.text(raw.get(key))

    fields, actions = raw.get("fields"), raw.get("actions")
    return Attachment(
        title=text("title"),
        title_link=_address(raw.get("title_link")),
        pretext=text("pretext"),
        author=text("author_name"),
        color=_address(raw.get("color"))[:40],
        text=text("text"),
        fields=tuple(_fields(fields, allowance)) if isinstance(fields, list) else (),
        blocks=read_blocks(raw.get("blocks"), allowance),
        buttons=tuple(
            (allowance.text(each.get("text")), _address(each["url"]))
            for each in (actions[:_FIELDS] if isinstance(actions, list) else ())
            if isinstance(each, Mapping) and each.get("url")
        ),
        footer=text("footer"),
        fallback=text("fallback"),
    )


def _fields(raw: list[Any], allowance: Allowance) -> Iterator[tuple[str, str]]:
    for each in raw[:_FIELDS]:
        if isinstance(each, Mapping) and allowance.node():
            title, value = allowance.text(each.get("title")), allowance.text(each.get("value"))
            if title.strip() or value.strip():
                yield title, value


def _address(value: Any) -> str:
    return visible(value[:2000]).strip() if isinstance(value, str) else ""


def _once(lines: Iterable[str]) -> list[str]:
    seen: dict[str, None] = {}
    for line in lines:
        if line.strip() and len(seen) < _LINES:
            seen.setdefault(line[:_LINE].rstrip())
    return list(seen)


def _kind(value: Any) -> str:
    names = {
        list: "a list",
        str: "a text",
        bool: "yes or no",
        int: "a number",
        float: "a number",
        type(None): "nothing",
    }
    return "an object" if isinstance(value, Mapping) else names.get(type(value), "something else")
