"""`/incident`: declare one, move it on, grade it, say who does what, write down what is known, and look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from slack_sdk import WebClient

from bot.alerts.markup import plain_text
from bot.checklists import Checklist
from bot.coordinating import Coordinating
from bot.errors import Gone, IncidentError, MoveNotAllowed, NoSuchIncident, NotOnTheTeam, TemplateError, WindowNotOpened
from bot.escalating import Escalating
from bot.incidents.chronicle import Told, chronicle
from bot.incidents.specialists import specialists
from bot.model import Incident, IncidentRole, IncidentState, Severity
from bot.mrkdwn import Mrkdwn, escape, time
from bot.slack.blocks import Content
from bot.slack.click import open_modal
from bot.slack.commands import Answer, Typed, say
from bot.slack.drawing import Drawing
from bot.slack.escalation_blocks import named
from bot.slack.incident_modals import declare_modal, resolve_modal
from bot.slack.told import told_in_a_file, told_lines
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.team import ON_CALL, ROLE

_MOST = 40  # lines of a list
_LINES = 40  # of a timeline, the last ones; the whole comes as a file
_NUMBER = re.compile(r"(?:inc-?)?#?(\d{1,9})(?:\s+|$)", re.IGNORECASE)
_SEVERITY = re.compile(r"(p[0-3])(?:\s+|$)", re.IGNORECASE)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_ROLES = {"lead": IncidentRole.LEAD, "comms": IncidentRole.COMMUNICATIONS, "scribe": IncidentRole.SCRIBE} | {
    role.value: role for role in IncidentRole
}
_FILE = {"file", "arquivo"}
_ME, _NOBODY = {"me", "eu"}, {"nobody", "none", "-", "ninguém", "ninguem"}


class IncidentCommand:
    command = "/incident"

    def __init__(
        self,
        store: Store,
        coordinating: Coordinating,
        escalating: Escalating,
        workspace: Workspace,
        client: WebClient,
        draw: Drawing,
        uploads: Uploads,
        card: Callable[[Incident], Content],
        checklists: Callable[[], Mapping[str, Checklist]],
    ) -> None:
        """`card` draws an incident as it stands in its channel; `checklists` are those of the team, by name."""
        self._checklists = checklists
        self._card = card
        self._store = store
        self._coordinating = coordinating
        self._escalating = escalating
        self._workspace = workspace
        self._client = client
        self._draw = draw
        self._words = draw.words
        self._uploads = uploads
        verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "declare": self._declare,
            "ack": lambda typed: self._move(typed, IncidentState.ACKNOWLEDGED),
            "mitigated": lambda typed: self._move(typed, IncidentState.MITIGATED),
            "resolve": self._resolve,
            "reopen": lambda typed: self._move(typed, IncidentState.OPEN),
            "severity": self._severity,
            "role": self._role,
            "impact": self._impact,
            "note": self._note,
            "escalate": self._escalate,
            "checklist": self._checklist,
            "timeline": self._timeline,
            "show": self._show,
            "list": self._list,
        }
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {verb: self._safely(act) for verb, act in verbs.items()}

    def help(self, typed: Typed) -> Answer:
        """What this person may do."""
        try:
            self._coordinating.may_change(typed.person)
        except NotOnTheTeam:
            return say(self._words("help_incident_looking"), self._words("help_incident_may_not"))
        return say(self._words("help_incident"), self._words("help_incident_looking"))

    def _safely(self, act: Callable[[Typed], Answer]) -> Callable[[Typed], Answer]:
        """What cannot be done is said to the one who typed, and nothing has changed."""

        def answer(typed: Typed) -> Answer:
            try:
                return act(typed)
            except (IncidentError, NotOnTheTeam) as error:
                return say(self._why_not(error, typed))
            except Gone:
                return say(self._words("incident_cannot_move", state=self._words.plain("state_resolved")))
            except WindowNotOpened:
                return say(self._words("refused_late"))
            except TemplateError as error:  # a file that was edited since the start
                return say(escape(str(error)))

        return answer

    def _why_not(self, error: IncidentError | NotOnTheTeam, typed: Typed) -> Mrkdwn:
        if isinstance(error, MoveNotAllowed):
            return self._words("incident_cannot_move", state=self._words.plain(f"state_{error.state}"))
        if isinstance(error, NoSuchIncident):
            opened = ", ".join(each.name for each in self._store.incidents.open_incidents()[:10])
            return self._words("incident_which", verb=typed.verb, open=opened)
        return self._words("refused_team")

    # -- declaring and changing ---

    def _declare(self, typed: Typed) -> Answer:
        severity, title = _severity_and_rest(typed.rest)
        title = plain_text(title)
        self._coordinating.may_change(typed.person)
        if severity is None or not title or self._coordinating.alike(title) is not None:
            return self._ask_what(typed, severity, title)
        incident = self._coordinating.declare(title, severity, typed.person)
        return say(self._words("incident_declared", number=incident.number, place=self._place()))

    def _ask_what(self, typed: Typed, severity: Severity | None, title: str) -> Answer:
        view = declare_modal(
            self._words,
            severity or Severity.P2,
            title,
            self._store.incidents.open_incidents(),
            self._coordinating.alike(title),
        )
        try:
            open_modal(self._client, typed.trigger, view, f"{typed.channel}|||")
        except WindowNotOpened:
            return say(self._words("incident_declare_how"))
        return {"response_type": "ephemeral", "text": ""}

    def _move(self, typed: Typed, state: IncidentState) -> Answer:
        incident = self._alone(typed)
        self._coordinating.move(incident.id, typed.person, state)
        return self._said(incident, "incident_moved", state=self._words.plain(f"state_{state.value}"))

    def _resolve(self, typed: Typed) -> Answer:
        incident = self._alone(typed)
        self._coordinating.may_move(incident.id, typed.person, IncidentState.RESOLVED)
        open_modal(self._client, typed.trigger, resolve_modal(self._words), f"{typed.channel}|||{incident.id}")
        return {"response_type": "ephemeral", "text": ""}

    def _severity(self, typed: Typed) -> Answer:
        incident, rest = self._named(typed)
        severity, why = _severity_and_rest(rest)
        if severity is None:
            return say(self._words("incident_severity_how"))
        self._coordinating.grade(incident.id, typed.person, severity, plain_text(why))
        return self._said(incident, "incident_graded", severity=severity)

    def _role(self, typed: Typed) -> Answer:
        incident, rest = self._named(typed)
        name, _, whom = rest.partition(" ")
        role = _ROLES.get(name.casefold())
        person, known = self._person(whom.strip(), typed.person)
        if role is None or not known:
            roles = ", ".join(each.value for each in IncidentRole)
            return say(self._words("incident_role_how", roles=roles, names=", ".join(self._people())))
        self._coordinating.give_role(incident.id, typed.person, role, person)
        who = self._draw.who(person) if person else self._words.plain("nobody")
        return self._said(incident, "incident_role_given", role=self._words.plain(f"role_{role.value}"), who=who)

    def _impact(self, typed: Typed) -> Answer:
        incident, rest = self._named(typed)
        if not rest:
            return say(self._words("incident_text_how", verb=typed.verb))
        self._coordinating.say_impact(incident.id, typed.person, plain_text(rest))
        return self._said(incident, "incident_impact_said")

    def _note(self, typed: Typed) -> Answer:
        incident, rest = self._named(typed)
        if not rest:
            return say(self._words("incident_text_how", verb=typed.verb))
        self._coordinating.note(incident.id, typed.person, plain_text(rest))
        return self._said(incident, "incident_noted")

    def _escalate(self, typed: Typed) -> Answer:
        """To whom, and why; without whom, the next step of the ladder."""
        incident, rest = self._named(typed)
        first, _, others = rest.partition(" ")
        to = self._to(first, typed.person)
        why = plain_text(others if to else rest).strip()
        if not why:
            return self._escalate_how(incident)
        to = to or self._escalating.by_default(incident)
        made = self._escalating.escalate(incident.id, typed.person, to, why)
        said = "incident_escalated" if made.people else "incident_escalated_nobody"
        return self._said(incident, said, to=named(to, self._words, self._draw.who))

    def _to(self, text: str, asking: str) -> str | None:
        """oncall, role:…, or a Slack id; None when it is none of these."""
        if text.casefold() == ON_CALL:
            return ON_CALL
        if text.removeprefix(ROLE) in self._draw.team().roles:
            return ROLE + text.removeprefix(ROLE)
        person, _ = self._person(text, asking)
        return person

    def _escalate_how(self, incident: Incident) -> Answer:
        team, alerts = self._draw.team(), self._store.incidents.alerts_of(incident.id)
        known = (self._store.alerts.find_alert(each) for each in alerts)
        who_knows = specialists(team.contacts, {each.classification.category for each in known if each})
        return say(
            self._words(
                "incident_escalate_how",
                number=incident.number,
                roles=", ".join(team.roles),
                next=named(self._escalating.by_default(incident), self._words, self._draw.who),
                criteria="; ".join(team.escalation.criteria),
                specialists=", ".join(f"{role}: {how}" for role, how in who_knows),
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
        incident = self._alone(replace(typed, text=f"{typed.verb} {number.strip()}"))
        self._coordinating.checklist(incident.id, typed.person, known[name])
        return self._said(incident, "incident_checklist_posted", what=known[name].title, place=self._place())

    # -- looking ---

    def _timeline(self, typed: Typed) -> Answer:
        incident, rest = self._named(typed)
        told = chronicle(self._store, incident)
        if rest.casefold() in _FILE:
            return self._as_file(incident, told)
        lines = told_lines(told, self._words, self._draw.who)
        shown = lines[-_LINES:]
        more = [self._words("more_earlier", count=len(lines) - len(shown))] if len(lines) > len(shown) else []
        hint = self._words("incident_timeline_file", number=incident.number)
        return say(self._line(incident), *more, *shown, hint)

    def _as_file(self, incident: Incident, told: Sequence[Told]) -> Answer:
        """Into the incident's thread."""
        card = self._store.cards.find_card(f"incident:{incident.id}")
        if card is None or card.ts is None:
            return say(self._words("incident_no_card"))
        text = told_in_a_file(incident, told, self._words, self._draw.team().name_of)
        name = f"{incident.name.lower()}-timeline.md"
        self._uploads.put(f"timeline:{incident.id}-{len(told)}", incident.id, card.channel, card.ts, name, text)
        return say(self._words("incident_timeline_posted", place=self._place()))

    def _show(self, typed: Typed) -> Answer:
        incident = self._alone(typed)
        return {"response_type": "ephemeral", **self._card(incident)}

    def _list(self, typed: Typed) -> Answer:
        rest = typed.rest.casefold()
        if rest not in {"", "all", "open"}:
            return say(self._words("incident_list_how"))
        if rest == "all":
            incidents = self._store.incidents.latest_incidents(_MOST)
        else:
            incidents = self._store.incidents.open_incidents()
        if not incidents:
            return say(self._words("no_incident" if rest != "all" else "no_incident_ever"))
        return say(*(self._line(each) for each in incidents[:_MOST]))

    # -- read and said ---

    def _named(self, typed: Typed) -> tuple[Incident, str]:
        """The incident, by its number or as the only one that is open, and what else was typed."""
        found = _NUMBER.match(typed.rest)
        number, rest = (int(found[1]), typed.rest[found.end() :]) if found else (None, typed.rest)
        return self._coordinating.incident(number), rest.strip()

    def _alone(self, typed: Typed) -> Incident:
        """The same where nothing else is to be typed. Raises NoSuchIncident for what is no number."""
        incident, rest = self._named(typed)
        if rest:
            raise NoSuchIncident
        return incident

    def _person(self, text: str, asking: str) -> tuple[str | None, bool]:
        """A mention, a name of the team file, or "me"; and whether it is any of these. None: nobody has the role."""
        if text.casefold() in _NOBODY:
            return None, True
        if text.casefold() in _ME:
            return asking, True
        mention = _MENTION.fullmatch(text)
        id = mention[1] if mention else self._people().get(text.removeprefix("@").casefold())
        return id, id is not None

    def _people(self) -> dict[str, str]:
        """Names of the team file, and their Slack ids."""
        return {name.casefold(): each.slack for name, each in self._draw.team().people.items()}

    def _line(self, incident: Incident) -> Mrkdwn:
        return self._words(
            "incident_line",
            number=incident.number,
            severity=incident.severity,
            title=incident.title,
            state=self._words.plain(f"state_{incident.state.value}"),
            opened=time(incident.opened),
        )

    def _said(self, incident: Incident, sentence: str, **values: object) -> Answer:
        return say(self._words(sentence, number=incident.number, title=incident.title, **values))

    def _place(self) -> Mrkdwn:
        return Mrkdwn(f"<#{self._workspace.incidents}>")


def _severity_and_rest(text: str) -> tuple[Severity | None, str]:
    found = _SEVERITY.match(text)
    return (Severity(found[1].upper()), text[found.end() :].strip()) if found else (None, text.strip())
