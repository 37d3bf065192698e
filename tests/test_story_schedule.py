"""Runbooks that are due at their times: proposed, or run by themselves where the team has let them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.store import Store
from tests.at_work import AtWork

DAILY = """\
risk: low
approval: {required: %d}
schedule: "%s"
check:
  - {id: well, run: [grep, ^well, "{shop}/state"]}
steps:
  - {id: note, run: [cp, --, "{shop}/state", "{shop}/noted"]}
verify:
  - {run: [test, -e, "{shop}/noted"]}
"""


def daily(work: AtWork, *, required: int = 1, schedule: str = "0 9 * * *", well: bool = True) -> None:
    (work.runbooks / "restart-shop.yaml").unlink(missing_ok=True)
    work.add_runbook("daily-health-check", DAILY % (required, schedule))
    (work.shop / "state").write_text("well\n" if well else "unwell\n")


def planned(store: Store) -> dict[str, datetime]:
    rows = store.driver.query("SELECT subject, due FROM timers WHERE kind = 'schedule' AND fired IS NULL")
    return {row["subject"]: datetime.fromisoformat(row["due"]) for row in rows}


def make_due(store: Store, ago: timedelta = timedelta(seconds=1)) -> None:
    """As if so much time had passed since it was due."""
    at = (datetime.now(UTC) - ago).isoformat(timespec="microseconds")
    store.driver.execute("UPDATE timers SET due = :at WHERE kind = 'schedule' AND fired IS NULL", {"at": at})


def comes_due(work: AtWork) -> str:
    """Gives the ts of the card that comes of it."""
    before = {message["ts"] for message in work.box.messages("alerts")}
    assert work.bot is not None
    make_due(work.bot.store)
    return work.new_card(before)


def test_what_is_due_is_proposed(work: AtWork) -> None:
    daily(work)
    bot = work.start()
    ts = comes_due(work)
    card = work.waiting(ts)
    assert card.title == "🔵 Daily health check"
    assert "Due by its schedule at" in card.words
    work.press("alice", ts, "approve")
    work.card_with(ts, "🟢 FIXED")
    (due,) = planned(bot.store).values()  # and again tomorrow
    local = due.astimezone(ZoneInfo("America/Sao_Paulo"))
    assert (local.hour, local.minute) == (9, 0)
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(days=1)


def test_what_was_missed_while_the_bot_was_away_is_due_once(work: AtWork) -> None:
    """And not for each of the days."""
    daily(work)
    work.start()
    work.stop()
    with closing(Store(work.folder / "plantao.db")) as store:
        make_due(store, timedelta(days=3))
    bot = work.start()
    ts = work.new_card(set())
    work.approved(ts)
    work.card_with(ts, "🟢 FIXED")
    assert len(work.box.messages("alerts")) == 1
    (due,) = planned(bot.store).values()
    assert due > datetime.now(UTC)


def test_it_is_due_once_although_the_bot_dies_over_and_over(work: AtWork) -> None:
    daily(work)
    work.start_process()
    work.kill()
    with closing(Store(work.folder / "plantao.db")) as store:
        make_due(store)
    for _ in range(2):
        work.start_process()
        work.waiting(work.new_card(set()))
        work.kill()
    assert len(work.box.messages("alerts")) == 1


def test_another_schedule_takes_the_place_of_the_old_one(work: AtWork) -> None:
    daily(work)
    bot = work.start()
    daily(work, schedule="30 17 * * 5")
    make_due(bot.store)
    work.box.wait(lambda: not planned(bot.store), what="the old timer")
    work.stop()
    bot = work.start()
    (subject,) = planned(bot.store)
    assert subject.startswith("daily-health-check 30 17 * * 5")
    assert work.box.messages("alerts") == []


def test_a_runbook_that_is_gone_or_broken_is_not_due(work: AtWork) -> None:
    daily(work)
    bot = work.start()
    (work.runbooks / "daily-health-check.yaml").write_text("runbook: 1\nid: [\n")
    make_due(bot.store)
    work.box.wait(lambda: not planned(bot.store), what="the old timer")
    assert work.box.messages("alerts") == []


# -- by itself ---


def test_what_the_team_lets_run_unattended_runs_by_itself(work: AtWork) -> None:
    daily(work, required=0)
    work.start()
    ts = comes_due(work)
    card = work.card_with(ts, "🟢 FIXED")
    assert "Runs without approval, as the team file lists it under `unattended`." in card.words
    assert "Approved by" not in card.words
    assert "well → well" in card.words
    assert work.lines("noted") == ["well"]
    assert " · ran by itself" in work.command("bob", "history")


def waits(work: AtWork, ts: str) -> None:
    """It waits for one person's word, and runs on it."""
    card = work.card_with(ts, "so a person decides.")
    assert card.buttons == ["approve", "reject", "more"]
    assert "Needs 1 of alice, bob (approvers)" in card.words
    assert work.lines("noted") == []
    work.press("alice", ts, "approve")
    work.card_with(ts, "🟢 FIXED")


