"""SIGKILL at moments that last: while a step runs, a question waits, checks look, runs queue, or all is paused."""

from __future__ import annotations

from tests.at_crash import PATIENCE, AtCrash

# Until a test lets it end.
UNTIL_GO = 'echo "$RUNBOOK_PLACE one" >> "$SHOP/starts"\nwhile [ ! -e "$SHOP/go" ]; do sleep 0.02; done\n'
ONE_SCRIPT = "steps:\n  - {id: one, script: scripts/one.sh}\n"


def begun(crash: AtCrash, place: str, *steps: str) -> None:
    crash.box.wait(lambda: crash.started(place) == list(steps), PATIENCE, f"{place} to have started {steps}")


def titled(crash: AtCrash, ts: str, title: str) -> None:
    crash.box.wait(lambda: crash.title(ts) == title, PATIENCE, f"{title} on the card:\n{crash.card(ts).words}")


def test_nothing_that_a_step_started_survives_the_bot(crash: AtCrash) -> None:
    """Neither a child, nor one in a session of its own, nor one without a parent, nor one that ignores TERM."""
    family = (
        "sleep 600 &\n"
        "setsid sleep 600 &\n"
        "(setsid sh -c 'sleep 600 & sleep 600' &)\n"
        "sh -c 'trap \"\" TERM; while :; do sleep 1; done' &\n"
    )
    crash.write_walk(ONE_SCRIPT, one=family + UNTIL_GO)
    crash.start_bot()
    ts = crash.fire_at("api-1")
    crash.press("alice", ts, "approve")
    begun(crash, "api-1", "one")
    crash.box.wait(lambda: len([each for each in crash.left() if "sleep 600" in each]) >= 5, PATIENCE, "the family")
    crash.kill_alone()
    crash.box.wait(lambda: crash.left() == [], PATIENCE, "all of it to end")


def test_what_may_be_repeated_is_repeated_only_when_the_killed_one_is_gone(crash: AtCrash) -> None:
    """The bot comes back at once, while what it had started may still take its time to end."""
    stubborn = (
        'exec 9>> "$SHOP/inside"\nflock -n 9 || echo "$RUNBOOK_PLACE two at once" >> "$SHOP/starts"\ntrap \'\' TERM\n'
    )
    step = "steps:\n  - {id: one, script: scripts/one.sh, repeat_safe: true}\n"
    crash.write_walk(step, one=stubborn + UNTIL_GO)
    crash.start_bot()
    ts = crash.fire_at("api-1")
    crash.press("alice", ts, "approve")
    begun(crash, "api-1", "one")
    crash.kill_alone()
    crash.start_bot()
    begun(crash, "api-1", "one", "one")
    (crash.shop / "go").touch()
    titled(crash, ts, "DONE")


def test_a_question_outlives_the_bot_and_is_answered_once(crash: AtCrash) -> None:
    crash.write_walk("steps:\n  - {id: eyes, ask: Is it quiet?}\n" + ONE_SCRIPT.removeprefix("steps:\n"), one=UNTIL_GO)
    (crash.shop / "go").touch()
    crash.start_bot()
    ts = crash.fire_at("api-1")
    crash.press("alice", ts, "approve")
    crash.question(ts)
    crash.kill()
    crash.start_bot()
    question = crash.question(ts)
    for person in ("alice", "bob"):
        crash.click_soon(person, question, "answer_yes")
    titled(crash, ts, "DONE")
    answers = [each for each in crash.in_thread(ts) if "Is it quiet?" in str(each["blocks"])]
    assert (crash.started("api-1"), len(answers)) == (["one"], 1)


def test_checks_that_were_cut_look_again(crash: AtCrash) -> None:
    """They only read, so that nobody has to be asked."""
    look = 'echo "$RUNBOOK_PLACE look" >> "$SHOP/starts"\nwhile [ ! -e "$SHOP/go" ]; do sleep 0.02; done\necho quiet\n'
    crash.write_walk("check:\n  - {id: look, script: scripts/look.sh}\n" + ONE_SCRIPT, look=look, one=UNTIL_GO)
    crash.start_bot()
    ts = crash.fire(labels={"instance": "api-1", "severity": "warning"})
    begun(crash, "api-1", "look")
    crash.kill()
    crash.start_bot()
    begun(crash, "api-1", "look", "look")
    assert "approve" not in crash.card(ts).buttons
    (crash.shop / "go").touch()
    crash.box.wait(lambda: "approve" in crash.card(ts).buttons, PATIENCE, "the buttons")
    assert "quiet" in crash.card(ts).words
    crash.press("alice", ts, "approve")
    titled(crash, ts, "DONE")
    assert crash.started("api-1") == ["look", "look", "one", "look"]


def test_what_waits_for_a_lock_goes_on_in_its_turn(crash: AtCrash) -> None:
    crash.write_walk(ONE_SCRIPT, one=UNTIL_GO)
    crash.start_bot()
    first, second, third = (crash.fire_at(place) for place in ("api-1", "api-2", "api-3"))
    crash.press("alice", first, "approve")
    begun(crash, "api-1", "one")
    for ts in (third, second):
        crash.press("bob", ts, "approve")
        crash.card_with(ts, "Waiting for run 1", PATIENCE)
    crash.kill()
    (crash.shop / "go").touch()
    crash.start_bot()
    titled(crash, first, "UNKNOWN")
    for ts in (second, third):
        assert "Waiting for run 1" in crash.card(ts).words
    crash.press("alice", first, "settle_ran")
    for ts in (first, second, third):
        titled(crash, ts, "DONE")
    starts = (crash.shop / "starts").read_text().splitlines()
    assert starts == ["api-1 one", "api-3 one", "api-2 one"]


def test_what_is_paused_stays_paused(crash: AtCrash) -> None:
    crash.write_walk(ONE_SCRIPT, one=UNTIL_GO)
    (crash.shop / "go").touch()
    crash.start_bot()
    crash.box.command("alice", "alerts", "/runbook pause the network is being worked on")
    ts = crash.fire_at("api-1")
    crash.press("alice", ts, "approve")
    crash.card_with(ts, "the network is being worked on", PATIENCE)
    crash.kill()
    crash.start_bot()
    crash.box.command("bob", "alerts", "/runbook history")  # it is awake, and has looked at what waits
    assert "the network is being worked on" in crash.card(ts).words
    assert crash.started("api-1") == []
    crash.box.command("bob", "alerts", "/runbook resume")
    titled(crash, ts, "DONE")
    assert crash.started("api-1") == ["one"]
