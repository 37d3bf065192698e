"""The buttons and the form below a postmortem: that it was held, and one more action item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.errors import NothingToHold
from bot.slack.click import Click, open_modal
from bot.slack.incidents.means import Means
from bot.slack.incidents.modals import NOBODY, action_modal

LOOKING_BACK_ACTIONS = ("postmortem_held", "action_add")
LOOKING_BACK_VIEWS = ("action_added",)


class LookingBackClicks:
    def __init__(
        self,
        means: Means,
        tell: Callable[..., None],
    ) -> None:
        """`tell(click, sentence, **values)` says something to the person alone."""
        self._reviewing = means.flow.reviewing
        self._following_up = means.flow.following_up
        self._client = means.client
        self._draw = means.draw
        self._words = means.words
        self._tell = tell

    def mistakes(self, click: Click) -> dict[str, str]:
        """What is wrong with a submitted form, by block."""
        return {} if click.answers["text"].strip() else {"text": self._words.plain("refused_blank_action")}

    def act(self, click: Click, event: str) -> None:
        """Raises Gone, NotOnTheTeam and WindowNotOpened."""
        match click.action:
            case "postmortem_held":
                try:
                    self._reviewing.held(click.value, click.person, event=event)
                except NothingToHold:
                    self._tell(click, "postmortem_over_again")
            case "action_add":
                self._following_up.may_change(click.person)
                people = [(name, each.slack) for name, each in self._draw.team().people.items()]
                metadata = "|".join((click.channel, click.message, click.thread or "", click.value))
                open_modal(self._client, click.trigger, action_modal(self._words, people), metadata)
            case "action_added":
                self._add(click, event)

    def _add(self, click: Click, event: str) -> None:
        answers = click.answers
        owner = answers["owner"] if answers["owner"] != NOBODY else None
        due = date.fromisoformat(answers["due"]) if answers["due"] else None
        text = " ".join(answers["text"].split())
        self._following_up.add(click.value, click.person, text, owner, due, event=event)
