"""What the steps of a runbook do, each kind as people see it: tried again, left out, waited for, told to others."""

from __future__ import annotations

import pytest

from tests.at_work import AtWork

COUNT = 'echo started >> "$SHOP/starts"; test "$(wc -l < "$SHOP/starts")" -ge {needed}'


def steps(work: AtWork, text: str, script: str = "true", more: str = "") -> None:
    """A runbook for the alert with these steps; `script` is what scripts/step.sh does, `more` stands at its end."""
    file = work.runbooks / "scripts" / "step.sh"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    (work.runbooks / "restart-shop.yaml").unlink(missing_ok=True)
    work.add_runbook("try-it", f"match: [{{alert: [HighMemoryUsage]}}]\nenv: [SHOP]\nsteps:\n{text}{more}")


def run(work: AtWork) -> str:
    """An alert comes and alice approves; gives the ts of its message."""
    return work.approved(work.fire())


# -- tried again, and left out ---


def test_a_step_that_may_be_repeated_is_tried_again(work: AtWork) -> None:
    steps(work, "  - {id: one, script: scripts/step.sh, repeat_safe: true, retries: 1}\n", COUNT.format(needed=2))
    work.start()
    ts = work.fire()
    assert "tried up to 2 times" in work.waiting(ts).words
    work.press("alice", ts, "approve")
    card = work.card_with(ts, "🟢 DONE")
    assert "✔ 1 one" in card.words
    assert "try 2" in card.words
    assert work.starts == 2


def test_when_every_try_has_failed_the_run_has(work: AtWork) -> None:
    steps(work, "  - {id: one, script: scripts/step.sh, repeat_safe: true, retries: 1}\n", COUNT.format(needed=9))
    work.start()
    card = work.card_with(run(work), "*Failed:* step one: exit code 1")
    assert "✖ 1 one" in card.words
    assert "try 2" in card.words
    assert work.starts == 2


def test_the_failure_of_an_optional_step_fails_nothing(work: AtWork) -> None:
    steps(
        work,
        "  - {id: nice, run: [cat, /no/such/file], optional: true}\n  - {id: need, script: scripts/step.sh}\n",
        COUNT.format(needed=1),
    )
    work.start()
    card = work.card_with(run(work), "🟢 DONE")
    assert "✖ 1 nice" in card.words
    assert "exit code 1 (optional)" in card.words
    assert "✔ 2 need" in card.words
    assert work.starts == 1


# -- waited for ---


def test_a_wait_goes_on_once_its_probe_holds_often_enough(work: AtWork) -> None:
    wait = "wait: {run: [test, -e, '{shop}/ready'], every: 1s, for: 20s, stable: 2}"
    steps(work, f"  - {{id: ready, {wait}}}\n")
    work.start()
    ts = run(work)
    work.card_with(ts, "▸ 1 ready")
    (work.shop / "ready").touch()
    work.card_with(ts, "🟢 DONE")


def test_a_wait_that_takes_too_long_fails(work: AtWork) -> None:
    steps(work, "  - {id: ready, wait: {run: [test, -e, '{shop}/ready'], every: 1s, for: 1s}}\n")
    work.start()
    work.card_with(run(work), "*Failed:* step ready: not within 1 s: exit code 1")


def test_the_time_of_the_whole_run_ends_a_step_and_says_so(work: AtWork) -> None:
    steps(
        work,
        "  - {id: long, run: [sleep, '60']}\n  - {id: after, run: [touch, '{shop}/after']}\n",
        more="timeout: 1s\n",
    )
    work.start()
    card = work.card_with(run(work), "FAILED")
    assert "step long: ended, as the whole run had only 1 s" in card.words
    assert work.lines("after") == []


# -- limits ---


