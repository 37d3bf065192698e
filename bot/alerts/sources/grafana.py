"""Grafana: its own alerting, which titles as Alertmanager does and lists labels and annotations, and the older one.

Form: grafana/alerting, receivers/slack and templates/default_template.go; before version 8, "[Alerting] Name alert".
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Attachment, Message
from bot.alerts.poster import is_called
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus, Link

SOURCE = "grafana"

_TITLE = re.compile(
    r"\[(FIRING|RESOLVED|Alerting|OK|No Data|Pending|Paused)\b([^\]\n]{0,60})\]\s*([^\n]*)", re.IGNORECASE
)
_SECTION = re.compile(r"\*\*(?:Firing|Resolved)\*\*|^Labels:$", re.MULTILINE)
_LISTED = re.compile(r" ?- ([^\s=][^=\n]{0,100}?) = (.*)")
_ADDRESS = re.compile(r"(Source|Silence|Dashboard|Panel): (https?://\S{1,2000})")
_STATUS = {
    "firing": AlertStatus.FIRING,
    "alerting": AlertStatus.FIRING,
    "no data": AlertStatus.FIRING,
    "resolved": AlertStatus.RESOLVED,
    "ok": AlertStatus.RESOLVED,
    "pending": AlertStatus.INFO,
    "paused": AlertStatus.INFO,
}


def read(message: Message) -> Alert | None:
    for attachment in message.attachments:
        title = _TITLE.match(attachment.title) or _TITLE.match(attachment.fallback)
        if title and (
            attachment.footer.startswith("Grafana") or is_called(message, "grafana") or _SECTION.search(attachment.text)
        ):
            return _alert(message, attachment, title)
    return None


def _alert(message: Message, attachment: Attachment, title: re.Match[str]) -> Alert:
    labels, notes = _listed(attachment.text)
    name = labels.get("alertname") or title[3].split(" (")[0].strip() or title[3].strip() or "Grafana alert"
    told = [notes[key] for key in ("summary", "description", "message") if key in notes]
    links = [
        ("Grafana", attachment.title_link),
        *((found[1], found[2]) for found in _ADDRESS.finditer(attachment.text)),
    ]
    links += [("Runbook", notes["runbook_url"])] if "runbook_url" in notes else []
    summary = "\n".join(told) or f"{title[3].strip()}\n{attachment.text}"
    return replace(
        generic.read(message),
        source=SOURCE,
        name=name,
        status=_STATUS[title[1].casefold()],
        summary=summary.strip(),
        labels=labels,
        severity_hint=labels.get("severity"),
        links=tuple(Link(words, url) for words, url in links),
        fingerprint=fingerprint.of_labels(SOURCE, name, labels or {"title": title[3].strip()}),
    )


def _listed(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The labels on which all alerts of the message agree, and the first one's annotations."""
    labels: dict[str, set[str]] = {}
    notes: dict[str, str] = {}
    alerts, below = 0, ""
    for line in text.splitlines()[:1000]:
        if line.rstrip() in {"Labels:", "Annotations:"}:
            below = line.rstrip()
            alerts += below == "Labels:"
        elif found := _LISTED.match(line[:1000]):
            if below == "Labels:":
                labels.setdefault(found[1], set()).add(found[2].strip())
            elif below:
                notes.setdefault(found[1], found[2].strip())
        else:
            below = ""
    return {key: next(iter(values)) for key, values in labels.items() if len(values) == 1}, notes
