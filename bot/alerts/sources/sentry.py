"""Sentry: issue alerts in blocks with a title and tags, activity ("marked … as resolved"), and metric alerts."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "sentry"

_ISSUE = re.compile(r"/issues/(\d{1,20})")
_METRIC = re.compile(r"/alerts/rules/details/([\w-]{1,40})|/(?:monitors|alerts)/(\d{1,20})")
_STATE = re.compile(r"^\W*(Critical|Warning|Resolved|Open)\s*:\s*(.+)$", re.IGNORECASE)
_TAG = re.compile(r"(?<!\S)([a-z][\w.]{0,40}): ?`([^`\n]{1,200})`")
_OVER = re.compile(
    r"\b(?:marked\b[^\n]{0,200}\bas resolved|resolved (?:the |this )?issue|was resolved|has been resolved"
    r"|^resolved\b)",
    re.I | re.M,
)
_LEFT = re.compile(
    r"\b(?:archived|ignored|assigned|deployed|deploy|unassigned|escalating rule|weekly report)\b", re.IGNORECASE
)
_WORSE = re.compile(r"\b(?:regression|regressed|unresolved|escalating|reopened)\b", re.IGNORECASE)


def read(message: Message) -> Alert | None:
    if not (is_called(message, "sentry") or links_to(message, "sentry.io")):
        return None
    alert = generic.read(message)
    issue = next((found[1] for _, url in message.all_links if (found := _ISSUE.search(url))), "")
    metric = next(((each, found) for each in message.headlines if (found := _STATE.match(each))), None)
    tags = dict(_TAG.findall("\n".join(block.text for block in message.all_blocks)))
    if metric and not issue:
        rule = next((found[1] or found[2] for _, url in message.all_links if (found := _METRIC.search(url))), "")
        state, name = metric[1][1].casefold(), metric[1][2].strip()
        return replace(
            alert,
            source=SOURCE,
            name=name,
            status=AlertStatus.RESOLVED if state == "resolved" else AlertStatus.FIRING,
            severity_hint=None if state in {"resolved", "open"} else state,
            fingerprint=fingerprint.of_id(SOURCE, "metric", rule or name),
        )
    named = [words for words, url in message.all_links if _ISSUE.search(url)]
    titles = [each.title for each in message.attachments if each.title] or named
    name = titles[0] if titles else alert.name
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_status(message, bool(issue), alert.status),
        summary=f"{message.text.splitlines()[0] if message.text else name}\n{alert.summary}",
        labels=tags,
        severity_hint=tags.get("level"),
        fingerprint=fingerprint.of_id(SOURCE, "issue", issue) if issue else alert.fingerprint,
    )


def _status(message: Message, about_an_issue: bool, otherwise: AlertStatus) -> AlertStatus:
    """What happened to the issue stands in the first line; a message about an issue is otherwise its alert."""
    first = message.text.split("\n")[0]
    if _WORSE.search(first):
        return AlertStatus.FIRING
    if _OVER.search(first):
        return AlertStatus.RESOLVED
    if _LEFT.search(first) and not message.blocks:
        return AlertStatus.INFO
    return AlertStatus.FIRING if about_an_issue else otherwise
