"""A bot at work in a local workspace, for the stories: the real program on real files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx

from app import Bot
from bot import settings
from bot.team_file import TeamFile
from bot.words import Words
from slackbox import Slackbox
from tests.nursery import Born, Nursery
from tests.samples import alertmanager

ROOT = Path(__file__).parent.parent

RUNBOOK = """\
runbook: 1
id: restart-shop
title: Restart the shop
reviewed: 2026-11-01
doc: |
  ## Meaning
  The shop is unwell.
match:
  - alert: [HighMemoryUsage]
params:
  service: {{type: string, enum: [shop, cart], from: [labels.service], default: shop}}
risk: medium
approval: {{required: {required}, roles: [approvers], expires: {expires}}}
lock: "service:{{service}}"
env: [SHOP]
check:
  - {{id: state, say: How is it?, run: [cat, "{shop}/state"]}}
steps:
  - {{id: restart, say: Restart it, script: scripts/restart.sh}}
verify:
  - {{run: [grep, -q, ^well, "{shop}/state"]}}
"""

RESTART = """\
#!/bin/sh
echo restarting "$RUNBOOK_SERVICE"
echo started >> "$SHOP/starts"
{body}
"""


class AtWork:
    """`shop` is the folder of the thing that is repaired: its `state`, and one line in `starts` for each start.

    A bot that is a process of its own comes from the `nursery`; without one it is started as an operator does.
    """

    def __init__(self, box: Slackbox, folder: Path, nursery: Nursery | None = None) -> None:
        self.box = box
        self.nursery = nursery
        self.folder = folder
        self.shop = folder / "shop"
        self.runbooks = folder / "runbooks"
        for each in (self.shop, self.runbooks / "scripts"):
            each.mkdir(parents=True)
        (self.shop / "state").write_text("unwell, 1,912 MB\n")
        self.write_runbook()
        self.write_script("echo 'well, 212 MB' > \"$SHOP/state\"")
        self.monitor = box.webhook("alerts", "Alertmanager")
        self.bot: Bot | None = None
        self._process: subprocess.Popen[bytes] | Born | None = None

    # -- files ---

    def write_runbook(self, *, required: int = 1, expires: str = "15m", extra: str = "") -> None:
        text = RUNBOOK.format(required=required, expires=expires, shop=self.shop)
        (self.runbooks / "restart-shop.yaml").write_text(text + extra)

    def write_script(self, body: str) -> None:
        script = self.runbooks / "scripts" / "restart.sh"
        script.write_text(RESTART.format(body=body))
        script.chmod(0o755)

    def add_runbook(self, id: str, text: str) -> None:
        """One more: `text` is what stands below its title and doc. `{shop}` in it is the shop's folder."""
        head = f"runbook: 1\nid: {id}\ntitle: {id.replace('-', ' ').capitalize()}\ndoc: For a test.\n"
        (self.runbooks / f"{id}.yaml").write_text(head + dedent(text).replace("{shop}", str(self.shop)))

    def write_team(self, *changes: tuple[str, str]) -> None:
        """A team file of this test's own, with each first text replaced by the second."""
        text = (ROOT / "team.yaml").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / "team.yaml").write_text(text)

    def lines(self, name: str) -> list[str]:
        """What steps wrote into a file of the shop, a line each; none while it is not there."""
        file = self.shop / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def starts(self) -> int:
        """How often the step really started."""
        return len(self.lines("starts"))

    def environment(self, **changes: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SHOP": str(self.shop),
            "SLACK_API_URL": self.box.api_url,
            "SLACK_BOT_TOKEN": self.box.bot_token,
            "SLACK_APP_TOKEN": self.box.app_token,
            "DATABASE_URL": f"sqlite:///{self.folder}/plantao.db",
            "RUNBOOKS_DIR": str(self.runbooks),
            "TEMPLATES_DIR": str(ROOT / "templates"),
            "LLM_PROVIDER": "none",
            "STORM_ALERTS": "10000",  # where many alerts are many stories
            "TEAM_FILE": str(own if (own := self.folder / "team.yaml").exists() else ROOT / "team.yaml"),
            **changes,
        }

    # -- the bot ---

    def start(self, **changes: str) -> Bot:
        """In this process."""
        environ = self.environment(**changes)
        found = settings.load(environ, None)
        self.bot = Bot(found, TeamFile(found.team_file), Words(found.templates_dir, found.language), environ)
        self.bot.start()
        self.box.wait(lambda: self.box.connected == 1, what="the bot's socket")
        return self.bot

    def start_process(self, **changes: str) -> subprocess.Popen[bytes] | Born:
        """As a process of its own, which can be killed."""
        environ = self.environment(**changes)
        if self.nursery is not None:
            self._process = self.nursery.start(["serve"], self.folder, environ)
        else:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py"), "serve"], cwd=self.folder, env=environ
            )
        self.box.wait(lambda: self.box.connected == 1, seconds=20, what="the bot's socket")
        return self._process

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        self.box.wait(lambda: self.box.connected == 0, what="the socket to break")

    def stop(self) -> None:
        if self.bot is not None:
            self.bot.hang_up()
            self.box.cut_sockets()  # the SDK's own close waits out a read of three seconds otherwise
            self.bot.stop()
            self.bot = None
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            assert self._process.wait(timeout=30) == 0
            self._process = None

    # -- what people and tools do ---

    def fire(self, name: str = "HighMemoryUsage", **parts: Any) -> str:
        """An alert; gives the ts of its message."""
        before = {message["ts"] for message in self.box.messages("alerts")}
        httpx.post(self.monitor, json=alertmanager(name, **parts)).raise_for_status()
        (posted,) = [message["ts"] for message in self.box.messages("alerts") if message["ts"] not in before]
        return str(posted)

    def resolve(self, name: str = "HighMemoryUsage", **parts: Any) -> None:
        httpx.post(self.monitor, json=alertmanager(name, resolved=True, **parts)).raise_for_status()

    def ask_for(self, person: str, line: str, channel: str = "alerts") -> str:
        """Types `/runbook run …` and gives the ts of the card that comes of it, in the alerts channel."""
        before = {message["ts"] for message in self.box.messages("alerts")}
        said = self.command(person, f"run {line}", channel)
        assert "Proposed in" in said, said
        return self.new_card(before)

    def new_card(self, before: set[str]) -> str:
        """The ts of a card in the alerts channel that was not there `before`."""
        new = self.box.wait(
            lambda: [each["ts"] for each in self.box.messages("alerts") if each["ts"] not in before],
            what="the card of a request",
        )
        return str(new[0])

    def command(self, person: str, line: str, channel: str = "alerts") -> str:
        """What `/runbook …` answers, its blocks included."""
        answer = self.box.command(person, channel, f"/runbook {line}")
        return "\n".join([answer["text"], *_texts(answer.get("blocks"))])

    def card(self, ts: str) -> Card:
        """The bot's card in the thread of an alert, or of a run that was asked for, once it is there."""
        cards = self.box.wait(
            lambda: [each for each in self.box.messages("alerts", ts) if _key(each).startswith(("alert:", "request:"))],
            what="the card",
        )
        assert len(cards) == 1, [card["text"] for card in cards]
        return Card(cards[0])

    def in_thread(self, ts: str, key: str = "") -> list[dict[str, Any]]:
        """What the bot wrote below an alert or a request: its card, files, and by `key`: ask:, undo-failed:."""
        return [each for each in self.box.messages("alerts", ts)[1:] if _key(each).startswith(key)]

    def question(self, ts: str) -> Card:
        """The last question in the thread, once there is one with its buttons."""
        asked = self.box.wait(
            lambda: [each for each in map(Card, self.in_thread(ts, "ask:")) if each.buttons], what="a question"
        )
        return asked[-1]

    def answer(self, person: str, ts: str, yes: bool) -> None:
        self.box.click(person, "alerts", self.question(ts).ts, "answer_yes" if yes else "answer_no")

    def approved(self, ts: str, person: str = "alice") -> str:
        """Waits for the buttons and presses Approve."""
        self.waiting(ts)
        self.press(person, ts, "approve")
        return ts

    def modal(self, person: str) -> dict[str, Any]:
        """The form that this person has open."""
        view: dict[str, Any] = self.box.wait(lambda: self.box.views(person), what="a form")[-1]
        return view

    def card_with(self, ts: str, text: str, seconds: float = 15) -> Card:
        """The card once it says `text`."""
        self.box.wait(lambda: text in self.card(ts).words, seconds, f"{text!r} on the card:\n{self.card(ts).words}")
        return self.card(ts)

    def waiting(self, ts: str) -> Card:
        """The card once its buttons are there."""
        self.box.wait(lambda: "approve" in self.card(ts).buttons, what="the buttons")
        return self.card(ts)

    def press(self, person: str, ts: str, action: str) -> None:
        """A button of the card, once it is there."""
        self.box.wait(lambda: action in self.card(ts).buttons, what=f"the button {action}")
        self.box.click(person, "alerts", self.card(ts).ts, action)

    def choose(self, person: str, ts: str, what: str) -> None:
        """An entry of the card's menu, by what it does: edit, other, check_again, emergency."""
        card = self.card(ts)
        (value,) = [each for each in card.menu if each.startswith(f"{what}|")]
        self.box.click(person, "alerts", card.ts, "more", option=value)

    def told(self, person: str, channel: str = "alerts", *, after: int = 0) -> str:
        """The last thing that this person alone was told; with `after`, once there are more than so many."""
        told = self.box.wait(
            lambda: found if len(found := self.box.ephemerals(person, channel)) > after else [], what="an answer"
        )
        return str(told[-1]["text"])


