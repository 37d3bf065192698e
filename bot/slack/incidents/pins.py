"""A pushpin on a message puts it on the timeline of its incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.alerts.message import read_message
from bot.coordinating import Coordinating
from bot.errors import Gone, NoSuchIncident, NotOnTheTeam
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.words import Words

log = structlog.get_logger()

PUSHPINS = frozenset({"pushpin", "round_pushpin"})
LONGEST = 1000  # characters of a message that stand on the timeline


class Pins:
    def __init__(
        self, client: WebClient, store: Store, coordinating: Coordinating, workspace: Workspace, words: Words
    ) -> None:
        self._client = client
        self._store = store
        self._coordinating = coordinating
        self._workspace = workspace
        self._words = words

    def reacted(self, event: Mapping[str, Any], delivery: str) -> None:
        """Somebody has put a reaction on a message in a watched channel. Raises SlackApiError when Slack is away."""
        item, person = event.get("item"), str(event.get("user"))
        if event.get("reaction") not in PUSHPINS or not isinstance(item, Mapping):
            return
        channel, ts = str(item.get("channel")), str(item.get("ts"))
        said = message_at(self._client, channel, ts) if channel in self._workspace.watched else None
        if said is None or self._workspace.wrote(said):
            return
        try:
            thread = said.get("thread_ts")
            incident = self._coordinating.incident_of_message(channel, ts, str(thread) if thread else None)
            message = read_message({**said, "channel": channel})
            text = message.words[:LONGEST]
            self._coordinating.pin(incident.id, person, message.poster, f"{channel}:{ts}", text, event=delivery)
        except NoSuchIncident:
            self._tell(channel, person, "pin_which")
        except (NotOnTheTeam, Gone):
            self._tell(channel, person, "refused_team")

    def edited(self, channel: str, ts: str, changed: Mapping[str, Any]) -> None:
        """A message was edited, which may be pinned."""
        message = read_message({**changed, "channel": channel})
        self._coordinating.pin_again(f"{channel}:{ts}", message.poster, message.words[:LONGEST])

    def _tell(self, channel: str, person: str, sentence: str) -> None:
        try:
            self._client.chat_postEphemeral(channel=channel, user=person, text=self._words(sentence))
        except (SlackApiError, OSError) as error:
            log.warning("a person was not told why a message is not pinned", error=str(error))


def message_at(client: WebClient, channel: str, ts: str) -> Mapping[str, Any] | None:
    """In a thread or not; None when it is gone. Raises SlackApiError."""
    try:
        found = client.conversations_replies(channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True)
    except SlackApiError as error:
        if error.response.get("error") in {"thread_not_found", "message_not_found"}:
            return None
        raise
    messages: list[Mapping[str, Any]] = found["messages"]
    return next((each for each in messages if each.get("ts") == ts), None)
