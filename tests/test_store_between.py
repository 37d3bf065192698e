"""What happened within a shift or a week: asked for by its time, and as light rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.model import BOT, Decision, RunState, Severity, Verdict
from bot.store import Store
from tests.samples import ALERT, ALICE, BOB, CAROL, CLASSIFICATION, MONITOR, NOW, plan

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "plantao.db")) as opened:
        yield opened


def fired(store: Store, name: str, at: datetime, place: str = "api-1") -> str:
    alert = replace(ALERT, name=name, labels={**ALERT.labels, "instance": place}, fingerprint=f"{name} {place}")
    return store.alerts.open_alert(alert, CLASSIFICATION, MONITOR, "C1", f"{at.timestamp():.6f}", at).id


def ran(store: Store, at: datetime, runbook: str = "restart-shop") -> str:
    made = store.proposals.propose("alert_1", plan(runbook=runbook), (), MONITOR, "team", at)
    store.proposals.offer(made.id, (), at + HOUR)
    store.proposals.decide(made.id, Decision(ALICE, True, "", at))
    return store.runs.queue_run(made.id, None, at).id


def test_an_alert_is_found_while_messages_of_it_come(store: Store) -> None:
    """From its first one until its last, whether or not it was resolved since."""
    before = fired(store, "Before", NOW - 2 * HOUR)
    across = fired(store, "Across", NOW - HOUR, "db-3")
    store.alerts.count_once_more(across, f"{(NOW + HOUR).timestamp():.6f}", NOW + HOUR)
    within = fired(store, "Within", NOW)
    fired(store, "After", NOW + 2 * HOUR)
    store.alerts.resolve_alert("Within api-1", MONITOR, f"{(NOW + 3 * HOUR).timestamp():.6f}", NOW + 3 * HOUR)

    found = store.alerts.fired_between(NOW, NOW + 2 * HOUR)
    assert [(each.name, each.service, each.place, each.times, each.severity) for each in found] == [
        ("Across", "shop", "db-3", 2, Severity.P1),
        ("Within", "shop", "api-1", 1, Severity.P1),
    ]
    assert [each.resolved for each in found] == [None, NOW + 3 * HOUR]
    assert found[1].id == within
    assert [each.name for each in store.alerts.still_firing()] == ["Before", "Across", "After"]
    assert before not in {each.id for each in found}


def test_a_run_is_found_from_its_approval_until_it_is_settled(store: Store) -> None:
    ended = ran(store, NOW - 3 * HOUR)
    store.runs.move_run(ended, RunState.SUCCEEDED, NOW - 2 * HOUR, verdict=Verdict.FIXED)
    fixed = ran(store, NOW - HOUR, "free-disk")
    store.runs.move_run(fixed, RunState.SUCCEEDED, NOW + HOUR, verdict=Verdict.FIXED)
    unknown = ran(store, NOW - 5 * HOUR, "restart-database")
    store.runs.move_run(unknown, RunState.UNKNOWN, NOW - 4 * HOUR, why="the bot stopped")
    ran(store, NOW + 2 * HOUR)
    assert [
        (each.id, each.number, each.runbook, each.subject, each.state, each.verdict, each.why, each.ended)
        for each in store.runs.runs_between(NOW, NOW + 2 * HOUR)
    ] == [
        (fixed, 2, "free-disk", "alert_1", RunState.SUCCEEDED, Verdict.FIXED, "", NOW + HOUR),
        (unknown, 3, "restart-database", "alert_1", RunState.UNKNOWN, None, "the bot stopped", None),
    ]


def test_decisions_come_with_their_runbook(store: Store) -> None:
    """From the first moment on, until before the last."""
    made = store.proposals.propose("alert_1", plan(runbook="free-disk"), (), MONITOR, "team", NOW - HOUR)
    store.proposals.offer(made.id, (), NOW + 3 * HOUR)
    said = [
        Decision(ALICE, True, "", NOW - HOUR),
        Decision(BOB, False, "it is the wrong disk", NOW),
        Decision(CAROL, True, "now", NOW + HOUR, emergency=True),
    ]
    for each in said:
        assert store.proposals.decide(made.id, each)
    found = store.proposals.decided_between(NOW, NOW + HOUR)
    assert [(each.proposal, each.subject, each.runbook, each.decision) for each in found] == [
        (made.id, "alert_1", "free-disk", said[1])
    ]


def test_escalations_of_all_incidents(store: Store) -> None:
    one = store.incidents.open_incident("Down", Severity.P1, None, BOT, NOW)
    two = store.incidents.open_incident("Slow", Severity.P1, None, BOT, NOW)
    for incident, hours in ((one, -1), (two, 0), (one, 1), (two, 2)):
        store.escalations.add_escalation(incident.id, "oncall", [ALICE], BOT, "", NOW + hours * HOUR)
    found = store.escalations.told_between(NOW, NOW + 2 * HOUR)
    assert [(each.incident, each.at, each.people) for each in found] == [
        (two.id, NOW, (ALICE,)),
        (one.id, NOW + HOUR, (ALICE,)),
    ]


@pytest.mark.parametrize(
    ("table", "index"),
    [
        ("alerts WHERE last >= '2026' AND first < '2027'", "alerts_by_last"),
        ("runs WHERE (ended >= '2026' OR ended IS NULL) AND queued < '2027'", "runs_by_end"),
        ("decisions WHERE at >= '2026' AND at < '2027'", "decisions_by_time"),
        ("escalations WHERE at >= '2026' AND at < '2027'", "escalations_by_time"),
    ],
)
def test_a_week_of_many_years_is_found_by_an_index(store: Store, table: str, index: str) -> None:
    steps = store.driver.query(f"EXPLAIN QUERY PLAN SELECT * FROM {table}")  # noqa: S608
    assert index in " ".join(each["detail"] for each in steps)
