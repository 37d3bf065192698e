"""One run at a time for each lock: who waits for whom, what rests, what is paused, and what is aborted."""

from __future__ import annotations

from pathlib import Path

from bot.model import Run
from tests.at_work import AtWork

# Each run takes its service's `go` away before it goes on, so that a test lets them end one by one.
ONE_BY_ONE = 'while ! rm "$SHOP/go-$RUNBOOK_SERVICE" 2>/dev/null; do sleep 0.02; done; echo well > "$SHOP/state"'


def go(work: AtWork, service: str = "shop") -> None:
    (work.shop / f"go-{service}").touch()


def approved(work: AtWork, person: str = "alice", **labels: str) -> str:
    """An alert of its own, approved."""
    return work.approved(work.fire(labels=labels), person)


def started(work: AtWork, count: int = 1) -> None:
    work.box.wait(lambda: work.starts == count, what=f"start {count} of the step")


def runs(work: AtWork) -> list[Run]:
    """Oldest first."""
    assert work.bot is not None
    return list(reversed(work.bot.store.runs.latest_runs(10)))


# -- the queue ---


def test_runs_of_one_lock_wait_for_their_turn_and_say_for_whom(work: AtWork) -> None:
    """In the order in which they were approved; what has another lock does not wait."""
    work.write_script(ONE_BY_ONE)
    work.start()
    first = approved(work, "alice", instance="api-1")
    started(work)
    second = approved(work, "bob", instance="api-2")
    third = approved(work, "alice", instance="api-3")
    waits = "Waiting for run 1, let go ahead by alice, which holds the lock `service:shop`"
    for ts in (second, third):
        card = work.card_with(ts, waits)
        assert card.buttons == ["abort"]
    other = approved(work, "bob", instance="api-1", service="cart")
    started(work, 2)  # at once
    go(work, "cart")
    work.card_with(other, "FIXED")
    go(work)
    work.card_with(first, "FIXED")
    work.card_with(third, "Waiting for run 2, let go ahead by bob, which holds the lock `service:shop`")
    started(work, 3)
    go(work)
    work.card_with(second, "FIXED")
    started(work, 4)
    go(work)
    work.card_with(third, "FIXED")
    one, two, three, _ = runs(work)
    times = [one.started, one.ended, two.started, two.ended, three.started]
    assert times == sorted(filter(None, times))


def test_a_run_that_waits_keeps_its_turn_over_a_restart(work: AtWork) -> None:
    work.write_script(ONE_BY_ONE)
    work.start_process()
    first = approved(work, instance="api-1")
    started(work)
    second, third = approved(work, instance="api-2"), approved(work, instance="api-3")
    work.card_with(third, "Waiting for run 1")
    work.kill()
    work.start_process()
    work.card_with(first, "UNKNOWN")
    work.card_with(second, "Waiting for run 1, let go ahead by alice, which holds the lock")
    work.press("alice", first, "settle_stop")
    started(work, 2)
    work.card_with(third, "Waiting for run 2")
    go(work)
    work.card_with(second, "FIXED")
    go(work)
    work.card_with(third, "FIXED")


def test_one_that_only_has_its_turn_before_holds_no_lock_yet(work: AtWork) -> None:
    work.start()
    work.command("bob", "pause a moment")
    first, second = approved(work, "alice", instance="api-1"), approved(work, "bob", instance="api-2")
    said = "Waiting for run 1, let go ahead by alice, which has its turn before at the lock `service:shop`."
    assert "Paused by bob: a moment." in work.card_with(second, said).words
    work.command("bob", "resume")
    for ts in (first, second):
        work.card_with(ts, "FIXED")


def test_a_question_keeps_the_lock(work: AtWork) -> None:
    text = (work.runbooks / "restart-shop.yaml").read_text()
    ask = "steps:\n  - {id: sure, ask: Is it quiet now?}\n"
    (work.runbooks / "restart-shop.yaml").write_text(text.replace("steps:\n", ask))
    work.start()
    first = approved(work, instance="api-1")
    work.question(first)
    second = approved(work, instance="api-2")
    work.card_with(second, "Waiting for run 1")
    work.answer("bob", first, yes=False)
    work.card_with(first, "FAILED")
    work.question(second)


# -- what rests ---


def test_what_was_worked_on_a_moment_ago_rests(work: AtWork) -> None:
    """An approval is refused and says until when; the proposal stays and can be approved later."""
    work.write_runbook(extra="cooldown: 10m\n")
    work.start()
    work.card_with(approved(work, instance="api-1"), "FIXED")
    second = work.approved(work.fire(labels={"instance": "api-2"}))
    said = work.told("alice")
    assert said.startswith("Nothing ran. What this works on was worked on a moment ago and rests until <!date^")
    assert work.card(second).buttons == ["approve", "reject", "more"]
    other = approved(work, instance="api-3", service="cart")  # another lock
    work.card_with(other, "FIXED")
    assert work.starts == 2


