"""Tells somebody something alone, in answer to what they clicked."""

from __future__ import annotations

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View
from slack_sdk.webhook import WebhookClient

from bot.errors import WindowNotOpened
from bot.mrkdwn import Mrkdwn
from bot.slack.blocks import section
from bot.slack.click import Click, open_modal
from bot.slack.places import Places
from bot.words import Words

log = structlog.get_logger()


class Telling:
    """Never raises: what was clicked may be done by then, and would be done once more."""

    def __init__(self, client: WebClient, words: Words) -> None:
        self._client = client
        self._words = words
        self._places = Places(client)

    def tell(self, click: Click, text: Mrkdwn) -> None:
        """Where they clicked; on the bot's page, which is no channel, in a small window; or else as a direct message.

        Slack takes nothing in a channel that the bot is not in.
        """
        try:
            if click.on_the_home:
                self._in_a_window(click, text)
            else:
                self._client.chat_postEphemeral(
                    channel=click.channel, user=click.person, thread_ts=click.thread, text=text
                )
        except (SlackApiError, OSError, WindowNotOpened) as error:
            log.info("told as a direct message", person=click.person, error=str(error))
            self._directly(click.person, text)

    def tell_where_it_is_not(self, click: Click, text: Mrkdwn) -> None:
        """In a channel that the bot need not be in, by the address that came with an entry of a message's menu."""
        try:
            sent = WebhookClient(click.answer_to).send(text=text, response_type="ephemeral", replace_original=False)
            taken, error = sent.status_code == 200, sent.body
        except OSError as failure:
            taken, error = False, str(failure)
        if not taken:
            log.info("told as a direct message", person=click.person, error=error)
            self._directly(click.person, text)

    def _in_a_window(self, click: Click, text: Mrkdwn) -> None:
        view = View(
            type="modal",
            title=PlainTextObject(text=self._words.plain("modal_told")),
            close=PlainTextObject(text=self._words.plain("button_close")),
            blocks=[section(text)],
        )
        open_modal(self._client, click.trigger, view.to_dict(), "")

    def _directly(self, person: str, text: Mrkdwn) -> None:
        try:
            self._client.chat_postMessage(channel=self._places.channel(person), text=text)
        except (SlackApiError, OSError) as error:
            log.warning("a person was not told", person=person, text=text, error=str(error))
