"""A database of the first version comes through: `first_version.sql` is one, as that version left it.

In it six alerts fired. Of the first the run is FIXED and it is resolved; of the second a step was cut by a kill, a
person said that it did not run, and it is FIXED; the third was rejected; the fourth waits for approval; the run of the
fifth is unknown and holds the lock; that of the sixth waits for it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.model import Decision, ProposalState, Reason, RunState, StepState, Verdict
from bot.store import Store
from bot.store.driver import to_text
from bot.store.schema import MIGRATIONS
from bot.words import english
from tests.at_work import AtWork
from tests.samples import ALICE, BOB, NOW

DUMP = (Path(__file__).parent / "first_version.sql").read_text()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file as the first version left it."""
    path = tmp_path / "plantao.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(DUMP)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path)) as store:
        yield store


def schema(database: sqlite3.Connection) -> dict[str, str]:
    rows = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    return dict(rows.fetchall())


def test_a_migration_that_was_released_is_never_edited(path: Path, tmp_path: Path) -> None:
    """What the first one makes is what the first version made."""
    fresh = Database(tmp_path / "fresh.db")
    MIGRATIONS.apply(fresh, stop_before="runbooks")
    with closing(sqlite3.connect(path)) as database, closing(fresh.conn):
        assert schema(fresh.conn) == schema(database)


def test_a_migrated_database_is_as_a_new_one(store: Store, tmp_path: Path) -> None:
    with closing(Store(tmp_path / "new.db")) as new:
        assert tables(store) == tables(new)


