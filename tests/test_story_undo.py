"""Taking back what a run did: after a failure as the runbook says, and when a person asks for it."""

from __future__ import annotations

from tests.at_work import AtWork

STEP = """\
#!/bin/sh
echo "did $1" >> "$SHOP/did"
test ! -e "$SHOP/$1-fails" || { echo "$1 is broken" >&2; exit 3; }
while [ -e "$SHOP/$1-hangs" ]; do sleep 0.02; done
"""


def steps(work: AtWork, *ids: str, more: str = "", undone: tuple[str, ...] | None = None) -> None:
    """Steps with these ids and an undo each (or those in `undone`). Each writes what it did; a file makes it fail."""
    lines = []
    for id in ids:
        for name in (id, f"undo-{id}"):
            file = work.runbooks / "scripts" / f"{name}.sh"
            file.write_text(STEP.replace("$1", name))
            file.chmod(0o755)
        undo = f", undo: {{script: scripts/undo-{id}.sh}}" if undone is None or id in undone else ""
        lines.append(f"  - {{id: {id}, script: scripts/{id}.sh{undo}}}\n")
    (work.runbooks / "restart-shop.yaml").unlink(missing_ok=True)
    head = "match: [{alert: [HighMemoryUsage]}]\nenv: [SHOP]\nlock: shop\n"
    verify = 'verify:\n  - {run: [grep, -q, ^well, "{shop}/state"]}\n'
    work.add_runbook("change-it", f"{head}steps:\n{''.join(lines)}{verify}{more}")


def did(work: AtWork) -> list[str]:
    return [line.removeprefix("did ") for line in work.lines("did")]


def breaks(work: AtWork, name: str) -> None:
    (work.shop / f"{name}-fails").touch()


# -- after a failure, as the runbook says ---


def test_undo_takes_back_every_step_in_reverse_the_failed_one_too(work: AtWork) -> None:
    """What a failed step did half way is there to be taken back as well; a step without an undo is passed over."""
    steps(work, "one", "two", "three", "four", more="on_failure: undo\n", undone=("one", "three"))
    breaks(work, "three")
    work.start()
    card = work.card_with(work.approved(work.fire()), "*Undone:* step three: exit code 3.")
    assert card.title.startswith("🟠 UNDONE · HighMemoryUsage")
    assert did(work) == ["one", "two", "three", "undo-three", "undo-one"]
    for said in ("✔ 1 one", "✖ 3 three", "· 4 four", "Taken back", "three is broken"):
        assert said in card.words
    assert card.words.index("Taken back") < card.words.rindex("✔ 3 three") < card.words.rindex("✔ 1 one")
    assert card.buttons == ["check_again", "more"]


def test_stop_leaves_it_as_it_is_and_offers_the_undo(work: AtWork) -> None:
    steps(work, "one", "two")
    breaks(work, "two")
    work.start()
    ts = work.approved(work.fire())
    card = work.card_with(ts, "*Failed:* step two: exit code 3.")
    assert card.buttons == ["undo", "check_again", "more"]
    assert did(work) == ["one", "two"]
    work.press("bob", ts, "undo")
    card = work.card_with(ts, "*Undone:* step two: exit code 3.")
    assert "bob at" in card.words
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_ask_lets_a_person_try_again(work: AtWork) -> None:
    steps(work, "one", "two", "three", more="on_failure: ask\n")
    breaks(work, "two")
    work.start()
    ts = work.approved(work.fire())
    card = work.card_with(ts, "*Failed:* step two: exit code 3. How shall it go on?")
    assert card.buttons == ["undo", "settle_again", "settle_ran", "settle_stop"]
    assert card.title.startswith("❓ Needs an answer")
    (work.shop / "two-fails").unlink()
    (work.shop / "state").write_text("well\n")
    work.press("bob", ts, "settle_again")
    card = work.card_with(ts, "🟢 FIXED")
    assert "bob at" in card.words
    assert "Try again" in card.words
    assert did(work) == ["one", "two", "two", "three"]


