"""Prometheus Alertmanager, in its default form and in the kube-prometheus style with a list of labels.

The default message has an empty text: title and fallback carry all the meaning (alertmanager, template/default.tmpl).
"""

from __future__ import annotations

import re

from bot.alerts import fingerprint
from bot.alerts.markup import unformatted
from bot.alerts.message import Attachment, Message
from bot.model import Alert, AlertStatus, Link

SOURCE = "alertmanager"

# "[FIRING:1] :warning: HighMemoryUsage prod (shop api-1 critical)"; the tool may put a sign before the name
_TITLE = re.compile(
    r"\[(FIRING|RESOLVED)(?::(\d+))?[^\]\n]{0,40}\]\s*(?:(?::[\w+-]+:|[^\w\s(]+)\s+)?([\w.:/-]+)([^|\n]*)"
)
# Matched against one stripped line at a time, each of bounded length: what a stranger posts must not cost seconds.
_DETAIL = re.compile(r"[-•] *\*?([A-Za-z_]\w{0,99}):?\*?:? *(.*)")
_SUMMARY = re.compile(r"\*(?:Alert|Summary|Description):\* *(.+)")
_DETAILS = "*Details:*"  # labels stand below it; a dash in the prose above makes no label
_LINES, _LINE = 500, 500
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z]*")  # names without spaces are CamelCase or have marks
_LEVELS = ("emergency", "critical", "page", "error", "high", "warning", "info", "low")


def read(message: Message) -> Alert | None:
    for attachment in message.attachments:
        found = _TITLE.match(attachment.title) or _TITLE.match(attachment.fallback)
        if found:
            return _alert(attachment, found)
    return None


def _alert(attachment: Attachment, title: re.Match[str]) -> Alert:
    state, count, name, rest = title.groups()
    agreed = _agreed(_details(attachment.text))
    labels = {**agreed, "alertname": _whole_name(name, rest, agreed)}
    summary = next((found for line in _lines(attachment.text) if (found := _SUMMARY.match(line))), None)
    said = unformatted(summary[1]) if summary else f"{name}{rest}".strip()
    # Many alerts in one message: the title is all that tells them apart.
    identity = labels if len(labels) > 1 else {"title": " ".join(word for word in rest.split() if not _level(word))}
    return Alert(
        source=SOURCE,
        name=labels["alertname"],
        status=AlertStatus.FIRING if state == "FIRING" else AlertStatus.RESOLVED,
        summary=said if int(count or 1) < 2 else f"{said} ({count} alerts)",
        labels=labels,
        severity_hint=labels.get("severity") or _hint(rest, attachment.color),
        links=_links(attachment),
        fingerprint=fingerprint.of_labels(SOURCE, labels["alertname"], identity),
    )


def _whole_name(first: str, rest: str, labels: dict[str, str]) -> str:
    """A rule's name may be words. The label tells; else a first word that is one of many gives it away."""
    named = labels.get("alertname", "")
    if named.startswith(first):
        return named
    words = rest.split("(")[0].split()
    in_words = len(words) > 1 and all(_PLAIN_WORD.fullmatch(word) for word in (first, words[0]))
    return " ".join([first, *words]) if in_words else first


def _lines(text: str) -> list[str]:
    return [line[:_LINE].strip() for line in text.splitlines()[:_LINES]]


def _details(text: str) -> list[tuple[str, str]]:
    """The label lines, of every alert in the message."""
    found, below = [], _DETAILS not in text
    for line in _lines(text):
        if line.startswith(_DETAILS):
            below = True
        elif _SUMMARY.match(line):
            below = _DETAILS not in text  # the next alert's prose begins
        elif below and (detail := _DETAIL.match(line)):
            found.append((detail[1], detail[2].strip("` ")))
    return found


def _agreed(details: list[tuple[str, str]]) -> dict[str, str]:
    """The labels on which all alerts of one message agree: what differs says nothing of which one to act on."""
    values: dict[str, list[str]] = {}
    for key, value in details:
        values.setdefault(key.lower(), []).append(value)
    alerts = max(map(len, values.values()), default=0)
    return {key: found[0] for key, found in values.items() if len(found) == alerts and len(set(found)) == 1}


def _level(word: str) -> str | None:
    bare = word.strip("()").lower()
    return bare if bare in _LEVELS else None


def _hint(rest: str, color: str) -> str | None:
    """The level among the label values in the title, or else the colour; green says nothing of how bad it was."""
    found = [level for level in map(_level, rest.split()) if level]
    if found:
        return min(found, key=_LEVELS.index)
    return color if color in {"danger", "warning"} else None


def _links(attachment: Attachment) -> tuple[Link, ...]:
    pairs = [("Alertmanager", attachment.title_link), *attachment.buttons]
    return tuple(
        Link(re.sub(r"\s*:[\w+-]+:", "", words), url) for words, url in pairs if url.startswith(("http://", "https://"))
    )
