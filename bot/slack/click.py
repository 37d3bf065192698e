"""A button, a form or an entry of a menu, as somebody used it; and a form opened for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.alerts.markup import visible
from bot.errors import WindowNotOpened

MENU = "more"  # its entries say `what|id`
TICK = "tick"  # boxes of a checklist; which they are stands in their block's id: checklist|first position


@dataclass(frozen=True)
class Click:
    """Who clicked what, on which message; on the bot's page `channel` is empty. `value` is an id in the store."""

    person: str
    action: str
    value: str
    trigger: str
    channel: str
    message: str
    thread: str | None
    answers: Mapping[str, str]  # a modal's inputs, by block
    about: Mapping[str, Any] = field(default_factory=dict)  # the message that somebody wants an answer to
    chosen: tuple[str, ...] = ()  # the values of the boxes that are ticked now
    answer_to: str = ""  # an address where that person can be told, also where the bot is not

    @property
    def on_the_home(self) -> bool:
        """Also in a form that was opened from there."""
        return not self.channel


def read_click(body: Mapping[str, Any]) -> Click:
    """A block action, a submitted modal or an entry of a message's menu, parsed at the door."""
    person = str(body["user"]["id"])
    trigger = str(body.get("trigger_id", ""))
    if body["type"] == "view_submission":
        view = body["view"]
        channel, message, thread, value = str(view["private_metadata"]).split("|", 3)
        answers = {
            # As what was typed as a command: without halves of characters, which no file and no mail can hold.
            block: visible(
                str(
                    element.get("value")
                    or (element.get("selected_option") or {}).get("value")
                    or element.get("selected_date")
                    or ""
                )
            )
            for block, elements in view["state"]["values"].items()
            for element in elements.values()
        }
        return Click(person, str(view["callback_id"]), value, trigger, channel, message, thread or None, answers)
    if body["type"] == "message_action":
        said, channel = body["message"], str(body["channel"]["id"])
        thread = said.get("thread_ts")
        url = str(body.get("response_url", ""))
        what = str(body["callback_id"])
        return Click(person, what, "", trigger, channel, str(said["ts"]), thread, {}, said, answer_to=url)
    action = body["actions"][0]
    container = body.get("container", {})
    what, value = str(action["action_id"]), str(action.get("value") or "")
    if what == MENU:
        what, _, value = str(action["selected_option"]["value"]).partition("|")
    boxes = action.get("selected_options") or ()
    if what == TICK:
        value = str(action.get("block_id", ""))
    if what.startswith("use_"):
        what = "use"
    return Click(
        person=person,
        action=what,
        value=value,
        trigger=trigger,
        channel=str(container.get("channel_id", "")),
        message=str(container.get("message_ts", "")),
        thread=container.get("thread_ts"),
        answers={},
        chosen=tuple(str(each.get("value")) for each in boxes),
    )


def open_modal(client: WebClient, trigger: str, view: Mapping[str, Any], metadata: str) -> str:
    """Gives the id of what is open then. Raises WindowNotOpened."""
    try:
        opened = client.views_open(trigger_id=trigger, view={**view, "private_metadata": metadata})
    except (SlackApiError, OSError) as error:  # mostly: the three seconds that Slack gives were over
        raise WindowNotOpened from error
    return str(opened["view"]["id"])


def refill_modal(client: WebClient, id: str, view: Mapping[str, Any], metadata: str) -> None:
    """Another content for an open one; nothing when the person has closed it. Raises WindowNotOpened."""
    try:
        client.views_update(view_id=id, view={**view, "private_metadata": metadata})
    except SlackApiError as error:
        if error.response.get("error") != "not_found":
            raise WindowNotOpened from error
    except OSError as error:
        raise WindowNotOpened from error
