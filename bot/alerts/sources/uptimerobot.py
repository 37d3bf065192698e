"""UptimeRobot: "Monitor is DOWN: name ( address )", and "Monitor is UP: …" with how long it was down."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "uptimerobot"

_SAID = re.compile(
    r"\bMonitor is (DOWN|UP|back UP)\s*:\s*([^(\n]{1,300}?)\s*(?:\(\s*([^\s()]{1,1000})\s*\)|$|\. |\n| - )",
    re.IGNORECASE,
)


def read(message: Message) -> Alert | None:
    said = _SAID.search(message.words[:2000].replace("*", ""))
    if not said:
        if re.sub(r"[^a-z]", "", message.username.casefold()).startswith("uptimerobot"):
            return replace(generic.read(message), source=SOURCE)
        return None
    name, url = said[2].strip(), (said[3] or "").rstrip("/")
    alert = generic.read(message)
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=AlertStatus.FIRING if said[1].casefold() == "down" else AlertStatus.RESOLVED,
        labels={**alert.labels, "monitor": name, **({"url": url} if url else {})},
        severity_hint=None,
        fingerprint=fingerprint.of_labels(SOURCE, name, {"url": url}),
    )
