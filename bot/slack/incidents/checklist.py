"""A checklist in the thread of an incident: boxes that people tick, with who and when. Pure."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk.models.blocks import ActionsBlock, Block, CheckboxesElement, MarkdownTextObject, Option

from bot.model import StoredChecklist
from bot.mrkdwn import escape, time
from bot.slack.blocks import Content, content, context, section
from bot.slack.click import TICK
from bot.words import Words

AT_ONCE = 10  # boxes of one block; Slack's limit


def draw_checklist(checklist: StoredChecklist, words: Words, who: Callable[[str], str]) -> Content:
    done = len(checklist.ticks)
    title = words.plain("title_checklist", title=checklist.title, done=done, count=len(checklist.items))
    blocks: list[Block] = [section(words("checklist", title=checklist.title, done=done, count=len(checklist.items)))]
    for first in range(0, len(checklist.items), AT_ONCE):
        options = [
            _option(checklist, at, words, who) for at in range(first, min(first + AT_ONCE, len(checklist.items)))
        ]
        ticked = [option for option in options if int(option.value or "0") in checklist.ticks]
        boxes = CheckboxesElement(action_id=TICK, options=options, initial_options=ticked or None)
        blocks.append(ActionsBlock(elements=[boxes], block_id=f"{checklist.id}|{first}"))
    if done == len(checklist.items):
        blocks.append(context(words("checklist_done")))
    return content(title, blocks)


def _option(checklist: StoredChecklist, at: int, words: Words, who: Callable[[str], str]) -> Option:
    tick = checklist.ticks.get(at)
    said = words("ticked_by", who=who(tick.person), at=time(tick.at)) if tick else None
    return Option(
        text=MarkdownTextObject(text=escape(checklist.items[at]), verbatim=True),
        value=str(at),
        description=MarkdownTextObject(text=said, verbatim=True) if said else None,
    )
