"""Blocks as the cards need them: outside text always stands where Slack formats nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    RichTextSectionElement,
    SectionBlock,
    StaticSelectElement,
)

from bot.mrkdwn import ADDRESS, Mrkdwn, clean, entities

Content = dict[str, Any]

_HEADER = 150  # Slack's limits, in characters
_SECTION = 3000
_FALLBACK = 300
_OVERFLOW = 5  # entries
# Ours, so that even the fullest card stays below the 13,200 characters that Slack takes in one message.
_LITERAL = 1000
CONTEXT = 1500
_CODE = 2500
PLAN = 3500  # what would run is shown whole or not at all


def content(fallback: str, blocks: Sequence[Block]) -> Content:
    """A message: what a notification shows, and what the channel shows. Raises when a block breaks Slack's limits."""
    return {"text": entities(clean(fallback, _FALLBACK)), "blocks": [block.to_dict() for block in blocks]}


def header(text: str) -> Block:
    return HeaderBlock(text=PlainTextObject(text=clean(text.replace("\n", " "), _HEADER), emoji=False))


def literal(text: str) -> Block:
    """Outside text, shown as it is."""
    return SectionBlock(text=PlainTextObject(text=clean(text, _LITERAL) or " ", emoji=False))


def section(text: Mrkdwn) -> Block:
    return SectionBlock(text=MarkdownTextObject(text=text[:_SECTION], verbatim=True))


def context(text: Mrkdwn) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=text[:CONTEXT], verbatim=True)])


def fits(lines: Sequence[str]) -> bool:
    """Whether people can see all of what would run."""
    return sum(len(line) + 1 for line in lines) <= PLAN and all(len(line) <= PLAN for line in lines)


def fitting(lines: Sequence[str], size: int) -> int:
    """How many of the lines a block of code shows in `size` characters."""
    length = count = 0
    for line in lines:
        length += len(clean(line.replace("\n", "⏎"), size)) + 1
        if length > size:
            break
        count += 1
    return count


def prose(text: str) -> Block:
    """Outside text of several lines, shown as it is; web addresses in it can be opened, by their own name."""
    parts: list[RichTextElementParts.Text | RichTextElementParts.Link] = []
    kept = clean(text, _SECTION)
    for at, piece in enumerate(ADDRESS.split(kept)):
        if at % 2:
            parts.append(RichTextElementParts.Link(url=piece))
        elif piece:
            parts.append(RichTextElementParts.Text(text=piece))
    return RichTextBlock(elements=[RichTextSectionElement(elements=parts)])


def code(title: str, lines: Sequence[str], cut: str, size: int = _CODE) -> Block:
    """A titled block of lines in a fixed-width font. `cut` is the last line when not all fit into `size` characters."""
    count = fitting(lines, size)
    kept = [clean(line.replace("\n", "⏎"), size) for line in lines[:count]]
    if count < len(lines):
        kept.append(cut)
    bold = RichTextElementParts.TextStyle(bold=True)
    return RichTextBlock(
        elements=[
            RichTextSectionElement(elements=[RichTextElementParts.Text(text=title, style=bold)]),
            RichTextPreformattedElement(elements=[RichTextElementParts.Text(text="\n".join(kept) or " ")]),
        ]
    )


def actions(*elements: ButtonElement | OverflowMenuElement | StaticSelectElement) -> Block:
    return ActionsBlock(elements=list(elements))


def button(
    label: str,
    action_id: str,
    value: str,
    style: str | None = None,
    *,
    confirm: tuple[str, str, str, str] | None = None,
) -> ButtonElement:
    """`value` is an id in the store: what travels through people's clients holds nothing else.

    `confirm`: title, text, yes and no of a question that Slack asks first.
    """
    asked = None
    if confirm is not None:
        title, text, yes, no = confirm
        asked = ConfirmObject(title=title, text=PlainTextObject(text=text), confirm=yes, deny=no)
    return ButtonElement(text=PlainTextObject(text=label), action_id=action_id, value=value, style=style, confirm=asked)


def menu(action_id: str, entries: Sequence[tuple[str, str]], label: str) -> OverflowMenuElement | StaticSelectElement:
    """The three dots: labels, and values of ids alone. Slack takes five entries there: more are a menu with a label."""
    options = [Option(text=PlainTextObject(text=text), value=value) for text, value in entries]
    if len(options) <= _OVERFLOW:
        return OverflowMenuElement(action_id=action_id, options=options)
    return StaticSelectElement(action_id=action_id, options=options, placeholder=PlainTextObject(text=label))
