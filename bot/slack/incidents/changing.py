"""The verbs of `/incident` that change one: declare it, move it on, grade it, say who does what and what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.alerts.markup import plain_text
from bot.checklists import Checklist
from bot.errors import Gone, NoSuchPager, NoSuchPerson, NotOnTheTeam, WindowNotOpened
from bot.incidents.said import named
from bot.model import Incident, IncidentRole, IncidentState, Known, Severity
from bot.mrkdwn import Mrkdwn
from bot.slack.click import open_modal
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.means import Means, severity_and_rest
from bot.slack.incidents.modals import declare_modal, resolve_modal, update_modal
from bot.slack.incidents.plights import who_knows
from bot.team import ON_CALL, PAGER, ROLE

_ROLES = {"lead": IncidentRole.LEAD, "comms": IncidentRole.COMMUNICATIONS, "scribe": IncidentRole.SCRIBE} | {
    role.value: role for role in IncidentRole
}


class Changing:
    def __init__(self, means: Means, checklists: Callable[[], Mapping[str, Checklist]]) -> None:
        """`checklists` are those of the team, by name."""
        self._means = means
        self._words = means.words
        self._coordinating = means.flow.coordinating
        self._escalating = means.flow.escalating
        self._checklists = checklists
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "declare": self._declare,
            "ack": lambda typed: self._move(typed, IncidentState.ACKNOWLEDGED),
            "mitigated": lambda typed: self._move(typed, IncidentState.MITIGATED),
            "resolve": self._resolve,
            "reopen": lambda typed: self._move(typed, IncidentState.OPEN),
            "severity": self._severity,
            "role": self._role,
            "impact": lambda typed: self._say(typed, Known.IMPACT),
            "cause": lambda typed: self._say(typed, Known.ROOT_CAUSE),
            "expected": lambda typed: self._say(typed, Known.EXPECTED),
            "next": lambda typed: self._say(typed, Known.NEXT_STEP),
            "update": self._update,
            "note": self._note,
            "escalate": self._escalate,
            "checklist": self._checklist,
        }

    def _declare(self, typed: Typed) -> Answer:
        severity, title = severity_and_rest(typed.rest)
        title = plain_text(title)
        self._coordinating.may_change(typed.person)
        if severity is None or not title or self._coordinating.alike(title) is not None:
            return self._ask_what(typed, severity, title)
        incident = self._coordinating.declare(title, severity, typed.person)
        return say(self._words("incident_declared", number=incident.number, place=self._means.place()))

    def _ask_what(self, typed: Typed, severity: Severity | None, title: str) -> Answer:
        view = declare_modal(
            self._words,
            severity or Severity.P2,
            title,
            self._means.store.incidents.open_incidents(),
            self._coordinating.alike(title),
        )
        try:
            open_modal(self._means.client, typed.trigger, view, f"{typed.channel}|||")
        except WindowNotOpened:
            return say(self._words("incident_declare_how"))
        return {"response_type": "ephemeral", "text": ""}

    def _move(self, typed: Typed, state: IncidentState) -> Answer:
        incident = self._means.alone(typed)
        self._coordinating.move(incident.id, typed.person, state)
        return self._means.said(incident, "incident_moved", state=self._words.plain(f"state_{state.value}"))

    def _resolve(self, typed: Typed) -> Answer:
        incident = self._means.alone(typed)
        self._coordinating.may_move(incident.id, typed.person, IncidentState.RESOLVED)
        open_modal(
            self._means.client, typed.trigger, resolve_modal(self._words, incident), f"{typed.channel}|||{incident.id}"
        )
        return {"response_type": "ephemeral", "text": ""}

    def _severity(self, typed: Typed) -> Answer:
        incident, rest = self._means.named(typed)
        severity, why = severity_and_rest(rest)
        if severity is None:
            return say(self._words("incident_severity_how"))
        self._coordinating.grade(incident.id, typed.person, severity, plain_text(why))
        return self._means.said(incident, "incident_graded", severity=severity)

    def _role(self, typed: Typed) -> Answer:
        incident, rest = self._means.named(typed)
        name, _, whom = rest.partition(" ")
        role = _ROLES.get(name.casefold())
        person, known = self._means.person(whom.strip(), typed.person)
        if role is None or not known:
            roles = ", ".join(each.value for each in IncidentRole)
            return say(self._words("incident_role_how", roles=roles, names=", ".join(self._means.people())))
        self._coordinating.may_change(typed.person)
        try:
            self._coordinating.give_role(incident.id, typed.person, role, person)
        except NotOnTheTeam:
            return say(self._nobody("role_no_such_person", self._means.draw.who(person or "")))
        who = self._means.draw.who(person) if person else self._words.plain("nobody")
        return self._means.said(incident, "incident_role_given", role=self._words.plain(f"role_{role.value}"), who=who)

    def _say(self, typed: Typed, what: Known) -> Answer:
        incident, rest = self._means.named_before_text(typed)
        if not rest:
            return say(self._words("incident_text_how", verb=typed.verb))
        self._coordinating.say(incident.id, typed.person, {what: plain_text(rest)})
        return self._means.said(incident, "incident_known_said")

    def _update(self, typed: Typed) -> Answer:
        """What people are told now: what is typed, or what a form asks for."""
        incident, rest = self._means.named_before_text(typed)
        updating = self._means.flow.updating
        text = plain_text(rest).strip()
        if rest and not text:
            return say(self._words("incident_text_how", verb=typed.verb))
        if text:
            updating.send(incident.id, typed.person, text)
            return self._means.said(incident, "incident_update_sent", place=self._means.place())
        self._coordinating.changeable(incident.id, typed.person)
        if incident.state is IncidentState.RESOLVED:
            raise Gone("incident")
        view = update_modal(self._words, "incident_told", updating.words_for(incident))
        open_modal(self._means.client, typed.trigger, view, f"{typed.channel}|||{incident.id}")
        return {"response_type": "ephemeral", "text": ""}

    def _note(self, typed: Typed) -> Answer:
        incident, rest = self._means.named_before_text(typed)
        if not rest:
            return say(self._words("incident_text_how", verb=typed.verb))
        self._coordinating.note(incident.id, typed.person, plain_text(rest))
        return self._means.said(incident, "incident_noted")

    def _escalate(self, typed: Typed) -> Answer:
        """To whom, and why; without whom, the next step of the ladder."""
        incident, rest = self._means.named_before_text(typed)
        first, _, others = rest.partition(" ")
        try:
            to = self._to(first)
        except NoSuchPager:
            return say(self._words("escalate_no_pager"))
        except NoSuchPerson as error:
            return say(self._nobody("escalate_no_such_person", plain_text(error.said)))
        why = plain_text(others if to else rest).strip()
        if not why:
            return self._escalate_how(incident)
        to = to or self._escalating.by_default(incident)
        made = self._escalating.escalate(incident.id, typed.person, to, why)
        names = {each: named(each, self._words, self._means.draw.who) for each in (to, made.to)}
        if to == ON_CALL and not (made.to == to and made.people):
            instead = names[made.to] if made.to != to else ""
            return self._means.said(incident, "incident_escalated_nobody_on_call", instead=instead)
        said = "incident_escalated" if made.people or to == PAGER else "incident_escalated_nobody"
        return self._means.said(incident, said, to=names[to])

    def _to(self, text: str) -> str | None:
        """oncall, page, role:…, or a Slack id; None when it is none of these.

        Raises NoSuchPerson and NoSuchPager for what can only be meant as one: nobody else is called in their place.
        """
        team = self._means.draw.team()
        if text.casefold() == ON_CALL:
            return ON_CALL
        if text.casefold() == PAGER:
            if team.page is None:
                raise NoSuchPager
            return PAGER
        if text.removeprefix(ROLE) in team.roles:
            return ROLE + text.removeprefix(ROLE)
        if text.startswith(ROLE):
            raise NoSuchPerson(text)
        return self._means.somebody(text)

    def _nobody(self, sentence: str, said: str) -> Mrkdwn:
        return self._words(sentence, said=said, names=", ".join(self._means.people()))

    def _escalate_how(self, incident: Incident) -> Answer:
        team = self._means.draw.team()
        return say(
            self._words(
                "incident_escalate_how",
                number=incident.number,
                roles=", ".join(team.roles),
                next=named(self._escalating.by_default(incident), self._words, self._means.draw.who),
                criteria="; ".join(team.escalation.criteria),
                specialists=", ".join(f"{role}: {how}" for role, how in who_knows(self._means.store, team, incident)),
            )
        )

    def _checklist(self, typed: Typed) -> Answer:
        """Into the incident's thread; without a name, which ones there are."""
        known = self._checklists()
        first, _, rest = typed.rest.partition(" ")
        name = first if first in known else rest.strip()
        if name not in known:
            names = ", ".join(f"{each.name} ({each.title})" for each in known.values())
            return say(self._words("incident_checklist_how", names=names))
        number = typed.rest.replace(name, "", 1)
        incident = self._means.alone(replace(typed, text=f"{typed.verb} {number.strip()}"))
        self._coordinating.checklist(incident.id, typed.person, known[name])
        return self._means.said(
            incident, "incident_checklist_posted", what=known[name].title, place=self._means.place()
        )
