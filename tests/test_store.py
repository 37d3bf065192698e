"""The record: what is written once stays, what several could do at once is done by one."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import StoreError, StoreLocked, StoreTooNew
from bot.model import BOT, Decision, Outcome, ProposalState, Reading, Result, RunState, Severity, StepState, Verdict
from bot.store import Store
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW, plan

LATER = NOW + timedelta(minutes=1)
UNTIL = NOW + timedelta(minutes=15)


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "plantao.db")
    yield opened
    opened.close()


def an_alert(store, ts="1.000001"):
    return store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", ts, NOW)


def a_proposal(store, **changes):
    alert = an_alert(store)
    made = store.proposals.propose(alert.id, plan(**changes), (), MONITOR, "team", NOW)
    store.proposals.offer(made.id, (), UNTIL)
    return store.proposals.find_proposal(made.id)


def a_run(store, lock="service:shop", **changes):
    return store.runs.queue_run(a_proposal(store, **changes).id, lock, NOW).id


# -- the file ---


def test_a_second_process_is_told_to_use_another_file(store):
    with pytest.raises(StoreLocked, match="Stop it first"):
        Store(store.driver.path)


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "notes.db").write_text("Buy milk. " * 200)
    with pytest.raises(StoreError, match="cannot be read as a SQLite database"):
        Store(tmp_path / "notes.db")


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="DATABASE_URL"):
        Store(tmp_path / "file" / "plantao.db")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    with_newer = Store(tmp_path / "plantao.db")
    with_newer.driver.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('plantao', 'from_the_future', 'x')"
    )
    with_newer.close()
    with pytest.raises(StoreTooNew, match="from_the_future"):
        Store(tmp_path / "plantao.db")


def test_what_is_written_is_there_after_reopening(tmp_path):
    first = Store(tmp_path / "plantao.db")
    alert = an_alert(first)
    first.close()
    again = Store(tmp_path / "plantao.db")
    assert again.alerts.find_alert(alert.id) == alert
    again.close()


def test_a_transaction_that_fails_leaves_nothing(store):
    def break_off():
        with store.atomic():
            an_alert(store)
            with store.atomic():
                store.timeline.append(NOW, ALICE, "noted", "alert_1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert (store.alerts.open_alerts(), store.timeline.entries()) == ([], [])


# -- deliveries ---


def test_a_delivery_counts_once(store):
    """Slack delivers again after a lost acknowledgement."""
    assert store.inbox.record_event("message:C1:1", {"a": 1}, NOW)
    assert not store.inbox.record_event("message:C1:1", {"a": 2}, LATER)
    assert [(each.id, each.body) for each in store.inbox.waiting_events()] == [("message:C1:1", {"a": 1})]


def test_what_failed_is_kept_with_its_error(store):
    store.inbox.record_event("message:C1:1", {"a": 1}, NOW)
    store.inbox.finish_event("message:C1:1", LATER, "no message")
    assert store.inbox.waiting_events() == []
    assert [each.body for each in store.inbox.failed_events()] == [{"a": 1}]


def test_what_is_done_is_not_tried_again(store):
    """Something after it may fail: it stays done, without an error."""
    store.inbox.record_event("click:1", {"a": 1}, NOW)
    assert store.inbox.try_event("click:1") == 1
    store.inbox.finish_event("click:1", NOW)
    store.inbox.finish_event("click:1", LATER, "Slack was away")
    assert (store.inbox.try_event("click:1"), store.inbox.failed_events()) == (0, [])


def test_the_mark_of_a_channel_never_goes_back(store):
    store.inbox.mark_read("C1", "1700000002.000000")
    store.inbox.mark_read("C1", "1700000001.000000")
    assert store.inbox.read_until("C1") == "1700000002.000000"


# -- alerts ---


def test_the_same_alert_while_open_is_counted(store):
    first = an_alert(store)
    store.alerts.count_once_more(first.id, "2.000001", LATER)
    assert store.alerts.open_alert_of(ALERT.fingerprint, MONITOR) == replace(first, times=2, last=LATER)


def test_only_the_poster_that_fired_resolves(store):
    fired = an_alert(store)
    assert store.alerts.resolve_alert(ALERT.fingerprint, "B0SOMEBODY", "2.0", LATER) is None
    assert store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", LATER) == replace(fired, resolved=LATER)
    assert store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", LATER) is None


def test_a_resolve_posted_before_the_last_firing_does_not_count(store):
    """However late it is delivered."""
    an_alert(store, "5.000001")
    assert store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "4.000001", LATER) is None
    assert store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "6.000001", LATER) is not None


def test_ids_go_on_from_the_last_one_when_the_clock_was_set_back(tmp_path):
    first = Store(tmp_path / "plantao.db")
    first.timeline.append(NOW, ALICE, "noted", "alert_1")
    first.driver.execute("UPDATE timeline SET id = 'entry_7fffffffffffff00aaaa'")
    first.close()
    again = Store(tmp_path / "plantao.db")
    again.timeline.append(NOW, ALICE, "noted again", "alert_1")
    assert [entry.what for entry in again.timeline.entries()] == ["noted", "noted again"]
    again.close()


def test_after_a_resolve_the_same_trouble_is_a_new_alert(store):
    first = an_alert(store)
    store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", LATER)
    second = an_alert(store, "3.000001")
    assert (second.id > first.id, second.times) == (True, 1)


# -- proposals ---


def test_a_stored_plan_is_the_plan_that_was_sealed(store):
    sealed = plan(params={"service": "shop", "grace": "10"})
    found = a_proposal(store, params={"grace": "10", "service": "shop"})
    assert (found.plan, found.plan.hash) == (sealed, sealed.hash)


def test_a_fresh_proposal_takes_the_place_of_the_old(store):
    old = a_proposal(store)
    fresh = store.proposals.propose(old.subject, plan(), (), ALICE, "team", LATER)
    assert store.proposals.find_proposal(old.id).state is ProposalState.SUPERSEDED
    assert store.proposals.latest_proposal(old.subject).id == fresh.id
    assert not store.proposals.decide(old.id, Decision(ALICE, True, "", LATER))


def test_evidence_comes_back_as_it_was(store):
    alert = an_alert(store)
    made = store.proposals.propose(alert.id, plan(), (), MONITOR, "team", NOW)
    reading = Reading("health", "Is it well?", Outcome(Result.FAILED, "503 from http://…", "a\nb", 0.25))
    assert store.proposals.offer(made.id, [reading], UNTIL)
    assert store.proposals.find_proposal(made.id).evidence == (reading,)
    assert not store.proposals.offer(made.id, [], UNTIL)


def test_a_decision_after_the_time_is_not_written(store):
    made = a_proposal(store)
    assert not store.proposals.decide(made.id, Decision(ALICE, True, "", UNTIL))
    assert store.proposals.find_proposal(made.id).decisions == ()


def test_of_many_clicks_at_once_one_counts_for_each_person(store):
    made = a_proposal(store)
    counted = []

    def click(person):
        if store.proposals.decide(made.id, Decision(person, True, "", LATER)):
            counted.append(person)

    threads = [threading.Thread(target=click, args=(person,)) for person in [ALICE, BOB] * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [ALICE, BOB]


# -- runs ---


def test_of_many_claims_at_once_one_gets_the_run(store):
    run = a_run(store)
    claimed = []
    threads = [threading.Thread(target=lambda: claimed.append(store.runs.claim_run(run, LATER))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False] * 15 + [True]


@pytest.mark.parametrize("holding", [RunState.RUNNING, RunState.VERIFYING, RunState.UNKNOWN])
def test_a_lock_is_held_until_the_run_is_over(store, holding):
    """An unknown run keeps its lock: what it did is not known."""
    first = a_run(store)
    store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", LATER)
    second = a_run(store)
    assert store.runs.claim_run(first, NOW)
    store.runs.move_run(first, holding, LATER)
    assert not store.runs.claim_run(second, LATER)
    assert store.runs.lock_holder("service:shop").id == first
    store.runs.move_run(first, RunState.FAILED, LATER)
    assert store.runs.claim_run(second, LATER)


def test_a_step_is_journaled_before_and_after(store):
    run = a_run(store)
    store.steps.begin_step(run, 0, NOW)
    store.steps.finish_step(run, 0, Outcome(Result.FAILED, "exit code 3", "boom", 1.0), LATER)
    store.steps.begin_step(run, 0, LATER)
    (step,) = store.runs.find_run(run).steps
    assert (step.position, step.attempt, step.state, step.ended) == (0, 2, StepState.RUNNING, None)


@pytest.mark.parametrize("again", [False, True])
def test_a_step_that_is_running_or_done_does_not_begin_again(store, again):
    """At most one start, whatever goes wrong around it."""
    run = a_run(store)
    store.steps.begin_step(run, 0, NOW)
    if again:
        store.steps.finish_step(run, 0, Outcome(Result.OK, "exit code 0", "", 1.0), LATER)
    with pytest.raises(StoreError, match="may not start again"):
        store.steps.begin_step(run, 0, LATER)
    assert len(store.runs.find_run(run).steps) == 1


def test_an_unknown_run_is_settled_once(store):
    run = a_run(store)
    store.runs.move_run(run, RunState.UNKNOWN, NOW)
    assert store.runs.settle(run, RunState.UNKNOWN, RunState.QUEUED, LATER)
    assert not store.runs.settle(run, RunState.UNKNOWN, RunState.ABORTED, LATER)


def test_the_verdict_and_the_end_are_kept(store):
    run = a_run(store)
    store.runs.move_run(run, RunState.SUCCEEDED, LATER, verdict=Verdict.NOT_FIXED)
    found = store.runs.find_run(run)
    assert (found.state, found.verdict, found.ended) == (RunState.SUCCEEDED, Verdict.NOT_FIXED, LATER)


# -- incidents, timeline, cards, timers ---


def test_incidents_are_numbered_from_one_and_the_worst_comes_first(store):
    numbers = [store.incidents.open_incident(str(s), s, None, BOT, NOW).number for s in (Severity.P1, Severity.P0)]
    assert numbers == [1, 2]
    assert [each.number for each in store.incidents.open_incidents()] == [2, 1]


def test_a_changed_line_of_the_timeline_is_found(store):
    """Append-only, and hash-chained so that a change shows."""
    for what in ("opened", "approved", "resolved"):
        store.timeline.append(NOW, ALICE, what, "incident_1", {"n": 1})
    assert store.timeline.first_broken() is None
    store.driver.execute("UPDATE timeline SET who = 'U0SOMEBODY' WHERE what = 'approved'")
    assert store.timeline.first_broken().what == "approved"


def test_a_card_that_shows_what_it_should_is_not_sent_again(store):
    show = {"text": "a", "blocks": []}
    assert store.cards.want("alert:1", "C1", "1.0", show, NOW)
    assert not store.cards.want("alert:1", "C1", "1.0", show, LATER)
    (card,) = store.cards.unsent_cards()
    store.cards.card_sent(card.key, "2.0", card.revision)
    assert store.cards.unsent_cards() == []
    assert store.cards.want("alert:1", "C1", "1.0", {"text": "b"}, LATER)
    assert [(each.ts, each.content) for each in store.cards.unsent_cards()] == [("2.0", {"text": "b"})]


def test_a_change_while_a_card_is_being_sent_is_sent_too(store):
    store.cards.want("alert:1", "C1", None, {"text": "a"}, NOW)
    (card,) = store.cards.unsent_cards()
    store.cards.want("alert:1", "C1", None, {"text": "b"}, NOW)
    store.cards.card_sent(card.key, "2.0", card.revision)
    assert [each.content for each in store.cards.unsent_cards()] == [{"text": "b"}]


def test_a_timer_fires_for_one_and_once(store):
    store.timers.set_timer("expire", "proposal_1", LATER)
    assert store.timers.due_timers(NOW) == []
    assert store.timers.due_timers(LATER) == [("expire", "proposal_1")]
    assert [store.timers.claim_timer("expire", "proposal_1", LATER) for _ in range(3)] == [True, False, False]
    assert store.timers.due_timers(LATER) == []
