"""`/incident`: its verbs, gathered, and what is said when one of them cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.errors import Gone, IncidentError, MoveNotAllowed, NoSuchIncident, NotOnTheTeam, TemplateError, WindowNotOpened
from bot.mrkdwn import Mrkdwn, escape
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.means import Means


class Verbs(Protocol):
    """Some of the verbs, and what each does."""

    verbs: Mapping[str, Callable[[Typed], Answer]]


class IncidentCommand:
    command = "/incident"

    def __init__(self, means: Means, *parts: Verbs) -> None:
        self._means = means
        self._words = means.words
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            verb: self._safely(act) for part in parts for verb, act in part.verbs.items()
        }

    def help(self, typed: Typed) -> Answer:
        """What this person may do."""
        try:
            self._means.flow.coordinating.may_change(typed.person)
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
                return say(self._words("refused_late_command"))
            except TemplateError as error:  # a file that was edited since the start
                return say(escape(str(error)))

        return answer

    def _why_not(self, error: IncidentError | NotOnTheTeam, typed: Typed) -> Mrkdwn:
        if isinstance(error, MoveNotAllowed):
            return self._words("incident_cannot_move", state=self._words.plain(f"state_{error.state}"))
        if isinstance(error, NoSuchIncident):
            opened = ", ".join(each.name for each in self._means.store.incidents.open_incidents()[:10])
            return self._words("incident_which", verb=typed.verb, open=opened)
        return self._words("refused_team")
