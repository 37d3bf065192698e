"""The entry and the button on an alert's card by which it is silenced and heard again, and the form in between."""

from __future__ import annotations

from datetime import timedelta

import structlog
from slack_sdk import WebClient

from bot import units
from bot.errors import AlertmanagerError, SilenceError
from bot.silencing import Silencing
from bot.slack.click import Click, open_modal, refill_modal
from bot.slack.silences import looking_modal, refusal_modal, silence_modal
from bot.words import Words

log = structlog.get_logger()

SILENCE_ACTIONS = ("silence_end",)
SILENCE_VIEWS = ("silence_asked",)


class SilenceClicks:
    def __init__(self, silencing: Silencing, client: WebClient, words: Words) -> None:
        self._silencing = silencing
        self._client = client
        self._words = words

    def act(self, click: Click, event: str) -> None:
        """Raises Gone, NotOnTheTeam, SilenceError, AlertmanagerError and WindowNotOpened."""
        match click.action:
            case "silence":
                self._ask(click)
            case "silence_asked":
                lasts = timedelta(seconds=units.seconds(click.answers["lasts"]) or 0.0)
                comment = click.answers["comment"].strip()
                self._silencing.make(click.value, click.person, lasts, comment, event=event)
            case "silence_end":
                self._silencing.end(click.value, click.person, event=event)

    def _ask(self, click: Click) -> None:
        """The form opens at once, as Slack waits three seconds for it, and is filled in once Alertmanager answers."""
        self._silencing.may_silence(click.value, click.person)
        opened = open_modal(self._client, click.trigger, looking_modal(self._words), "|||")
        try:
            draft = self._silencing.draft(click.value, click.person)
        except (SilenceError, AlertmanagerError) as error:
            log.warning("nothing to silence", alert=click.value, error=str(error))
            refill_modal(self._client, opened, refusal_modal(self._words, error), "|||")
            return
        metadata = "|".join((click.channel, click.message, click.thread or "", draft.silence.id))
        refill_modal(self._client, opened, silence_modal(self._words, draft), metadata)
