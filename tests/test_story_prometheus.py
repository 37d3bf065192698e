"""From a rule of Prometheus to a mended shop: a real Prometheus, and a real Alertmanager as the guide sets it up."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.at_work import ROOT, AtWork
from tests.real_alertmanager import RealAlertmanager, running, until, watching
from tests.test_story_incidents import Room
from tests.test_story_silences import ask_for

RULES = """\
groups:
  - name: shop
    rules:
      - alert: HighMemoryUsage
        expr: last_over_time(shop_memory_ratio[1m]) > 0.9  # a scrape that came too late on a busy machine is no news
        labels: {severity: critical, service: shop}
        annotations: {summary: "Memory at {{ $value | humanizePercentage }}, out of memory is near & <soon>"}
      - alert: ShopSeen
        expr: last_over_time(shop_seen[1m]) > 0
        labels: {severity: info}
        annotations: {summary: "The shop was seen {{ $value }} times"}
"""


class Shop:
    """What Prometheus scrapes: the state that the runbook's step mends, and a number that the test sets."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen = 0


@contextmanager
def shop(state: Path) -> Iterator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ratio = 0.953 if state.read_text().startswith("unwell") else 0.1
            body = f"shop_memory_ratio {ratio}\nshop_seen {made.seen}\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Shop(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def config(webhook: str) -> str:
    """The guide's own, with this webhook, and without the times that nobody wants to wait for."""
    guide = (ROOT / "docs" / "install.md").read_text()
    (found,) = [each for each in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "slack_configs:" in each]
    config, changed = re.subn(r"https://hooks\.slack\.com/services/…", webhook, found)
    assert changed == 1
    config, changed = re.subn(r"(?m)^(  group_by: .*)$", r"\1\n  group_wait: 0s\n  group_interval: 200ms", config)
    assert changed == 1
    return config


class Story:
    def __init__(self, work: AtWork, shop: Shop, alertmanager: RealAlertmanager) -> None:
        self.work, self.shop, self.alertmanager, self.box = work, shop, alertmanager, work.box

    def posted(self, name: str, status: str = "FIRING") -> list[str]:
        """The ts of the messages in the channel that say so."""
        return [
            str(each["ts"])
            for each in self.box.messages("alerts")
            if re.match(rf"\[{status}.*\] {name}$", str((each.get("attachments") or [{}])[0].get("title")))
        ]

    def fired(self, name: str) -> str:
        return str(self.box.wait(lambda: self.posted(name), 20, f"{name} in the channel")[0])


@pytest.fixture
def story(work: AtWork, tmp_path: Path) -> Iterator[Story]:
    """A shop that is unwell, watched."""
    with (
        shop(work.shop / "state") as there,
        running(tmp_path / "alertmanager", config=config(work.monitor)) as alertmanager,
    ):
        work.start(ALERTMANAGER_URL=alertmanager.url)
        with watching(tmp_path / "prometheus", [there.port], RULES, alertmanager.port):
            yield Story(work, there, alertmanager)
            work.stop()


def test_a_rule_fires_a_person_approves_and_alertmanager_says_that_it_is_over(story: Story) -> None:
    ts = story.fired("HighMemoryUsage")
    card = story.work.waiting(ts)
    assert card.title == f"🟠 P1 · HighMemoryUsage · shop on 127.0.0.1:{story.shop.port}"
    assert "Memory at 95.3%, out of memory is near & <soon>" in card.words
    story.work.press("alice", ts, "approve")
    story.work.card_with(ts, "FIXED")
    story.box.wait(lambda: story.posted("HighMemoryUsage", "RESOLVED"), 20, "the word that it is over")
    card = story.work.card_with(ts, "Resolved by alertmanager at ")
    assert card.title.startswith("🟢 FIXED · HighMemoryUsage · shop on 127.0.0.1:")
    assert story.work.starts == 1
    assert len(story.posted("HighMemoryUsage")) == 1


def test_what_is_silenced_comes_back_without_a_sound(story: Story) -> None:
    """An alert beside it that fires later is posted, and so it is known that nothing more was to come."""
    room, state = Room(story.work), story.work.shop / "state"
    ts = story.fired("HighMemoryUsage")
    story.work.waiting(ts)
    ask_for(room, "alice", ts, comment="more memory comes tonight")
    story.work.card_with(ts, "*Silenced* until ")
    state.write_text("well\n")
    until(lambda: story.alertmanager.state_of("HighMemoryUsage") == [], "its end")
    state.write_text("unwell again\n")
    story.shop.seen = 7
    story.fired("ShopSeen")
    until(lambda: story.alertmanager.state_of("HighMemoryUsage") == ["suppressed"], "it to fire anew")
    assert story.posted("HighMemoryUsage", "(FIRING|RESOLVED)") == [ts]
    story.work.press("alice", ts, "silence_end")
    story.work.card_with(ts, "ended by alice")
    until(lambda: story.alertmanager.state_of("HighMemoryUsage") == ["active"], "it to be heard")
