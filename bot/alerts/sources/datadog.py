"""Datadog's monitors: "Triggered: name", "[Recovered on {host:web-1}] name". The monitor's number is in its link."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint, subject
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.alerts.status import status_of
from bot.model import Alert, AlertStatus

SOURCE = "datadog"

_TITLE = re.compile(
    r"\s*(?:\[(P[1-5])\]\s*)?\[?(Re-?Triggered|Triggered|Re-?Warn|Warn(?:ing)?"
    r"|Alert|No Data|Re-?No Data|Recovered|Renotify)\b"
    r"(?: on \{([^{}\n]{0,300})\})?\s*(?:\]|:)\s*(?:\[(P[1-5])\]\s*)?([^\n]*)",
    re.IGNORECASE,
)
_MONITOR = re.compile(r"/monitors?[/#](\d{1,15})")
_TAG = re.compile(r"(?<![\w:/.])([a-z][\w.-]{0,40}):([\w./@-]{1,100})(?![\w:])")
_TAGS = re.compile(r"^\W*tags?\W*(.*)$", re.IGNORECASE | re.MULTILINE)
_MENTION = re.compile(r"@[\w-]{1,80}(?:@[\w.-]{1,80})?\s*")


def read(message: Message) -> Alert | None:
    if not (is_called(message, "datadog") or links_to(message, "datadoghq.com", "datadoghq.eu", "ddog-gov.com")):
        return None
    alert = generic.read(message)
    found = next((each for head in message.headlines if (each := _TITLE.match(head))), None)
    if not found:
        return replace(alert, source=SOURCE)
    priority, state, scope, name = found[1] or found[4], found[2].casefold(), found[3] or "", found[5].strip()
    labels = {**alert.labels, **_tags(message), **dict(_TAG.findall(scope))}
    monitor = next((each[1] for _, url in message.all_links if (each := _MONITOR.search(url))), "")
    level = "warn" if "warn" in state else None
    recovered = state == "recovered"
    said = _MENTION.sub("", "\n".join(each.text for each in message.attachments)).strip()
    return replace(
        alert,
        source=SOURCE,
        name=name or alert.name,
        status=AlertStatus.RESOLVED if recovered else AlertStatus.FIRING if state != "renotify" else status_of(message),
        summary=f"{name}\n{said}".strip(),
        labels=labels,
        severity_hint=priority or level or (None if recovered else generic.hint_of_colour(message)),
        fingerprint=fingerprint.of_id(SOURCE, monitor, scope, subject.identity_of(name)),
    )


def _tags(message: Message) -> dict[str, str]:
    """The tags that the message lists: `env:prod, service:shop`."""
    listed = [value for title, value in message.fields if title.casefold() == "tags"]
    listed += [found[1] for found in _TAGS.finditer(message.words[:5000])]
    return dict(pair for text in listed for pair in _TAG.findall(text[:1000]))
