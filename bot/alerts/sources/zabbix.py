"""Zabbix: "Problem: name", "Resolved in 14m 2s: name". It says that it is over by editing its message.

Form: zabbix/zabbix, templates/media/slack. The link holds the trigger and the event, the fields the host and severity.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.alerts.poster import is_called
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "zabbix"

_TITLE = re.compile(
    r"^\W*(?:Zabbix\W+)?(Problem|Resolved|OK|Recovery|Updated problem|Acknowledged|Update)"
    r"(?: in [\dwdhms ]{1,30})?\s*:\s*(.+)$",
    re.IGNORECASE,
)
_EVENT = re.compile(r"[?&]triggerid=(\d{1,20})(?:&(?:amp;)?eventid=(\d{1,20}))?")
_HOST = re.compile(r"^(.+?)\s*\[[^\[\]\s]{1,100}\]$")


def read(message: Message) -> Alert | None:
    event = next((found for _, url in message.all_links if (found := _EVENT.search(url))), None)
    fields = {title.casefold() for title, _ in message.fields}
    titled = next((found for head in message.headlines if (found := _TITLE.match(head))), None)
    own = is_called(message, "zabbix") or event or {"event time", "trigger description"} <= fields
    if not own:
        return None
    alert = generic.read(message)
    name = titled[2].strip() if titled else alert.name
    labels = dict(alert.labels)
    if host := _HOST.match(labels.get("host", "")):
        labels |= {"host": host[1], "address": labels["host"][len(host[1]) :].strip(" []")}
    identity = {"trigger": event[1]} if event else {"host": labels.get("host", "")}
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_status(titled[1].casefold()) if titled else alert.status,
        labels=labels,
        fingerprint=fingerprint.of_labels(SOURCE, name, {**identity, "host": labels.get("host", "")})
        if titled
        else alert.fingerprint,
    )


def _status(said: str) -> AlertStatus:
    if said == "problem":
        return AlertStatus.FIRING
    return AlertStatus.RESOLVED if said in {"resolved", "ok", "recovery"} else AlertStatus.INFO
