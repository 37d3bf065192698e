"""SIGKILL at every point between click and end: nothing starts twice, nothing is left, and the card tells the truth.

The bot is killed from outside, at one point after the other, until a story has no further point; see tests/crashing.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbox import Slackbox
from tests.at_crash import AtCrash, Point
from tests.at_work import ROOT

# Two tests share the points of a story, and can walk side by side.
SIDE_BY_SIDE = pytest.mark.parametrize("first", [1, 2], ids=["odd", "even"])
MOST = 200  # points: no story has so many

# The second step is a process with a child in a session of its own.
TWO_STEPS = """\
steps:
  - {id: one, run: [sh, -c, 'echo "$RUNBOOK_PLACE one" >> "$SHOP/starts"']}
  - {id: two, script: scripts/tree.sh}
verify:
  - {run: [grep, -qx, "{place} two", "{shop}/starts"]}
"""
TREE = 'echo "$RUNBOOK_PLACE two" >> "$SHOP/starts"\nsetsid sleep 0.3 &\nwait\n'


@pytest.fixture
def crash(tmp_path: Path) -> Iterator[AtCrash]:
    with Slackbox(ROOT / "manifest.json") as box:
        at_crash = AtCrash(box, tmp_path)
        yield at_crash
        at_crash.stop()


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
    crash.start_process()
    for number in range(first, MOST, 2):
        place = f"api-{number}"
        ts = crash.fire_at(place)
        crash.stand_still_at(number, begins)
        point = crash.story(ts, place, end)
        if point is None:
            break
        crash.kill()
        crash.start_process()
        assert crash.story(ts, place, end) is None
        assert (crash.started(place), crash.left()) == (started, []), point
        if point.thread == "run":  # another thread stands still while the run goes on
            assert len(crash.asked) == in_doubt(point, commands), point
    return crash.passed()


@SIDE_BY_SIDE
def test_a_run_that_is_killed_anywhere_does_each_step_once(crash, first, record_property):
    """Whoever is asked about an unknown step says what is true, and all ends as it would have without the crash."""
    crash.write_walk(TWO_STEPS, tree=TREE)
    passed = walk(crash, first, "FIXED", ["one", "two"])
    record_property("crash points", len(passed))
    assert set(passed) >= EVERY_RUN


# Whatever else there is, these are among the points.
EVERY_RUN = {
    f"{when}: {what}"
    for when in ("before", "after")
    for what in (
        "the click is written down",
        "the click is claimed",
        "the decision and timeline and proposals and the run is queued and the click is done with",
        "the run is running",
        "the intent of step 1",
        "the supervisor is started",
        "a message goes to the supervisor",
        "the outcome of step 1, ok and the intent of step 2",
        "the process of step 2",
        "the outcome of step 2, ok",
        "the run is verifying and timeline",
        "verify",
        "the readings and the run is succeeded and timeline",
    )
}
