"""Tells somebody something alone, in answer to what they clicked."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from bot.errors import WindowNotOpened
from bot.mrkdwn import Mrkdwn
from bot.slack.blocks import section
from bot.slack.click import Click, open_modal
from bot.slack.places import Places
from bot.words import Words


class Telling:
    def __init__(self, client: WebClient, words: Words) -> None:
        self._client = client
        self._words = words
        self._places = Places(client)

    def tell(self, click: Click, text: Mrkdwn) -> None:
        """Where they clicked; on the bot's page, which is no channel, in a small window, or else as a direct message.

        Raises SlackApiError and OSError.
        """
        if not click.on_the_home:
            self._client.chat_postEphemeral(channel=click.channel, user=click.person, thread_ts=click.thread, text=text)
            return
        view = View(
            type="modal",
            title=PlainTextObject(text=self._words.plain("modal_told")),
            close=PlainTextObject(text=self._words.plain("button_close")),
            blocks=[section(text)],
        )
        try:
            open_modal(self._client, click.trigger, view.to_dict(), "")
        except WindowNotOpened:
            self._client.chat_postMessage(channel=self._places.channel(click.person), text=text)
