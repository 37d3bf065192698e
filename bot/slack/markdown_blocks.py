"""Markdown as Slack shows it: a text that was made from a team's own template, as blocks. Pure.

All of it becomes rich text, whose pieces are literal: nothing in them formats, links or mentions by itself. What
Markdown has and Slack has not (tables, raw HTML, pictures) is shown as its text. Source of the rules: CommonMark 0.31.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import (
    Block,
    DividerBlock,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.mrkdwn import clean
from bot.slack.blocks import header

if TYPE_CHECKING:
    from markdown_it.token import Token

ROOM = 11_000  # of the 13,200 characters that Slack takes in one message: others stand below and above
_BLOCKS = 40  # of Slack's 50 in a message, for the same reason
_HEADER = 150  # Slack's limit, in characters
_PIECE = 3000  # characters of one piece of text; longer ones are several
_INDENT = 8  # Slack's deepest
_DEEPEST = 60  # levels of lists and quotations; what lies deeper is left out, and that is said
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_ADDRESS = re.compile(r"https?://[^\s<>|\"]{1,2990}")
_RULE = "———"


def blocks_of(markdown: str, room: int = ROOM) -> tuple[list[Block], bool]:
    """The blocks of one message, in at most `room` characters, and whether something was left out for that.

    It is cut between paragraphs or entries of a list. A first heading of the first level is the message's header.
    """
    reading = _Reading()
    reading.read(_tokens(markdown))
    rows, cut = _fitting(reading.rows, room)
    return list(_blocks(rows)), cut or reading.too_deep


# -- what it says, as rows ---


class _Kind(Enum):
    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    RULE = "rule"


@dataclass(frozen=True)
class _Piece:
    text: str
    url: str = ""
    style: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.text) + (len(self.url) if self.url != self.text else 0)


@dataclass(frozen=True)
class _Row:
    """A paragraph, a heading, an entry of a list, …: what is not cut."""

    kind: _Kind
    pieces: tuple[_Piece, ...] = ()
    depth: int = 0  # of a heading: its level; of an entry: how many lists it stands in, besides its own
    number: int | None = None  # of an entry in an ordered list

    def __len__(self) -> int:
        return sum(map(len, self.pieces)) + 2  # with what parts it from the next one


@dataclass
class _List:
    number: int | None  # of its next entry
    quoted: bool
    waits: bool = False  # its entry has begun, and says nothing yet
    row: int = -1  # where its entry stands


@dataclass
class _Reading:
    """Goes through the tokens once, and notes down the rows."""

    rows: list[_Row] = field(default_factory=list)
    too_deep: bool = False
    _lists: list[_List] = field(default_factory=list)
    _quotes: int = 0
    _heading: int = 0  # the level of the one that is open

    def read(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    self._heading = int(token.tag.removeprefix("h"))
                case "heading_close":
                    self._heading = 0
                case "inline":
                    self._say(_pieces(token.children or ()))
                case "fence" | "code_block":
                    self._enter()
                    self.rows.append(_Row(_Kind.CODE, (_Piece(_shown(token.content.rstrip("\n"))),)))
                case "hr":
                    self._enter()
                    self.rows.append(_Row(_Kind.RULE))
                case "blockquote_open":
                    self._enter()
                    self._quotes += 1
                    self._go_in(token)
                case "blockquote_close":
                    self._quotes -= 1
                case "bullet_list_open" | "ordered_list_open":
                    self._enter()
                    ordered = token.type == "ordered_list_open"
                    self._lists.append(_List(int(token.attrs.get("start", 1)) if ordered else None, self._quotes > 0))
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._lists[-1].waits = True
                    self._go_in(token)
                case "list_item_close":
                    self._enter()
                    self._lists[-1].row = -1

    def _go_in(self, token: Token) -> None:
        """What lies within it is not even read when that is too deep."""
        self.too_deep = self.too_deep or token.level + 1 >= _DEEPEST

    def _say(self, pieces: tuple[_Piece, ...]) -> None:
        inner = self._lists[-1] if self._lists and self._lists[-1].quoted == (self._quotes > 0) else None
        if inner is not None and inner.waits:
            self._begin(inner, pieces)
        elif inner is not None and inner.row == len(self.rows) - 1:  # one more paragraph of the same entry
            entry = self.rows[-1]
            self.rows[-1] = replace(entry, pieces=(*entry.pieces, _Piece("\n"), *pieces))
        elif self._quotes:
            self.rows.append(_Row(_Kind.QUOTE, pieces))
        elif self._heading:
            self.rows.append(_Row(_Kind.HEADING, pieces, self._heading))
        else:
            self.rows.append(_Row(_Kind.TEXT, pieces))

    def _enter(self) -> None:
        """The entry that has begun shows as one, though what it begins with is no paragraph, or nothing."""
        if self._lists and self._lists[-1].waits:
            self._begin(self._lists[-1], (_Piece(" "),))

    def _begin(self, inner: _List, pieces: tuple[_Piece, ...]) -> None:
        alike = [each for each in self._lists if each.quoted == inner.quoted]
        depth = min(len(alike) - 1, _INDENT)
        if self._heading:
            pieces = tuple(_styled(each, "bold") for each in pieces)
        if inner.quoted:  # Slack has no list within a quotation
            mark = "•" if inner.number is None else f"{inner.number}."
            self.rows.append(_Row(_Kind.QUOTE, (_Piece(f"{'    ' * depth}{mark} "), *pieces)))
        else:
            self.rows.append(_Row(_Kind.ITEM, pieces, depth, inner.number))
        inner.number = None if inner.number is None else inner.number + 1
        inner.waits, inner.row = False, len(self.rows) - 1


def _tokens(markdown: str) -> Sequence[Token]:
    from markdown_it import MarkdownIt  # it takes a while, and few messages need it

    class Literal(MarkdownIt):
        """Addresses are neither decoded nor encoded: a link is opened by the name that it shows."""

        def normalizeLink(self, url: str) -> str:
            return url

        def normalizeLinkText(self, link: str) -> str:
            return link

    # Raw HTML is text like any other.
    return Literal("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable("strikethrough").parse(markdown)


def _pieces(tokens: Iterable[Token]) -> tuple[_Piece, ...]:
    """What stands in one line of text; breaks in it are kept, as in any message."""
    found: list[_Piece] = []
    styles: list[str] = []
    links: list[tuple[str, int]] = []  # address, and where its words begin
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            if token.nesting > 0:
                styles.append(_STYLES[name])
            else:
                styles.remove(_STYLES[name])
        elif token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), len(found)))
        elif token.type == "link_close":
            url, start = links.pop()
            found[start:] = _linked(url, found[start:])
        elif token.type == "image":
            words = _Piece(_shown(token.content), style=frozenset(styles))
            found += _linked(str(token.attrs.get("src", "")), [words] if words.text else [])
        elif token.type in {"softbreak", "hardbreak"}:
            found.append(_Piece("\n"))
        else:
            style = frozenset([*styles, "code"] if token.type == "code_inline" else styles)
            found.append(_Piece(_shown(token.content), style=style))
    return tuple(_joined(found))


def _linked(url: str, words: list[_Piece]) -> list[_Piece]:
    """With an address that a browser opens, a link; else the words, and the address where they do not say it."""
    said = "".join(each.text for each in words)
    address = _shown(url)
    if _ADDRESS.fullmatch(address):
        return [replace(each, url=address) for each in words] if said.strip() else [_Piece(address, address)]
    if address in {"", said, f"mailto:{said}"}:
        return words
    return [*words, _Piece(f" ({address})" if said else address)]


def _joined(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Those that look alike are one."""
    last: _Piece | None = None
    for each in pieces:
        if not each.text:
            continue
        if last is not None and (last.url, last.style) == (each.url, each.style):
            last = replace(last, text=last.text + each.text)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _shown(text: str) -> str:
    """Nothing of it is cut; the word joiners that keep Markdown from mentioning have done their work."""
    return clean(text, len(text) + 1)