def test_what_was_approved_before_waits_until_it_has_rested(work: AtWork) -> None:
    work.write_runbook(extra="cooldown: 2s\n")
    work.write_script(ONE_BY_ONE)
    work.start()
    first = approved(work, instance="api-1")
    started(work)
    second = approved(work, instance="api-2")
    work.card_with(second, "Waiting for run 1")
    go(work)
    work.card_with(first, "FIXED")
    card = work.card_with(second, "Waiting until <!date^")
    assert "was worked on a moment ago and rests." in card.words
    go(work)
    work.card_with(second, "FIXED")
    one, two = runs(work)
    assert one.ended is not None
    assert two.started is not None
    assert (two.started - one.ended).total_seconds() >= 2


# -- paused ---


def test_while_it_is_paused_nothing_starts(work: AtWork) -> None:
    """What is under way goes on; everyone is told who paused it and why."""
    work.write_script(ONE_BY_ONE)
    work.start()
    first = approved(work, instance="api-1")
    started(work)
    assert "Paused. Nothing starts until somebody types" in work.command("bob", "pause moving to the <new> database")
    said = "*Runs are paused* by bob: moving to the &lt;new&gt; database."
    work.box.wait(lambda: said in str(work.box.messages("incidents")), what="the notice")
    assert work.box.messages("incidents")[-1]["text"] == "Runs are paused: moving to the &lt;new&gt; database"
    assert "It is paused already, by bob: moving to the &lt;new&gt; database" in work.command("alice", "pause again")
    second = approved(work, instance="api-2", service="cart")
    work.card_with(second, "Paused by bob: moving to the &lt;new&gt; database. Nothing starts")
    go(work)
    work.card_with(first, "FIXED")
    assert work.starts == 1
    assert work.command("alice", "resume") == "Runs start again."
    work.box.wait(lambda: "Runs go on: alice ended the pause." in str(work.box.messages("incidents")))
    go(work, "cart")
    work.card_with(second, "FIXED")
    assert work.command("alice", "resume") == "Nothing is paused."
    assert len([each for each in work.box.messages("incidents") if "ause" in each["text"]]) == 1


def test_a_pause_lets_a_run_go_on_that_has_begun(work: AtWork) -> None:
    """Also when its question is answered meanwhile: to be left half way would be worse."""
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("steps:\n", "steps:\n  - {id: sure, ask: Is it quiet now?}\n"))
    work.start()
    ts = approved(work)
    work.question(ts)
    work.command("bob", "pause for a moment")
    work.answer("bob", ts, yes=True)
    work.card_with(ts, "FIXED")


def test_a_pause_outlives_the_bot(work: AtWork) -> None:
    work.start()
    work.command("bob", "pause why not")
    ts = approved(work)
    work.card_with(ts, "Paused by bob")
    work.stop()
    work.start()
    work.card_with(ts, "Paused by bob")
    assert work.starts == 0
    work.command("bob", "resume")
    work.card_with(ts, "FIXED")


def test_the_brake_is_for_those_who_hold_a_role_and_give_a_reason(work: AtWork) -> None:
    work.write_team(("lead: [carol]", "lead: [bob]"), ("manager: [carol]", "manager: [bob]"))
    work.start()
    assert "Say why, since everyone will ask" in work.command("bob", "pause")
    refused = "Only people who hold a role in the team file may pause and resume."
    assert work.command("carol", "pause because") == refused
    work.command("bob", "pause because")
    assert work.command("carol", "resume") == refused


# -- aborted ---


def test_a_run_that_waits_is_aborted_before_it_begins(work: AtWork) -> None:
    work.write_script(ONE_BY_ONE)
    work.start()
    first = approved(work, instance="api-1")
    started(work)
    second, third = approved(work, instance="api-2"), approved(work, instance="api-3")
    work.card_with(third, "Waiting for run 1")
    work.press("bob", second, "abort")
    card = work.card_with(second, "*Stopped:* aborted by bob; it had not begun.")
    assert card.buttons == ["check_again", "more"]
    for ts in (first, third):
        go(work)
        work.card_with(ts, "FIXED")
    assert work.starts == 2


TREE = """\
sleep 600 &
echo $! >> "$SHOP/pids"
setsid sh -c 'trap "" TERM; echo $$ >> "$SHOP/pids"; while :; do sleep 600; done' &
echo $$ >> "$SHOP/pids"
while :; do sleep 0.1; done
"""


def test_an_abort_ends_the_whole_process_tree(work: AtWork) -> None:
    """Also a child with a session of its own that does not listen to TERM."""
    work.write_script(TREE)
    work.start()
    ts = approved(work)
    pids = work.box.wait(lambda: found if len(found := work.lines("pids")) == 3 else [], what="the processes")
    assert all(alive(pid) for pid in pids)
    work.press("bob", ts, "abort")
    work.card_with(ts, "Being stopped. What is under way is ended with all its processes.")
    card = work.card_with(ts, "*Stopped:* aborted by bob; step restart: ended before it was done.")
    assert card.title.startswith("🔴 ABORTED")
    assert [pid for pid in pids if alive(pid)] == []
    assert "? 1 restart" in card.words


