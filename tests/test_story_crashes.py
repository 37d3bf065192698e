"""SIGKILL at every point between click and end: nothing starts twice, nothing is left, and the card tells the truth.

The bot is killed from outside, at one point after the other, until a story has no further point; see tests/crashing.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.at_crash import AtCrash, Point

# Two tests share the points of a story, and can walk side by side.
SIDE_BY_SIDE = pytest.mark.parametrize("first", [1, 2], ids=["odd", "even"])
pytestmark = pytest.mark.long
MOST = 200  # points: no story has so many

# The second step is a process with a child in a session of its own.
TWO_STEPS = """\
steps:
  - {id: one, run: [sh, -c, 'echo "$RUNBOOK_PLACE one" >> "$SHOP/starts"']}
  - {id: two, script: scripts/tree.sh}
verify:
  - {run: [grep, -qx, "{place} two", "{shop}/starts"]}
"""
# The second step fails; its undo has a child of its own.
TWO_UNDOS = """\
steps:
  - id: one
    run: [sh, -c, 'echo "$RUNBOOK_PLACE one" >> "$SHOP/starts"']
    undo: {run: [sh, -c, 'echo "$RUNBOOK_PLACE undo one" >> "$SHOP/starts"']}
  - id: two
    run: [sh, -c, 'echo "$RUNBOOK_PLACE two" >> "$SHOP/starts"; exit 3']
    undo: {script: scripts/undo.sh}
on_failure: undo
"""
ASKS_AND_TELLS = """\
steps:
  - {id: eyes, ask: Is it quiet there?}
  - {id: tell, notify: {channel: incidents, text: "Work on {place} begins"}}
"""
TREE = 'echo "$RUNBOOK_PLACE two" >> "$SHOP/starts"\nsetsid sleep 0.3 &\nwait\n'
UNDO = TREE.replace("two", "undo two")


def in_doubt(point: Point, commands: str) -> bool:
    """Whether a command or its undo may have been started there, of which the record does not say what came of it.

    `commands`: the numbers of the steps that are commands.
    """
    begun = rf"after: .*the intent of (step|undo) [{commands}]|before: .*the outcome of (step|undo) [{commands}]"
    return point.thread == "run" and bool(re.search(f"{begun}|supervisor|the process", point.name))


def walk(
    crash: AtCrash, first: int, end: str, started: list[str], *, begins: str = "", commands: str = "12"
) -> list[str]:
    """Kills the bot at every second point, and sees each story to its end: every command has `started` once, in order.

    Gives the points of the whole story, counted from the one that `begins` it.
    """
    crash.start_bot()
    for number in range(first, MOST, 2):
        place = f"api-{number}"
        ts = crash.fire_at(place)
        crash.stand_still_at(number, begins)
        point = crash.story(ts, place, end)
        if point is None:
            break
        crash.kill()
        crash.start_bot()
        assert crash.story(ts, place, end) is None
        assert (crash.started(place), crash.left()) == (started, []), point
        if point.thread == "run":  # another thread stands still while the run goes on
            assert len(crash.asked) == in_doubt(point, commands), point
    return crash.passed()


def happened(passed: list[str]) -> set[str]:
    """What became durable or was done, each with whether the point was before or after it."""
    return {
        f"{when}: {what}" for each in passed for when, _, all in [each.partition(": ")] for what in all.split(" and ")
    }


@SIDE_BY_SIDE
def test_a_run_that_is_killed_anywhere_does_each_step_once(
    crash: AtCrash, first: int, record_property: Callable[[str, object], None]
) -> None:
    """Whoever is asked about an unknown step says what is true, and all ends as it would have without the crash."""
    crash.write_walk(TWO_STEPS, tree=TREE)
    passed = walk(crash, first, "FIXED", ["one", "two"])
    record_property("crash points", len(passed))
    assert happened(passed) >= EVERY_RUN


@SIDE_BY_SIDE
def test_what_is_taken_back_is_taken_back_once_wherever_it_is_killed(
    crash: AtCrash, first: int, record_property: Callable[[str, object], None]
) -> None:
    """From the failure on: each undo starts once, the last step's first."""
    crash.write_walk(TWO_UNDOS, undo=UNDO)
    passed = walk(crash, first, "UNDONE", ["one", "two", "undo two", "undo one"], begins="the outcome of step 2")
    record_property("crash points", len(passed))
    assert happened(passed) >= EVERY_UNDO


