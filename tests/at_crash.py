"""A bot that is killed from outside at any point of a story, started again, and helped on by an honest person."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from slackbox.interactions import NotAnswered
from tests.at_work import ROOT, AtWork, Card

PATIENCE = 60.0  # seconds; a machine may be busy

WALK = """\
runbook: 1
id: walk
title: Walk through it
reviewed: 2026-11-01
doc: |
  ## Meaning
  Something that is not done twice.
match:
  - alert: [HighMemoryUsage]
params:
  place: {type: string, pattern: "[a-z0-9-]{1,20}", from: [labels.instance]}
lock: shop
env: [SHOP]
"""


@dataclass(frozen=True)
class Point:
    """Where a thread of the bot stands still: `number` counts from 1; `thread` is the pool it belongs to."""

    number: int
    name: str
    thread: str


class AtCrash(AtWork):
    """At work with one runbook, `walk`, whose parameter `place` is the alert's instance.

    Every real start of a step or an undo is a line of the file `starts`: the place, and what started.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        (self.runbooks / "restart-shop.yaml").unlink()
        self._commands: IO[str] | None = None
        self._reports: IO[str] | None = None
        self._clicks: list[threading.Thread] = []
        self._asked_to_stop = 0
        self.asked: list[str] = []

    def write_walk(self, rest: str, **scripts: str) -> None:
        """`rest`: the runbook's steps and what follows, where {shop} is the shop's folder."""
        (self.runbooks / "walk.yaml").write_text(WALK + rest.replace("{shop}", str(self.shop)))
        for name, body in scripts.items():
            script = self.runbooks / "scripts" / f"{name}.sh"
            script.write_text(f"#!/bin/sh\n{body}")
            script.chmod(0o755)

    # -- the bot that can stand still ---

    def start_process(self, **changes: str) -> subprocess.Popen[bytes]:
        commands, theirs = os.pipe()
        reports, ours = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests" / "crashing.py"), str(commands), str(ours)],
                cwd=self.folder,
                env=self.environment(**changes),
                pass_fds=(commands, ours),
            )
        finally:
            os.close(commands)
            os.close(ours)
        self._commands, self._reports = os.fdopen(theirs, "w"), os.fdopen(reports)
        self.box.wait(lambda: self.box.connected == 1, seconds=PATIENCE, what="the bot's socket")
        return self._process

    def stand_still_at(self, point: int, begins: str = "") -> None:
        """At this point, counted from 1, and from the first whose name has `begins` in it."""
        self._asked_to_stop = point
        self._tell(f"at {point} {begins}")

    def _stands_still(self) -> Point | None:
        """The point at which it does; None while it does not."""
        told = self._read(0.0)
        return Point(self._asked_to_stop, told["reached"], told["thread"]) if "reached" in told else None

    def passed(self) -> list[str]:
        """The points since it was told to stand still, none of which was the one."""
        self._tell("count")
        told = self._read(PATIENCE)
        assert "passed" in told, f"the bot stands still at the last moment: {told}"
        return list(told["passed"])

    def kill(self) -> None:
        """SIGKILL; returns when nothing of it is left: neither the bot, nor a supervisor, nor a step."""
        super().kill()
        self._hang_up()
        self.box.wait(lambda: not self.left(), PATIENCE, "the killed run's processes to end")

    def stop(self) -> None:
        super().stop()
        self._hang_up()

    def _hang_up(self) -> None:
        for each in (self._commands, self._reports):
            if each is not None:
                each.close()
        self._commands = self._reports = None
        for click in self._clicks:
            click.join()
        self._clicks.clear()

    def _tell(self, command: str) -> None:
        assert self._commands is not None
        print(command, file=self._commands, flush=True)

    def _read(self, seconds: float) -> dict[str, Any]:
        assert self._reports is not None
        if not select.select([self._reports], [], [], seconds)[0]:
            return {}
        line = self._reports.readline()
        assert line, "the bot is gone"
        return dict(json.loads(line))

    def left(self) -> list[str]:
        """The command lines of all processes that belong to the shop, other than the bot now under way."""
        mark = f"SHOP={self.shop}\0".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            if self._process is not None and int(process.name) == self._process.pid:
                continue
            with suppress(OSError):  # it has just ended, or is nobody's business
                if mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    # -- people ---

    def fire_at(self, place: str) -> str:
        """An alert whose card has its buttons; gives the ts of its message."""
        ts = self.fire(labels={"instance": place, "severity": "warning"})
        self.box.wait(lambda: "approve" in self.card(ts).buttons, PATIENCE, "the buttons")
        return ts

    def click_soon(self, person: str, card: Card, action: str) -> None:
        """By somebody who does not wait for an answer, since there may never be one."""

        def click() -> None:
            with suppress(NotAnswered):  # Slack shows a warning triangle; the person looks at the card again
                self.box.click(person, "alerts", card.ts, action)

        self._clicks.append(threading.Thread(target=click))
        self._clicks[-1].start()

    def started(self, place: str) -> list[str]:
        """The steps and undos that really started there, in order."""
        file = self.shop / "starts"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == place]

    def title(self, ts: str) -> str:
        """What the card calls the state of things, as in FIXED or UNKNOWN."""
        return self.card(ts).title.partition(" · ")[0].partition(" ")[2]

    def story(self, ts: str, place: str, end: str) -> Point | None:
        """An honest person presses what there is to press, until the card's title is `end`: None.

        Or until the bot stands still: the point. An unknown step is answered by what really started, and noted in
        `asked`, as in "one" or "undo one".
        """
        self.asked = []
        seen: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if (point := self._stands_still()) is not None:
                return point
            if self.title(ts) == end:
                return None
            shown = self.in_thread(ts)
            if (blocks := [str(each["blocks"]) for each in shown]) != seen:
                seen = blocks
                for each in shown:
                    self._answer(Card(each), place)
            time.sleep(0.01)
        raise AssertionError(f"no {end}, and no point {self._asked_to_stop}:\n{self.card(ts).words}")

    def _answer(self, card: Card, place: str) -> None:
        if "settle_ran" in card.buttons:
            self.asked.append(unknown(card))
            self.click_soon("alice", card, "settle_ran" if self.asked[-1] in self.started(place) else "settle_again")
        for button in ("approve", "answer_yes"):
            if button in card.buttons:
                self.click_soon("alice", card, button)


def unknown(card: Card) -> str:
    """Which step or undo the card asks about; it offers all three answers."""
    said = re.search(r"The bot stopped while (the undo of )?step \d, \*(\w+)\*, was running\.", card.words)
    assert said, f"the card does not say which step is unknown:\n{card.words}"
    assert card.title.split()[1] == "UNKNOWN", card.title
    assert card.buttons[:3] == ["settle_ran", "settle_again", "settle_stop"], card.buttons
    return f"undo {said[2]}" if said[1] else said[2]