@pytest.mark.parametrize(
    ("limit", "script", "said"),
    [
        ("file: 10KiB", 'exec head -c 100000 /dev/zero > "$SHOP/big"', "wrote a file of more than 10 KiB"),
        ("cpu: 1s", "while :; do :; done", "used more than 1 s of processor time"),
        ("processes: 5", "for i in 1 2 3 4 5 6 7 8 9; do sleep 60 & done; wait", "ran more than 5 processes at once"),
    ],
)
def test_a_step_keeps_within_the_limits_of_its_runbook(work: AtWork, limit: str, script: str, said: str) -> None:
    steps(work, "  - {id: greedy, script: scripts/step.sh}\n", script, f"limits: {{{limit}}}\n")
    work.start()
    assert said in work.card_with(run(work), "FAILED").words


# -- long outputs ---


def test_a_long_output_comes_as_a_file_into_the_thread(work: AtWork) -> None:
    steps(work, "  - {id: talk, script: scripts/step.sh}\n", "seq 1000 1100")
    work.start()
    ts = run(work)
    work.card_with(ts, "🟢 DONE")
    (shared,) = work.box.wait(lambda: [each for each in work.in_thread(ts) if each.get("files")], what="the file")
    assert shared["files"][0]["name"] == "run-1.txt"
    text = work.box.file_text(shared["files"][0]["id"])
    assert "== 1 talk: exit code 0\n1000\n1001\n" in text
    assert "\n1100\n" in text


# -- questions ---

ASKS = """\
  - {id: one, script: scripts/step.sh}
  - {id: eyes, ask: "Is the queue of the <shop> falling?"%s}
  - {id: two, script: scripts/step.sh}
"""


def asking(work: AtWork, how: str = "", more: str = "") -> None:
    steps(work, ASKS % how, 'echo started >> "$SHOP/starts"', more)


def test_a_question_is_asked_in_the_thread_and_yes_goes_on(work: AtWork) -> None:
    asking(work)
    work.start()
    ts = run(work)
    card = work.card_with(ts, "Step 2, *eyes*, asks something.")
    assert card.title.startswith("❓ Needs an answer · HighMemoryUsage")
    assert "▸ 2 eyes" in card.words
    assert "waits for an answer" in card.words
    question = work.question(ts)
    assert question.title == "Step 2 of Try it asks something"
    assert "*Step 2, eyes, asks:* Is the queue of the &lt;shop&gt; falling?" in question.words
    assert "<@U0000000001> alice, bob may answer." in question.words
    assert work.starts == 1
    work.answer("bob", ts, yes=True)
    card = work.card_with(ts, "🟢 DONE")
    assert "bob at" in card.words
    (answered,) = work.in_thread(ts, "ask:")
    assert "Answered: yes, says bob" in str(answered["blocks"])
    assert "actions" not in str(answered["blocks"])
    assert work.starts == 2


def test_no_fails_the_step(work: AtWork) -> None:
    asking(work)
    work.start()
    ts = run(work)
    work.answer("alice", ts, yes=False)
    work.card_with(ts, "*Failed:* step eyes: no, says alice")
    assert work.starts == 1


def test_no_to_an_optional_question_goes_on(work: AtWork) -> None:
    asking(work, ", optional: true")
    work.start()
    ts = run(work)
    work.answer("alice", ts, yes=False)
    work.card_with(ts, "🟢 DONE")
    assert work.starts == 2


def test_a_question_that_nobody_answers_in_time_fails(work: AtWork) -> None:
    asking(work, ", timeout: 1s")
    work.start()
    ts = run(work)
    work.card_with(ts, "*Failed:* step eyes: nobody answered in time")
    work.box.wait(lambda: "nobody answered in time" in str(work.in_thread(ts, "ask:")), what="the end of the question")
    assert work.starts == 1