def tables(store: Store) -> dict[str, list[tuple[str, str]]]:
    """The columns and indexes of each table."""
    found = {}
    for table in store.driver.query("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = store.driver.query(f"SELECT name, type FROM pragma_table_info('{table['name']}')")  # noqa: S608
        indexes = store.driver.query(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name", {"name": table["name"]}
        )
        found[table["name"]] = sorted(
            (row["name"], str(row.get("type") or row.get("sql"))) for row in columns + indexes
        )
    return found


def test_nothing_is_lost_and_all_fits_together(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as before:
        before.executescript(DUMP)
        for table in ("alerts", "decisions", "events", "incidents", "plans", "proposals", "runs", "steps", "timeline"):
            count = f"SELECT count(*) FROM {table}"  # noqa: S608
            assert store.driver.query(f"{count} AS t")[0]["count(*)"] == before.execute(count).fetchone()[0]
    assert store.driver.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert store.driver.query("PRAGMA foreign_key_check") == []
    assert store.timeline.first_broken() is None


def test_runs_have_numbers_in_the_order_in_which_they_were_queued(store: Store) -> None:
    runs = store.runs.latest_runs(10)
    assert [(run.number, run.state, run.verdict) for run in reversed(runs)] == [
        (1, RunState.SUCCEEDED, Verdict.FIXED),
        (2, RunState.SUCCEEDED, Verdict.FIXED),
        (3, RunState.UNKNOWN, None),
        (4, RunState.QUEUED, None),
    ]
    assert [run.stopped_by for run in runs] == [None] * 4
    holder = store.runs.lock_holder("service:shop")
    assert holder is not None
    assert holder.number == 3


def test_steps_are_told_from_undos_and_tries_are_counted(store: Store) -> None:
    found = [
        [(step.state, step.attempt, step.undo) for step in run.steps] for run in reversed(store.runs.latest_runs(10))
    ]
    assert found == [
        [(StepState.OK, 1, False)],
        [(StepState.OK, 2, False)],
        [(StepState.UNKNOWN, 1, False)],
        [],
    ]


def test_proposals_and_decisions_are_as_they_were(store: Store) -> None:
    alerts = store.driver.query("SELECT id FROM alerts ORDER BY id")
    proposals = [store.proposals.latest_proposal(row["id"]) for row in alerts]
    assert [proposal and proposal.state for proposal in proposals] == [
        ProposalState.APPROVED,
        ProposalState.APPROVED,
        ProposalState.REJECTED,
        ProposalState.WAITING,
        ProposalState.APPROVED,
        ProposalState.APPROVED,
    ]
    said = [each for proposal in proposals if proposal for each in proposal.decisions]
    assert [(each.person, each.approve, each.reason, each.emergency) for each in said] == [
        (ALICE, True, "", False),
        (BOB, True, "", False),
        (BOB, False, "a deploy is running", False),
        (ALICE, True, "", False),
        (BOB, True, "", False),
    ]
    assert isinstance(said[0], Decision)


def test_why_an_alert_was_taken_for_that_is_still_said(store: Store) -> None:
    known = [alert.classification for alert in store.alerts.open_alerts()]
    assert {english().plain_reason(each.severity_why) for each in known} == {'its level is "critical"'}
    why = Reason("why_told", {"text": "label alertname matches HighMemoryUsage"})
    assert [each.runbook_why for each in known] == [why] * len(known)


def test_a_plan_keeps_the_hash_under_which_it_was_approved(store: Store) -> None:
    """Although this version would write the same plan with more keys."""
    (row,) = store.driver.query("SELECT hash, body FROM plans")
    proposal = store.proposals.open_proposals()[0]
    assert proposal.plan.hash == row["hash"] == hashlib.sha256(row["body"].encode()).hexdigest()
    assert proposal.plan.steps[0].undo is None
    assert proposal.plan.on_failure == "stop"


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    """Half way through it meets a table that should not be there; the first version can still open the file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE pauses (id TEXT)")
        database.commit()
    with pytest.raises(sqlite3.OperationalError, match="pauses already exists"):
        Store(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE pauses")
        database.commit()
        assert database.execute("SELECT count(*) FROM proposals WHERE alert IS NOT NULL").fetchone() == (6,)
    with closing(Store(path)) as store:
        assert len(store.runs.latest_runs(10)) == 4


def test_a_file_that_waited_for_its_upload_still_does(tmp_path: Path) -> None:
    """From when files held text alone."""
    path = tmp_path / "plantao.db"
    before = Database(path)
    MIGRATIONS.apply(before, stop_before="pictures")
    values = {"key": "plan:1", "subject": "a", "channel": "C1", "thread": "1.0", "name": "plan.txt", "body": "não"}
    before.table("files").insert({**values, "due": to_text(NOW)})
    before.conn.close()
    with closing(Store(path)) as store:
        file = store.files.due_file(NOW)
    assert file is not None
    assert (file.key, file.thread, file.body) == ("plan:1", "1.0", "não".encode())


def test_what_was_under_way_goes_on_in_this_version(work: AtWork) -> None:
    """The unknown step is settled, the run that waited for it runs, the waiting proposal is made anew."""
    path = work.folder / "plantao.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(DUMP)
        ids = [id for (id,) in database.execute("SELECT id FROM alerts ORDER BY id")]
        threads = [work.fire(labels={"instance": f"api-{number}"}) for number in range(1, 7)]
        for id, ts in zip(ids, threads, strict=True):  # where its messages stand in this workspace
            database.execute("UPDATE alerts SET ts = ? WHERE id = ?", (ts, id))
        database.execute("UPDATE marks SET ts = ?", (threads[-1],))
        database.execute("DELETE FROM cards")
        far = "2999-01-01T00:00:00.000000+00:00"
        database.execute("UPDATE proposals SET expires = ? WHERE expires IS NOT NULL", (far,))
        database.execute("UPDATE timers SET due = ?", (far,))
        database.commit()
    work.start()
    _, settled, rejected, waiting, unknown, queued = threads
    card = work.card_with(unknown, "UNKNOWN")
    assert "Approved by alice" in card.words
    work.card_with(queued, "Waiting for run 3, let go ahead by alice, which holds the lock `service:shop`")
    (work.shop / "go").touch()  # for which the old script waits
    work.press("bob", unknown, "settle_again")
    work.card_with(unknown, "🟢 FIXED")
    (work.shop / "go").touch()
    work.card_with(queued, "🟢 FIXED")
    work.press("alice", waiting, "approve")
    assert "the team has changed since this was shown" in work.told("alice")
    work.box.wait(lambda: "approve" in work.card(waiting).buttons)
    assert "It did not run" in work.card(settled).words
    assert "a deploy is running" in work.card(rejected).words
    history = work.command("bob", "history")
    assert [line.split(" · ")[0] for line in history.splitlines()] == [f"*Run {number}*" for number in (4, 3, 2, 1)]
