"""A bot that is killed from outside at any point of a story, started again, and helped on by an honest person."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from slackbox.interactions import NotAnswered
from tests.at_work import AtWork, Card
from tests.nursery import Born

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
        self.box.ack_seconds = 1.0  # a dead bot never answers, and people press again
        (self.runbooks / "restart-shop.yaml").unlink()
        self._born: Born | None = None
        self._still = False
        self._commands: IO[str] | None = None
        self._reports: int | None = None
        self._heard = b""
        self._clicks: list[threading.Thread] = []
        self._asked_to_stop = 0
        self.asked: list[str] = []
        self._unanswered = False

    def write_walk(self, rest: str, **scripts: str) -> None:
        """`rest`: the runbook's steps and what follows, where {shop} is the shop's folder."""
        (self.runbooks / "walk.yaml").write_text(WALK + rest.replace("{shop}", str(self.shop)))
        for name, body in scripts.items():
            script = self.runbooks / "scripts" / f"{name}.sh"
            script.write_text(f"#!/bin/sh\n{body}")
            script.chmod(0o755)

    # -- the bot that can stand still ---

    def start_bot(self, **changes: str) -> None:
        self._begin(changes)
        self.box.wait(lambda: self.box.connected == 1 or self._ended_by_itself(), PATIENCE, "the bot's socket")

    def start_and_stand_still_at(self, point: int) -> None:
        """Counted from its start: while it recovers from what was before."""
        self._begin({}, point)

    def _begin(self, changes: dict[str, str], point: int = 0) -> None:
        commands, theirs = os.pipe()
        reports, ours = os.pipe()
        self._commands, self._reports, self._heard = os.fdopen(theirs, "w"), reports, b""
        if point:
            self._asked_to_stop = point
            self._tell(f"at {point} ")  # there is nobody yet to say that it counts
        assert self.nursery is not None
        pipes = (commands, ours, bool(point))
        self._born = self.nursery.start(["serve"], self.folder, self.environment(**changes), crashing=pipes)
        os.close(commands)
        os.close(ours)

    def stand_still_at(self, point: int, begins: str = "") -> None:
        """At this point, counted from 1, and from the first whose name has `begins` in it."""
        self._asked_to_stop = point
        self._tell(f"at {point} {begins}")
        told = self._read(PATIENCE)
        assert told == {"counting": point}, told

    def _stands_still(self) -> Point | None:
        """The point at which it does; None while it does not."""
        told = self._read(0.0)
        if "reached" not in told:
            return None
        self._still = True
        return Point(self._asked_to_stop, told["reached"], told["thread"])

    def passed(self) -> list[str]:
        """The points since it was told to stand still, none of which was the one."""
        self._tell("count")
        told = self._read(PATIENCE)
        if "counting" in told:  # from its start on
            told = self._read(PATIENCE)
        assert "passed" in told, f"the bot stands still at the last moment: {told}"
        return list(told["passed"])

    def kill(self) -> None:
        """SIGKILL; returns when nothing of it is left: neither the bot, nor a supervisor, nor a step."""
        self.kill_alone()
        self.box.wait(lambda: not self.left(), PATIENCE, "the killed run's processes to end")

    def kill_alone(self) -> None:
        """SIGKILL; returns when the bot is gone."""
        assert self._end(signal.SIGKILL) == -signal.SIGKILL
        self.box.wait(lambda: self.box.connected == 0, PATIENCE, "the socket to break")

    def _ended_by_itself(self) -> bool:
        """Never, or the test fails with how."""
        assert self._born is not None
        if (ended := self._born.poll()) is not None:
            self._born = None
            raise AssertionError(f"the bot ended by itself, with {ended}")
        return False

    def stop(self) -> None:
        if self._born is not None:
            # One that a failed test has left standing still heeds no gentler word.
            assert self._end(signal.SIGKILL if self._still else signal.SIGTERM) in (0, -signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        assert self._born is not None
        self._born.send_signal(how)
        ended = self._born.wait(PATIENCE)
        self._born, self._still = None, False
        if self._commands is not None and self._reports is not None:
            self._commands.close()
            os.close(self._reports)
        self._commands = self._reports = None
        for click in self._clicks:
            click.join()
        self._clicks.clear()
        return ended

    def _tell(self, command: str) -> None:
        assert self._commands is not None
        print(command, file=self._commands, flush=True)

    def _read(self, seconds: float) -> dict[str, Any]:
        assert self._reports is not None
        while b"\n" not in self._heard:
            if not select.select([self._reports], [], [], seconds)[0]:
                return {}
            part = os.read(self._reports, 65536)
            assert part, "the bot is gone"
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return dict(json.loads(line))

    def left(self) -> list[str]:
        """The command lines of the supervisors and all that they started: they see where the shop is."""
        mark = f"SHOP={self.shop}\0".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
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
            try:
                self.box.click(person, "alerts", card.ts, action)
            except NotAnswered:  # Slack shows a warning triangle, and the person presses again
                self._unanswered = True
            except LookupError:  # the button has just gone
                pass

        self._clicks.append(threading.Thread(target=click))
        self._clicks[-1].start()

    def started(self, place: str) -> list[str]:
        """The steps and undos that really started there, in order."""
        file = self.shop / "starts"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == place]

    def question(self, ts: str) -> Card:
        """The message in the thread that asks something."""

        def asking() -> list[Card]:
            return [card for card in map(Card, self.in_thread(ts)) if "answer_yes" in card.buttons]

        return self.box.wait(asking, PATIENCE, "the question")[0]

    def title(self, ts: str) -> str:
        """What the card calls the state of things, as in FIXED or UNKNOWN."""
        return self.card(ts).title.partition(" · ")[0].partition(" ")[2]

    def story(self, ts: str, place: str, end: str) -> Point | None:
        """An honest person presses what there is to press, until the card's title is `end`: None.

        Or until the bot stands still: the point. An unknown step is answered by what really started, and undone if
        it ran and can be; it is noted in `asked`, as in "one" or "undo one".
        """
        self.asked = []
        seen: dict[str, str] = {}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if (point := self._stands_still()) is not None:
                return point
            if self.title(ts) == end:
                return None
            if self._unanswered:
                self._unanswered = False
                seen.clear()
            for each in self.in_thread(ts):
                if seen.get(each["ts"]) != str(each["blocks"]):
                    seen[each["ts"]] = str(each["blocks"])
                    self._answer(Card(each), place)
            time.sleep(0.01)
        raise AssertionError(f"no {end}, and no point {self._asked_to_stop}:\n{self.card(ts).words}")

    def _answer(self, card: Card, place: str) -> None:
        if "settle_ran" in card.buttons:
            self.asked.append(unknown(card))
            ran = "undo" if "undo" in card.buttons else "settle_ran"
            self.click_soon("alice", card, ran if self.asked[-1] in self.started(place) else "settle_again")
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