def test_a_run_is_aborted_by_its_number(work: AtWork) -> None:
    work.write_script(ONE_BY_ONE)
    work.start()
    ts = approved(work)
    started(work)
    assert work.command("bob", "abort") == "Write `/runbook abort 1` to stop it. Under way: 1 (restart-shop)"
    assert work.command("bob", "abort 7") == "There is no run `7`. Under way: 1 (restart-shop)"
    assert work.command("bob", "abort 1") == "Run 1 is being stopped. Its card shows what came of it."
    work.card_with(ts, "aborted by bob")
    assert work.command("bob", "abort") == "Write `/runbook abort RUN` with a run's number. Under way: nothing"
    assert work.command("bob", "abort run 1") == "Run 1 is over, or being stopped already."


def test_a_run_that_is_looked_at_is_aborted(work: AtWork) -> None:
    """Every step was done: nothing is said of whether it worked."""
    work.write_runbook(extra="  - {alert: resolved, for: 10m}\n")
    work.start()
    ts = approved(work)
    work.card_with(ts, "Looking whether it worked")
    work.press("alice", ts, "abort")
    card = work.card_with(ts, "ABORTED")
    assert "aborted by alice; every step was done; whether it worked was not looked at" in card.words
    assert "FIXED" not in card.words


def test_a_run_that_asks_is_aborted(work: AtWork) -> None:
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("steps:\n", "steps:\n  - {id: sure, ask: Is it quiet now?}\n"))
    work.start()
    ts = approved(work)
    work.question(ts)
    work.press("bob", ts, "abort")
    card = work.card_with(ts, "*Stopped:* aborted by bob.")
    assert "ABORTED" in card.title
    assert "waits for an answer" not in card.words
    work.box.wait(
        lambda: "The run was ended before anybody answered." in str(work.in_thread(ts, "ask:")), what="its end"
    )
    assert work.starts == 0


def test_a_run_that_asks_how_to_go_on_is_aborted(work: AtWork) -> None:
    """After a failure with `on_failure: ask`: by its number, as its card offers Stop."""
    work.write_runbook(extra="on_failure: ask\n")
    work.write_script("exit 3")
    work.start()
    ts = approved(work)
    work.card_with(ts, "How shall it go on?")
    assert "being stopped" in work.command("bob", "abort 1")
    work.card_with(ts, "*Stopped:* aborted by bob; step restart: exit code 3.")


def test_an_unknown_run_is_aborted_and_frees_its_lock(work: AtWork) -> None:
    """Nothing of it is under way: it is the same as Stop on its card."""
    work.write_script(ONE_BY_ONE)
    work.start_process()
    ts = approved(work)
    started(work)
    work.kill()
    work.start_process()
    work.card_with(ts, "UNKNOWN")
    assert "being stopped" in work.command("bob", "abort 1")
    work.card_with(ts, "ABORTED")
    other = approved(work, instance="api-2")
    started(work, 2)
    go(work)
    work.card_with(other, "FIXED")


def test_a_second_abort_changes_nothing(work: AtWork) -> None:
    work.write_script("trap '' TERM; while :; do sleep 0.1; done")  # ends only after the grace
    work.start()
    ts = approved(work)
    shown = work.box.wait(lambda: card if "abort" in (card := work.card(ts)).buttons else None, what="the button")
    started(work)
    work.box.faults.add("chat.update", times=3)  # for a moment the button stays where it was
    work.box.click("bob", "alerts", shown.ts, "abort")
    work.box.click("alice", "alerts", shown.ts, "abort")
    work.box.wait(lambda: work.box.ephemerals("alice", "alerts") + work.box.ephemerals("bob", "alerts"))
    work.box.faults.clear()
    card = work.card_with(ts, "*Stopped:* aborted by")
    assert card.words.count("Abort") == 1


def test_who_may_not_abort_is_told_who_may(work: AtWork) -> None:
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    work.write_script(ONE_BY_ONE)
    work.start()
    ts = approved(work)
    started(work)
    work.press("carol", ts, "abort")
    assert (
        work.told("carol")
        == "You may not stop this run. Only alice, bob, whoever asked for it and whoever approved it may."
    )
    assert work.command("carol", "abort 1") == work.told("carol")
    go(work)
    work.card_with(ts, "FIXED")


def test_whoever_asked_for_a_run_may_abort_it(work: AtWork) -> None:
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    work.write_script(ONE_BY_ONE)
    work.start()
    ts = work.approved(work.ask_for("carol", "restart-shop"))
    started(work)
    work.press("carol", ts, "abort")
    work.card_with(ts, "*Stopped:* aborted by carol")


def test_an_abort_is_not_forgotten_when_the_bot_dies(work: AtWork) -> None:
    """The step that it was to end is not asked about: it was ended either way, and what the runbook says follows."""
    work.write_script("trap '' TERM; while :; do sleep 0.1; done")
    work.start_process()
    ts = approved(work)
    started(work)
    work.press("bob", ts, "abort")
    work.card_with(ts, "Being stopped")
    work.kill()
    work.start_process()
    work.card_with(ts, "*Stopped:* aborted by bob; step restart: the bot stopped while it was running.")
    assert work.starts == 1


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