@SIDE_BY_SIDE
def test_a_question_and_a_message_stand_there_once_wherever_it_is_killed(
    crash: AtCrash, first: int, record_property: Callable[[str, object], None]
) -> None:
    """From the question on: it is asked until it is answered, and the message is posted once."""
    crash.write_walk(ASKS_AND_TELLS)
    passed = walk(crash, first, "DONE", [], begins="the run is asking", commands="-")
    record_property("crash points", len(passed))
    assert happened(passed) >= EVERY_QUESTION_AND_MESSAGE
    posted = [each["text"] for each in crash.box.messages("incidents")]
    places = [f"Work on api-{number} begins" for number in range(first, first + 2 * len(posted), 2)]
    assert posted == places


@pytest.mark.parametrize(
    ("before", "most"),
    [("after: the intent of step 1", 0), ("after: a message goes to the supervisor", 1)],
    ids=["not_started", "started"],
)
def test_a_bot_that_is_killed_again_starts_nothing_twice(
    crash: AtCrash, before: str, most: int, record_property: Callable[[str, object], None]
) -> None:
    """The second kill comes while it recovers from the first, or while it acts on what a person has answered."""
    crash.write_walk(TWO_STEPS, tree=TREE)
    crash.start_bot()
    for number in range(1, MOST):
        place = f"api-{number}"
        ts = crash.fire_at(place)
        crash.stand_still_at(1, before)
        assert crash.story(ts, place, "FIXED")
        crash.kill()
        first = crash.started(place)
        assert first in ([], ["one"][:most])
        crash.start_and_stand_still_at(number)
        point = crash.story(ts, place, "FIXED")
        assert point
        started = crash.started(place)
        assert started == ["one", "two"][: max(len(first), len(started))], point
        crash.kill()
        crash.start_bot()
        assert crash.story(ts, place, "FIXED") is None
        assert (crash.started(place), crash.left()) == (["one", "two"], []), point
        # From here on it is a run like any other. Threads take turns, so one number is not one point in every walk; and
        # where another one stands still, the run goes on.
        begun = len(started) > len(first) or point.name.startswith("after: the intent of step")
        if begun and point.thread == "run":
            break
    record_property("crash points", number)
    assert number >= 14


def before_and_after(*what: str) -> set[str]:
    return {f"{when}: {each}" for when in ("before", "after") for each in what}


# Whatever else there is, these are among the points.
EVERY_RUN = before_and_after(
    "the click is written down",
    "the click is claimed",
    "the decision",
    "the run is queued",
    "the run is running",
    "the intent of step 1",
    "the supervisor is started",
    "a message goes to the supervisor",
    "the outcome of step 1, ok",
    "the intent of step 2",
    "the process of step 2",
    "the outcome of step 2, ok",
    "the run is verifying",
    "verify",
    "the run is succeeded",
)
EVERY_UNDO = before_and_after(
    "the outcome of step 2, failed",
    "the run is undoing",
    "the intent of undo 2",
    "a message goes to the supervisor",
    "the process of undo 2",
    "the outcome of undo 2, ok",
    "the intent of undo 1",
    "the outcome of undo 1, ok",
    "the run is undone",
)
EVERY_QUESTION_AND_MESSAGE = before_and_after(
    "the run is asking",
    "the click is written down",
    "the outcome of step 1, ok",
    "the run is running",
    "the intent of step 2",
    "the message is wanted",
    "how the message stands",
    "the outcome of step 2, ok",
)