def test_it_waits_for_a_person_when_a_check_does_not_answer_as_it_should(work: AtWork) -> None:
    daily(work, required=0, well=False)
    work.start()
    waits(work, comes_due(work))


def test_it_waits_for_a_person_when_the_team_has_just_taken_it_from_the_list(work: AtWork) -> None:
    """The file as it stands when it would run is what counts."""
    daily(work, required=0)
    gate = work.runbooks / "daily-health-check.yaml"
    slow = f"  - {{id: slow, run: [sh, -c, 'while [ ! -e {work.shop}/go ]; do sleep 0.02; done']}}\n"
    gate.write_text(gate.read_text().replace("check:\n", f"check:\n{slow}"))
    work.write_team()
    work.start()
    ts = comes_due(work)
    work.card_with(ts, "read-only checks")
    work.write_team(("unattended: [daily-health-check]", "unattended: []"))
    (work.shop / "go").touch()
    work.waiting(ts)
    assert work.lines("noted") == []


def test_what_the_team_does_not_list_is_refused_from_the_start(work: AtWork) -> None:
    """Its file disables itself, and says what to do."""
    work.write_team(("unattended: [daily-health-check]", "unattended: []"))
    daily(work, required=0)
    bot = work.start()
    assert planned(bot.store) == {}
    assert "unattended" in work.command("bob", "lint")


def test_an_observing_bot_runs_nothing_by_itself(work: AtWork) -> None:
    daily(work, required=0)
    work.start(MODE="observe")
    card = work.card_with(comes_due(work), "nothing will run")
    assert card.buttons == ["reject", "more"]
    assert work.lines("noted") == []


def test_a_pause_holds_what_would_run_by_itself(work: AtWork) -> None:
    daily(work, required=0)
    work.start()
    work.command("bob", "pause the night shift")
    ts = comes_due(work)
    work.card_with(ts, "Paused by bob: the night shift.")
    assert work.lines("noted") == []
    work.command("bob", "resume")
    work.card_with(ts, "🟢 FIXED")


def test_values_that_a_person_chose_are_not_run_unattended(work: AtWork) -> None:
    """The team let it run with its own values alone."""
    daily(work, required=0)
    file = work.runbooks / "daily-health-check.yaml"
    file.write_text(
        file.read_text()
        .replace(
            "risk: low\n", "risk: low\nparams: {where: {type: string, enum: [noted, elsewhere], default: noted}}\n"
        )
        .replace("/noted", "/{where}")
    )
    work.start()
    ts = work.ask_for("carol", "daily-health-check")
    work.card_with(ts, "🟢 FIXED")
    ts = work.ask_for("carol", "daily-health-check where=elsewhere")
    work.card_with(ts, "so a person decides.")
    assert work.lines("elsewhere") == []
