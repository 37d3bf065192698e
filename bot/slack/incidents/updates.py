"""What people are told of an incident, and the draft that whoever leads sees first. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.model import BOT, Incident, Update, UpdateKind
from bot.mrkdwn import Mrkdwn, link, time
from bot.slack.blocks import Content, actions, button, content, context, header, prose
from bot.slack.drawing import OVER, SIGNS
from bot.words import Words

_HEADING = 140  # characters that Slack shows as one


def draw_update(update: Update, incident: Incident, words: Words, who: Callable[[str], str]) -> Content:
    """Stands in the thread of the incident, and in the channel too: it is what people must notice."""
    sign = OVER if update.kind is UpdateKind.RESOLVED else SIGNS[update.severity or incident.severity]
    blocks = _told(update.text, sign, incident, words)
    if update.who != BOT:
        blocks.append(context(words("update_by", who=who(update.who))))
    return {**content(update.text.partition("\n")[0], blocks), "reply_broadcast": True}


def draw_draft(
    draft: Update,
    text: str,
    due: datetime | None,
    incident: Incident,
    place: str,
    words: Words,
    who: Callable[[str], str],
) -> Content:
    """`text` as it would go out at `due`; of one that is none any more, what became of it. `place`: the card's
    address."""
    title = words.plain("title_draft", number=incident.number)
    here = [link(place, incident.name)] if place else []
    if draft.sent is not None:
        said = words("draft_sent", at=time(draft.sent), who=who(draft.who) if draft.who != BOT else "")
        return content(title, [context(Mrkdwn(" · ".join([said, *here])))])
    # A tired person must not take it for one that was sent.
    sign = f"{SIGNS[incident.severity]} {words.plain('label_draft')} ·"
    blocks = _told(text, sign, incident, words)
    if draft.dropped is not None:
        return content(title, [*(blocks if text else ()), context(words("draft_dropped", name=incident.name))])
    notes = [words("draft_due", at=time(due) if due else "", number=incident.number)]
    if draft.edited_by:
        notes.append(words("draft_edited", who=who(draft.edited_by)))
    return content(
        title,
        [
            *blocks,
            context(Mrkdwn(" · ".join([*notes, *here]))),
            actions(
                button(words.plain("button_send"), "update_send", draft.id, "primary"),
                button(words.plain("button_edit_draft"), "update_edit", draft.id),
                button(words.plain("button_snooze"), "update_snooze", draft.id),
            ),
        ],
    )


def _told(text: str, sign: str, incident: Incident, words: Words) -> list[Block]:
    """The first line as a heading, and the rest as it is; what somebody has typed may have no such line."""
    first, _, rest = text.partition("\n")
    if incident.title not in first or len(first) > _HEADING:
        about = {"number": incident.number, "severity": incident.severity, "title": incident.title}
        first, rest = words.plain("update_heading", **about), text
    blocks: list[Block] = [header(f"{sign} {first}")]
    if rest.strip():
        blocks.append(prose(rest.strip()))
    return blocks