def test_ask_lets_a_person_go_on_without_the_step(work: AtWork) -> None:
    steps(work, "one", "two", "three", more="on_failure: ask\n")
    breaks(work, "two")
    work.start()
    ts = work.approved(work.fire())
    work.card_with(ts, "How shall it go on?")
    work.press("bob", ts, "settle_ran")
    card = work.card_with(ts, "NOT FIXED")
    assert "exit code 3; a person let the run go on" in card.words
    assert "✖ 2 two" in card.words
    assert did(work) == ["one", "two", "three"]


def test_ask_lets_a_person_stop_or_take_it_back(work: AtWork) -> None:
    steps(work, "one", "two", more="on_failure: ask\n")
    breaks(work, "two")
    work.start()
    ts = work.approved(work.fire())
    work.card_with(ts, "How shall it go on?")
    work.press("bob", ts, "settle_stop")
    card = work.card_with(ts, "*Failed:* step two: exit code 3. Steps that are not marked")
    assert card.buttons == ["undo", "check_again", "more"]
    work.press("alice", ts, "undo")
    work.card_with(ts, "*Undone:*")
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_a_failed_undo_is_loud_and_the_others_are_tried_all_the_same(work: AtWork) -> None:
    """The card says so, and a message of its own names whoever approved."""
    steps(work, "one", "two", "three", more="on_failure: undo\n")
    breaks(work, "three")
    breaks(work, "undo-two")
    work.start()
    ts = work.approved(work.fire())
    card = work.card_with(ts, "*NOT UNDONE:* step three: exit code 3; the undo of step two: exit code 3.")
    assert card.title.startswith("🔴 FAILED · HighMemoryUsage")
    assert did(work) == ["one", "two", "three", "undo-three", "undo-two", "undo-one"]
    assert "undo-two is broken" in card.words
    (loud,) = work.box.wait(lambda: work.in_thread(ts, "undo-failed:"), what="the notice")
    assert "<@U0000000001> *NOT UNDONE:* Change it, run 1:" in str(loud["blocks"])
    assert loud["text"] == "NOT UNDONE: Change it, run 1"
    assert card.buttons == ["check_again", "more"]


def test_where_nobody_approved_who_is_on_call_is_called(work: AtWork) -> None:
    """An undo that failed and a question both call somebody by name, also for a run that began by itself."""
    work.write_team(
        ("unattended: [daily-health-check]", "unattended: [change-it]"),
        ("order: [alice, bob, carol]", "order: [carol]"),
        ("    - {who: carol, from: 2026-12-24T09:00, to: 2026-12-26T09:00}", "    []"),
    )
    alone = "risk: low\napproval: {required: 0}\non_failure: undo\n"
    steps(work, "one", "two", more=alone)
    file = work.runbooks / "change-it.yaml"
    file.write_text(file.read_text().replace("steps:\n", "steps:\n  - {id: sure, ask: Is it quiet?}\n"))
    breaks(work, "two")
    breaks(work, "undo-one")
    work.start()
    ts = work.fire()
    assert "<@U0000000003> alice, bob may answer." in work.question(ts).words
    work.answer("alice", ts, yes=True)
    work.card_with(ts, "*NOT UNDONE:*")
    (loud,) = work.box.wait(lambda: work.in_thread(ts, "undo-failed:"), what="the notice")
    assert "<@U0000000003> *NOT UNDONE:* Change it, run 1:" in str(loud["blocks"])
    assert loud["text"] == "NOT UNDONE: Change it, run 1"


# -- when a person asks for it ---


