"""The buttons and the form of a handoff."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk import WebClient

from bot.slack.click import Click, open_modal
from bot.slack.handoffs.modals import edit_modal, mistakes, next_steps, notes, own_words
from bot.slack.handoffs.why_not import why_not
from bot.words import Words
from handoff.errors import HandoffError
from handoff.handing_over import HandingOver

HANDOFF_ACTIONS = ("handoff_accept", "handoff_edit", "handoff_post")
HANDOFF_VIEWS = ("handoff_edited",)


class HandoffClicks:
    def __init__(
        self,
        handing_over: HandingOver,
        client: WebClient,
        words: Words,
        who: Callable[[str], str],
        tell: Callable[..., None],
    ) -> None:
        """`who` turns a Slack id into a name; `tell(click, sentence, **values)` says something to the person alone."""
        self._handing_over = handing_over
        self._client = client
        self._words = words
        self._who = who
        self._tell = tell

    def mistakes(self, click: Click) -> dict[str, str]:
        """What is wrong with a submitted form, by block."""
        return mistakes(click.answers, self._words)

    def act(self, click: Click, event: str) -> None:
        """Raises Gone, NotOnTheTeam and WindowNotOpened."""
        try:
            self._do(click, event)
        except HandoffError as error:
            sentence, values = why_not(error, self._words, self._who)
            self._tell(click, sentence, **values)

    def _do(self, click: Click, event: str) -> None:
        story = self._handing_over
        match click.action:
            case "handoff_accept":
                story.accept(click.person, click.value, event=event)
            case "handoff_post":
                id, _, drafted = click.value.partition("|")
                story.post_now(click.person, id, drafted, event=event)
            case "handoff_edit":
                handoff = story.may_edit(click.value, click.person)
                view = edit_modal(self._words, handoff, story.preview(handoff).ongoing)
                metadata = "|".join((click.channel, click.message, click.thread or "", click.value))
                open_modal(self._client, click.trigger, view, metadata)
            case "handoff_edited":
                answers = click.answers
                words, saw = own_words(answers)
                steps = next_steps(answers)
                in_time = story.edit(click.value, click.person, words, steps, notes(answers), saw=saw, event=event)
                if not in_time:
                    self._tell(click, "handoff_edited_late")
