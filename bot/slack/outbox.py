"""Sends cards to Slack: one message each, edited in place, posted again only when it is known not to be there.

The store says what each card should show. Threads here work off the difference, urgent cards first, at Slack's pace. A
post whose fate is in doubt (a time-out, a crash) is looked up by its metadata before anything is posted again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import PlantaoError
from bot.slack.blocks import Content
from bot.slack.pace import Pace
from bot.slack.places import Places
from bot.store import Store
from bot.store.cards import Card

log = structlog.get_logger()

EVENT = "plantao_card"  # the metadata's event_type
_THREADS = 4
_STUMBLE = 1.0  # seconds before going on after something that should not happen
_LONGEST_PAUSE = 60.0  # seconds between two tries
_LOOK_BACK = 200  # messages of a channel or thread in which a post in doubt is looked for
_UNSHOWABLE = {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class Outbox:
    def __init__(
        self,
        store: Store,
        client: WebClient,
        now: Callable[[], datetime],
        posted: Callable[[str], None] = lambda key: None,  # noqa: ARG005
    ) -> None:
        """`client` must not retry by itself: a second post is made only after looking. `posted` is told the key of a
        card that has come to stand in its channel."""
        self._posted = posted
        self._store = store
        self._client = client
        self._now = now
        self._pace = Pace()
        self._changed = threading.Condition()
        self._busy: set[str] = set()
        self._stopping = False
        self._pool = ThreadPoolExecutor(_THREADS, "outbox")
        self._places = Places(client)

    def start(self) -> None:
        for _ in range(_THREADS):
            self._pool.submit(self._work)

    def show(self, key: str, channel: str, thread: str | None, content: Content, *, urgent: bool = False) -> None:
        """The card `key` is to show `content`: durable on return, sent soon after. Not to be called in a transaction,
        which the threads that send could not see yet."""
        if self._store.cards.want(key, channel, thread, content, self._now(), urgent=urgent):
            with self._changed:
                self._changed.notify()

    def stop(self, seconds: float = 5.0) -> None:
        """Sends what can be sent at once, within `seconds`; the rest stays in the store for the next start."""
        deadline = self._now() + timedelta(seconds=seconds)
        with self._changed:
            while (self._busy or self._next()[0] is not None) and self._now() < deadline:
                self._changed.notify()
                self._changed.wait(0.05)
            self._stopping = True
            self._changed.notify_all()
        self._pool.shutdown(wait=True)

    # -- the threads ---

    def _work(self) -> None:
        while True:
            try:
                if not self._send_next():
                    return
            except Exception:  # the edge of the thread: whatever broke may heal, and cards must go out then
                log.exception("outbox stumbled")
                time.sleep(_STUMBLE)

    def _send_next(self) -> bool:
        """Waits for a card and sends it. False: the outbox is stopping."""
        with self._changed:
            card, pause = self._next()
            while card is None and not self._stopping:
                self._changed.wait(pause)
                card, pause = self._next()
            if card is None or self._stopping:
                return False
            self._pace.take(card.channel, card.key, editing=card.ts is not None)
            self._busy.add(card.key)
        try:
            self._send(card)
        except (PlantaoError, ValueError, KeyError, TypeError) as error:  # an answer that is none of Slack's
            log.exception("card not sent", card=card.key)
            self._delay(card, 5.0, repr(error))
        finally:
            with self._changed:
                self._busy.discard(card.key)
                self._changed.notify()
        return True

    def _next(self) -> tuple[Card | None, float | None]:
        """The card to send now, or how many seconds until there is one (None: until something changes). Only looks."""
        now = self._now()
        later = self._store.cards.next_due(now)
        waits = [] if later is None else [(later - now).total_seconds()]
        for card in self._store.cards.unsent_cards(now):
            if card.key in self._busy:
                continue
            wait = self._pace.wait(card.channel, card.key, editing=card.ts is not None)
            if wait <= 0:
                return card, None
            waits.append(wait)
        return None, min(waits, default=None)

    def _send(self, card: Card) -> None:
        try:
            if card.ts is not None:
                self._edit(card, card.ts)
                return
            if card.posting:
                ts = self._look_up(card)
                if ts is not None:
                    self._store.cards.card_found(card.key, ts)
                    self._posted(card.key)
                    return
            self._post(card)
        except SlackApiError as error:
            self._refused(card, error)
        except OSError as error:  # the connection broke or timed out: what came of it is not known
            self._delay(card, _backoff(card.attempts), f"Slack not reached: {error}")

    def _post(self, card: Card) -> None:
        place = self._places.channel(card.channel)
        if not self._store.cards.begin_post(card.key):
            return
        try:
            answer = self._client.chat_postMessage(
                channel=place,
                thread_ts=card.thread,
                unfurl_links=False,
                unfurl_media=False,
                **self._message(card),
            )
        except SlackApiError as error:
            if error.response.status_code < 500:  # Slack said no, so that nothing stands there
                self._store.cards.post_refused(card.key)
            raise
        self._store.cards.card_sent(card.key, answer["ts"], card.revision)
        self._posted(card.key)

    def _edit(self, card: Card, ts: str) -> None:
        self._client.chat_update(channel=self._places.channel(card.channel), ts=ts, **self._message(card))
        self._store.cards.card_sent(card.key, ts, card.revision)

    def _message(self, card: Card) -> dict[str, Any]:
        # A card that Slack does not take as it is still says in one line how things stand.
        shown = {"text": card.content["text"], "blocks": []} if card.error in _UNSHOWABLE else card.content
        return {**shown, "metadata": {"event_type": EVENT, "event_payload": {"key": card.key}}}

    def _look_up(self, card: Card) -> str | None:
        """The message of an interrupted post, if it stands in the channel or thread."""
        if card.thread is None:
            answer = self._client.conversations_history(
                channel=self._places.channel(card.channel), limit=_LOOK_BACK, include_all_metadata=True
            )
        else:
            answer = self._client.conversations_replies(
                channel=card.channel, ts=card.thread, limit=_LOOK_BACK, include_all_metadata=True
            )
        for message in answer["messages"]:
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT and metadata.get("event_payload", {}).get("key") == card.key:
                return str(message["ts"])
        return None

    def _refused(self, card: Card, error: SlackApiError) -> None:
        code = str(error.response.get("error", "")) if isinstance(error.response.data, dict) else ""
        if error.response.status_code == 429:
            pause = float(error.response.headers.get("Retry-After", 1))
            self._pace.pause(card.channel, pause)
            self._delay(card, pause, "ratelimited")
        elif card.ts is not None and code in _GONE:
            self._store.cards.card_delayed(card.key, self._now(), code, lost=True)
        else:
            log.warning("Slack refused a card", card=card.key, error=code or error.response.status_code)
            unshowable = code in _UNSHOWABLE and card.error not in _UNSHOWABLE
            self._delay(
                card, 0.0 if unshowable else _backoff(card.attempts), code or f"HTTP {error.response.status_code}"
            )

    def _delay(self, card: Card, seconds: float, error: str) -> None:
        self._store.cards.card_delayed(card.key, self._now() + timedelta(seconds=seconds), error)


def _backoff(attempts: int) -> float:
    return min(_LONGEST_PAUSE, float(2 ** min(attempts, 10)))
