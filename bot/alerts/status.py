"""Whether a tool's message reports trouble, its end, or neither: all its signs, by how much each is worth. Pure.

From the surest to the faintest:
1. a field that names the state ("Current State: OK"), where a field for the old one counts for nothing;
2. a title, a header or a beginning that says it: a change and where it ends, a state in brackets, at the start or the
   end, a recovery in words;
3. a note ("backup completed", a digest), unless the colour is red; a title that says that somebody has acknowledged the
   alert comes before all else;
4. the colour: templates rarely change their words, and nearly always their colour;
5. an emoji in a title or at a beginning;
6. the words of the titles, then of the text;
7. the fallback, which templates forget to change, where nothing else spoke;
8. a level ("Severity: critical").
A tool's message without any sign is a note.
"""

from __future__ import annotations

import re

from bot.alerts import colours, signs, states
from bot.alerts.emoji import bare, emoji_sign
from bot.alerts.message import Message
from bot.model import AlertStatus

FIRING, RESOLVED, INFO = AlertStatus.FIRING, AlertStatus.RESOLVED, AlertStatus.INFO

_STATE = re.compile(
    r"^(?:(?:current|new|present|now|alert|alarm|monitor|event|check|incident|issue|problem|service|host|health|job"
    r"|build|deployment"
    r"|deploy|run|pipeline|sync|operation|trigger|condition|component|node|application|app|overall|backup|resource"
    r"|notification)\s+){0,3}"
    r"(?:status|state|condition|result|outcome|conclusion|health|transition|state change|status change|event"
    r"|(?:trigger|alert|notification|event) type|type of event|estado|situação)$",
    re.IGNORECASE,
)
_BARE_STATE = re.compile(
    r"^(?:(?:current|new|present|alert|alarm|monitor|incident|event|problem|issue)\s+)?(?:status|state)$", re.I
)
_LEVEL = re.compile(
    r"^(?:\w+\s+){0,2}(?:severity|priority|level|urgency|criticality|sev|severidade|prioridade)$", re.IGNORECASE
)
_BEGINNING = 600  # characters of the text in which words are looked for


def status_of(message: Message) -> AlertStatus:
    """What the message of a tool reports; INFO where nothing speaks."""
    if not message.words.strip():
        return AlertStatus.NONE
    heads = [head for head in message.headlines if head.strip()]
    colour = colours.worst(message.colors)
    note = _is_note(heads)
    if any(signs.acknowledged_sign(head) for head in heads[:1]):
        return INFO
    named, plainly = _of_fields(message)
    if named is not None and not (named is INFO and colour == colours.RED):
        over = named is RESOLVED or (not plainly and colour not in {colours.RED, colours.YELLOW})
        return INFO if note and over else named
    if colour != colours.RED and any(signs.routine_sign(head) and not signs.plain_sign(head) for head in heads[:1]):
        return INFO
    for head in heads[:6]:
        if (plain := signs.plain_sign(head)) is not None and plain is not INFO:
            return plain
    if note and colour != colours.RED and not _red_emoji(heads):
        return INFO
    if colour is not None:
        return RESOLVED if colour == colours.GREEN else FIRING
    for find in (emoji_sign, signs.word_sign):
        for head in heads[:6]:
            if (said := find(head)) is not None:
                return said
    body = message.words[:_BEGINNING]
    fallback = " ".join(each.fallback for each in message.attachments)[:_BEGINNING]
    for text in (body, fallback):
        if (said := signs.word_sign(text)) is not None:
            return said
    return FIRING if severity_of(message, lowest=False) else INFO


def severity_of(message: Message, *, lowest: bool = True) -> str | None:
    """The tool's own level, from a field that names it."""
    for title, value in message.fields:
        word = re.split(r"[\s,(/|]", bare(value).strip(" *`_[]"), maxsplit=1)[0]
        if _LEVEL.match(title) and word and len(word) <= 20 and (lowest or not states.is_low(word)):
            return word
    return None


def _of_fields(message: Message) -> tuple[AlertStatus | None, bool]:
    """What the fields that name the state say, and whether a plain "Status" does, or one of some part.

    The plainer title wins, and of equals the worse state.
    """
    for titles in (_BARE_STATE, _STATE):
        found = {
            states.transition(value) or states.state_of(value) for title, value in message.fields if titles.match(title)
        }
        for status in (FIRING, RESOLVED, INFO):
            if status in found:
                return status, titles is _BARE_STATE
    return None, False


def _is_note(heads: list[str]) -> bool:
    return any(signs.note_sign(head) for head in heads[:4])


def _red_emoji(heads: list[str]) -> bool:
    return any(emoji_sign(head) is FIRING for head in heads[:3])
