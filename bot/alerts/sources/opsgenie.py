"""Opsgenie's alerts: "#1123: title" with its priority, and what happened to it: created, acknowledged, closed."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint, subject
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "opsgenie"

_DETAIL = re.compile(r"/alert/(?:detail|show)/([\w-]{6,80})")
_NUMBER = re.compile(r"\[?#(\d{1,12})\]?")
_TITLE = re.compile(r"\[?#\d{1,12}\]?[\s:–-]{0,4}(?:\[?P[1-5]\]?[\s:–-]{1,4})?\"?([^\"\n]{2,300})\"?")
_HAPPENED = (
    (
        AlertStatus.INFO,
        re.compile(
            r"\b(?:acknowledged|acked|assigned|snoozed|note added|added note|tags? added|seen|ownership"
            r"|viewed)\b",
            re.I,
        ),
    ),
    (AlertStatus.RESOLVED, re.compile(r"\b(?:closed|resolved|deleted|auto-?closed)\b", re.I)),
    (
        AlertStatus.FIRING,
        re.compile(r"\b(?:new alert|created|opened|re-?opened|unacknowledged|escalated|open)\b", re.I),
    ),
)
_TAIL = re.compile(
    r"\s+(?:has been |was |is |got )?(?:acknowledged|acked|closed|created|opened|assigned|snoozed|resolved)\b.*$",
    re.IGNORECASE,
)
_PRIORITY = re.compile(r"(?<!\w)\[?(P[1-5])\b")


def read(message: Message) -> Alert | None:
    if not (is_called(message, "opsgenie") or links_to(message, "opsgenie.com")):
        return None
    alert = generic.read(message)
    heads = [*message.headlines, *(each.fallback for each in message.attachments)]
    titled = next((found for head in heads if (found := _TITLE.search(head))), None)
    name = _TAIL.sub("", titled[1]).strip(' "') if titled else alert.name
    number = next((found[1] for head in heads if (found := _NUMBER.search(head))), "")
    detail = next((found[1] for _, url in message.all_links if (found := _DETAIL.search(url))), "")
    priority = _PRIORITY.search(alert.severity_hint or "") or next(
        (f for h in heads if (f := _PRIORITY.search(h))), None
    )
    identity = (number,) if number else (detail,) if detail else ("text", subject.identity_of(name))
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_status(message, name, alert.status),
        severity_hint=priority[1] if priority else None,
        fingerprint=fingerprint.of_id(SOURCE, *identity),
    )


def _status(message: Message, name: str, otherwise: AlertStatus) -> AlertStatus:
    """What happened stands beside the alert's own words, which may say anything."""
    stated = next((value for title, value in message.fields if title.casefold() in {"status", "alert status"}), "")
    beside = [message.text, *(each.pretext for each in message.attachments), *message.headlines]
    for text in [stated, *(head.replace(name, " ") for head in beside)]:
        for status, words in _HAPPENED:
            if words.search(text[:500]):
                return status
    return otherwise if otherwise is not AlertStatus.INFO else AlertStatus.FIRING
