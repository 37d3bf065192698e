"""A database of the first version comes through: who approved what, and what ran, is the record."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.model import RunState, StepState
from bot.store import Store
from bot.store.schema import _FIRST
from tests.samples import ALERT, ALICE, CLASSIFICATION, MONITOR, NOW, plan

AT = NOW.isoformat(timespec="microseconds")


def of_the_first_version(file: Path) -> None:
    """An alert, a decided proposal, and two runs: one done, one that was cut."""
    sealed = plan(lock="service:shop")
    # As the first version wrote it: without what a plan has got since.
    body = {
        key: value
        for key, value in json.loads(sealed.to_json()).items()
        if key not in {"on_failure", "cooldown", "limits", "secrets"}
    }
    for part in ("checks", "steps", "verify"):
        for step in body[part]:
            for key in ("retries", "repeat_safe", "optional", "undo"):
                del step[key]
    with sqlite3.connect(file) as db:
        db.executescript(_FIRST)
        db.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
        db.execute("INSERT INTO _sqlite_migrations VALUES ('plantao', 'first', 'then')")
        db.execute(
            "INSERT INTO alerts (id, fingerprint, poster, channel, ts, alert, classification, first, last, latest) "
            "VALUES ('alert_0000000000000001aaaa', 'f', ?, 'C1', '1.0', ?, ?, ?, ?, '1.0')",
            (MONITOR, json.dumps(_plain(ALERT)), json.dumps(_plain(CLASSIFICATION)), AT, AT),
        )
        db.execute("INSERT INTO plans VALUES (?, ?)", (sealed.hash, json.dumps(body)))
        for number in (1, 2):
            db.execute(
                "INSERT INTO proposals (id, alert, plan, params, state, asked_by, created, expires) "
                "VALUES (?, 'alert_0000000000000001aaaa', ?, '[]', 'approved', ?, ?, ?)",
                (f"proposal_000000000000000{number}aaaa", sealed.hash, MONITOR, AT, AT),
            )
            db.execute(
                "INSERT INTO decisions VALUES (?, ?, 1, '', ?)", (f"proposal_000000000000000{number}aaaa", ALICE, AT)
            )
            db.execute(
                "INSERT INTO runs (id, proposal, lock, state, queued, started) VALUES (?, ?, 'service:shop', ?, ?, ?)",
                (
                    f"run_000000000000000{number}aaaa",
                    f"proposal_000000000000000{number}aaaa",
                    ("succeeded", "unknown")[number - 1],
                    AT,
                    AT,
                ),
            )
            db.execute(
                "INSERT INTO steps (run, position, attempt, state, started, said, output) "
                "VALUES (?, 0, 1, ?, ?, 's', 'o')",
                (f"run_000000000000000{number}aaaa", ("ok", "unknown")[number - 1], AT),
            )


def _plain(value: object) -> dict[str, object]:
    """A frozen dataclass as JSON takes it."""
    return {
        key: dict(each) if hasattr(each, "items") else list(each) if isinstance(each, tuple) else each
        for key, each in vars(value).items()
    }


def test_the_record_of_the_first_version_comes_through(tmp_path: Path) -> None:
    """Proposals, decisions, runs and steps are there as they were; runs have got their numbers in order."""
    of_the_first_version(tmp_path / "plantao.db")
    store = Store(tmp_path / "plantao.db")
    try:
        done, cut = store.runs.latest_runs(10)[::-1]
        assert [(run.number, run.state, run.stopped_by) for run in (done, cut)] == [
            (1, RunState.SUCCEEDED, None),
            (2, RunState.UNKNOWN, None),
        ]
        assert [(step.position, step.state, step.undo, step.output) for step in (*done.steps, *cut.steps)] == [
            (0, StepState.OK, False, "o"),
            (0, StepState.UNKNOWN, False, "o"),
        ]
        proposal = store.proposals.find_proposal(cut.proposal)
        assert proposal is not None
        assert proposal.subject == "alert_0000000000000001aaaa"
        assert [(each.person, each.approve, each.emergency) for each in proposal.decisions] == [(ALICE, True, False)]
        assert proposal.plan == plan(lock="service:shop")
        held = store.runs.lock_holder("service:shop")
        assert held is not None
        assert held.id == cut.id
    finally:
        store.close()


def test_what_refers_to_nothing_is_said(tmp_path: Path) -> None:
    """A file that somebody has edited by hand is not worked on as if it were whole."""
    of_the_first_version(tmp_path / "plantao.db")
    with sqlite3.connect(tmp_path / "plantao.db") as db:
        db.execute("DELETE FROM plans")
    with pytest.raises(StoreError, match="refer to rows of plans that are gone"):
        Store(tmp_path / "plantao.db")
