"""What people are asked, and what their answers count for."""

from __future__ import annotations

import pytest

from bot.errors import AlreadyDecided
from tests.samples import BOB

DRAIN = """\
match: [{alert: [HighMemoryUsage]}]
on_failure: ask
env: [SHOP]
steps:
  - {id: drain, run: [sh, -c, 'echo drain >> "$SHOP/log"; exit 3']}
  - {id: backup, run: [sh, -c, 'echo backup >> "$SHOP/log"; exit 4']}
  - {id: wipe, run: [sh, -c, 'echo wipe >> "$SHOP/log"']}
"""


def only(work, id: str, text: str) -> None:
    (work.runbooks / "restart-shop.yaml").unlink()
    work.add_runbook(id, text)


def test_an_answer_counts_for_what_was_asked(work):
    """Alice lets it go on after the first failure; Bob, whose card still shows that one, decides on nothing else."""
    only(work, "careful", DRAIN)
    bot = work.start()
    ts = work.approved(work.fire())
    work.card_with(ts, "step drain: exit code 3")
    (seen_by_bob,) = [each["value"] for each in work.card(ts).elements if each["action_id"] == "settle_ran"]
    work.press("alice", ts, "settle_ran")
    work.card_with(ts, "step backup: exit code 4")
    run, _, asked = seen_by_bob.partition("|")  # what his client sends
    with pytest.raises(AlreadyDecided):
        bot.flow.interventions.settle(run, BOB, "ran", asked, event="late")
    assert work.lines("log") == ["drain", "backup"]
    work.press("bob", ts, "settle_stop")
    assert "🔴 FAILED" in work.card_with(ts, "Check again").title


def test_what_was_printed_stands_with_the_question(work):
    """A person who is asked whether a number is all right sees the number."""
    only(
        work,
        "careful",
        """\
        match: [{alert: [HighMemoryUsage]}]
        steps:
          - {id: count, run: [echo, "41 rows left"]}
          - {id: sure, ask: "Is that number all right?"}
        """,
    )
    work.start()
    ts = work.approved(work.fire())
    assert "41 rows left" in work.question(ts).words
    work.answer("alice", ts, yes=True)
    assert "41 rows left" in work.card_with(ts, "DONE").words


def test_what_a_failed_verification_printed_is_shown(work):
    only(
        work,
        "careful",
        """\
        match: [{alert: [HighMemoryUsage]}]
        steps: [{id: one, run: ["true"]}]
        verify: [{run: [sh, -c, "echo disk still at 99; exit 1"]}]
        """,
    )
    work.start()
    ts = work.approved(work.fire())
    assert "disk still at 99" in work.card_with(ts, "NOT FIXED").words


def test_a_check_of_several_lines_is_evidence_in_all_of_them(work):
    (work.shop / "state").write_text("pid 1 idle\npid 2 waits\npid 3 locked\n")
    work.start()
    card = work.waiting(work.fire())
    assert all(line in card.words for line in ("pid 1 idle", "pid 2 waits", "pid 3 locked"))


def test_what_was_done_can_be_taken_back_after_a_fresh_look(work):
    """Somebody presses Check again on a failed run: its undo stays within reach until another run begins."""
    only(
        work,
        "careful",
        """\
        match: [{alert: [HighMemoryUsage]}]
        env: [SHOP]
        steps:
          - id: block
            run: [sh, -c, 'echo block >> "$SHOP/log"']
            undo: {run: [sh, -c, 'echo unblock >> "$SHOP/log"']}
          - {id: fail, run: ["false"]}
        """,
    )
    work.start()
    ts = work.approved(work.fire())
    work.box.wait(lambda: "undo" in work.card(ts).buttons, what="the button")
    work.press("carol", ts, "check_again")
    card = work.waiting(ts)
    assert card.buttons == ["approve", "reject", "undo", "more"]
    work.press("alice", ts, "undo")
    work.box.wait(lambda: work.lines("log") == ["block", "unblock"], what="the undo")


def test_a_secret_that_is_not_there_is_said_before_anyone_approves(work):
    only(
        work,
        "careful",
        """\
        match: [{alert: [HighMemoryUsage]}]
        params: {token: {type: secret, env: SHOP_TOKEN}}
        steps: [{id: one, run: ["true"]}]
        """,
    )
    work.start()
    card = work.card_with(work.fire(), "SHOP_TOKEN is not set where the bot runs")
    assert "approve" not in card.buttons


def test_a_missing_value_is_filled_in_from_the_card(work):
    """The button stands there; what it leads to is a proposal like any other."""
    only(
        work,
        "careful",
        """\
        match: [{alert: [HighMemoryUsage]}]
        params: {host: {type: string, pattern: "[a-z]+", from: [labels.node]}}
        steps: [{id: one, run: [echo, "{host}"]}]
        """,
    )
    work.start()
    ts = work.fire()
    work.card_with(ts, "No value for host")
    work.press("alice", ts, "edit")
    work.box.submit("alice", work.modal("alice")["id"], {"host": "db"})
    assert "1 one  echo db" in work.waiting(ts).words
    work.press("bob", ts, "approve")
    work.card_with(ts, "DONE")


def test_other_values_do_not_make_it_somebody_elses_request(work):
    """Alice asks, Bob changes a value: Alice's own approval still does not count."""
    only(
        work,
        "careful",
        """\
        params: {n: {type: integer, default: 1}}
        steps: [{id: one, run: [echo, "{n}"]}]
        """,
    )
    work.start()
    ts = work.ask_for("alice", "careful")
    work.waiting(ts)
    work.choose("bob", ts, "edit")
    work.box.submit("bob", work.modal("bob")["id"], {"n": "2"})
    work.card_with(ts, "1 one  echo 2")
    work.waiting(ts)
    work.press("alice", ts, "approve")
    assert "You asked for this run" in work.told("alice", after=1)
    work.press("bob", ts, "approve")
    work.box.wait(lambda: len(work.box.ephemerals("bob", "alerts")) == 1, what="the answer to Bob")
    assert "You asked for this run" in work.told("bob")