def _styled(piece: _Piece, style: str) -> _Piece:
    return replace(piece, style=piece.style | {style})


# -- how much of it ---


def _fitting(rows: Sequence[_Row], room: int) -> tuple[list[_Row], bool]:
    """The first rows that there is room for, and whether others were left out. Of a first row, as much as fits."""
    kept: list[_Row] = []
    left = room
    for row in rows:
        if len(row) > left:
            if not kept and left > 0:
                kept.append(replace(row, pieces=tuple(_shortened(row.pieces, left - 1))))
            break
        kept.append(row)
        left -= len(row)
    else:
        return kept, False
    ends = [at for at, row in enumerate(kept, 1) if row.kind not in {_Kind.HEADING, _Kind.RULE}]
    return kept[: ends[-1] if ends else len(kept)], True  # no heading with nothing below it


def _shortened(pieces: Iterable[_Piece], room: int) -> Iterator[_Piece]:
    for each in pieces:
        if len(each) > room:
            yield _Piece(f"{each.text[: max(0, room)]}…", style=each.style)
            return
        yield each
        room -= len(each)


# -- as blocks ---


def _blocks(rows: Sequence[_Row]) -> Iterator[Block]:
    """A heading begins a block, for the space above it, while there are blocks left."""
    title = "".join(each.text for each in rows[0].pieces) if rows else ""
    made = 0
    if rows and rows[0].kind is _Kind.HEADING and rows[0].depth == 1 and 0 < len(title.strip()) <= _HEADER:
        yield header(title)
        rows, made = rows[1:], 1
    group: list[_Row] = []
    for row in rows:
        rule = row.kind is _Kind.RULE
        if not (rule or row.kind is _Kind.HEADING) or made + 4 > _BLOCKS:  # this group, a rule, and what follows
            group.append(row)
            continue
        if group:
            yield RichTextBlock(elements=_elements(group))
            made += 1
        if rule:
            yield DividerBlock()
            made += 1
        group = [] if rule else [row]
    if group:
        yield RichTextBlock(elements=_elements(group))


