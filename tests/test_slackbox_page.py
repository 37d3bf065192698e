"""slackbox's page, in a real browser: what a person sees and does in the local workspace."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from slackbox import Slackbox
from tests.blocks import button, card, plain

pytest_plugins = ["tests.slackbox_browser"]
pytestmark = pytest.mark.browser

ALICE, BOB = "U0000000001", "U0000000002"
ALERTS, INCIDENTS = "C0000000001", "C0000000002"


def post(url: str, message: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310 - the workspace's own address
        url, data=json.dumps(message).encode(), headers={"content-type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        assert answer.read() == b"ok"


def say_as_app(helper: App, channel: str, text: str, **more: Any) -> str:
    return str(helper.client.chat_postMessage(channel=channel, text=text, **more)["ts"])


def test_an_alert_posted_by_webhook_appears_without_a_reload(
    workspace: Slackbox, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    url = workspace.webhook("alerts", name="Alertmanager")
    attachment = {
        "color": "danger",
        "title": "[FIRING:1] HighMemoryUsage",
        "title_link": "http://127.0.0.1:9093/#/alerts",
        "text": "*Memory* at `95 %`",
        "fields": [{"title": "Host", "value": "api-1", "short": True}],
    }
    post(url, {"attachments": [attachment]})
    row = page.get_by_role("article").filter(has_text="HighMemoryUsage")
    expect(row.get_by_role("link", name="[FIRING:1] HighMemoryUsage")).to_be_visible()
    expect(row.locator(".author")).to_have_text("Alertmanager")
    expect(row.locator(".app-badge")).to_have_text("APP")
    expect(row.locator("b").filter(has_text="Memory")).to_be_visible()
    expect(row.locator("code")).to_have_text("95 %")
    expect(row.locator(".attachment-field")).to_contain_text("Hostapi-1")


def test_a_newcomer_finds_the_newest_thread_open(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    first = workspace.say("alice", "alerts", "an old alert")
    workspace.say("bob", "alerts", "an old answer", thread_ts=first)
    newest = workspace.say("alice", "alerts", "a new alert")
    workspace.say("bob", "alerts", "a new answer", thread_ts=newest)
    page = open_page()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("a new answer")
    expect(thread).not_to_contain_text("an old answer")
    page.get_by_role("article").filter(has_text="an old alert").get_by_role("button", name="1 reply").click()
    expect(thread).to_contain_text("an old answer")
    expect(page).to_have_url(re.compile(f"#{ALERTS}/{re.escape(first)}$"))


def test_an_address_of_a_thread_survives_a_reload(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    ts = workspace.say("alice", "incidents", "checkout is down")
    workspace.say("bob", "incidents", "on it", thread_ts=ts)
    page = open_page(hash=f"#{INCIDENTS}/{ts}")
    for _ in range(2):
        expect(page.get_by_role("complementary", name="Thread")).to_contain_text("on it")
        page.reload()
    page.get_by_role("button", name="Close thread").click()
    expect(page.get_by_role("complementary", name="Thread")).to_have_count(0)


def test_a_reply_is_written_in_the_thread(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    ts = workspace.say("bob", "alerts", "is this known?")
    page = open_page()
    row = page.get_by_role("article").filter(has_text="is this known?")
    row.hover()
    row.get_by_role("button", name="Reply in thread").click()
    reply = page.get_by_label("Reply…")
    reply.fill("yes, since 14:02")
    reply.press("Enter")
    expect(page.get_by_role("complementary", name="Thread")).to_contain_text("yes, since 14:02")
    expect(row.get_by_role("button", name="1 reply")).to_be_visible()
    assert [message["text"] for message in workspace.messages("alerts", thread_ts=ts)] == [
        "is this known?",
        "yes, since 14:02",
    ]


def test_a_click_reaches_the_app_and_only_what_changed_is_drawn_again(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    @helper.action("approve")
    def approve(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        words = f"Approved by {body['user']['name']}"
        client.chat_update(channel=ALERTS, ts=body["message"]["ts"], text=words, blocks=card(words))

    say_as_app(helper, ALERTS, "a plan", blocks=card("Waiting", button("approve", "Approve", style="primary")))
    page = open_page()
    row = page.get_by_role("article").filter(has_text="Waiting")
    row.locator(".section").evaluate("node => { node.dataset.kept = 'yes' }")
    row.get_by_role("button", name="Approve").click()
    changed = page.get_by_role("article").filter(has_text="Approved by alice")
    expect(changed).to_be_visible()
    expect(changed.get_by_role("button", name="Approve")).to_have_count(0)
    expect(changed.locator("[data-kept=yes]")).to_have_text("Memory at 95 %.")


def test_a_click_that_nobody_answers_says_so(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    client = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
    client.chat_postMessage(channel=ALERTS, text="a plan", blocks=card("Waiting", button("approve", "Approve")))
    page = open_page()
    expect(page.get_by_role("button", name="Helper, not connected")).to_be_visible()
    row = page.get_by_role("article").filter(has_text="Waiting")
    row.get_by_role("button", name="Approve").click()
    expect(row.get_by_role("alert")).to_be_visible()
    expect(row.get_by_role("button", name="Approve")).not_to_have_attribute("aria-busy", "true")


def test_a_dangerous_button_asks_first(workspace: Slackbox, helper: App, open_page: Callable[..., Page]) -> None:
    clicks: list[str] = []

    @helper.action("wipe")
    def wipe(ack: Any, body: dict[str, Any]) -> None:
        clicks.append(body["user"]["id"])
        ack()

    confirm = {
        "title": plain("Wipe it?"),
        "text": plain("This cannot be undone."),
        "confirm": plain("Wipe"),
        "deny": plain("Keep"),
    }
    say_as_app(
        helper, ALERTS, "x", blocks=card("Disk", button("wipe", "Wipe the disk", style="danger", confirm=confirm))
    )
    page = open_page()
    page.get_by_role("button", name="Wipe the disk").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Wipe the disk").click()
    page.get_by_role("dialog").get_by_role("button", name="Wipe", exact=True).click()
    workspace.wait(lambda: clicks, what="the confirmed click")
    assert clicks == [ALICE]


REASON = {
    "type": "input",
    "block_id": "reason",
    "label": plain("Reason"),
    "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
}
SEVERITY = {
    "type": "input",
    "block_id": "severity",
    "label": plain("Severity"),
    "optional": True,
    "element": {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": plain(name), "value": name.lower()} for name in ("P0", "P1", "P2")],
    },
}


def modal(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "rejecting",
        "title": plain("Reject the plan"),
        "submit": plain("Reject"),
        "blocks": list(blocks),
    }


def test_a_modal_is_filled_corrected_and_submitted(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    submitted: list[dict[str, Any]] = []

    @helper.action("reject")
    def reject(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(REASON, SEVERITY))

    @helper.view("rejecting")
    def take(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if len(values["reason"]["text"]["value"]) < 10:
            ack(response_action="errors", errors={"reason": "Say a little more."})
            return
        submitted.append(values)
        ack()

    say_as_app(helper, ALERTS, "a plan", blocks=card("Waiting", button("reject", "Reject", style="danger")))
    page = open_page()
    page.get_by_role("article").get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    send = dialog.get_by_role("button", name="Reject")
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please complete this required field.")
    dialog.get_by_label("Reason").fill("too soon")
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say a little more.")
    dialog.get_by_label("Reason").fill("too soon, the backup is running")
    dialog.get_by_role("combobox", name="Severity").click()
    page.get_by_role("option", name="P1").click()
    send.click()
    expect(dialog).to_have_count(0)
    [values] = submitted
    assert values["reason"]["text"]["value"] == "too soon, the backup is running"
    assert values["severity"]["pick"]["selected_option"]["value"] == "p1"


def test_what_is_typed_survives_an_update_of_the_view(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    @helper.shortcut("declare")
    def declare(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(REASON))

    page = open_page()
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="Declare an incident").click()
    reason = page.get_by_role("dialog").get_by_label("Reason")
    reason.press_sequentially("half a sen")
    [view] = workspace.views("alice")
    note = {"type": "section", "block_id": "note", "text": plain("Someone else approved meanwhile.")}
    helper.client.views_update(view_id=view["id"], view=modal(note, REASON, SEVERITY))
    expect(page.get_by_role("dialog")).to_contain_text("Someone else approved meanwhile.")
    reason.press_sequentially("tence")
    expect(reason).to_have_value("half a sentence")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert workspace.views("alice") == []


def test_the_answer_to_a_command_is_seen_only_by_its_author(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    @helper.command("/runbook")
    def runbook(ack: Any, command: dict[str, Any]) -> None:
        ack(f"You asked for: {command['text']}")

    alice, bob = open_page(ALICE), open_page(BOB)
    composer = alice.get_by_label("Message #alerts")
    composer.press_sequentially("/ru")
    expect(alice.get_by_role("option", name="/runbook")).to_contain_text("list | show ID")
    composer.press("Tab")
    composer.press_sequentially("list")
    composer.press("Enter")
    row = alice.get_by_role("article").filter(has_text="You asked for: list")
    expect(row).to_contain_text("Only visible to you")
    workspace.say("carol", "alerts", "later")
    expect(bob.get_by_text("later")).to_be_visible()
    expect(bob.get_by_text("You asked for")).to_have_count(0)


def test_one_can_become_someone_else(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="You are alice").click()
    page.get_by_role("menuitem", name="bob").click()
    expect(page.get_by_role("button", name="You are bob")).to_be_visible()
    page.get_by_label("Message #alerts").fill("it is me")
    page.get_by_label("Message #alerts").press("Enter")
    expect(page.get_by_role("article").filter(has_text="it is me").locator(".author")).to_have_text("bob")
    page.reload()
    expect(page.get_by_role("button", name="You are bob")).to_be_visible()
    assert [(message["user"], message["text"]) for message in workspace.messages("alerts")] == [(BOB, "it is me")]


def test_what_was_not_sent_waits_in_its_channel(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_label("Message #alerts").fill("not yet")
    page.get_by_role("button", name="incidents").click()
    expect(page.get_by_label("Message #incidents")).to_have_value("")
    page.get_by_role("button", name="alerts").click()
    expect(page.get_by_label("Message #alerts")).to_have_value("not yet")


def test_two_people_write_to_each_other(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    """A direct message opens at the first click, and the other one's page shows that something came."""
    alice, bob = open_page(ALICE), open_page(BOB)
    alice.get_by_role("button", name="bob", exact=True).click()
    alice.get_by_label("Message bob").fill("can you look?")
    alice.get_by_label("Message bob").press("Enter")
    bob.get_by_role("button", name="alice, unread").click()
    expect(bob.get_by_role("article")).to_contain_text("can you look?")
