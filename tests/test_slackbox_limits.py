"""Slack's limits for blocks and views: at the limit it is taken, one more is refused with the place named."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbox.blocks import check_blocks, check_view
from slackbox.errors import Refused
from tests.blocks import button, plain

Block = dict[str, Any]


def section(length: int) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def fields(count: int, length: int = 1) -> Block:
    return {"type": "section", "fields": [plain("x" * length) for _ in range(count)]}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> Block:
    return actions(*[button(f"b{n}", "B") for n in range(count)])


def menu(count: int, kind: str = "static_select", length: int = 1) -> Block:
    options = [{"text": plain("o" * length), "value": str(n)} for n in range(count)]
    return actions({"type": kind, "action_id": "m", "options": options})


def confirm(length: int) -> Block:
    dialog = {"title": plain("t"), "text": plain("x" * length), "confirm": plain("y"), "deny": plain("n")}
    return actions(button("b", "B", confirm=dialog))


LIMITS: list[tuple[str, list[Block], list[Block], str]] = [
    ("blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51, "/blocks"),
    ("section text", [section(3000)], [section(3001)], "/blocks/0/text/text"),
    ("field count", [fields(10)], [fields(11)], "/blocks/0/fields"),
    ("field text", [fields(1, 2000)], [fields(1, 2001)], "/blocks/0/fields/0/text"),
    (
        "header text",
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
        "/blocks/0/text/text",
    ),
    (
        "context elements",
        [{"type": "context", "elements": [plain("x")] * 10}],
        [{"type": "context", "elements": [plain("x")] * 11}],
        "/blocks/0/elements",
    ),
    ("actions elements", [buttons(25)], [buttons(26)], "/blocks/0/elements"),
    (
        "button text",
        [actions(button("b", "x" * 75))],
        [actions(button("b", "x" * 76))],
        "/blocks/0/elements/0/text/text",
    ),
    (
        "button value",
        [actions(button("b", "B", value="x" * 2000))],
        [actions(button("b", "B", value="x" * 2001))],
        "/blocks/0/elements/0/value",
    ),
    (
        "action_id",
        [actions(button("x" * 255, "B"))],
        [actions(button("x" * 256, "B"))],
        "/blocks/0/elements/0/action_id",
    ),
    (
        "block_id",
        [{"type": "divider", "block_id": "x" * 255}],
        [{"type": "divider", "block_id": "x" * 256}],
        "/blocks/0/block_id",
    ),
    ("options", [menu(100)], [menu(101)], "/blocks/0/elements/0/options"),
    ("option text", [menu(1, length=75)], [menu(1, length=76)], "/blocks/0/elements/0/options/0/text/text"),
    ("overflow options", [menu(5, "overflow")], [menu(6, "overflow")], "/blocks/0/elements/0/options"),
    ("checkboxes", [menu(10, "checkboxes")], [menu(11, "checkboxes")], "/blocks/0/elements/0/options"),
    ("confirm text", [confirm(300)], [confirm(301)], "/blocks/0/elements/0/confirm/text/text"),
    (
        "card body",
        [{"type": "card", "body": plain("x" * 200), "actions": [button("b", "B")]}],
        [{"type": "card", "body": plain("x" * 201), "actions": [button("b", "B")]}],
        "/blocks/0/body/text",
    ),
    (
        "image alt text",
        [{"type": "image", "image_url": "http://x.y/z.png", "alt_text": "x" * 2000}],
        [{"type": "image", "image_url": "http://x.y/z.png", "alt_text": "x" * 2001}],
        "/blocks/0/alt_text",
    ),
]


@pytest.mark.parametrize(("taken", "refused", "place"), [each[1:] for each in LIMITS], ids=[each[0] for each in LIMITS])
def test_one_more_than_the_limit_is_refused(taken: list[Block], refused: list[Block], place: str) -> None:
    """invalid_blocks, with the JSON pointer of what is too much."""
    check_blocks(taken)
    with pytest.raises(Refused) as refusal:
        check_blocks(refused)
    assert refusal.value.error == "invalid_blocks"
    (message,) = refusal.value.details["response_metadata"]["messages"]
    assert message.endswith(f"[json-pointer:{place}]")


WRONG: list[tuple[str, Block, str]] = [
    ("no such block", {"type": "nonsense"}, "unsupported type: nonsense"),
    ("empty text", section(0), "must be more than 0 characters"),
    ("neither text nor fields", {"type": "section"}, "missing required field: text"),
    ("mrkdwn in a header", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
    ("an unknown property", {"type": "divider", "colour": "red"}, "invalid additional property: colour"),
    ("an input field among buttons", actions({"type": "plain_text_input", "action_id": "a"}), "unsupported type"),
    ("an unknown style", actions(button("b", "B", style="loud")), "must be a valid enum value"),
    ("the same action twice", actions(button("b", "B"), button("b", "C")), "`action_id` already exists: b"),
    ("an alert in a message", {"type": "alert", "text": plain("x")}, "unsupported type: alert"),
    (
        "an initial option that is none",
        actions({**menu(1)["elements"][0], "initial_option": {"text": plain("z"), "value": "z"}}),
        "must be one of the provided options",
    ),
]


@pytest.mark.parametrize(("block", "words"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_is_no_block_is_refused(block: Block, words: str) -> None:
    """Each fault in Slack's words."""
    with pytest.raises(Refused) as refusal:
        check_blocks([block])
    assert words in refusal.value.details["response_metadata"]["messages"][0]


def test_a_block_id_stands_once() -> None:
    """Two blocks with the same block_id are refused."""
    with pytest.raises(Refused) as refusal:
        check_blocks([{"type": "divider", "block_id": "a"}] * 2)
    assert "`block_id` already exists: a" in refusal.value.details["errors"][0]


def test_all_text_together_is_limited() -> None:
    """About 13,200 characters in all blocks, found by trying; beyond, msg_blocks_too_long."""
    check_blocks([section(3000)] * 4)
    with pytest.raises(Refused) as refusal:
        check_blocks([section(3000)] * 5)
    assert refusal.value.error == "msg_blocks_too_long"


def view(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("t"), "blocks": [], **more}


INPUT: Block = {
    "type": "input",
    "block_id": "i",
    "label": plain("l"),
    "element": {"type": "plain_text_input", "action_id": "a"},
}


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        (view(title=plain("x" * 24)), view(title=plain("x" * 25))),
        (view(submit=plain("x" * 24)), view(submit=plain("x" * 25))),
        (view(close=plain("x" * 24)), view(close=plain("x" * 25))),
        (view(private_metadata="x" * 3000), view(private_metadata="x" * 3001)),
        (view(callback_id="x" * 255), view(callback_id="x" * 256)),
        (view(blocks=[{"type": "divider"}] * 100), view(blocks=[{"type": "divider"}] * 101)),
        (view(blocks=[INPUT], submit=plain("s")), view(blocks=[INPUT])),
        (view(), {"type": "modal", "blocks": []}),
    ],
    ids=["title", "submit", "close", "private_metadata", "callback_id", "blocks", "input needs submit", "no title"],
)
def test_a_view_has_limits_too(taken: dict[str, Any], refused: dict[str, Any]) -> None:
    """invalid_arguments beyond each."""
    check_view(taken, "modal")
    with pytest.raises(Refused) as refusal:
        check_view(refused, "modal")
    assert refusal.value.error == "invalid_arguments"


def test_the_refusal_reaches_the_client(client: WebClient) -> None:
    """Through the SDK: the code, and the words in response_metadata."""
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0000000001", text="x", blocks=[section(3001)])
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    messages = ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]
    assert answer["response_metadata"] == {"messages": messages}
