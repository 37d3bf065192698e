"""The card of an incident in the incidents channel. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block

from bot.incidents.chronicle import Told
from bot.incidents.lifecycle import NEXT
from bot.incidents.targets import Measured
from bot.model import Incident, IncidentRole, IncidentState, Reason
from bot.mrkdwn import Mrkdwn, clean, link, time
from bot.runbooks.told import seconds
from bot.runbooks.written import duration
from bot.slack.blocks import CONTEXT, Content, actions, button, content, context, header, menu, section
from bot.slack.click import MENU
from bot.slack.drawing import OVER, SIGNS
from bot.slack.incidents.told import told_lines
from bot.words import Words

_SHOWN = 6  # lines of the timeline, the last ones
_LINE = 200  # characters of what somebody said in one


@dataclass(frozen=True)
class IncidentStanding:
    incident: Incident
    on_call: str | None  # a name
    alert_link: str | None  # to the thread in which the proposal stands
    alert_resolved: bool
    told: Sequence[Told]  # what people did with it, oldest first
    now: datetime
    next_update: datetime | None = None
    links: Sequence[tuple[str, str]] = ()  # of the team file: title and address
    targets: Sequence[Measured] = ()


def draw_incident(standing: IncidentStanding, words: Words, who: Callable[[str], str]) -> Content:
    incident = standing.incident
    over = incident.state is IncidentState.RESOLVED
    title = f"{OVER if over else SIGNS[incident.severity]} {incident.severity} · {incident.name} · {incident.title}"
    blocks: list[Block] = [header(title)]
    state = words.plain(f"state_{incident.state.value}")
    blocks.append(section(words("incident_since", state=state, opened=time(incident.opened))))
    impact = incident.impact or words.plain("not_known_yet")
    blocks.append(section(words("incident_impact_is", impact=impact)))
    if incident.root_cause or incident.fix or incident.expected or incident.next_step:
        to_come = {"expected": incident.expected, "next_step": incident.next_step}
        known = {
            "root_cause": incident.root_cause,
            "fix": incident.fix,
            **(dict.fromkeys(to_come, "") if over else to_come),
        }
        blocks.append(section(words("incident_known", **known)))
    blocks.append(context(_people(standing, words, who)))
    if lines := _places(standing, words):
        blocks.append(context(Mrkdwn(" · ".join(lines))))
    if standing.targets:
        blocks.append(context(Mrkdwn(" · ".join(_target(each, standing, words) for each in standing.targets))))
    if told := _latest(told_lines([_short(each) for each in standing.told[-_SHOWN:]], words, who)):
        blocks.append(context(Mrkdwn("\n".join(told))))
    blocks.append(actions(*_buttons(incident, words)))
    return content(title, blocks)


def _short(line: Told) -> Told:
    """One long line must not push out the others."""
    cut = {name: clean(value, _LINE) for name, value in line.what.values.items()}
    return replace(line, what=Reason(line.what.sentence, cut))


def _latest(lines: Sequence[Mrkdwn]) -> Sequence[Mrkdwn]:
    """As many of the last ones as there is room for."""
    while lines and sum(len(line) + 1 for line in lines) > CONTEXT:
        lines = lines[1:]
    return lines


def _target(target: Measured, standing: IncidentStanding, words: Words) -> Mrkdwn:
    within = duration(target.within.total_seconds())
    what = words.plain(f"target_{target.what}")
    if target.reached is None:
        late = target.due < standing.now
        return words("target_overdue" if late else "target_due", what=what, at=time(target.due))
    took = seconds((target.reached - standing.incident.since).total_seconds())
    return words("target_reached", what=what, took=took, within=within, met=target.met)


def _people(standing: IncidentStanding, words: Words, who: Callable[[str], str]) -> Mrkdwn:
    """Who leads, who has another role, and who is on call."""
    nobody, roles = words.plain("nobody_yet"), standing.incident.roles
    lead = roles.get(IncidentRole.LEAD)
    others = [
        (words.plain(f"role_{role.value}"), who(person))
        for role, person in roles.items()
        if role is not IncidentRole.LEAD
    ]
    named = [words("incident_role_is", role=role, who=name) for role, name in others]
    first = words("incident_role_is", role=words.plain("role_lead"), who=who(lead) if lead else nobody)
    on_call = words("incident_on_call", who=standing.on_call or words.plain("nobody"))
    after = [words("incident_next_update", at=time(standing.next_update))] if standing.next_update else []
    return Mrkdwn(" · ".join([first, *named, on_call, *after]))


def _places(standing: IncidentStanding, words: Words) -> list[Mrkdwn]:
    lines = []
    if standing.alert_link is not None:
        lines.append(words("incident_alert", link=link(standing.alert_link, words.plain("label_alert_thread"))))
    if standing.alert_resolved:
        lines.append(words("incident_alert_resolved"))
    lines += [link(url, title) for title, url in standing.links]
    return lines


def _buttons(incident: Incident, words: Words) -> list[Any]:
    buttons = []
    if incident.state is IncidentState.OPEN:
        buttons.append(button(words.plain("button_acknowledge"), "incident_acknowledge", incident.id, "primary"))
    if incident.state in {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}:
        buttons.append(button(words.plain("button_mitigated"), "incident_mitigated", incident.id))
    if incident.state is not IncidentState.RESOLVED:
        buttons.append(button(words.plain("button_resolve"), "incident_resolve", incident.id))
        buttons.append(button(words.plain("button_update"), "incident_update", incident.id))
        again = ["reopen"] if IncidentState.OPEN in NEXT[incident.state] else []
        more = [*again, "note", "escalate", "lead", "roles", "severity", "known", "checklist", "timeline"]
    else:
        buttons.append(button(words.plain("button_reopen"), "incident_reopen", incident.id))
        more = ["note", "known", "timeline"]
    entries = [(words.plain(f"button_{each}"), f"incident_{each}|{incident.id}") for each in more]
    return [*buttons, menu(MENU, entries, words.plain("button_more"))]