def _elements(rows: Sequence[_Row]) -> list[RichTextElement]:
    found: list[RichTextElement] = []
    at = 0
    while at < len(rows):
        together = _together(rows[at:])
        found.append(_element(together))
        at += len(together)
    return found


def _together(rows: Sequence[_Row]) -> Sequence[_Row]:
    """The first row, and those after it that are one element with it: entries, lines of a quotation, paragraphs."""
    first, count = rows[0], 1
    if first.kind not in {_Kind.ITEM, _Kind.QUOTE, _Kind.TEXT}:
        return rows[:1]
    for row in rows[1:]:
        number = None if first.number is None else first.number + count
        if (row.kind, row.depth, row.number) != (first.kind, first.depth, number):
            break
        count += 1
    return rows[:count]


def _element(rows: Sequence[_Row]) -> RichTextElement:
    first = rows[0]
    match first.kind:
        case _Kind.ITEM:
            return RichTextListElement(
                elements=[RichTextSectionElement(elements=_parts(each.pieces)) for each in rows],
                style="bullet" if first.number is None else "ordered",
                indent=first.depth,
                offset=first.number - 1 if first.number and first.number > 1 else None,
            )
        case _Kind.QUOTE:
            return RichTextQuoteElement(elements=_parts(_lines(rows, "\n")))
        case _Kind.CODE:
            return RichTextPreformattedElement(elements=_parts(first.pieces))
        case _Kind.HEADING:
            return RichTextSectionElement(elements=_parts(_styled(each, "bold") for each in first.pieces))
        case _Kind.RULE:
            return RichTextSectionElement(elements=_parts([_Piece(_RULE)]))
        case _Kind.TEXT:
            return RichTextSectionElement(elements=_parts(_lines(rows, "\n\n")))


def _lines(rows: Sequence[_Row], between: str) -> list[_Piece]:
    return [piece for each in rows for piece in (_Piece(between), *each.pieces)][1:]


def _parts(pieces: Iterable[_Piece]) -> list[RichTextElement]:
    """Slack takes no text that is empty."""
    found: list[RichTextElement] = []
    for each in _joined(pieces):
        style = RichTextElementParts.TextStyle(**dict.fromkeys(sorted(each.style), True)) if each.style else None
        if each.url:
            words = each.text[:_PIECE] if each.text != each.url else None
            found.append(RichTextElementParts.Link(url=each.url, text=words, style=style))
            continue
        for start in range(0, len(each.text), _PIECE):
            found.append(RichTextElementParts.Text(text=each.text[start : start + _PIECE], style=style))
    return found or [RichTextElementParts.Text(text=" ")]
