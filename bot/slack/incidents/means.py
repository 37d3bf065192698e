"""What the verbs of `/incident` work with, and how they read what was typed: which incident, how severe, who."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.errors import NoSuchIncident, NoSuchPerson
from bot.flow import Flow
from bot.model import Incident, Severity
from bot.mrkdwn import Mrkdwn, moment
from bot.slack.commands import Answer, Typed, say
from bot.slack.drawing import Drawing
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.words import Words

_NUMBER = re.compile(r"(inc-?#?|#)?(\d{1,9})(?:\s+|$)", re.IGNORECASE)
_SEVERITY = re.compile(r"(p[0-3])(?:\s+|$)", re.IGNORECASE)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_ME, _NOBODY = {"me", "eu"}, {"nobody", "none", "-", "ninguém", "ninguem"}


@dataclass(frozen=True)
class Means:
    store: Store
    flow: Flow
    workspace: Workspace
    client: WebClient
    draw: Drawing
    uploads: Uploads

    @property
    def words(self) -> Words:
        return self.draw.words

    # -- reading ---

    def named(self, typed: Typed) -> tuple[Incident, str]:
        """The incident, by its number or as the only one that is open, and what else was typed."""
        found = _NUMBER.match(typed.rest)
        number, rest = (int(found[2]), typed.rest[found.end() :]) if found else (None, typed.rest)
        return self.flow.coordinating.incident(number), rest.strip()

    def named_before_text(self, typed: Typed, *, of_ended: bool = False) -> tuple[Incident, str]:
        """The same before free text, which may begin with a number of its own: `note 2 of 3 pods are back`.

        INC-7 and #7 always name an incident. So does a bare number of one that is open, one after which nothing stands,
        and any while none is open. Else it is text, of the only one that is open; where several are, that is asked.
        `of_ended`: what is written may well be about one that is over, and is not taken for the open one's.
        """
        found = _NUMBER.match(typed.rest)
        if found is None or found[1] or found.end() == len(typed.rest):
            return self.named(typed)
        number, opened = int(found[2]), self.flow.coordinating.opened()
        if not opened or number in {each.number for each in opened}:
            return self.named(typed)
        if len(opened) > 1 or (of_ended and self.store.incidents.numbered(number) is not None):
            raise NoSuchIncident
        return opened[0], typed.rest

    def by_number(self, text: str) -> Incident | None:
        """The incident that INC-7, #7 or 7 names, and nothing else."""
        found = _NUMBER.fullmatch(text)
        return self.store.incidents.numbered(int(found[2])) if found else None

    def alone(self, typed: Typed) -> Incident:
        """The same where nothing else is to be typed. Raises NoSuchIncident for what is no number."""
        incident, rest = self.named(typed)
        if rest:
            raise NoSuchIncident
        return incident

    def person(self, text: str, asking: str) -> tuple[str | None, bool]:
        """A mention, a name of the team file, or "me"; and whether it is any of these. None: nobody."""
        if text.casefold() in _NOBODY:
            return None, True
        if text.casefold() in _ME:
            return asking, True
        try:
            id = self.somebody(text)
        except NoSuchPerson:
            id = None
        return id, id is not None

    def somebody(self, text: str) -> str | None:
        """Who is meant by a mention or a name of the team file. Raises NoSuchPerson for an @ before no such name."""
        mention = _MENTION.fullmatch(text)
        id = mention[1] if mention else self.people().get(text.removeprefix("@").casefold())
        if id is None and text.startswith(("@", "<@")):
            raise NoSuchPerson(text)
        return id

    def people(self) -> dict[str, str]:
        """Names of the team file, and their Slack ids."""
        return {name.casefold(): each.slack for name, each in self.draw.team().people.items()}

    # -- saying ---

    def said(self, incident: Incident, sentence: str, **values: object) -> Answer:
        return say(self.words(sentence, number=incident.number, title=incident.title, **values))

    def line(self, incident: Incident) -> Mrkdwn:
        return incident_line(self.words, incident)

    def place(self) -> Mrkdwn:
        """The channel of incidents."""
        return Mrkdwn(f"<#{self.workspace.incidents}>")


def incident_line(words: Words, incident: Incident) -> Mrkdwn:
    """An incident in one line of a list."""
    return words(
        "incident_line",
        number=incident.number,
        severity=incident.severity,
        title=incident.title,
        state=words.plain(f"state_{incident.state.value}"),
        opened=moment(incident.opened),
    )


def severity_and_rest(text: str) -> tuple[Severity | None, str]:
    found = _SEVERITY.match(text)
    return (Severity(found[1].upper()), text[found.end() :].strip()) if found else (None, text.strip())
