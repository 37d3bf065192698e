"""Messages of people, and of tools that no reader knows: words alone.

Trouble and recovery are told by their words. A message with neither is no alert.
"""

from __future__ import annotations

import re

from bot.alerts import fingerprint
from bot.alerts.message import Message
from bot.model import Alert, AlertStatus

_NAME = 80  # characters of the first line that name the alert

_RECOVERY = re.compile(
    r"\b(resolved|recovered|recovery|back to normal|is (?:back )?up again|all clear|fixed now|\[?ok\]?:)", re.IGNORECASE
)
_TROUBLE = re.compile(
    r"""\b(
      down | outage | offline | unreachable | not\ respond\w* | unresponsive | crash\w* | panic\w* | hang(?:s|ing)
    | stuck | fail(?:s|ed|ing|ure|ures)? | broken | errors? | exceptions? | 5\d\d(?:s|\ errors?)?
    | time[ds]?\ ?outs? | timing\ out | refused | denied | slow | latency | lag(?:ging)? | out\ of\ memory | oom\w*
    | full | high | critical | firing | alert | triggered | problem | incident | unhealthy | degraded | expired?
    | expiring | corrupt\w* | leak\w* | breach\w* | attack | unable\ to | warning | saturated | exhausted | restarting
    | can(?:'|no)t\ (?:connect|reach|log\ ?in|place|pay|open)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_QUESTION_OR_THANKS = re.compile(
    r"^\s*(thanks|thank you|thx|ty\b|lol|haha|how do|how can|what is|where is|does anyone know|fyi|reminder)",
    re.IGNORECASE,
)


def read(message: Message) -> Alert:
    words = message.words.strip()
    source = "human" if message.by_person else (message.username or "unknown").lower().replace(" ", "-")
    first = next((line.strip() for line in words.splitlines() if line.strip()), "")
    colors = {each.color for each in message.attachments}
    return Alert(
        source=source,
        name=first if len(first) <= _NAME else first[: _NAME - 1] + "…",
        status=_status(words, colors, by_person=message.by_person),
        summary=words[:2000],
        severity_hint="danger" if "danger" in colors else "warning" if "warning" in colors else None,
        fingerprint=fingerprint.of_text(source, first),
    )


def _status(words: str, colors: set[str], *, by_person: bool) -> AlertStatus:
    if not words:
        return AlertStatus.NONE
    if colors & {"danger", "warning"}:
        return AlertStatus.FIRING
    if "good" in colors or _RECOVERY.search(words):
        return AlertStatus.RESOLVED
    if _QUESTION_OR_THANKS.search(words):
        return AlertStatus.NONE
    if _TROUBLE.search(words):
        return AlertStatus.FIRING
    return AlertStatus.NONE if by_person else AlertStatus.INFO
