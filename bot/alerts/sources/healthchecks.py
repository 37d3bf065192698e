"""Healthchecks: "“name” is DOWN.", with the check's address behind the title.

Form: healthchecks/healthchecks, templates/integrations/slack_message.json.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "healthchecks"

_SAID = re.compile(r"(?:The check )?[“\"]([^”\"\n]{1,200})[”\"] is (DOWN|UP|GRACE|LATE|PAUSED|NEW)\b", re.IGNORECASE)
_STATUS = {
    "down": AlertStatus.FIRING,
    "late": AlertStatus.FIRING,
    "grace": AlertStatus.FIRING,
    "up": AlertStatus.RESOLVED,
}


def read(message: Message) -> Alert | None:
    heads = [*message.headlines, *(each.fallback for each in message.attachments)]
    said = next((found for head in heads if (found := _SAID.search(head))), None)
    fields = {title.casefold() for title, _ in message.fields}
    own = is_called(message, "healthchecks") or links_to(message, "healthchecks.io") or "last ping" in fields
    if not said or not own:
        return replace(generic.read(message), source=SOURCE) if own else None
    name = said[1].strip()
    alert = generic.read(message)
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_STATUS.get(said[2].casefold(), AlertStatus.INFO),
        labels={**alert.labels, "check": name},
        severity_hint=None,
        fingerprint=fingerprint.of_labels(SOURCE, name, {"project": alert.labels.get("project", "")}),
    )
