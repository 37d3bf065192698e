"""Messages of runbooks to other channels: the `notify` steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.model import Notify, Outcome, Result
from bot.mrkdwn import escape
from bot.slack.blocks import content, section
from bot.slack.outbox import Outbox
from bot.slack.workspace import channels
from bot.store import Store

_LOOK = 0.1  # seconds between two looks at whether it stands there
_LONGEST = 3000  # characters: the format's limit, and Slack's for one section


class Notices:
    """Through the outbox, so that a message whose fate is in doubt is looked for before it is posted again."""

    def __init__(self, store: Store, outbox: Outbox, client: WebClient, clock: Callable[[], float] = time.monotonic):
        """`client` does not wait when Slack asks it to: a step has its own time."""
        self._store = store
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._ids: dict[str, str] = {}

    def post(self, notify: Notify, key: str, timeout: float, stop: threading.Event) -> Outcome:
        """Returns when the message stands there. The same `key` is one message, however often it is called."""
        try:
            channel = self._channel(notify.channel)
        except (SlackApiError, OSError) as error:
            return Outcome(
                Result.FAILED, f"not posted: Slack did not say which channel #{notify.channel} is ({error})", "", 0.0
            )
        if channel is None:
            said = f"not posted: the bot is not in #{notify.channel}. Write there: /invite and the bot's name"
            return Outcome(Result.FAILED, said, "", 0.0)
        text = escape(notify.text, _LONGEST)
        card = f"notify:{key}"
        self._outbox.show(card, channel, None, content(notify.text, [section(text)]), urgent=True)
        deadline = self._clock() + timeout
        while True:
            found = self._store.cards.find_card(card)
            if found is not None and found.ts is not None:
                return Outcome(Result.OK, f"posted to #{notify.channel}", "", 0.0)
            if self._clock() >= deadline:
                said = f"not posted to #{notify.channel} within {timeout:.3g} s; it will be, once Slack takes it"
                return Outcome(Result.TIMED_OUT, said, "", 0.0)
            if stop.wait(_LOOK):
                if self._store.cards.withdraw(card):
                    return Outcome(Result.UNKNOWN, f"stopped before it was posted to #{notify.channel}", "", 0.0)
                return Outcome(Result.UNKNOWN, f"stopped as it was posted to #{notify.channel}", "", 0.0)

    def _channel(self, name: str) -> str | None:
        """The id of a channel that the bot is in. Slack is asked again for one that was not there before."""
        if name not in self._ids:
            self._ids = {
                each: str(found["id"]) for each, found in channels(self._client).items() if found.get("is_member")
            }
        return self._ids.get(name)
