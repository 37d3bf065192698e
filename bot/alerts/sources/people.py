"""People: their words alone. What they report is read sentence by sentence in reports.py; most of what they say is none."""

from __future__ import annotations

from bot.alerts import fingerprint
from bot.alerts.markup import unformatted
from bot.alerts.message import Message
from bot.alerts.reports import meaning
from bot.model import Alert, AlertStatus

SOURCE = "human"
_NAME = 80  # characters of the first line that name the alert


def read(message: Message) -> Alert | None:
    if not message.by_person:
        return None
    words = unformatted(message.words)
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
