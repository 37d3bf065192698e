"""The modals about incidents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject

from bot.checklists import Checklist
from bot.model import Incident, IncidentRole, Known, Severity
from bot.slack.modals import date_input, modal, select_input, text_input, text_value
from bot.texts import LONGEST
from bot.words import Words

NOBODY = "-"  # in place of a person
NEW = "new"  # in place of an incident that is open already
_TITLE = 150  # characters
WATCH = ("0m", "30m", "2h", "8h", "1d")  # how long something is watched after its end
_USUALLY = "2h"
_MOST = 90  # open incidents to choose from


def declare_modal(
    words: Words, severity: Severity, title: str, opened: Sequence[Incident], alike: Incident | None
) -> dict[str, Any]:
    """A new incident, or one that is open already; the submission's callback id is `incident_declared`.

    `alike`: an open one that sounds like this.
    """
    blocks: list[Block] = []
    if alike is not None:
        said = words("modal_declare_alike", number=alike.number, title=alike.title)
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=said)]))
    blocks += [
        text_input("title", words.plain("modal_title"), value=title, multiline=False, longest=_TITLE),
        _severities(words, severity),
        text_input("impact", words.plain("modal_impact"), optional=True),
    ]
    if opened:
        choices = [(words.plain("modal_new_incident"), NEW)]
        choices += [(f"{each.name} {each.severity} {each.title}", each.id) for each in opened[:_MOST]]
        blocks.append(select_input("incident", words.plain("modal_join"), choices, NEW))
    return modal(
        "incident_declared",
        words.plain("modal_declare"),
        words.plain("button_declare"),
        words.plain("button_cancel"),
        *blocks,
    )


def resolve_modal(words: Words, incident: Incident) -> dict[str, Any]:
    """Root cause, what fixed it, how long it is watched; the submission's callback id is `incident_resolved`."""
    return modal(
        "incident_resolved",
        words.plain("modal_resolve"),
        words.plain("button_resolve"),
        words.plain("button_cancel"),
        text_input("root_cause", words.plain("modal_root_cause"), optional=True, value=incident.root_cause),
        text_input("fix", words.plain("modal_fix"), optional=True, value=incident.fix),
        select_input("watch", words.plain("modal_watch"), [(each, each) for each in WATCH], _USUALLY),
    )


def severity_modal(words: Words, now: Severity) -> dict[str, Any]:
    """How severe it is, and why; the submission's callback id is `incident_graded`."""
    return modal(
        "incident_graded",
        words.plain("modal_severity"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        _severities(words, now),
        text_input("reason", words.plain("modal_severity_why"), optional=True),
    )


def escalate_modal(words: Words, options: Sequence[tuple[str, str]], next: str, criteria: str) -> dict[str, Any]:
    """To whom, and why; the submission's callback id is `incident_escalated`. `options`: labels and values, `next` the
    value of the next step; `criteria`: when to call at once."""
    blocks: list[Block] = [
        select_input("to", words.plain("modal_escalate_to"), options, next),
        text_input("why", words.plain("modal_escalate_why")),
    ]
    if criteria:
        said = words("modal_escalate_criteria", criteria=criteria)
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=said)]))
    return modal(
        "incident_escalated",
        words.plain("modal_escalate"),
        words.plain("modal_escalate"),
        words.plain("button_cancel"),
        *blocks,
    )


def checklist_modal(words: Words, checklists: Iterable[Checklist]) -> dict[str, Any]:
    """Which one; the submission's callback id is `incident_checklist_chosen`, its block `checklist`."""
    options = [(each.title, each.name) for each in checklists]
    return modal(
        "incident_checklist_chosen",
        words.plain("modal_checklist"),
        words.plain("button_post"),
        words.plain("button_cancel"),
        select_input("checklist", words.plain("modal_checklist"), options, options[0][1]),
    )


def shown(incident: Incident) -> str:
    """What the form of what is known shows, as short marks: whoever sends it has changed what no longer fits them."""
    texts = (text_value(getattr(incident, each.value)) for each in Known)
    return ",".join(mark(each) for each in texts)


def changed(marks: str, answers: Mapping[str, str]) -> dict[Known, str]:
    """What a person has changed in that form, and not what somebody else said meanwhile."""
    return {
        each: answers[each.value].strip()
        for each, before in zip(Known, marks.split(","), strict=True)
        if mark(answers[each.value]) != before
    }


def mark(text: str) -> str:
    """What tells whether a text was changed in a form."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def known_modal(words: Words, incident: Incident) -> dict[str, Any]:
    """What is known by now; the submission's callback id is `incident_known_said`, its blocks those of `Known`."""
    fields = [
        text_input(each.value, words.plain(f"modal_{each.value}"), optional=True, value=getattr(incident, each.value))
        for each in Known
    ]
    return modal(
        "incident_known_said",
        words.plain("modal_known"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        *fields,
    )


def note_modal(words: Words) -> dict[str, Any]:
    """A line for the timeline; the submission's callback id is `incident_note_said`, its block `text`."""
    return modal(
        "incident_note_said",
        words.plain("modal_note"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        text_input("text", words.plain("modal_note_text")),
    )


def roles_modal(words: Words, incident: Incident, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Who has which role; the submission's callback id is `incident_roles_given`, its blocks those of `IncidentRole`.

    `people`: names and ids. Whoever has a role and is on the team no more stands there too: leaving the form as it is
    changes nothing.
    """
    known = {id for _, id in people}
    options = [(words.plain("nobody"), NOBODY), *people]
    fields = []
    for role in IncidentRole:
        now = incident.roles.get(role, NOBODY)
        others = [] if now in known or now == NOBODY else [(now, now)]
        fields.append(select_input(role.value, words.plain(f"role_{role.value}"), [*options, *others], now))
    return modal(
        "incident_roles_given",
        words.plain("modal_roles"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        *fields,
    )


def update_modal(words: Words, callback_id: str, text: str) -> dict[str, Any]:
    """What people are told; the submission's callback id is `incident_told` to send it, `update_edited` to keep it."""
    now = callback_id == "incident_told"
    return modal(
        callback_id,
        words.plain("modal_update"),
        words.plain("button_send" if now else "button_save"),
        words.plain("button_cancel"),
        text_input("text", words.plain("modal_update_text"), value=text, longest=LONGEST),
    )


def action_modal(words: Words, people: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """An action item: what, who, by when; the submission's callback id is `action_added`. `people`: names and ids."""
    owners = [(words.plain("modal_action_nobody"), NOBODY), *people]
    return modal(
        "action_added",
        words.plain("modal_action"),
        words.plain("button_save"),
        words.plain("button_cancel"),
        text_input("text", words.plain("modal_action_text")),
        select_input("owner", words.plain("modal_action_owner"), owners, NOBODY),
        date_input("due", words.plain("modal_action_due")),
    )


def _severities(words: Words, chosen: Severity) -> Block:
    options = [(words.plain(f"severity_{each.value.lower()}"), each.value) for each in Severity]
    return select_input("severity", words.plain("modal_severity"), options, chosen.value)
