"""What people get directly who have asked somebody to cover, and who are asked; and what everybody notices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot.covering import nobody_left
from bot.model import Cover
from bot.mrkdwn import Mrkdwn, day, listed, moment, person
from bot.slack.blocks import Content, actions, button, content, context, header, section
from bot.slack.drawing import Drawing

_PIECES = 6  # shifts of which a part is to be covered, the first ones


@dataclass(frozen=True)
class CoverStanding:
    """`pieces`: when in this time whoever asked is on call, or would be without it."""

    cover: Cover
    pieces: Sequence[tuple[datetime, datetime]]
    now: datetime

    @property
    def passed(self) -> bool:
        return self.now >= self.cover.until

    @property
    def may_accept(self) -> bool:
        return self.cover.waits and not self.passed

    @property
    def may_end(self) -> bool:
        return self.cover.ended is None and not self.passed


def draw_asking(draw: Drawing, standing: CoverStanding) -> Content:
    """For whoever asked."""
    cover = standing.cover
    by = _name(draw, cover.accepted_by) if cover.accepted_by and cover.ended is None else ""
    title = draw.words.plain("cover_title_yours", name=cover.name, by=by)
    label = "button_cover_withdraw" if cover.waits else "button_cover_back"
    buttons = [_end(draw, cover, label)] if standing.may_end else []
    return _drawn(draw, standing, title, buttons)


def draw_asked(draw: Drawing, standing: CoverStanding, reader: str) -> Content:
    """For one of those who are asked. `reader`: their Slack id."""
    cover, words = standing.cover, draw.words
    mine = cover.accepted_by == reader
    key = "cover_title_mine" if mine else "cover_title_asked"
    title = words.plain(key, name=cover.name, who=_name(draw, cover.absent))
    buttons = []
    if standing.may_accept:
        buttons.append(button(words.plain("button_cover_accept"), "cover_accept", cover.id, "primary"))
        if reader not in cover.declined:
            buttons.append(button(words.plain("button_cover_decline"), "cover_decline", cover.id))
    elif mine and standing.may_end:
        buttons.append(_end(draw, cover, "button_cover_give_back"))
    return _drawn(draw, standing, title, buttons)


def draw_accepted(draw: Drawing, cover: Cover) -> Content:
    """In the channel, where others notice."""
    return _notice(draw, cover, "cover_notice_accepted", cover.accepted_by or "")


def draw_taken_back(draw: Drawing, cover: Cover) -> Content:
    return _notice(draw, cover, "cover_notice_ended", cover.ended_by or "")


def draw_unanswered(draw: Drawing, cover: Cover) -> Content:
    """For whoever asked, as a message of its own: nobody notices that a card was edited."""
    key = "cover_told_declined" if nobody_left(cover) else "cover_told_unanswered"
    values = {"name": cover.name, "start": moment(cover.start), "until": moment(cover.until)}
    return content(draw.words.plain("cover_title_unanswered", name=cover.name), [section(draw.words(key, **values))])


def cover_line(draw: Drawing, cover: Cover) -> Mrkdwn:
    """One line of a list."""
    return draw.words(
        "cover_line",
        name=cover.name,
        absent=draw.who(cover.absent),
        start=moment(cover.start),
        until=moment(cover.until),
        by=draw.who(cover.accepted_by) if cover.accepted_by else "",
        asked=_names(draw, [each for each in cover.asked if each not in cover.declined]),
    )


def _drawn(draw: Drawing, standing: CoverStanding, title: str, buttons: Sequence[ButtonElement]) -> Content:
    cover, words = standing.cover, draw.words
    blocks: list[Block] = [header(title)]
    when = {"start": day(cover.start), "until": day(cover.until)}
    blocks.append(section(words("cover_when", **when, absent=draw.who(cover.absent))))
    if standing.pieces and list(standing.pieces) != [(cover.start, cover.until)]:
        shown = [words("cover_piece", start=moment(start), until=moment(end)) for start, end in standing.pieces]
        more = len(shown) - _PIECES
        lines = Mrkdwn("; ".join([*shown[:_PIECES], *(["…"] if more > 0 else [])]))
        blocks.append(context(words("cover_pieces", absent=draw.who(cover.absent), pieces=lines)))
    blocks.append(context(_state(draw, standing)))
    if buttons:
        blocks.append(actions(*buttons))
    return content(title, blocks)


def _state(draw: Drawing, standing: CoverStanding) -> Mrkdwn:
    cover, words = standing.cover, draw.words
    by = draw.who(cover.accepted_by) if cover.accepted_by else ""
    if cover.ended is not None:
        who = draw.who(cover.ended_by or "")
        return words("cover_was_ended", who=who, at=moment(cover.ended), absent=draw.who(cover.absent), by=by)
    if cover.accepted is not None:
        key = "cover_has_passed" if standing.passed else "cover_was_accepted"
        return words(key, by=by, at=moment(cover.accepted))
    if standing.passed:
        return words("cover_passed_unanswered")
    asked = _names(draw, [each for each in cover.asked if each not in cover.declined])
    return words("cover_waits", asked=asked, declined=_names(draw, cover.declined), absent=draw.who(cover.absent))


def _notice(draw: Drawing, cover: Cover, sentence: str, who: str) -> Content:
    """It calls both: being on call changes hands."""
    values = {"name": cover.name, "start": moment(cover.start), "until": moment(cover.until)}
    people = {"by": person(cover.accepted_by or ""), "absent": person(cover.absent)}
    title = draw.words.plain(f"{sentence}_title", by=_name(draw, cover.accepted_by), absent=_name(draw, cover.absent))
    return content(title, [section(draw.words(sentence, **values, **people, who=draw.who(who)))])


def _end(draw: Drawing, cover: Cover, label: str) -> ButtonElement:
    words = draw.words
    if cover.waits:
        return button(words.plain(label), "cover_end", cover.id)
    asked = (
        words.plain("confirm_cover_title"),
        words.plain("confirm_cover_text", absent=_name(draw, cover.absent)),
        words.plain(label),
        words.plain("button_cancel"),
    )
    return button(words.plain(label), "cover_end", cover.id, confirm=asked)


def _names(draw: Drawing, people: Sequence[str]) -> Mrkdwn:
    return listed([draw.who(each) for each in people])


def _name(draw: Drawing, id: str | None) -> str:
    """Where Slack formats nothing and a mention would show as its id."""
    return draw.team().name_of(id or "") or draw.words.plain("somebody")
