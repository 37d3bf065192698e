"""Commands, clicks, forms, shortcuts and the Home tab, against a real Bolt app."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbox import NotAnswered, Slackbox
from tests.blocks import button, plain
from tests.bolt_connection import Connect

ALERTS, ALICE = "C0000000001", "U0000000001"


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


def text_input(block_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element}


@pytest.fixture
def bodies(app: App) -> list[dict[str, Any]]:
    """Every body that reached the app."""
    seen: list[dict[str, Any]] = []

    @app.use
    def write_down(body: dict[str, Any], next: Any) -> None:
        seen.append(body)
        next()

    return seen


def test_a_command_is_answered_to_the_one_who_typed(
    box: Slackbox, app: App, bodies: list[dict[str, Any]], connect: Connect
) -> None:
    """The payload is Slack's; the ack's text is seen by that person alone."""
    app.command("/incident")(lambda ack, command: ack(f"no incidents ({command['text']})"))
    connect(app)
    assert box.command("alice", "alerts", "/incident list open") == {"text": "no incidents (list open)"}
    assert [m["text"] for m in box.ephemerals("alice", "alerts")] == ["no incidents (list open)"]
    assert box.ephemerals("bob", "alerts") == []
    assert box.messages("alerts") == []
    body = bodies[0]
    assert (body["command"], body["text"], body["user_id"], body["channel_id"], body["channel_name"]) == (
        "/incident",
        "list open",
        ALICE,
        ALERTS,
        "alerts",
    )


def test_a_command_may_answer_in_the_channel(box: Slackbox, app: App, connect: Connect) -> None:
    """response_type in_channel is for everyone."""
    app.command("/incident")(lambda ack: ack(text="here", response_type="in_channel"))
    connect(app)
    box.command("alice", "alerts", "/incident list")
    assert [m["text"] for m in box.messages("alerts")] == ["here"]


def test_a_command_that_nobody_answers_says_so(box: Slackbox, app: App, connect: Connect) -> None:
    """dispatch_failed without a socket, operation_timeout without an ack, as Slack words it."""
    with pytest.raises(NotAnswered, match="/incident failed with the error “dispatch_failed”"):
        box.command("alice", "alerts", "/incident list")
    box.ack_seconds = 0.1
    app.command("/incident")(lambda: None)
    connect(app)
    with pytest.raises(NotAnswered, match="operation_timeout"):
        box.command("alice", "alerts", "/incident list")
    assert [m["user"] for m in box.ephemerals("alice", "alerts")] == ["USLACKBOT", "USLACKBOT"]


def test_a_click_carries_the_message_and_what_was_chosen(
    box: Slackbox, app: App, bodies: list[dict[str, Any]], connect: Connect, client: WebClient
) -> None:
    """A button, and a menu whose choice stands in the action and in the state."""
    options = [{"text": plain(word), "value": word} for word in ("one", "two")]
    menu = {"type": "static_select", "action_id": "pick", "options": options, "placeholder": plain("p")}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button("go", "Go"), menu]}]
    ts = client.chat_postMessage(channel=ALERTS, text="card", blocks=blocks)["ts"]
    app.action("go")(lambda ack: ack())
    app.action("pick")(lambda ack: ack())
    connect(app)
    box.click("alice", "alerts", ts, "go")
    box.click("alice", "alerts", ts, "pick", option="two")
    clicked, picked = bodies
    assert clicked["actions"][0] | {"action_ts": "…"} == {
        "type": "button",
        "action_id": "go",
        "block_id": "b",
        "text": {"type": "plain_text", "text": "Go", "emoji": True},
        "value": "1",
        "action_ts": "…",
    }
    assert clicked["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": ALERTS,
        "is_ephemeral": False,
    }
    assert (clicked["user"]["id"], clicked["channel"]["name"], clicked["message"]["text"]) == (ALICE, "alerts", "card")
    assert picked["actions"][0]["selected_option"]["value"] == "two"
    assert picked["state"]["values"]["b"]["pick"]["selected_option"]["value"] == "two"


def test_a_click_on_what_is_not_there_names_what_is(box: Slackbox, client: WebClient) -> None:
    """LookupError lists the action_ids."""
    blocks = [{"type": "actions", "elements": [button("go", "Go"), button("stop", "Stop")]}]
    ts = client.chat_postMessage(channel=ALERTS, text="card", blocks=blocks)["ts"]
    with pytest.raises(LookupError, match="no action_id 'gone' here; there are: go, stop"):
        box.click("alice", "alerts", ts, "gone")


def test_a_form_is_opened_filled_refused_and_taken(
    box: Slackbox, app: App, bodies: list[dict[str, Any]], connect: Connect
) -> None:
    """Slack's client checks required inputs; the app's errors keep it open; an empty ack closes it."""

    @app.command("/form")
    def open_form(ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        view = modal(text_input("why"), private_metadata="p1")
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("form")
    def submitted(ack: Any, view: dict[str, Any]) -> None:
        typed = view["state"]["values"]["why"]["typed"]["value"]
        if typed == "bad":
            ack(response_action="errors", errors={"why": "Too short."})
        else:
            ack()

    connect(app)
    box.command("alice", "alerts", "/form")
    (view,) = box.wait(lambda: box.views("alice"), what="the form")
    required = {"response_action": "errors", "errors": {"why": "Please complete this required field."}}
    assert box.submit("alice", view["id"]) == required
    assert [body.get("type") for body in bodies] == [None]  # the app was not asked
    assert box.submit("alice", view["id"], {"why": "bad"})["errors"] == {"why": "Too short."}
    assert len(box.views("alice")) == 1
    assert box.submit("alice", view["id"], {"why": {"typed": {"value": "good"}}}) == {}
    assert box.views("alice") == []
    assert (bodies[-1]["type"], bodies[-1]["view"]["private_metadata"]) == ("view_submission", "p1")


def test_a_form_may_be_updated_pushed_and_cleared(box: Slackbox, app: App, connect: Connect) -> None:
    """response_action update keeps the id, push stacks, clear takes all away; the stack holds three."""
    app.command("/form")(
        lambda ack, client, body: [ack(), client.views_open(trigger_id=body["trigger_id"], view=modal())]
    )

    @app.view("form")
    def first(ack: Any) -> None:
        ack(response_action="update", view=modal(callback_id="second"))

    @app.view("second")
    def second(ack: Any) -> None:
        ack(response_action="push", view=modal(callback_id="third"))

    app.view("third")(lambda ack: ack(response_action="clear"))
    connect(app)
    box.command("alice", "alerts", "/form")
    (opened,) = box.wait(lambda: box.views("alice"), what="the form")
    box.submit("alice", opened["id"])
    (updated,) = box.views("alice")
    assert (updated["id"], updated["callback_id"]) == (opened["id"], "second")
    assert updated["hash"] != opened["hash"]
    box.submit("alice", updated["id"])
    below, top = box.views("alice")
    assert (top["callback_id"], top["previous_view_id"], top["root_view_id"]) == ("third", below["id"], below["id"])
    box.submit("alice", top["id"])
    assert box.views("alice") == []


def test_closing_a_form_is_told_to_those_who_asked(
    box: Slackbox, app: App, bodies: list[dict[str, Any]], connect: Connect, client: WebClient
) -> None:
    """view_closed comes with notify_on_close only."""
    views = [modal(notify_on_close=True), modal()]
    app.command("/form")(
        lambda ack, client, body: [ack(), client.views_open(trigger_id=body["trigger_id"], view=views.pop(0))]
    )
    app.view_closed("form")(lambda ack: ack())
    connect(app)
    for _ in range(2):
        box.command("alice", "alerts", "/form")
        (view,) = box.wait(lambda: box.views("alice"), what="the form")
        box.close_view("alice", view["id"])
    assert [body["type"] for body in bodies if "type" in body] == ["view_closed"]


def test_typed_words_survive_an_update_of_the_form(
    box: Slackbox, app: App, connect: Connect, client: WebClient
) -> None:
    """Where block_id and action_id stay, so does the input; an update with a stale hash is refused."""
    select = {"type": "users_select", "action_id": "who"}
    app.command("/form")(
        lambda ack, client, body: [
            ack(),
            client.views_open(
                trigger_id=body["trigger_id"],
                view=modal(
                    text_input("why", initial_value="since"), {"type": "actions", "block_id": "a", "elements": [select]}
                ),
            ),
        ]
    )
    app.action("who")(lambda ack: ack())
    connect(app)
    box.command("alice", "alerts", "/form")
    (view,) = box.wait(lambda: box.views("alice"), what="the form")
    box.click_view("alice", view["id"], "who", value="U0000000002")
    blocks = (text_input("why"), {"type": "actions", "block_id": "a", "elements": [select]})
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal(*blocks))
    (updated,) = box.views("alice")
    assert updated["state"]["values"] == {
        "why": {"typed": {"type": "plain_text_input", "value": "since"}},
        "a": {"who": {"type": "users_select", "selected_user": "U0000000002"}},
    }
    with pytest.raises(SlackApiError) as refused:
        client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert refused.value.response["error"] == "hash_conflict"


@pytest.fixture
def trigger(box: Slackbox, app: App, connect: Connect) -> Iterator[str]:
    """A trigger id that the app was just given."""
    found: list[str] = []

    @app.command("/give")
    def give(ack: Any, body: dict[str, Any]) -> None:
        found.append(body["trigger_id"])
        ack()

    connect(app)
    box.command("alice", "alerts", "/give")
    return iter(found)


def refused_view(client: WebClient, trigger_id: str) -> str:
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger_id, view=modal())
    return str(refused.value.response["error"])


def test_a_trigger_opens_one_view_within_three_seconds(
    box: Slackbox, client: WebClient, trigger: Iterator[str]
) -> None:
    """Used twice: exchanged_trigger_id. Unknown: invalid_trigger_id."""
    given = next(trigger)
    client.views_open(trigger_id=given, view=modal())
    assert refused_view(client, given) == "exchanged_trigger_id"
    assert refused_view(client, "1.2.abc") == "invalid_trigger_id"


def test_a_trigger_expires(box: Slackbox, client: WebClient, trigger: Iterator[str]) -> None:
    """After three seconds: expired_trigger_id. A view that is refused does not use the trigger up."""
    given = next(trigger)
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=given, view={**modal(), "title": plain("x" * 25)})
    assert refused.value.response["error"] == "invalid_arguments"
    box.clock.advance(3.1)
    assert refused_view(client, given) == "expired_trigger_id"


def test_a_push_needs_a_trigger_from_a_form(client: WebClient, trigger: Iterator[str]) -> None:
    """views.push with a trigger from anywhere else finds nothing to push on."""
    with pytest.raises(SlackApiError) as refused:
        client.views_push(trigger_id=next(trigger), view=modal())
    assert refused.value.response["error"] == "not_found"


def respond(url: str, payload: dict[str, Any]) -> tuple[int, str]:
    answer = httpx.post(url, json=payload)
    return answer.status_code, answer.text if answer.status_code == 200 else answer.json()["error"]


def test_a_response_url_works_five_times_in_half_an_hour(box: Slackbox, app: App, connect: Connect) -> None:
    """Then used_url; and expired_url when it is old; both 404."""
    urls: list[str] = []

    @app.command("/give")
    def give(ack: Any, body: dict[str, Any]) -> None:
        urls.append(body["response_url"])
        ack()

    connect(app)
    box.command("alice", "alerts", "/give")
    box.command("alice", "alerts", "/give")
    assert [respond(urls[0], {"text": str(n)}) for n in range(6)] == [(200, "ok")] * 5 + [(404, "used_url")]
    assert [m["text"] for m in box.ephemerals("alice", "alerts")] == ["0", "1", "2", "3", "4"]
    box.clock.advance(30 * 60 + 1)
    assert respond(urls[1], {"text": "late"}) == (404, "expired_url")


def test_a_response_url_replaces_and_deletes_the_original(
    box: Slackbox, app: App, connect: Connect, client: WebClient
) -> None:
    """replace_original and delete_original act on the message that was clicked, ephemeral or not."""
    done = threading.Semaphore(0)

    def act(ack: Any, respond: Any, action: dict[str, Any]) -> None:
        ack()
        respond(**json.loads(action["value"]))
        done.release()

    app.action("go")(act)
    connect(app)

    def card(**answer: Any) -> list[dict[str, Any]]:
        return [{"type": "actions", "elements": [button("go", "Go", value=json.dumps(answer))]}]

    replaced = client.chat_postMessage(
        channel=ALERTS, text="a", blocks=card(replace_original=True, text="b", blocks=[])
    )
    box.click("alice", "alerts", replaced["ts"], "go")
    assert done.acquire(timeout=5)
    assert [m["text"] for m in box.messages("alerts")] == ["b"]
    hidden = client.chat_postEphemeral(channel=ALERTS, user=ALICE, text="c", blocks=card(delete_original=True))
    box.click("alice", "alerts", hidden["message_ts"], "go")
    assert done.acquire(timeout=5)
    assert box.ephemerals("alice", "alerts") == []


def test_shortcuts_on_a_message_and_anywhere(
    box: Slackbox, app: App, bodies: list[dict[str, Any]], connect: Connect
) -> None:
    """message_action carries the message; a global shortcut only who and a trigger."""
    app.shortcut("declare")(lambda ack: ack())
    connect(app)
    ts = box.say("bob", "alerts", "odd")
    box.shortcut("alice", "declare", "alerts", ts)
    box.shortcut("alice", "declare")
    on_message, anywhere = (body for body in bodies if "callback_id" in body)
    assert (on_message["type"], on_message["message"]["text"], on_message["message_ts"]) == (
        "message_action",
        "odd",
        ts,
    )
    assert (anywhere["type"], "channel" in anywhere) == ("shortcut", False)


def test_the_home_tab_is_published_when_it_is_looked_at(box: Slackbox, app: App, connect: Connect) -> None:
    """app_home_opened, then views.publish; each person has their own; its buttons work."""
    clicked: list[dict[str, Any]] = []

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        blocks = [{"type": "actions", "elements": [button("go", "Go")]}]
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.action("go")
    def go(ack: Any, body: dict[str, Any]) -> None:
        clicked.append(body)
        ack()

    connect(app)
    box.open_home("alice")
    home = box.wait(lambda: box.home("alice"), what="the Home tab")
    assert home is not None
    assert box.home("bob") is None
    box.click_view("alice", home["id"], "go")
    assert clicked[0]["container"] == {"type": "view", "view_id": home["id"]}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("@alice see #incidents", "<@U0000000001> see <#C0000000002|incidents>"),
        ("@here @oncall @nobody", "<!here> <!subteam^S0000000001> @nobody"),
        ("https://example.com/a?b=1&c=2.", "<https://example.com/a?b=1&amp;c=2>."),
        ("`@alice <b>` *@bob* _i_ ~s~", "`@alice &lt;b&gt;` *<@U0000000002>* _i_ ~s~"),
        ("```\n@alice\nx < y\n```", "```@alice\nx &lt; y```"),
        ("> quoted\nplain", "&gt; quoted\nplain"),
        ("- one\n- two", "• one\n• two"),
        ("a_b_c 2*3*4", "a_b_c 2*3*4"),
    ],
)
def test_typed_text_is_kept_as_slack_keeps_it(box: Slackbox, typed: str, text: str) -> None:
    """Escaped, mentions and links resolved, with a rich_text block beside it."""
    box.say("bob", "alerts", typed)
    (message,) = box.messages("alerts")
    assert message["text"] == text
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]
