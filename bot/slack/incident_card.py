"""The card of an incident in the incidents channel. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.model import Entry, Incident, IncidentState
from bot.mrkdwn import Mrkdwn, link, time
from bot.slack.blocks import Content, actions, button, content, context, header, section
from bot.slack.drawing import SIGNS
from bot.words import Words

# What is told on the card, and its sentences' names in the words.
CHANGES = {
    **{f"incident {state.value}": f"state_{state.value}" for state in IncidentState},
    "incident merged": "incident_merged",
    "incident raised": "incident_raised",
}


@dataclass(frozen=True)
class IncidentStanding:
    incident: Incident
    on_call: str | None  # a name
    alert_link: str | None  # to the thread in which the proposal stands
    alert_resolved: bool
    changes: Sequence[Entry]  # those in CHANGES, oldest first


def draw_incident(standing: IncidentStanding, words: Words, who: Callable[[str], str]) -> Content:
    incident = standing.incident
    sign = "🟢" if incident.state is IncidentState.RESOLVED else SIGNS[incident.severity]
    title = f"{sign} {incident.severity} · INC-{incident.number} · {incident.title}"
    blocks: list[Block] = [header(title)]
    state = words.plain(f"state_{incident.state.value}")
    blocks.append(section(words("incident_since", state=state, opened=time(incident.opened))))
    lines = [words("incident_on_call", who=standing.on_call or words.plain("nobody"))]
    if standing.alert_link is not None:
        lines.append(words("incident_alert", link=link(standing.alert_link, words.plain("label_alert_thread"))))
    if standing.alert_resolved:
        lines.append(words("incident_alert_resolved"))
    blocks.append(context(Mrkdwn(" · ".join(lines))))
    for change in standing.changes[-6:]:
        what = words.plain(CHANGES[change.what])
        said = "; ".join(str(value) for value in change.data.values() if value)
        blocks.append(context(words("incident_change", what=what, who=who(change.who), at=time(change.at), said=said)))
    buttons = []
    if incident.state is IncidentState.OPEN:
        buttons.append(button(words.plain("button_acknowledge"), "incident_acknowledge", incident.id, "primary"))
    if incident.state in {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}:
        buttons.append(button(words.plain("button_mitigated"), "incident_mitigated", incident.id))
    if incident.state is not IncidentState.RESOLVED:
        buttons.append(button(words.plain("button_resolve"), "incident_resolve", incident.id))
        blocks.append(actions(*buttons))
    return content(title, blocks)
