"""Bots that can be told to stand still at the N-th point of their work, so that a test kills them there.

One that is born in a nursery is given an observer. Nothing of the bot is changed or replaced: SQLite itself tells of
each statement, and Python's own profiler of each call in the threads that run steps. A point is before and after every
durable change of the record, every message to and from the process that starts commands, and every look at whether it
worked.

On its pipe, a bot counts from the command `at N WORDS` on, and says so, or from the first point thereafter that has
these words in its name; the thread that reaches the N-th point stops there for good and says which it is. `count` asks
for the points so far, and ends the counting.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import socket
import sqlite3
import sys
import threading
from functools import partial
from types import CodeType, FrameType
from typing import Any

from bot.runbooks import run
from bot.runbooks.processes import process

# What draws and sends cards has tests of its own; a message that a runbook posts is told by its key.
_DRAWING = ("outbox", "screen", "uploads", "history")
_POSTED = "notify:"
_RUNNING = ("run", "check", "MainThread")  # threads in which functions are points
_WRITES = ("INSERT", "UPDATE", "DELETE")
# What a statement says, with its values in it, in the words of the points. The first that fits; positions count from 0.
_WORDS = [
    (r"INSERT INTO events", "the click is written down"),
    (r"UPDATE events SET attempts = 1 ", "the click is claimed"),
    (r"UPDATE events SET attempts", "an attempt at the click is counted"),
    (r"UPDATE events SET done", "the click is done with"),
    (r"INSERT INTO decisions", "the decision"),
    (r"INSERT INTO runs", "the run is queued"),
    (r"UPDATE runs SET state = '(\w+)'", r"the run is \1"),
    (r"UPDATE runs SET verified", "the readings"),
    (r"INSERT INTO steps .* SELECT '\w+', 0, (\d)", r"the intent of step #\1"),
    (r"INSERT INTO steps .* SELECT '\w+', 1, (\d)", r"the intent of undo #\1"),
    (r"UPDATE steps SET pid = .* undo = 0 AND position = (\d)", r"the process of step #\1"),
    (r"UPDATE steps SET pid = .* undo = 1 AND position = (\d)", r"the process of undo #\1"),
    (r"UPDATE steps SET state = '(\w+)', .* undo = 0 AND position = (\d)", r"the outcome of step #\2, \1"),
    (r"UPDATE steps SET state = '(\w+)', .* undo = 1 AND position = (\d)", r"the outcome of undo #\2, \1"),
    (r"UPDATE steps SET state = '(\w+)' ", r"a step is marked \1"),
    (r"INSERT INTO cards", "the message is wanted"),
    (r"UPDATE cards", "how the message stands"),
    (r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", r"\1"),
]


class Points:
    """Counts the points; the thread that reaches the one that is asked for never comes back."""

    def __init__(self, reports: int) -> None:
        self._reports = reports
        self._lock = threading.Lock()
        self._passed: list[str] | None = None
        self._last = 0
        self._from = ""

    def count_to(self, last: int, begins: str) -> None:
        with self._lock:
            self._passed, self._last, self._from = [], last, begins
            self._say({"counting": last})

    def tell(self) -> None:
        with self._lock:
            self._say({"passed": self._passed})
            self._passed = None

    def reach(self, name: str) -> None:
        with self._lock:
            if self._passed is None or not (self._passed or self._from in name):
                return
            self._passed.append(name)
            if len(self._passed) != self._last:
                return
            self._say({"reached": name, "thread": threading.current_thread().name.partition("_")[0]})
            self._passed = None
        sys.setprofile(None)
        threading.Event().wait()

    def _say(self, what: dict[str, Any]) -> None:
        os.write(self._reports, (json.dumps(what) + "\n").encode())


class Watched(sqlite3.Connection):
    """A connection that tells what becomes durable, before and after, in the words of the points."""

    points: Points

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.written: list[str] = []  # by the open transaction
        self.durable = ""  # what is just becoming so
        self.at = ""  # the call that makes it so: execute, or fetchall where rows come back
        self.set_trace_callback(self._statement)

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or WatchedCursor)

    def execute(self, *args: Any) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.execute(*args)

    def _statement(self, statement: str) -> None:
        """SQLite is about to execute it, with its values in it."""
        if threading.current_thread().name.startswith(_DRAWING) and _POSTED not in statement[:500]:
            return
        if statement.startswith("BEGIN"):
            self.written = []
        elif statement == "COMMIT":
            if self.written:
                self._becomes_durable(" and ".join(dict.fromkeys(self.written)), "execute")
        elif statement.startswith(_WRITES):
            if self.in_transaction:
                self.written.append(words(statement))
            else:
                self._becomes_durable(words(statement), "fetchall" if "RETURNING" in statement else "execute")

    def _becomes_durable(self, name: str, at: str) -> None:
        self.points.reach(f"before: {name}")
        self.durable, self.at = name, at

    def returned(self, call: str) -> None:
        if self.durable and call == self.at:
            name, self.durable = self.durable, ""
            self.points.reach(f"after: {name}")


class WatchedCursor(sqlite3.Cursor):
    connection: Watched

    def execute(self, *args: Any) -> sqlite3.Cursor:
        return self._watched("execute", super().execute, *args)

    def fetchall(self) -> list[Any]:
        return self._watched("fetchall", super().fetchall)

    def _watched(self, call: str, act: Any, *args: Any) -> Any:
        try:
            result = act(*args)
        except BaseException:
            self.connection.durable = ""
            raise
        self.connection.returned(call)
        return result


class Observer:
    """Its `profile` is told of every call in the threads that run steps, and knows those that are points."""

    def __init__(self, points: Points, named: dict[CodeType, str]) -> None:
        """`named`: functions of the bot that are points themselves, and what they do."""
        self._points = points
        self._named = named

    def begin(self, frame: FrameType, event: str, arg: Any) -> None:
        """The first that a new thread does: whoever neither runs nor checks is left alone, as it costs much."""
        watched = threading.current_thread().name.startswith(_RUNNING)
        sys.setprofile(self.profile if watched else None)

    def profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event not in {"call", "return"} or not (name := self._named.get(frame.f_code)):
            return
        match frame.f_code.co_name, event:
            case ("_receive", "return") if arg is not None:
                self._points.reach(f"after: {name} {arg[0]}")
            case ("send_fds", "return"):
                self._points.reach(f"between: {name}")
            case (("_start" | "_send" | "verify"), _):
                self._points.reach(f"{'before' if event == 'call' else 'after'}: {name}")


def words(statement: str) -> str:
    for pattern, said in _WORDS:
        if found := re.match(pattern, statement, re.DOTALL):
            return re.sub(r"#(\d)", lambda position: str(int(position[1]) + 1), found.expand(said))
    return statement[:40]


def obey(points: Points, commands: int) -> None:
    with open(commands) as lines:
        for line in lines:
            match line.rstrip("\n").split(" ", 2):
                case ["at", last, begins]:
                    points.count_to(int(last), begins)
                case ["count"]:
                    points.tell()


def stand_still(commands: int, reports: int, from_the_start: bool) -> None:
    """Has this process tell its points on the pipe `reports`, and obey `commands`. To be called before the bot begins.

    `from_the_start`: it counts as soon as it takes over from the last one, recovery included.
    """
    faulthandler.enable()  # a profiler that upsets the interpreter is to say so
    points = Points(reports)
    threading.Thread(target=obey, args=(points, commands), daemon=True).start()
    observer = Observer(
        points,
        {
            process.Processes._start.__code__: "the supervisor is started",
            process._send.__code__: "a message goes to the supervisor",
            socket.send_fds.__code__: "the head and the rest of a message to the supervisor",
            process._receive.__code__: "the supervisor says",
            run.verify.__code__: "verify",
        },
    )
    threading.setprofile(observer.begin)  # of the threads that begin from now on
    Watched.points = points
    sqlite3.connect = partial(sqlite3.connect, factory=Watched)  # type: ignore[assignment]
    if from_the_start:

        def profile_then(event: str, about: tuple[object, ...]) -> None:
            if event == "open" and str(about[0]).endswith(".runs.lock"):
                sys.setprofile(observer.profile)

        sys.addaudithook(profile_then)
