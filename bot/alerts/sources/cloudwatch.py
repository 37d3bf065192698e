"""Amazon CloudWatch's alarms, as terraform-aws-notify-slack posts them and as AWS Chatbot (now Amazon Q) does.

The first names the states in fields, and its fallback says "triggered" also when all is well again. The second has
"CloudWatch Alarm | name | region | Account: 1234" in its title.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint, states
from bot.alerts.emoji import emoji_sign
from bot.alerts.message import Message
from bot.alerts.poster import is_called
from bot.alerts.sources import generic
from bot.alerts.status import status_of
from bot.model import Alert, AlertStatus

SOURCE = "cloudwatch"

_CHATBOT = re.compile(r"CloudWatch Alarm\s*\|\s*([^|\n]{1,255})\|\s*([\w-]{1,40})(?:\s*\|\s*Account:?\s*(\w{1,40}))?")
_REGION = re.compile(r"[?&]region=([\w-]{1,40})")
_SAID = re.compile(
    r"\b(?:alarm )?(?:state|status)\b\W{0,4}(?:is|changed to|now)?\W{0,4}(ALARM|OK|INSUFFICIENT[_ ]DATA)\b"
    r"|\bin (ALARM)\b"
)


def read(message: Message) -> Alert | None:
    fields = {title.casefold(): value for title, value in reversed(message.fields)}
    if "alarm name" in fields and ("current state" in fields or "new state" in fields):
        status = states.state_of(fields.get("current state") or fields["new state"])
        region = next((found[1] for _, url in message.all_links if (found := _REGION.search(url))), "")
        url = next((value for key, value in fields.items() if key.startswith("link")), "")
        region = region or (found[1] if (found := _REGION.search(url)) else "")
        told = [fields.get(key, "") for key in ("alarm description", "description", "alarm reason", "reason")]
        return _alert(message, fields["alarm name"], region, "", status, "\n".join(filter(None, told)))
    for head in message.headlines:
        if found := _CHATBOT.search(head):
            words = _SAID.search(message.words)
            said = states.state_of(words[1] or words[2]) if words else None
            said = said or emoji_sign(head)
            return _alert(message, found[1], found[2], found[3] or "", said, "")
    if is_called(message, "awschatbot", "amazonq", "awscloudwatch", "cloudwatch"):
        return replace(generic.read(message), source=SOURCE)
    return None


def _alert(message: Message, name: str, region: str, account: str, status: AlertStatus | None, summary: str) -> Alert:
    name = name.strip()
    own = {"alarm": name, "region": region.strip(), "account": account}
    return replace(
        generic.read(message),
        source=SOURCE,
        name=name,
        status=status or status_of(message),
        summary=f"{name}\n{summary or message.words}",
        labels={key: value for key, value in own.items() if value},
        severity_hint=None,  # every alarm is red
        fingerprint=fingerprint.of_labels(SOURCE, name, {"region": region.strip()}),
    )
