"""Uptime Kuma: "[name] [🔴 Down] reason" in a block, under "Uptime Kuma Alert".

Form: louislam/uptime-kuma, server/notification-providers/slack.js. Colours #2eb886 and #e01e5a.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.alerts.poster import is_called
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "uptime-kuma"

_SAID = re.compile(r"\[([^\[\]\n]{1,200})\]\s*\[\W{0,20}(Down|Up|Pending|Maintenance)\]\s*([^\n]*)", re.IGNORECASE)
_CERTIFICATE = re.compile(r"\bcertificate\b[^\n]{0,200}\bexpire", re.IGNORECASE)
_STATUS = {"down": AlertStatus.FIRING, "up": AlertStatus.RESOLVED}


def read(message: Message) -> Alert | None:
    words = message.words[:4000]
    said = _SAID.search(words)
    own = is_called(message, "uptimekuma") or "Uptime Kuma" in words or "Uptime-Kuma" in words
    if not said and not own:
        return None
    alert = generic.read(message)
    if not said:
        found = _CERTIFICATE.search(words)
        return replace(alert, source=SOURCE, status=AlertStatus.FIRING if found else alert.status)
    name, state, reason = said[1].strip(), said[2].casefold(), said[3].strip()
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_STATUS.get(state, AlertStatus.INFO),
        summary=f"{name} is {state}. {reason}".strip(),
        labels={**alert.labels, "monitor": name},
        severity_hint=None,
        fingerprint=fingerprint.of_labels(SOURCE, name, {}),
    )