def test_what_did_not_help_can_be_taken_back(work: AtWork) -> None:
    """The Undo button of NOT FIXED."""
    steps(work, "one", "two")
    work.start()
    ts = work.approved(work.fire())
    card = work.card_with(ts, "NOT FIXED")
    assert card.buttons == ["undo", "check_again", "more"]
    work.press("bob", ts, "undo")
    card = work.card_with(ts, "UNDONE")
    assert "*Undone*. What had been done was taken back, step by step." in card.words
    assert "bob at" in card.words
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_what_helped_is_not_offered_to_be_taken_back(work: AtWork) -> None:
    (work.shop / "state").write_text("well\n")
    steps(work, "one")
    work.start()
    assert work.card_with(work.approved(work.fire()), "🟢 FIXED").buttons == ["check_again", "more"]


def test_only_who_may_approve_takes_back_and_only_once(work: AtWork) -> None:
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    steps(work, "one")
    work.start()
    ts = work.approved(work.fire())
    shown = work.card_with(ts, "NOT FIXED")
    work.press("carol", ts, "undo")
    assert "Only alice, bob may" in work.told("carol")
    work.box.faults.add("chat.update", times=3)  # for a moment the button stays where it was
    for person in ("alice", "bob"):
        work.box.click(person, "alerts", shown.ts, "undo")
    work.box.wait(lambda: work.box.ephemerals("alice", "alerts") + work.box.ephemerals("bob", "alerts"))
    work.card_with(ts, "UNDONE")
    assert did(work) == ["one", "undo-one"]


def test_a_run_is_not_taken_back_beside_another_that_works_on_the_same_thing(work: AtWork) -> None:
    steps(work, "one")
    work.start()
    first = work.approved(work.fire())
    work.card_with(first, "NOT FIXED")
    (work.shop / "one-hangs").touch()
    second = work.approved(work.fire(labels={"instance": "api-2"}))
    work.box.wait(lambda: did(work) == ["one", "one"])
    work.press("bob", first, "undo")
    assert work.told("bob") == "Nothing ran. Another run works on the same thing now. Wait for its end."
    (work.shop / "one-hangs").unlink()
    work.card_with(second, "NOT FIXED")
    work.press("bob", first, "undo")
    work.card_with(first, "UNDONE")
    assert did(work) == ["one", "one", "undo-one"]


def test_an_undo_while_the_checks_are_read_once_more_is_done_once(work: AtWork) -> None:
    """The card of a failed run has its buttons before the last look at the checks is over."""
    steps(work, "one", more="check:\n  - {id: slow, script: scripts/slow.sh}\n")
    slow = work.runbooks / "scripts" / "slow.sh"
    slow.write_text('#!/bin/sh\nwhile [ -e "$SHOP/slow" ]; do sleep 0.02; done\ncat "$SHOP/state"\n')
    slow.chmod(0o755)
    breaks(work, "one")
    work.start()
    ts = work.fire()
    work.waiting(ts)
    (work.shop / "slow").touch()
    work.press("alice", ts, "approve")
    work.card_with(ts, "FAILED")
    work.press("bob", ts, "undo")
    work.box.wait(lambda: did(work) == ["one", "undo-one"])
    (work.shop / "slow").unlink()
    card = work.card_with(ts, "unwell, 1,912 MB → unwell, 1,912 MB")
    assert "UNDONE" in card.title
    assert did(work) == ["one", "undo-one"]


# -- aborted, and unknown ---


def test_an_aborted_run_is_taken_back_where_the_runbook_says_so(work: AtWork) -> None:
    steps(work, "one", "two", "three", more="on_failure: undo\n")
    (work.shop / "two-hangs").touch()
    work.start()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two"])
    work.press("bob", ts, "abort")
    card = work.card_with(ts, "*Undone:* aborted by bob; step two: ended before it was done.")
    assert "? 2 two" in card.words
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_an_aborted_run_can_be_taken_back_afterwards(work: AtWork) -> None:
    steps(work, "one", "two")
    (work.shop / "two-hangs").touch()
    work.start()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two"])
    work.press("alice", ts, "abort")
    card = work.card_with(ts, "*Stopped:* aborted by alice; step two: ended before it was done.")
    assert card.buttons == ["undo", "check_again", "more"]
    work.press("alice", ts, "undo")
    work.card_with(ts, "*Undone:* aborted by alice")
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_what_is_being_taken_back_is_not_aborted(work: AtWork) -> None:
    """Half an undo would be worse; whoever tries is told."""
    steps(work, "one", more="on_failure: undo\n")
    breaks(work, "one")
    (work.shop / "undo-one-hangs").touch()
    work.start()
    ts = work.approved(work.fire())
    assert work.card_with(ts, "Taking back what was done: step one: exit code 3").buttons == []
    said = "Run 1 is being taken back, which is let come to its end. Its card shows what came of it."
    assert work.command("bob", "abort 1") == said
    (work.shop / "undo-one-hangs").unlink()
    work.card_with(ts, "*Undone:* step one: exit code 3.")


