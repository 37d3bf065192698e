"""What Bolt listens to. Each listener acknowledges and hands over; nothing slow happens here."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from bot.slack.clicks import ACTIONS, VIEWS, Clicks
from bot.slack.commands import Commands, read_typed
from bot.slack.intake import Intake


def build_app(client: WebClient, intake: Intake, clicks: Clicks, commands: Commands, executor: Executor) -> App:
    """The Bolt app, ready to be connected; its listeners run on `executor`. Asks Slack whether the token is valid."""
    logger = logging.getLogger("slack_bolt.App")
    # Bolt finds the token in the environment as well and says that it will not use it: that is as it should be.
    logger.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    # Left to itself, Bolt looks for its name in the files of everything that is loaded: a tenth of a second.
    app = App(client=client, logger=logger, listener_executor=executor, name="plantao")

    @app.middleware
    def write_down(body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:
        # Before the acknowledgement: an exception here means none is sent, and Slack delivers again.
        if "command" not in body:  # Slack never repeats a command; what it says goes into the acknowledgement
            intake.receive(body)
        return next()

    @app.action(ACTIONS)
    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        intake.clicked(body)

    @app.view(VIEWS)
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        if mistakes := clicks.mistakes(body):
            intake.dismiss(body)
            ack(response_action="errors", errors=mistakes)
            return
        ack()
        intake.clicked(body)

    @app.message_shortcut("respond")
    @app.message_shortcut("declare_this")
    def shortcut(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        intake.clicked(body)

    def typed(ack: Ack, body: dict[str, Any]) -> None:
        ack(commands.answer(str(body["command"]), read_typed(body)))

    for command in commands.nouns:
        app.command(command)(typed)

    # Last: in Socket Mode an event that nothing listens to is not acknowledged, and comes again.
    @app.event(re.compile(".*"))
    def event(ack: Ack) -> None:
        ack()

    return app
