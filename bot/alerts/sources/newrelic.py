"""New Relic's issues and incidents: activated, acknowledged, closed, with their policy, condition and priority."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint, subject
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "newrelic"

_ISSUE = re.compile(r"/issues?/([0-9a-f-]{8,60})", re.IGNORECASE)
_NUMBER = re.compile(r"\bincident\s+#?(\d{1,15})\b", re.IGNORECASE)
_STATE = re.compile(
    r"\b(activated|re-?activated|created|opened|open|triggered|acknowledged|acked|closed|deactivated|resolved)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:(?:critical|high|medium|low|warning)\b\W*)?(?:(?:new relic|issue|incident|alert|priority|is|has been|was"
    r"|#?\d{1,15}"
    r"|activated|created|opened|open|acknowledged|closed|resolved)\b[\s:|–—-]*)+",
    re.IGNORECASE,
)
_STATUS = {
    **dict.fromkeys(("acknowledged", "acked"), AlertStatus.INFO),
    **dict.fromkeys(("closed", "deactivated", "resolved"), AlertStatus.RESOLVED),
}


def read(message: Message) -> Alert | None:
    if not (is_called(message, "newrelic") or links_to(message, "newrelic.com", "nr-assets.net")):
        return None
    alert = generic.read(message)
    fields = {title.casefold(): value for title, value in reversed(message.fields)}
    stated = next((fields[key] for key in ("state", "status", "issue state", "current state") if key in fields), "")
    heads = [stated, *message.headlines[:4]]
    state = next((found[1].casefold() for head in heads if (found := _STATE.search(head))), "")
    condition = next((fields[key] for key in ("condition", "condition name", "alert condition") if key in fields), "")
    head = generic.headline(message)
    name = condition or _LEAD.sub("", head).strip() or head
    issue = next((found[1] for _, url in message.all_links if (found := _ISSUE.search(url))), "")
    number = next((found[1] for each in message.headlines if (found := _NUMBER.search(each))), "")
    identity = (issue or number,) if issue or number else ("text", subject.identity_of(name))
    status = _STATUS.get(state, AlertStatus.FIRING) if state else alert.status
    return replace(alert, source=SOURCE, name=name, status=status, fingerprint=fingerprint.of_id(SOURCE, *identity))
