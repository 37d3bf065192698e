"""People: their words alone, read sentence by sentence in reports.py. Most of what they say is no alert."""

from __future__ import annotations

from bot.alerts import fingerprint, signs
from bot.alerts.emoji import emoji_sign
from bot.alerts.markup import unformatted
from bot.alerts.message import Message
from bot.alerts.reports import meaning
from bot.model import Alert, AlertStatus

SOURCE = "human"
_NAME = 80  # characters of the first line that name the alert


def read(message: Message) -> Alert | None:
    """The words alone count, and not what Slack unfolds below them of a link."""
    if not message.by_person:
        return None
    words = unformatted(message.text)
    if not message.poster and _is_a_tools(message):
        return None
    first = next((line.strip() for line in words.splitlines() if line.strip()), "")
    said = meaning(words)
    status = AlertStatus.FIRING if said.trouble else AlertStatus.RESOLVED if said.over else AlertStatus.NONE
    return Alert(
        source=SOURCE,
        name=first if len(first) <= _NAME else first[: _NAME - 1] + "…",
        status=status,
        summary=words,
        fingerprint=fingerprint.of_text(SOURCE, first),
    )


def _is_a_tools(message: Message) -> bool:
    """A text without a poster, as a script hands it to a webhook, when it speaks as tools do."""
    head = next(iter(message.headlines), "")
    return signs.plain_sign(head) is not None or emoji_sign(head[:20]) is not None or signs.note_sign(head)