class Card:
    """A message of the bot as people see it."""

    def __init__(self, message: dict[str, Any]) -> None:
        self.ts = str(message["ts"])
        self.title = str(message["text"])
        self.blocks = message["blocks"]

    @property
    def words(self) -> str:
        """Without what keeps outside text from being formatted, which nobody sees."""
        return "\n".join(_texts(self.blocks)).replace("\u2060", "")

    @property
    def buttons(self) -> list[str]:
        return [each["action_id"] for each in self.elements]

    def value(self, action: str) -> str:
        """What a button speaks of, by its id in the store; empty while it is not there."""
        return next((str(each.get("value")) for each in self.elements if each["action_id"] == action), "")

    @property
    def menu(self) -> list[str]:
        """The values of the entries behind the three dots."""
        return [option["value"] for each in self.elements for option in each.get("options", [])]

    @property
    def elements(self) -> list[dict[str, Any]]:
        return [each for block in self.blocks if block["type"] == "actions" for each in block["elements"]]


def _key(message: dict[str, Any]) -> str:
    """Which of its cards the bot says that a message is."""
    return str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if not isinstance(value, dict):
        return []
    found = [value["text"]] if isinstance(value.get("text"), str) else []
    return found + [text for key in ("text", "elements", "fields") for text in _texts(value.get(key))]
