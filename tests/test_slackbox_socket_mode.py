"""Socket Mode against a real Bolt app: delivery, acks, retries, cuts and refreshes."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

from slackbox import Slackbox
from tests.bolt_connection import Connect, connect_app, take_off

ALERTS = "C0000000001"
BOT = "U000000B0T1"


@pytest.fixture
def heard(app: App) -> list[dict[str, Any]]:
    """The bodies of every event that reaches the app, acked."""
    bodies: list[dict[str, Any]] = []

    @app.use
    def write_down(body: dict[str, Any], next: Any) -> None:
        bodies.append(body)
        next()

    for kind in ("message", "app_mention", "reaction_added", "member_joined_channel", "app_home_opened", "pin_added"):
        app.event(kind)(lambda: None)
    return bodies


def events(heard: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(body["event"]["type"], body["event"].get("subtype")) for body in heard]


def test_a_persons_message_reaches_the_app(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect
) -> None:
    """In the event_callback envelope, with channel_type, event_ts and rich text."""
    connect(app)
    ts = box.say("bob", "alerts", "disk is *full* @alice")
    body = box.wait(lambda: heard, what="the event")[0]
    event = body["event"]
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T0000000001", "A0000000001")
    assert body["authorizations"][0]["user_id"] == BOT
    assert (event["type"], event["user"], event["channel"], event["channel_type"]) == (
        "message",
        "U0000000002",
        ALERTS,
        "channel",
    )
    assert (event["ts"], event["event_ts"], event["text"]) == (ts, ts, "disk is *full* <@U0000000001>")
    assert event["blocks"][0]["type"] == "rich_text"


def test_every_kind_of_message_is_an_event(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect, client: WebClient
) -> None:
    """People's, webhooks' and the bot's own messages, edits and deletions, in order; metadata in none."""
    connect(app)
    ts = box.say("bob", "alerts", "one")
    alert = {"attachments": [{"title": "t", "color": "danger"}]}
    httpx.post(box.webhook("alerts", name="Alertmanager"), json=alert)
    client.chat_postMessage(channel=ALERTS, text="two", metadata={"event_type": "a", "event_payload": {}})
    box.edit("bob", "alerts", ts, "three")
    box.delete("bob", "alerts", ts)
    box.wait(lambda: len(heard) == 4, what="four events")  # Bolt keeps the bot's own message from its listeners
    sent = [delivery.payload for delivery in box.deliveries]
    assert events(sent) == [
        ("message", None),
        ("message", "bot_message"),
        ("message", None),
        ("message", "message_changed"),
        ("message", "message_deleted"),
    ]
    webhook, own, changed, deleted = (body["event"] for body in sent[1:])
    assert (webhook["username"], webhook["bot_id"], "user" in webhook) == ("Alertmanager", "B0000000002", False)
    assert webhook["attachments"] == [{"id": 1, "title": "t", "color": "a30200", "fallback": "t"}]
    assert (own["user"], own["bot_id"], "metadata" in own) == (BOT, "B0000000001", False)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("three", "one")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "three")


def test_mentions_reactions_and_joins_are_events(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect, client: WebClient
) -> None:
    """app_mention beside the message, in either order; reaction_added with its item."""
    connect(app)
    ts = box.say("bob", "alerts", "@localapp help")
    box.react("alice", "alerts", ts, "eyes")
    box.wait(lambda: len(heard) == 3, what="three events")
    assert sorted(events(heard)) == [("app_mention", None), ("message", None), ("reaction_added", None)]
    (reaction,) = (body["event"] for body in heard if body["event"]["type"] == "reaction_added")
    assert reaction["item"] == {"type": "message", "channel": ALERTS, "ts": ts}
    assert (reaction["user"], reaction["item_user"], reaction["reaction"]) == ("U0000000001", "U0000000002", "eyes")


