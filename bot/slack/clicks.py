"""Buttons and modals: what was clicked is done, and when it cannot be, the person alone is told why and who can."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import (
    AlreadyCounted,
    AlreadyDecided,
    ApprovalError,
    ApprovalExpired,
    Gone,
    NotAllowed,
    ObserveMode,
    OwnRequest,
    PlanChanged,
    StillChecking,
    WindowNotOpened,
)
from bot.execution import Answer
from bot.flow import Flow
from bot.model import IncidentState
from bot.slack.modals import reason_modal, resolve_modal
from bot.words import Words

log = structlog.get_logger()

REFUSALS: dict[type[Exception], str] = {
    NotAllowed: "refused_role",
    OwnRequest: "refused_own",
    AlreadyDecided: "refused_decided",
    AlreadyCounted: "refused_counted",
    ApprovalExpired: "refused_expired",
    PlanChanged: "refused_changed",
    StillChecking: "refused_checking",
    ObserveMode: "refused_observe",
    Gone: "refused_gone",
}
_SETTLE: dict[str, Answer] = {"settle_ran": "ran", "settle_again": "again", "settle_stop": "stop"}
_MOVES = {"incident_acknowledge": IncidentState.ACKNOWLEDGED, "incident_mitigated": IncidentState.MITIGATED}
ACTIONS = re.compile("|".join(["approve", "reject", "check_again", *_SETTLE, *_MOVES, "incident_resolve"]))
VIEWS = re.compile("reject_reason|incident_resolved")


@dataclass(frozen=True)
class Click:
    """Who clicked what, on which message. `value` is an id in the store."""

    person: str
    action: str
    value: str
    trigger: str
    channel: str
    message: str
    thread: str | None
    answers: Mapping[str, str]  # a modal's inputs, by block


def read_click(body: Mapping[str, Any]) -> Click:
    """A block action or a submitted modal, parsed at the door."""
    person = str(body["user"]["id"])
    trigger = str(body.get("trigger_id", ""))
    if body["type"] == "view_submission":
        view = body["view"]
        channel, message, thread, value = str(view["private_metadata"]).split("|")
        answers = {
            block: str(element.get("value") or "")
            for block, elements in view["state"]["values"].items()
            for element in elements.values()
        }
        return Click(person, str(view["callback_id"]), value, trigger, channel, message, thread or None, answers)
    action = body["actions"][0]
    container = body.get("container", {})
    return Click(
        person=person,
        action=str(action["action_id"]),
        value=str(action.get("value") or ""),
        trigger=trigger,
        channel=str(container.get("channel_id", "")),
        message=str(container.get("message_ts", "")),
        thread=container.get("thread_ts"),
        answers={},
    )


class Clicks:
    def __init__(self, flow: Flow, client: WebClient, words: Words, deciders: Callable[[str], str]) -> None:
        """`deciders` names the people who may decide a proposal or settle a run, for the one who may not."""
        self._flow = flow
        self._client = client
        self._words = words
        self._deciders = deciders

    def answer(self, body: Mapping[str, Any], event: str) -> None:
        """`event` is the delivery's id: what the click changes and that it is done with are written together."""
        click = read_click(body)
        try:
            self._do(click, event)
        except (ApprovalError, Gone) as error:
            names = self._deciders(click.value) if isinstance(error, NotAllowed) else ""
            self._tell(click, REFUSALS[type(error)], names=names or self._words.plain("nobody"))
        except WindowNotOpened:
            self._tell(click, "refused_late")

    def _do(self, click: Click, event: str) -> None:
        match click.action:
            case "approve":
                self._flow.decide(click.value, click.person, approve=True, event=event)
            case "reject":
                self._flow.may_reject(click.value, click.person)
                self._open(click, reason_modal(self._words))
            case "reject_reason":
                self._flow.decide(click.value, click.person, approve=False, reason=click.answers["reason"], event=event)
            case "check_again":
                self._flow.check_again(click.value, click.person, event=event)
            case "settle_ran" | "settle_again" | "settle_stop" as answer:
                self._flow.execution.settle(click.value, click.person, _SETTLE[answer], event=event)
            case "incident_acknowledge" | "incident_mitigated" as move:
                self._flow.move_incident(click.value, click.person, _MOVES[move], {}, event=event)
            case "incident_resolve":
                self._open(click, resolve_modal(self._words))
            case "incident_resolved":
                said = dict(click.answers)
                self._flow.move_incident(click.value, click.person, IncidentState.RESOLVED, said, event=event)

    def _open(self, click: Click, view: dict[str, Any]) -> None:
        """The modal remembers, by ids alone, what it is about."""
        metadata = "|".join((click.channel, click.message, click.thread or "", click.value))
        try:
            self._client.views_open(trigger_id=click.trigger, view={**view, "private_metadata": metadata})
        except (SlackApiError, OSError) as error:  # mostly: the three seconds that Slack gives were over
            raise WindowNotOpened from error

    def _tell(self, click: Click, sentence: str, **values: str) -> None:
        """Only to the person who clicked, where they clicked."""
        self._client.chat_postEphemeral(
            channel=click.channel,
            user=click.person,
            thread_ts=click.thread,
            text=self._words(sentence, **values),
        )
