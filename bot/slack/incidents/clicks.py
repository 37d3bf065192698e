"""The buttons and forms of incidents, and those on an alert's card that lead to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot import units
from bot.alerts import read_alert
from bot.alerts.message import Message, read_message
from bot.checklists import Checklist
from bot.coordinating import Ending
from bot.errors import AlreadyDecided, Gone, MessageError
from bot.incidents.opening import title_of
from bot.incidents.said import named
from bot.model import IncidentRole, IncidentState, Severity
from bot.slack.click import TICK, Click, open_modal
from bot.slack.incidents.checklist import AT_ONCE
from bot.slack.incidents.looking_back_clicks import LOOKING_BACK_ACTIONS, LOOKING_BACK_VIEWS, LookingBackClicks
from bot.slack.incidents.means import Means
from bot.slack.incidents.modals import (
    NEW,
    NOBODY,
    changed,
    checklist_modal,
    declare_modal,
    escalate_modal,
    known_modal,
    note_modal,
    resolve_modal,
    roles_modal,
    severity_modal,
    shown,
    update_modal,
)
from bot.slack.incidents.pins import LONGEST, message_at
from bot.slack.incidents.timeline_file import put_timeline
from bot.team import ON_CALL, PAGER, ROLE

log = structlog.get_logger()

_MOVES = {
    "incident_acknowledge": IncidentState.ACKNOWLEDGED,
    "incident_mitigated": IncidentState.MITIGATED,
    "incident_reopen": IncidentState.OPEN,
}
_DRAFTS = ("update_send", "update_edit", "update_snooze")
INCIDENT_ACTIONS = ("declare", *_MOVES, "incident_resolve", "incident_update", *_DRAFTS, *LOOKING_BACK_ACTIONS, TICK)
_FORMS = (
    "declared",
    "resolved",
    "graded",
    "known_said",
    "escalated",
    "told",
    "checklist_chosen",
    "note_said",
    "roles_given",
)
INCIDENT_VIEWS = (*(f"incident_{each}" for each in _FORMS), "update_edited", *LOOKING_BACK_VIEWS)


class IncidentClicks:
    def __init__(
        self,
        means: Means,
        checklists: Callable[[], Mapping[str, Checklist]],
        tell: Callable[..., None],
    ) -> None:
        """`checklists` are those of the team, by name; `tell(click, sentence, **values)` says something to the person
        alone."""
        self._means = means
        self._coordinating = means.flow.coordinating
        self._escalating = means.flow.escalating
        self._updating = means.flow.updating
        self._looking_back = LookingBackClicks(means, tell)
        self._checklists = checklists
        self._draw = means.draw
        self._words = means.words
        self._tell = tell

    def mistakes(self, click: Click) -> dict[str, str]:
        """What is wrong with a submitted form, by block."""
        if click.action in LOOKING_BACK_VIEWS:
            return self._looking_back.mistakes(click)
        if click.action in {"incident_told", "update_edited"} and not click.answers["text"].strip():
            return {"text": self._words.plain("refused_blank_update")}
        if click.action == "incident_note_said" and not click.answers["text"].strip():
            return {"text": self._words.plain("refused_blank_note")}
        if click.action == "incident_escalated" and not click.answers["why"].strip():
            return {"why": self._words.plain("refused_blank")}
        joins = click.answers.get("incident", NEW) != NEW
        if click.action == "incident_declared" and not joins and not click.answers["title"].strip():
            return {"title": self._words.plain("refused_blank_title")}
        return {}

    def act(self, click: Click, event: str) -> None:
        """Raises Gone, NotOnTheTeam, MoveNotAllowed and WindowNotOpened."""
        people = self._coordinating
        match click.action:
            case "declare":
                self._ask_about(click)
            case "declare_this":
                self._ask_about_message(click)
            case "incident_declared":
                self._declare(click, event)
            case "incident_acknowledge" | "incident_mitigated" | "incident_reopen" as move:
                people.move(click.value, click.person, _MOVES[move], event=event)
            case "incident_resolve":
                incident = people.may_move(click.value, click.person, IncidentState.RESOLVED)
                self._open(click, resolve_modal(self._words, incident), click.value)
            case "incident_resolved":
                watched = timedelta(seconds=units.seconds(click.answers["watch"]) or 0.0)
                ending = Ending(click.answers["root_cause"], click.answers["fix"], watched)
                people.move(click.value, click.person, IncidentState.RESOLVED, ending, event=event)
            case "tick":
                checklist, _, first = click.value.partition("|")
                among = range(int(first), int(first) + AT_ONCE)
                people.tick(checklist, click.person, among, [int(each) for each in click.chosen], event=event)
            case "incident_escalate":
                self._ask_whom(click)
            case "incident_escalated":
                self._escalating.escalate(
                    click.value, click.person, click.answers["to"], click.answers["why"], event=event
                )
            case "incident_lead":
                people.give_role(click.value, click.person, IncidentRole.LEAD, click.person, event=event)
            case "incident_note":
                people.changeable(click.value, click.person)
                self._open(click, note_modal(self._words), click.value)
            case "incident_note_said":
                people.note(click.value, click.person, click.answers["text"].strip(), event=event)
            case "incident_roles":
                incident = people.changeable(click.value, click.person)
                team = [(name, each.slack) for name, each in self._draw.team().people.items()]
                before = [incident.roles.get(role, NOBODY) for role in IncidentRole]
                self._open(click, roles_modal(self._words, incident, team), "|".join([click.value, *before]))
            case "incident_roles_given":
                self._give_roles(click)
            case "incident_severity":
                incident = people.changeable(click.value, click.person)
                self._open(click, severity_modal(self._words, incident.severity), click.value)
            case "incident_graded":
                severity = Severity(click.answers["severity"])
                people.grade(click.value, click.person, severity, click.answers["reason"], event=event)
            case "incident_known":
                incident = people.changeable(click.value, click.person)
                self._open(click, known_modal(self._words, incident), f"{click.value}|{shown(incident)}")
            case "incident_known_said":
                incident_id, _, marks = click.value.partition("|")
                people.say(incident_id, click.person, changed(marks, click.answers), event=event)
            case "incident_checklist":
                self._coordinating.changeable(click.value, click.person)
                self._open(click, checklist_modal(self._words, self._checklists().values()), click.value)
            case "incident_checklist_chosen":
                chosen = self._checklists().get(click.answers["checklist"])
                if chosen is None:
                    raise Gone("checklist")
                people.checklist(click.value, click.person, chosen, event=event)
            case "incident_timeline":
                sentence = put_timeline(self._means, self._coordinating.known(click.value))
                if sentence != "incident_timeline_posted":  # else it is seen right there
                    self._tell(click, sentence, place=self._means.place())
            case action if action in {*LOOKING_BACK_ACTIONS, *LOOKING_BACK_VIEWS}:
                self._looking_back.act(click, event)
            case _:
                self._update(click, event)

    def _update(self, click: Click, event: str) -> None:
        """What people are told."""
        match click.action:
            case "incident_update":
                incident = self._coordinating.changeable(click.value, click.person)
                text = self._updating.words_for(incident)
                self._open(click, update_modal(self._words, "incident_told", text), click.value)
            case "incident_told":
                self._updating.send(click.value, click.person, click.answers["text"].strip(), event=event)
            case "update_send":
                self._updating.send_draft(click.value, click.person, event=event)
            case "update_edit":
                text = self._updating.words_of(click.value, click.person)
                self._open(click, update_modal(self._words, "update_edited", text), click.value)
            case "update_edited":
                if not self._updating.edit(click.value, click.person, click.answers["text"].strip(), event=event):
                    self._tell(click, "update_went_out")
            case "update_snooze":
                self._updating.snooze(click.value, click.person, event=event)

    def _give_roles(self, click: Click) -> None:
        """Those that this person changed in the form: what others did meanwhile stays."""
        incident_id, *held = click.value.split("|")
        self._coordinating.changeable(incident_id, click.person)
        for role, before in zip(IncidentRole, held, strict=True):
            to = click.answers[role.value]
            if to != before:
                self._coordinating.give_role(incident_id, click.person, role, None if to == NOBODY else to)

    def _ask_whom(self, click: Click) -> None:
        incident, team = self._coordinating.changeable(click.value, click.person), self._draw.team()
        tos = [
            ON_CALL,
            *([PAGER] if team.page else []),
            *(f"{ROLE}{role}" for role in team.roles),
            *(each.slack for each in team.people.values()),
        ]
        options = [(named(to, self._words, self._draw.who), to) for to in tos]
        criteria = "; ".join(team.escalation.criteria)
        next = self._escalating.by_default(incident)
        self._open(click, escalate_modal(self._words, options, next, criteria), click.value)

    def _ask_about(self, click: Click) -> None:
        """From an alert's card: its severity and what it says stand in the form."""
        self._coordinating.may_change(click.person)
        alert = self._coordinating.alert_of(click.value)
        self._form(click, alert.classification.severity, title_of(alert), click.value)

    def _ask_about_message(self, click: Click) -> None:
        """From any message: what it says stands in the form. On an alert's message or card, as by the card's button."""
        self._coordinating.may_change(click.person)
        kind, _, id = (self._means.store.cards.card_at(click.channel, click.message) or "").partition(":")
        alert = self._means.store.alerts.alert_of_message(click.channel, click.message)
        if alert is None and kind == "alert":
            alert = self._means.store.alerts.find_alert(id)
        if alert is not None:
            self._form(click, alert.classification.severity, title_of(alert), alert.id)
            return
        message = read_message({**click.about, "channel": click.channel})
        lines = read_alert(message).summary.splitlines() or message.text.splitlines()
        self._form(click, Severity.P2, lines[0] if lines else "", "")

    def _form(self, click: Click, severity: Severity, title: str, alert_id: str) -> None:
        people = self._coordinating
        view = declare_modal(self._words, severity, title, people.opened(), people.alike(title))
        self._open(click, view, alert_id)

    def _declare(self, click: Click, event: str) -> None:
        """A new one, or this belongs to one that is open already. The message that it was asked on is pinned to it."""
        answers, people, alert_id = click.answers, self._coordinating, click.value or None
        said = self._message(click) if alert_id is None and click.message else None
        joined = answers.get("incident", NEW)
        try:
            if joined == NEW:
                incident = people.declare(
                    answers["title"],
                    Severity(answers["severity"]),
                    click.person,
                    impact=answers["impact"],
                    alert_id=alert_id,
                    event=event,
                )
            elif alert_id is not None:
                incident = people.join(joined, alert_id, click.person, event=event)
            elif said is not None and answers["title"] in said.words:  # which tells it already
                incident = people.changeable(joined, click.person)
            else:
                incident = people.note(joined, click.person, answers["title"], event=event)
            if said is not None:
                place = f"{said.channel}:{said.ts}"
                people.pin(incident.id, click.person, said.poster, place, said.words[:LONGEST], event=event)
        except AlreadyDecided:
            self._tell(click, "refused_in_an_incident")
            return
        place = self._means.place()
        sentence = "incident_declared" if joined == NEW else "incident_joined"
        try:
            self._tell(click, sentence, number=incident.number, title=incident.title, place=place)
        except (SlackApiError, OSError) as error:  # the bot is not in that channel: it must not be declared once more
            log.warning("a person was not told of their incident", error=str(error))

    def _message(self, click: Click) -> Message | None:
        """None where the bot cannot read it, or wrote it itself: the incident is declared all the same."""
        try:
            found = message_at(self._means.client, click.channel, click.message)
            if found is None or self._means.workspace.wrote(found):
                return None
            return read_message({**found, "channel": click.channel})
        except (SlackApiError, OSError, MessageError) as error:
            log.warning("a message is not pinned", channel=click.channel, error=str(error))
            return None

    def _open(self, click: Click, view: dict[str, Any], about: str) -> None:
        metadata = "|".join((click.channel, click.message, click.thread or "", about))
        open_modal(self._means.client, click.trigger, view, metadata)
