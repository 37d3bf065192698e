"""What the verbs of `/incident` work with, and how they read what was typed: which incident, how severe, who."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.errors import NoSuchIncident
from bot.flow import Flow
from bot.model import Incident, Severity
from bot.mrkdwn import Mrkdwn, moment
from bot.slack.commands import Answer, Typed, say
from bot.slack.drawing import Drawing
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.words import Words

_NUMBER = re.compile(r"(?:inc-?)?#?(\d{1,9})(?:\s+|$)", re.IGNORECASE)
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
        number, rest = (int(found[1]), typed.rest[found.end() :]) if found else (None, typed.rest)
        return self.flow.coordinating.incident(number), rest.strip()

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
        mention = _MENTION.fullmatch(text)
        id = mention[1] if mention else self.people().get(text.removeprefix("@").casefold())
        return id, id is not None

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