def test_only_what_is_subscribed_and_in_the_apps_channels(box: Slackbox, connect: Connect) -> None:
    """An event that the manifest does not name, or from a channel without the bot, is not sent."""
    manifest = {
        "display_information": {"name": "Quiet"},
        "oauth_config": {"scopes": {"bot": ["channels:history", "reactions:read"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}},
    }
    with Slackbox(manifest=manifest) as quiet:
        app = App(client=WebClient(quiet.bot_token, base_url=quiet.api_url))
        app.event("message")(lambda ack: ack())
        handler = connect_app(quiet, app)
        ts = quiet.say("bob", "alerts", "one")
        quiet.react("bob", "alerts", ts, "eyes")
        quiet.say("bob", "general", "two")
        quiet.say("bob", "alerts", "three")
        quiet.wait(lambda: len(quiet.deliveries) >= 2, what="the messages in #alerts")
        sent = [(each.event_type, each.payload["event"].get("text")) for each in quiet.deliveries]
        assert sent == [("message", "one"), ("message", "three")]
        take_off(quiet, [handler])


def test_an_event_without_an_ack_comes_again(box: Slackbox, app: App, connect: Connect) -> None:
    """The same event_id, with retry_attempt and retry_reason, until it is acked."""
    box.ack_seconds, box.retry_seconds = 0.2, (0, 0.05, 60)
    headers: list[Any] = []
    ids: list[str] = []

    @app.use
    def fail_twice(req: Any, body: dict[str, Any], next: Any) -> None:
        headers.append((req.headers.get("x-slack-retry-num"), req.headers.get("x-slack-retry-reason")))
        ids.append(body["event_id"])
        if len(headers) < 3:
            raise RuntimeError("not now")
        next()

    app.error(lambda: None)
    app.event("message")(lambda: None)
    connect(app)
    box.say("bob", "alerts", "x")
    box.wait(lambda: len(headers) == 3, what="three tries")
    box.wait(lambda: box.deliveries[-1].acked_at, what="the ack")
    assert headers == [(["0"], [""]), (["1"], ["timeout"]), (["2"], ["timeout"])]
    assert len(set(ids)) == 1
    assert [each.retry_attempt for each in box.deliveries] == [0, 1, 2]


def test_what_happened_without_a_socket_comes_later(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect
) -> None:
    """An event from while the app was away is tried again when it is back."""
    box.retry_seconds = (0, *[0.1] * 100)
    box.say("bob", "alerts", "while you were away")
    connect(app)
    box.wait(lambda: heard, what="the event")
    assert (box.deliveries[0].retry_attempt > 0, box.deliveries[0].retry_reason) == (True, "connection_failed")


def test_after_a_cut_the_app_comes_back(box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect) -> None:
    """A bare cut is noticed by the SDK, which comes back with a fresh ticket."""
    connect(app)
    opened = len([call for call in box.calls if call.method == "apps.connections.open"])
    box.cut_sockets()
    box.wait(lambda: box.connected == 1, seconds=15, what="the app to come back")
    assert len([call for call in box.calls if call.method == "apps.connections.open"]) > opened
    box.say("bob", "alerts", "x")
    box.wait(lambda: heard, what="the event")


def test_a_refresh_is_followed_by_a_new_socket(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect
) -> None:
    """`disconnect` with refresh_requested: the app takes a new ticket, and events go on."""
    handler = connect(app)
    before = handler.client.wss_uri
    box.refresh_sockets()
    box.wait(lambda: box.connected == 1 and handler.client.wss_uri != before, what="a new socket")
    box.say("bob", "alerts", "x")
    box.wait(lambda: heard, what="the event")


def status_of(box: Slackbox, url: str) -> int:
    """The HTTP status that a WebSocket handshake gets."""
    connection = http.client.HTTPConnection("127.0.0.1", box.port)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    }
    connection.request("GET", url.removeprefix(f"ws://127.0.0.1:{box.port}"), headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_ticket_opens_one_connection(box: Slackbox) -> None:
    """A second use, an expired ticket, and one from before a cut are all refused."""
    client = WebClient(base_url=box.api_url)

    def ticket() -> str:
        return str(client.apps_connections_open(app_token=box.app_token)["url"])

    used = ticket()
    assert status_of(box, used) == 101
    assert status_of(box, used) == 403
    old = ticket()
    box.clock.advance(31)
    assert status_of(box, old) == 403
    before = ticket()
    box.cut_sockets()
    assert status_of(box, before) == 403


def test_ten_sockets_and_no_more(box: Slackbox) -> None:
    """The eleventh is told too_many_websockets, and closed."""
    client = WebClient(base_url=box.api_url)
    with contextlib.ExitStack() as stack:

        def opened() -> ClientConnection:
            return stack.enter_context(connect_websocket(client.apps_connections_open(app_token=box.app_token)["url"]))

        first = [json.loads(opened().recv()) for _ in range(10)]
        assert [each["num_connections"] for each in first] == list(range(1, 11))
        assert {each["type"] for each in first} == {"hello"}
        last = opened()
        assert json.loads(last.recv())["reason"] == "too_many_websockets"
        with pytest.raises(ConnectionClosedOK):
            last.recv()


def test_each_envelope_goes_to_one_socket(
    box: Slackbox, app: App, heard: list[dict[str, Any]], connect: Connect, client: WebClient
) -> None:
    """With several sockets every event arrives once, at any one of them."""
    second = App(client=client)
    also: list[dict[str, Any]] = []
    second.event("message")(lambda body: also.append(body))
    connect(app)
    connect(second)
    for number in range(6):
        box.say("bob", "alerts", str(number))
    box.wait(lambda: len(heard) + len(also) == 6, what="six events")
    texts = sorted(body["event"]["text"] for body in [*heard, *also])
    assert texts == ["0", "1", "2", "3", "4", "5"]
    assert heard
    assert also


def test_only_an_app_token_opens_sockets(box: Slackbox, client: WebClient) -> None:
    """The bot token is refused at apps.connections.open."""
    with pytest.raises(SlackApiError) as refused:
        client.apps_connections_open(app_token=box.bot_token)
    assert refused.value.response["error"] == "not_allowed_token_type"


@pytest.mark.parametrize(
    ("payload", "status", "word"),
    [
        ({"text": ""}, 400, "no_text"),
        ([], 400, "invalid_payload"),
        ({"blocks": [{"type": "nonsense"}]}, 400, "invalid_blocks"),
    ],
)
def test_a_webhook_refuses_in_slacks_words(box: Slackbox, payload: Any, status: int, word: str) -> None:
    """The word and the HTTP status are Slack's."""
    answer = httpx.post(box.webhook("alerts"), json=payload)
    assert (answer.status_code, answer.text) == (status, word)


def test_an_unknown_webhook_is_no_service(box: Slackbox) -> None:
    """A wrong key is 404 no_service; the right one answers ok."""
    url = box.webhook("alerts")
    assert httpx.post(url, json={"text": "hello"}).text == "ok"
    answer = httpx.post(url + "x", json={"text": "hello"})
    assert (answer.status_code, answer.text) == (404, "no_service")
