"""Trouble on demand, as a real WebClient and a real Bolt app meet it."""

from __future__ import annotations

import http.client
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbox import Slackbox
from tests.bolt_connection import Connect

ALERTS = "C0000000001"


@pytest.fixture
def client(box: Slackbox) -> WebClient:
    """One that tries once; the SDK tries again by itself after a broken connection otherwise."""
    return WebClient(box.bot_token, base_url=box.api_url, retry_handlers=[])


def texts(box: Slackbox) -> list[str]:
    return [message["text"] for message in box.messages("alerts")]


def test_rate_limited(box: Slackbox, client: WebClient) -> None:
    """429 with Retry-After, once, and nothing is posted; other methods go on."""
    box.faults.add(method="chat.postMessage", kind="rate_limited", retry_after=7)
    client.auth_test()
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=ALERTS, text="a")
    answer = refused.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "7")
    client.chat_postMessage(channel=ALERTS, text="b")
    assert texts(box) == ["b"]


def test_server_error(box: Slackbox, client: WebClient) -> None:
    """An HTTP status of one's choice, as often as one says."""
    box.faults.add(method="*", kind="server_error", status=503, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=ALERTS, text="a")
        assert refused.value.response.status_code == 503
    client.chat_postMessage(channel=ALERTS, text="b")
    assert texts(box) == ["b"]


def test_drop_before(box: Slackbox, client: WebClient) -> None:
    """The connection closes without an answer, and nothing happened."""
    box.faults.add(method="chat.postMessage", kind="drop_before")
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel=ALERTS, text="a")
    assert texts(box) == []
    assert (box.calls[-1].status, box.calls[-1].error) == (0, "drop_before")


def test_drop_after(box: Slackbox, client: WebClient) -> None:
    """The connection closes without an answer, and it happened all the same."""
    box.faults.add(method="chat.postMessage", kind="drop_after")
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel=ALERTS, text="a")
    assert texts(box) == ["a"]


def test_delay(box: Slackbox) -> None:
    """It happens at once, and the answer comes too late for an impatient client."""
    box.faults.add(method="chat.postMessage", kind="delay", seconds=30)
    impatient = WebClient(box.bot_token, base_url=box.api_url, timeout=1, retry_handlers=[])
    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel=ALERTS, text="a")
    assert texts(box) == ["a"]


def test_a_webhook_may_be_dropped_too(box: Slackbox) -> None:
    """Webhooks and response URLs suffer the faults named `webhook` and `response_url`."""
    url = box.webhook("alerts")
    box.faults.add(method="webhook", kind="drop_before")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url, json={"text": "a"})
    box.faults.add(method="webhook", kind="rate_limited", retry_after=3)
    answer = httpx.post(url, json={"text": "a"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert texts(box) == []


def test_an_unknown_kind_is_refused(box: Slackbox) -> None:
    """A fault that is misspelt would otherwise test nothing."""
    with pytest.raises(ValueError, match="'drop' is not one of rate_limited, server_error"):
        box.faults.add(kind="drop")


@pytest.fixture
def heard(app: App, connect: Connect) -> list[tuple[str, str]]:
    """(event_id, text) of each message event, in the order in which they were sent."""
    seen: list[tuple[str, str]] = []

    @app.event("message")
    def take(body: dict[str, Any]) -> None:
        seen.append((body["event_id"], body["event"]["text"]))

    connect(app)
    return seen


def sent(box: Slackbox) -> list[str]:
    return [delivery.payload["event"]["text"] for delivery in box.deliveries]


def test_delivered_twice(box: Slackbox, heard: list[tuple[str, str]]) -> None:
    """The same event_id in two envelopes."""
    box.faults.deliver(kind="duplicate")
    box.say("bob", "alerts", "a")
    box.wait(lambda: len(heard) == 2, what="both copies")
    assert heard[0] == heard[1]


def test_delivered_late(box: Slackbox, heard: list[tuple[str, str]]) -> None:
    """What comes afterwards overtakes it."""
    box.faults.deliver(kind="late", seconds=0.2)
    box.say("bob", "alerts", "a")
    box.say("bob", "alerts", "b")
    box.wait(lambda: len(heard) == 2, what="both")
    assert sent(box) == ["b", "a"]


def test_delivered_in_reverse(box: Slackbox, heard: list[tuple[str, str]]) -> None:
    """Three events, gathered and sent last first."""
    box.faults.deliver(kind="reorder", times=3)
    for text in ("a", "b", "c"):
        box.say("bob", "alerts", text)
    box.wait(lambda: len(heard) == 3, what="all three")
    assert sent(box) == ["c", "b", "a"]


def test_held_until_released(box: Slackbox, heard: list[tuple[str, str]]) -> None:
    """Nothing of it is sent before release()."""
    box.faults.deliver(kind="hold")
    box.say("bob", "alerts", "a")
    box.say("bob", "alerts", "b")
    box.wait(lambda: heard, what="the second")
    assert sent(box) == ["b"]
    box.release()
    box.wait(lambda: len(heard) == 2, what="the first")
    assert sent(box) == ["b", "a"]


def test_rate_limits_as_slack_has_them(box: Slackbox, client: WebClient) -> None:
    """A burst of posts is taken, then one a second for each channel; other channels are not affected."""
    box.rate_limits = True
    for number in range(5):
        client.chat_postMessage(channel=ALERTS, text=str(number))
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=ALERTS, text="too quick")
    assert (refused.value.response["error"], refused.value.response.headers["Retry-After"]) == ("ratelimited", "1")
    client.chat_postMessage(channel="C0000000002", text="elsewhere")
    box.clock.advance(1)
    client.chat_postMessage(channel=ALERTS, text="in time")
    assert texts(box) == ["0", "1", "2", "3", "4", "in time"]


def test_tiers_are_limited_by_the_minute(box: Slackbox, client: WebClient) -> None:
    """conversations.list is tier 2: twenty a minute."""
    box.rate_limits = True
    for _ in range(20):
        client.conversations_list()
    with pytest.raises(SlackApiError) as refused:
        client.conversations_list()
    assert refused.value.response["error"] == "ratelimited"
    box.clock.advance(3)
    client.conversations_list()
