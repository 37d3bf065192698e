"""slackbox's page, in a real browser: how messages, blocks and long histories are drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import App
from slack_sdk import WebClient

import slackbox
from slackbox import Slackbox
from tests.blocks import button, card, plain

pytest_plugins = ["tests.slackbox_browser"]
pytestmark = pytest.mark.browser

ALERTS = "C0000000001"
PAGE = Path(slackbox.__file__).parent / "page"
OPTIONS = [{"text": plain(name), "value": name} for name in ("one", "two", "three")]


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def post(workspace: Slackbox, text: str, **more: Any) -> str:
    client = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
    return str(client.chat_postMessage(channel=ALERTS, text=text, **more)["ts"])


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<javascript:alert(1)|click me>",
    "<data:text/html,hello|click me>",
    "java\tscript:alert(1)",
    "&lt;b&gt;not bold&lt;/b&gt;",
    "```<script>alert(1)</script>``` `<script>`",
    "*<_<~<`<@U<#C<!date^x^{time}|>",
    "{{constructor.constructor('alert(1)')()}}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    """Whatever field it comes in, it starts no script, is no link, and is shown."""
    blocks = [
        {"type": "header", "text": plain(text)},
        {"type": "section", "text": mrkdwn(text), "fields": [plain(text)]},
        {"type": "context", "elements": [mrkdwn(text)]},
        {"type": "markdown", "text": f"[{text}](javascript:alert(1)) {text}"},
        {"type": "actions", "elements": [button("x", text[:75])]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
        },
    ]
    attachment = {
        "pretext": text,
        "title": text,
        "title_link": "javascript:alert(1)",
        "text": text,
        "author_name": text,
        "author_link": "javascript:alert(1)",
        "footer": text,
        "color": "red;background:url(//example.com)",
        "fields": [{"title": text, "value": text}],
    }
    ts = post(workspace, text, blocks=blocks, attachments=[attachment])
    post(workspace, text)
    workspace.say("bob", "alerts", text, thread_ts=ts)
    page = open_page()
    expect(page.get_by_role("article")).to_have_count(4)  # two in the channel, two in its open thread
    assert page.locator(".layout :is(script, svg:not(.icon), img, iframe)").count() == 0
    hrefs = page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith(("http", "#", "mailto:"))] == []


def test_directions_cannot_be_overridden(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    """A name that would read backwards shows a mark where the override stood."""
    post(workspace, "run \u202egnp.exe\u202c now")
    page = open_page()
    expect(page.get_by_role("article")).to_contain_text("run \ufffdgnp.exe\ufffd now")


def test_mrkdwn_reads_as_in_slack(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    text = (
        "*bold* _italic_ ~gone~ `code` 2*3*4 snake_case_name <https://example.com/a_b|a link> "
        "<@U0000000002> <#C0000000002> <!subteam^S0000000001> :tada: &amp; &lt;3\n&gt; quoted\n```a\n  b```"
        " <!date^1763726400^{date_num} {time}|then>"
    )
    post(workspace, "text", blocks=[{"type": "section", "text": mrkdwn(text)}])
    page = open_page()
    words = page.get_by_role("article").locator(".section")
    expect(words.locator("b")).to_have_text("bold")
    expect(words.locator("i")).to_have_text("italic")
    expect(words.locator("s")).to_have_text("gone")
    expect(words.locator("code")).to_have_text("code")
    expect(words.locator("pre")).to_have_text("a\n  b", use_inner_text=True)
    expect(words.locator("blockquote")).to_have_text("quoted")
    expect(words.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com/a_b")
    expect(words.locator(".mention")).to_have_text(["@bob", "#incidents", "@oncall"])
    expect(words).to_contain_text("2*3*4 snake_case_name")
    expect(words).to_contain_text("🎉 & <3")
    expect(words.locator("time")).to_have_text("11/21/2025 9:00 AM")  # 12:00 UTC, read in São Paulo


def test_every_kind_of_block_and_element_is_drawn(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    texts = [{"type": "text", "text": "words", "style": {"bold": True}}]
    rich = [
        {"type": "rich_text_section", "elements": texts},
        {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": texts}]},
        {"type": "rich_text_quote", "elements": texts},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "$ restart"}]},
    ]
    elements = [
        button("a", "Plain"),
        {"type": "overflow", "action_id": "b", "options": OPTIONS},
        {"type": "static_select", "action_id": "c", "options": OPTIONS, "placeholder": plain("Static")},
        {"type": "users_select", "action_id": "d", "placeholder": plain("Person")},
        {"type": "channels_select", "action_id": "e", "placeholder": plain("Channel")},
        {"type": "conversations_select", "action_id": "f", "placeholder": plain("Conversation")},
        {"type": "datepicker", "action_id": "g"},
        {"type": "timepicker", "action_id": "h"},
        {"type": "datetimepicker", "action_id": "i"},
        {"type": "checkboxes", "action_id": "j", "options": OPTIONS},
        {"type": "radio_buttons", "action_id": "k", "options": OPTIONS},
    ]
    blocks = [
        *card("Heading"),
        {"type": "divider"},
        {"type": "section", "text": mrkdwn("side"), "accessory": button("side", "Beside")},
        {"type": "rich_text", "elements": rich},
        {"type": "markdown", "text": "## Title\n\n- item **strong**\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
        {"type": "actions", "elements": elements},
        {
            "type": "input",
            "label": plain("Several"),
            "element": {"type": "multi_static_select", "action_id": "l", "options": OPTIONS},
        },
    ]
    post(workspace, "text", blocks=blocks)
    page = open_page()
    row = page.get_by_role("article")
    expect(row.locator(".block")).to_have_count(len(blocks))
    expect(row.locator(".unknown")).to_have_count(0)
    expect(row.locator("[data-action]")).to_have_count(len(elements) + 2)
    expect(row.locator("table td")).to_have_text(["1", "2"])


def test_a_menu_and_an_overflow_send_what_was_chosen(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    chosen: list[dict[str, Any]] = []

    @helper.action("pick")
    @helper.action("more")
    def take(ack: Any, action: dict[str, Any]) -> None:
        ack()
        chosen.append(action)

    select = {"type": "static_select", "action_id": "pick", "options": OPTIONS, "placeholder": plain("Choose")}
    overflow = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    post(workspace, "text", blocks=[{"type": "actions", "block_id": "b", "elements": [select, overflow]}])
    page = open_page()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="two").click()
    expect(page.get_by_role("combobox")).to_have_text("two")
    page.get_by_role("article").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="three").click()
    workspace.wait(lambda: len(chosen) == 2, what="both choices")
    assert [one["selected_option"]["value"] for one in chosen] == ["two", "three"]


def test_a_card_edited_many_times_keeps_its_nodes(
    workspace: Slackbox, helper: App, open_page: Callable[..., Page]
) -> None:
    """Only the block that changes is drawn again; the buttons stay under the pointer."""
    buttons = button("stop", "Stop")
    ts = post(workspace, "running", blocks=card("0 s", buttons))
    page = open_page()
    row = page.get_by_role("article")
    row.get_by_role("button", name="Stop").evaluate("node => { window.stop_ = node }")
    for second in range(1, 21):
        helper.client.chat_update(channel=ALERTS, ts=ts, text="running", blocks=card(f"{second} s", buttons))
    expect(row.get_by_role("heading")).to_have_text("20 s")
    assert page.evaluate("window.stop_.isConnected")


def test_a_long_history_shows_its_end_and_more_on_the_way_up(
    workspace: Slackbox, open_page: Callable[..., Page]
) -> None:
    for number in range(2000):
        workspace.say("bob", "alerts", f"message {number}")
    page = open_page()
    rows = page.get_by_role("article")
    expect(page.get_by_text("message 1999", exact=True)).to_be_in_viewport()
    assert rows.count() < 400
    page.get_by_role("log").hover()
    for _ in range(40):
        if page.get_by_text("message 1700", exact=True).count():
            break
        page.mouse.wheel(0, -20_000)
        page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")
    expect(page.get_by_text("message 1700", exact=True)).to_be_attached()


def test_a_reader_who_scrolled_up_is_left_alone(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    for number in range(60):
        workspace.say("bob", "alerts", f"message {number}")
    page = open_page()
    expect(page.get_by_text("message 59", exact=True)).to_be_in_viewport()
    page.get_by_text("message 0", exact=True).scroll_into_view_if_needed()
    workspace.say("bob", "alerts", "news")
    news = page.get_by_text("news", exact=True)
    expect(news).to_be_attached()
    expect(news).not_to_be_in_viewport()
    expect(page.get_by_text("message 0", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="New messages").click()
    expect(news).to_be_in_viewport()


def test_another_channel_shows_that_it_has_news(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    page = open_page()
    workspace.say("bob", "incidents", "checkout is down, @alice")
    place = page.get_by_role("button", name="incidents, unread")
    expect(place.locator(".badge")).to_have_text("1")
    place.click()
    expect(page.get_by_text("checkout is down")).to_be_visible()
    expect(page.get_by_role("button", name="incidents", exact=True)).to_have_attribute("aria-current", "page")


def test_controls_run_and_show_their_state(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    presses: list[str] = []

    def leak() -> str:
        presses.append("leak")
        return "The shop leaks now."

    def fail() -> str:
        raise RuntimeError("no shop")

    workspace.control("leak", "Leak memory", "The shop starts to leak.", leak, state=lambda: f"pressed {len(presses)}")
    workspace.control("fail", "Crash it", "It ends.", fail)
    page = open_page()
    panel = page.get_by_role("region", name="Try it")
    expect(panel).to_contain_text("The shop starts to leak.")
    panel.get_by_role("button", name="Leak memory").click()
    expect(page.get_by_text("The shop leaks now.")).to_be_visible()
    expect(panel).to_contain_text("pressed 1")
    presses.append("by someone else")
    expect(panel).to_contain_text("pressed 2")
    panel.get_by_role("button", name="Crash it").click()
    expect(page.get_by_role("alert")).to_contain_text("no shop")


def test_controls_of_one_group_share_a_row(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    """Its name and state are said once; a button has a short word, and its whole name for those who cannot see it."""
    pressed: list[str] = []
    state = ["running"]

    def put(id: str, short: str, told: Callable[[], str] | None = None) -> None:
        def press() -> None:
            pressed.append(id)

        workspace.control(id, f"{short} the bot", f"{short}s it.", press, told, group="Bot", short=short)

    put("start", "Start", lambda: state[0])
    put("stop", "Stop")
    page = open_page()
    row = page.get_by_role("region", name="Try it").get_by_role("group", name="Bot")
    expect(row).to_have_text("BotrunningStartStop")
    start, stop = (row.get_by_role("button", name=f"{each} the bot", exact=True) for each in ("Start", "Stop"))
    expect(stop).to_have_attribute("title", "Stop the bot. Stops it.")
    boxes = [start.bounding_box(), stop.bounding_box()]
    assert len({box["y"] for box in boxes if box}) == 1
    stop.click()
    workspace.wait(lambda: pressed == ["stop"], what="the press")
    state[0] = "stopped"
    expect(row).to_contain_text("stopped")


def test_a_channel_says_what_it_is_for(workspace: Slackbox, open_page: Callable[..., Page]) -> None:
    """At its beginning; the bot needs no scope for it."""
    workspace.set_purpose("alerts", "Press *Send* first, <b>then</b> wait.")
    intro = open_page().get_by_role("main").locator(".purpose")
    expect(intro).to_have_text("Press Send first, <b>then</b> wait.")
    assert workspace.messages("alerts") == []


def test_the_home_tab_is_drawn_and_answers(workspace: Slackbox, helper: App, open_page: Callable[..., Page]) -> None:
    @helper.event("app_home_opened")
    def publish(event: dict[str, Any], client: WebClient) -> None:
        blocks = card("Your shift", button("take", "Take it"))
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @helper.action("take")
    def take(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": card("You have it")})

    page = open_page()
    page.get_by_role("button", name="Helper, connected").click()
    expect(page.get_by_role("heading", name="Your shift")).to_be_visible()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("heading", name="You have it")).to_be_visible()


def test_a_message_shortcut_names_the_message(workspace: Slackbox, helper: App, open_page: Callable[..., Page]) -> None:
    named: list[str] = []

    @helper.shortcut("from_message")
    def take(ack: Any, shortcut: dict[str, Any]) -> None:
        ack()
        named.append(shortcut["message"]["ts"])

    ts = workspace.say("bob", "alerts", "the cart is empty")
    page = open_page()
    row = page.get_by_role("article").filter(has_text="the cart is empty")
    row.hover()
    row.get_by_role("button", name="Message menu").click()
    page.get_by_role("menuitem", name="Make this an incident").click()
    workspace.wait(lambda: named, what="the shortcut")
    assert named == [ts]


def test_the_page_asks_for_all_its_modules_at_once() -> None:
    """A module left out of index.html would only be found after another was read, one round trip later."""
    index = (PAGE / "index.html").read_text()
    named = {line.split("/page/")[1].split('"')[0] for line in index.splitlines() if ".js" in line}
    assert named == {path.name for path in PAGE.glob("*.js")}