def test_the_time_for_an_answer_is_over_once_it_was_given(work: AtWork) -> None:
    """What would have come of silence leaves alone the steps that follow."""
    asking(work, ", timeout: 2s")
    file = work.runbooks / "scripts" / "step.sh"
    file.write_text(
        '#!/bin/sh\necho started >> "$SHOP/starts"\n'
        'test "$(wc -l < "$SHOP/starts")" = 1 && exit\nwhile [ ! -e "$SHOP/go" ]; do sleep 0.02; done\n'
    )
    bot = work.start()
    ts = run(work)
    work.answer("alice", ts, yes=True)
    work.box.wait(lambda: work.starts == 2)
    (run_,) = bot.store.runs.latest_runs(1)
    work.box.wait(
        lambda: bot.store.driver.query("SELECT * FROM timers WHERE kind = 'ask' AND fired IS NOT NULL"),
        what="the timer of the question",
    )
    (work.shop / "go").touch()
    work.card_with(ts, "🟢 DONE")
    assert [entry.what for entry in bot.store.timeline.entries() if entry.data.get("run") == run_.id] == [
        "queued",
        "run asking",
        "answered yes",
        "run verifying",
        "run succeeded",
    ]


def test_of_two_answers_at_once_one_counts(work: AtWork) -> None:
    asking(work)
    work.start()
    ts = run(work)
    question = work.question(ts)
    work.box.faults.add("chat.update", times=3)  # for a moment the buttons stay where they were
    work.box.click("alice", "alerts", question.ts, "answer_yes")
    work.box.wait(lambda: work.starts == 2)
    work.box.click("bob", "alerts", question.ts, "answer_no")
    assert "This was decided or replaced before" in work.told("bob")
    work.box.faults.clear()
    assert "no, says bob" not in work.card_with(ts, "🟢 DONE").words
    assert work.starts == 2


def test_only_who_may_approve_answers(work: AtWork) -> None:
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    asking(work)
    work.start()
    ts = run(work)
    work.answer("carol", ts, yes=True)
    assert "Only alice, bob may" in work.told("carol")
    assert work.starts == 1
    assert work.question(ts).buttons == ["answer_yes", "answer_no"]


def test_a_question_outlives_the_bot(work: AtWork) -> None:
    """Killed while it waits, it goes on waiting; the steps before are not done again."""
    asking(work)
    work.start_process()
    ts = run(work)
    work.question(ts)
    work.kill()
    work.start_process()
    work.answer("alice", ts, yes=True)
    work.card_with(ts, "🟢 DONE")
    assert work.starts == 2
    assert len(work.in_thread(ts, "ask:")) == 1


# -- messages to others ---

NOTIFY = '  - {id: tell, notify: {channel: "#%s", text: "The *shop* is restarted, says <!channel> & co"}}\n'


def told_others(work: AtWork) -> list[str]:
    return [each["text"] for each in work.box.messages("incidents") if "is restarted" in each["text"]]


def test_a_notice_stands_in_its_channel_as_it_is_written(work: AtWork) -> None:
    steps(work, NOTIFY % "incidents")
    work.start()
    ts = work.fire()
    assert "notify #incidents The *shop* is restarted, says <!channel> & co" in work.waiting(ts).words
    work.press("alice", ts, "approve")
    work.card_with(ts, "🟢 DONE")
    assert told_others(work) == ["The *shop* is restarted, says &lt;!channel&gt; &amp; co"]


def test_a_notice_to_a_channel_that_the_bot_is_not_in_fails_and_says_how_to_mend_it(work: AtWork) -> None:
    steps(work, NOTIFY % "general")
    work.start()
    card = work.card_with(run(work), "FAILED")
    assert "step tell: not posted: the bot is not in #general. Write there: /invite and the bot's name" in card.words


def test_a_notice_is_posted_once_although_the_bot_dies_as_it_posts_it(work: AtWork) -> None:
    steps(work, NOTIFY % "incidents")
    work.start_process()
    ts = work.fire()
    work.waiting(ts)
    work.box.wait(lambda: work.box.messages("incidents"), what="the incident's card")
    work.box.faults.add("chat.postMessage", kind="delay", seconds=20.0)
    work.press("alice", ts, "approve")
    work.box.wait(lambda: told_others(work), what="the notice")
    work.kill()
    work.box.faults.clear()
    work.start_process()
    work.card_with(ts, "🟢 DONE")
    assert len(told_others(work)) == 1
