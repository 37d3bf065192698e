"""The five minutes of a newcomer: the whole demo in a real browser, with the real bot and a shop that really leaks.

With PLANTAO_PICTURE set, the README's picture is taken on the way (`make picture`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.stage import Stage

pytest_plugins = ["tests.slackbox_browser"]
pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parent.parent / "docs" / "demo.png"
SECONDS = 1000


class Newcomer:
    """The page as a person uses it who has never seen it before."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.thread = page.get_by_role("complementary", name="Thread")
        self._folder = folder

    def press(self, label: str) -> None:
        """A button of the "Try it" panel."""
        self.page.get_by_role("region", name="Try it").get_by_role("button", name=label).click()

    def on_card(self, label: str) -> Locator:
        return self.thread.get_by_role("button", name=label, exact=True)

    def sees(self, text: str, seconds: float = 20) -> None:
        expect(self.thread).to_contain_text(text, timeout=seconds * SECONDS)

    def looks(self, name: str) -> None:
        self.page.screenshot(path=self._folder / f"{name}.png")

    def types(self, channel: str, line: str) -> None:
        self.page.get_by_label(f"Message #{channel}").fill(line)
        self.page.keyboard.press("Escape")  # the list of commands
        self.page.keyboard.press("Enter")


@pytest.fixture
def newcomer(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Newcomer]:
    """The shop warms up for a moment, or for as many seconds as the test says."""
    with Stage(0, shop_port=0, limit_mb=60, warm_up=getattr(request, "param", 0.2)) as stage:
        stage.box.wait(lambda: stage.box.connected == 1, 20, "the bot")
        context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/Sao_Paulo")
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(stage.box.url)
        yield Newcomer(page, tmp_path)
        context.close()
    assert troubles == []


def test_the_first_look_says_what_to_do(newcomer: Newcomer) -> None:
    """Also on a small screen: where to begin, and every button, without scrolling."""
    newcomer.page.set_viewport_size({"width": 1280, "height": 800})
    expect(newcomer.page.get_by_text("Start here: press Send traffic")).to_be_in_viewport(ratio=1)
    buttons = newcomer.page.get_by_role("region", name="Try it").get_by_role("button")
    names = ["Send traffic", "Crash the shop", "Odd alert", "Stop the bot", "Start the bot", "Kill the bot"]
    assert [button.get_attribute("aria-label") for button in buttons.all()] == names
    for button in buttons.all():
        expect(button).to_be_in_viewport(ratio=1)
    newcomer.looks("first-look")


def test_from_an_alert_to_a_fix(newcomer: Newcomer) -> None:
    """Traffic leaks memory; the alert is understood, approved and fixed because the shop's health says so."""
    newcomer.press("Send traffic")
    expect(newcomer.on_card("Approve")).to_be_visible(timeout=30 * SECONDS)
    for words in ("P1 · HighMemoryUsage · shop on api-1", "memory, because", "Evidence", "http 503", "Will run"):
        newcomer.sees(words)
    newcomer.sees("Needs 1 of alice, bob (approvers)")
    newcomer.looks("proposed")
    if os.environ.get("PLANTAO_PICTURE"):
        newcomer.page.screenshot(path=PICTURE)
    newcomer.on_card("Approve").click()
    newcomer.sees("Approved by alice")
    newcomer.sees("FIXED · HighMemoryUsage")
    newcomer.sees("http 503, not 200 → http 200")
    newcomer.sees("Resolved by alertmanager")
    newcomer.looks("fixed")
    newcomer.types("alerts", "/incident list")
    expect(newcomer.page.get_by_role("main")).to_contain_text("INC-1")
    newcomer.types("alerts", "/runbook list")
    expect(newcomer.page.get_by_role("main")).to_contain_text("restart-shop · Restart the shop")
    newcomer.types("alerts", "/runbook show restart-shop")
    expect(newcomer.page.get_by_role("main")).to_contain_text("The shop keeps memory")
    newcomer.looks("commands")


def test_a_crash_is_rejected_and_then_approved(newcomer: Newcomer) -> None:
    newcomer.press("Crash the shop")
    expect(newcomer.on_card("Reject")).to_be_visible(timeout=30 * SECONDS)
    newcomer.sees("ShopDown")
    newcomer.on_card("Reject").click()
    dialog = newcomer.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("a deploy is running")
    newcomer.looks("reason")
    dialog.get_by_role("button", name="Reject").click()
    newcomer.sees("Rejected by alice")
    newcomer.sees("a deploy is running")
    newcomer.on_card("Check again").click()
    newcomer.on_card("Approve").click(timeout=20 * SECONDS)
    newcomer.sees("FIXED · ShopDown")


def test_an_alert_that_nothing_fits(newcomer: Newcomer) -> None:
    newcomer.press("Odd alert")
    newcomer.sees("No runbook fits FluxCapacitorWobble")
    newcomer.sees("- alert: [")
    newcomer.press("Odd alert")
    newcomer.sees("Resolved")


def test_the_bot_is_killed_in_the_middle_and_loses_nothing(newcomer: Newcomer) -> None:
    newcomer.press("Kill the bot")
    expect(newcomer.page.get_by_text(re.compile("offline"))).to_be_visible()
    newcomer.press("Crash the shop")
    alert = newcomer.page.get_by_role("article").filter(has_text="ShopDown")
    expect(alert).to_be_visible(timeout=30 * SECONDS)
    newcomer.press("Start the bot")
    expect(newcomer.on_card("Approve")).to_be_visible(timeout=30 * SECONDS)
    newcomer.press("Stop the bot")
    expect(newcomer.page.get_by_text(re.compile("offline"))).to_be_visible(timeout=20 * SECONDS)
    newcomer.press("Start the bot")
    expect(newcomer.page.get_by_text(re.compile("offline"))).to_be_hidden(timeout=20 * SECONDS)
    newcomer.on_card("Approve").click()
    newcomer.sees("FIXED · ShopDown")
    newcomer.looks("after-a-kill")


@pytest.mark.parametrize("newcomer", [10.0], indirect=True)
def test_the_bot_is_killed_while_it_waits_and_goes_on(newcomer: Newcomer) -> None:
    """While the shop warms up there is time for it. Waiting changes nothing, so nobody has to be asked."""
    newcomer.press("Crash the shop")
    newcomer.on_card("Approve").click(timeout=30 * SECONDS)
    newcomer.sees("2 healthy  running")
    newcomer.press("Kill the bot")
    expect(newcomer.page.get_by_text(re.compile("offline"))).to_be_visible()
    newcomer.press("Start the bot")
    newcomer.sees("FIXED · ShopDown", seconds=40)
    newcomer.looks("went-on")