def test_silence_is_a_failure_and_what_the_runbook_says_for_one_follows(work: AtWork) -> None:
    steps(work, "one", more="on_failure: undo\n")
    file = work.runbooks / "change-it.yaml"
    file.write_text(file.read_text().replace("verify:", "  - {id: sure, ask: Well?, timeout: 1s}\nverify:"))
    work.start()
    ts = work.approved(work.fire())
    work.card_with(ts, "*Undone:* step sure: nobody answered in time.")
    assert did(work) == ["one", "undo-one"]


def test_an_unknown_step_can_be_taken_back(work: AtWork) -> None:
    """Whether it ran or not: its undo covers what was begun."""
    steps(work, "one", "two", "three")
    (work.shop / "two-hangs").touch()
    work.start_process()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two"])
    work.kill()
    work.start_process()
    card = work.card_with(ts, "UNKNOWN")
    assert card.buttons == ["settle_ran", "settle_again", "settle_stop", "undo"]
    work.press("alice", ts, "undo")
    card = work.card_with(ts, "*Undone:* the bot stopped while a step was running.")
    assert did(work) == ["one", "two", "undo-two", "undo-one"]


def test_an_undo_cut_by_a_kill_is_unknown_and_a_person_says_what_became_of_it(work: AtWork) -> None:
    steps(work, "one", "two", more="on_failure: undo\n")
    breaks(work, "two")
    (work.shop / "undo-two-hangs").touch()
    work.start_process()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two", "undo-two"])
    work.kill()
    (work.shop / "undo-two-hangs").unlink()
    work.start_process()
    card = work.card_with(ts, "The bot stopped while the undo of step 2, *two*, was running.")
    assert card.buttons == ["settle_ran", "settle_again", "settle_stop"]
    assert did(work) == ["one", "two", "undo-two"]
    work.press("bob", ts, "settle_again")
    work.card_with(ts, "*Undone:*")
    assert did(work) == ["one", "two", "undo-two", "undo-two", "undo-one"]


def test_an_unknown_undo_that_is_left_is_loud(work: AtWork) -> None:
    """Nobody may take it for undone."""
    steps(work, "one", "two", more="on_failure: undo\n")
    breaks(work, "two")
    (work.shop / "undo-two-hangs").touch()
    work.start_process()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two", "undo-two"])
    work.kill()
    work.start_process()
    work.card_with(ts, "UNKNOWN")
    work.press("bob", ts, "settle_stop")
    card = work.card_with(ts, "*NOT UNDONE:*")
    assert card.title.startswith("🔴 FAILED")
    work.box.wait(lambda: work.in_thread(ts, "undo-failed:"), what="the notice")
    assert did(work) == ["one", "two", "undo-two"]


def test_undoing_goes_on_after_a_clean_stop(work: AtWork) -> None:
    steps(work, "one", "two", more="on_failure: undo\n")
    breaks(work, "two")
    (work.shop / "undo-two-hangs").touch()
    work.start()
    ts = work.approved(work.fire())
    work.box.wait(lambda: did(work) == ["one", "two", "undo-two"])
    (work.shop / "undo-two-hangs").unlink()
    work.stop()
    work.start()
    work.card_with(ts, "*Undone:*")
    assert did(work) == ["one", "two", "undo-two", "undo-one"]
