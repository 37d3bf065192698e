"""A handoff as people see it: the note in the channel, its draft, and who is asked to accept it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.model import BOT, Handoff, HandoffKind
from bot.mrkdwn import Mrkdwn, link, moment, person, time
from bot.slack.blocks import Content, actions, button, content, context, prose, section
from bot.slack.incidents.escalation import mention
from bot.slack.markdown_blocks import ROOM, blocks_of
from bot.words import Words
from handoff.handing_over import stamp

Who = Callable[[str], str]


def file_name(handoff: Handoff) -> str:
    """Each stands in its thread once."""
    return f"handoff-{handoff.number}.md"


def draw_note(handoff: Handoff, words: Words, who: Who) -> Content:
    """As it was posted, with what has become of it since."""
    blocks, cut = blocks_of(handoff.note)
    if cut:
        blocks.append(context(words("handoff_cut")))
    if handoff.kind is HandoffKind.BETWEEN:
        by_hand = handoff.posted_by is not None and handoff.posted_by != BOT
        blocks.append(context(words("handoff_between", who=who(handoff.posted_by or "") if by_hand else "")))
    elif handoff.incoming is None:
        blocks.insert(1, section(words("handoff_to_nobody", at=moment(handoff.at))))
    elif handoff.accepted is not None:
        accepted = {"who": who(handoff.accepted_by or ""), "at": moment(handoff.accepted)}
        blocks.append(context(words("handoff_accepted", **accepted)))
    elif handoff.incoming == handoff.outgoing:
        blocks.append(context(words("handoff_goes_on", who=who(handoff.incoming))))
    else:
        blocks.append(section(words("handoff_accept_please", who=person(handoff.incoming), at=moment(handoff.at))))
        blocks.append(actions(accept_button(handoff, words)))
    return content(_title(handoff, words, who), blocks)


def accept_button(handoff: Handoff, words: Words) -> ButtonElement:
    return button(words.plain("button_accept_handoff"), "handoff_accept", handoff.id, "primary")


def draw_draft(handoff: Handoff, text: str, place: Mrkdwn, words: Words) -> Content:
    """To the outgoing person alone. `text`: the note as it would be posted now."""
    blocks: list[Block] = [section(words("handoff_draft", at=time(handoff.at), place=place))]
    shown, cut = blocks_of(text, ROOM - 1000)
    blocks += shown
    if cut:
        blocks.append(context(words("handoff_draft_cut")))
    blocks.append(
        actions(
            button(words.plain("button_edit_handoff"), "handoff_edit", handoff.id, "primary"),
            button(words.plain("button_post_handoff"), "handoff_post", f"{handoff.id}|{stamp(handoff)}"),
        )
    )
    return content(words.plain("title_handoff_draft"), blocks)


def draw_past_draft(handoff: Handoff, address: str, words: Words) -> Content:
    """What has become of a draft: posted, or another shift's by now."""
    said = words("handoff_posted_at", at=moment(handoff.posted)) if handoff.posted else words("handoff_draft_moved")
    place = [link(address, words.plain("handoff_see"))] if address and handoff.posted else []
    return content(words.plain("title_handoff_draft"), [context(Mrkdwn(" · ".join([said, *place])))])


def draw_reminder(handoff: Handoff, address: str, words: Words, who: Who) -> Content:
    """To the incoming person alone, who has not accepted yet."""
    return _asked(handoff, "handoff_reminder", [], address, words, who)


def draw_unaccepted(handoff: Handoff, called: Sequence[str], address: str, words: Words, who: Who) -> Content:
    """To those whom the ladder names, since nobody has accepted. `called`: Slack ids of people and user groups."""
    return _asked(handoff, "handoff_unaccepted", called, address, words, who)


def draw_addition(handoff: Handoff, person: str, text: str, words: Words, who: Who) -> Content:
    """Words that came when the note had been posted."""
    said = words("handoff_added", who=who(person))
    blocks = [prose(text)]
    return content(words.plain("title_handoff_added", number=handoff.number), [section(said), *blocks])


def history_line(handoff: Handoff, address: str, words: Words, who: Who) -> Mrkdwn:
    """One of a list."""
    nobody = words.plain("nobody")
    return words(
        "handoff_line",
        at=link(address, f"#{handoff.number}") if address else f"#{handoff.number}",
        when=moment(handoff.at),
        between=handoff.kind is HandoffKind.BETWEEN,
        outgoing=who(handoff.outgoing) if handoff.outgoing else nobody,
        incoming=who(handoff.incoming) if handoff.incoming else nobody,
        accepted=moment(handoff.accepted) if handoff.accepted else "",
        accepted_by=who(handoff.accepted_by) if handoff.accepted_by else "",
        waits=handoff.accepted is None and handoff.incoming not in {None, handoff.outgoing},
    )


def _asked(handoff: Handoff, sentence: str, called: Sequence[str], address: str, words: Words, who: Who) -> Content:
    title = words.plain("title_handoff_waits", number=handoff.number)
    mentions = Mrkdwn(" ".join(mention(each) for each in called))
    outgoing = who(handoff.outgoing) if handoff.outgoing else words.plain("nobody")
    incoming = who(handoff.incoming) if handoff.incoming else words.plain("nobody")
    at = moment(handoff.at)
    said = words(sentence, outgoing=outgoing, incoming=incoming, at=at, nobody_else=not called)
    blocks: list[Block] = [section(Mrkdwn(f"{mentions} {said}".strip()))]
    if address:
        blocks.append(context(link(address, words.plain("handoff_see"))))
    if handoff.accepted is not None:
        accepted = {"who": who(handoff.accepted_by or ""), "at": moment(handoff.accepted)}
        blocks.append(context(words("handoff_accepted", **accepted)))
    else:
        blocks.append(actions(accept_button(handoff, words)))
    return content(title, blocks)


def _title(handoff: Handoff, words: Words, who: Who) -> str:
    outgoing = who(handoff.outgoing) if handoff.outgoing else words.plain("nobody")
    incoming = who(handoff.incoming) if handoff.incoming else words.plain("nobody")
    between = handoff.kind is HandoffKind.BETWEEN
    return words.plain("title_handoff", outgoing=outgoing, incoming=incoming, between=between)
