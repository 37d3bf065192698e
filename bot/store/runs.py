"""Runs: queued, claimed by one at a time for each lock, moved on, ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from bot.model import Reading, Run, RunState, Verdict
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id
from bot.store.steps import Steps

_READINGS = TypeAdapter(tuple[Reading, ...])
# What holds the lock: see runs_lock.
_HOLDS = (
    "(state IN ('running', 'asking', 'undoing', 'verifying', 'unknown') OR (state = 'queued' AND started IS NOT NULL))"
)


@dataclass(frozen=True)
class BriefRun:
    """A run without its steps and readings, for counting many of them."""

    id: str
    number: int
    runbook: str
    subject: str  # the id of the alert that it was about, or of the request
    state: RunState
    verdict: Verdict | None
    why: str
    queued: datetime
    started: datetime | None
    ended: datetime | None


def _brief(row: Row) -> BriefRun:
    return BriefRun(
        id=row["id"],
        number=row["number"],
        runbook=row["runbook"],
        subject=row["subject"],
        state=RunState(row["state"]),
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        why=row["why"],
        queued=to_time(row["queued"]),
        started=to_time_or_none(row["started"]),
        ended=to_time_or_none(row["ended"]),
    )


class Runs:
    def __init__(self, driver: Driver, steps: Steps) -> None:
        self._driver = driver
        self._steps = steps

    def queue_run(self, proposal: str, lock: str | None, now: datetime) -> Run:
        """A run of an approved proposal; a proposal has at most one."""
        rows = self._driver.execute(
            "INSERT INTO runs (id, number, proposal, lock, state, queued) "
            "SELECT :id, 1 + coalesce(max(number), 0), :proposal, :lock, 'queued', :now FROM runs RETURNING *",
            {"id": new_id("run"), "proposal": proposal, "lock": lock, "now": to_text(now)},
        )
        return self._run(rows[0])

    def claim_run(self, id: str, now: datetime, cooldown: float = 0.0) -> bool:
        """From queued to running, once. False: not now.

        Only while no other run holds its lock, none that waits longer waits for it, and the last one that held it ended
        at least `cooldown` seconds ago. One that was begun before has the lock and just goes on.
        """
        try:
            return bool(
                self._driver.execute(
                    "UPDATE runs SET state = 'running', started = coalesce(started, :now) "
                    "WHERE id = :id AND state = 'queued' "
                    "AND (started IS NOT NULL OR NOT EXISTS (SELECT 1 FROM runs AS other "
                    "WHERE other.lock = runs.lock AND other.id != runs.id "
                    "AND ((other.state = 'queued' AND other.id < runs.id) "
                    "OR (other.started IS NOT NULL AND other.ended > :rested)))) RETURNING id",
                    {"id": id, "now": to_text(now), "rested": to_text(now - timedelta(seconds=cooldown))},
                )
            )
        except sqlite3.IntegrityError:  # runs_lock: another run holds the lock
            return False

    def claim_undo(self, id: str, *before: RunState) -> bool:
        """From one of these states to undoing, once. False: it is in none of them, or its lock is another's now."""
        names = ", ".join(f"'{RunState(state)}'" for state in before)
        try:
            return bool(
                self._driver.execute(
                    f"UPDATE runs SET state = 'undoing', ended = NULL "  # noqa: S608
                    f"WHERE id = :id AND state IN ({names}) RETURNING id",
                    {"id": id},
                )
            )
        except sqlite3.IntegrityError:
            return False

    def rests_until(self, lock: str, cooldown: float, now: datetime) -> datetime | None:
        """When a lock may be taken again after the last run that held it; None when it may be now."""
        rows = self._driver.query(
            "SELECT max(ended) AS ended FROM runs WHERE lock = :lock AND started IS NOT NULL", {"lock": lock}
        )
        ended = to_time_or_none(rows[0]["ended"])
        until = ended + timedelta(seconds=cooldown) if ended else now
        return until if until > now else None

    def move_run(
        self, id: str, state: RunState, now: datetime, *, why: str = "", verdict: Verdict | None = None
    ) -> None:
        """The run's state as the engine found it. The last states also end it."""
        self._driver.execute(
            "UPDATE runs SET state = :state, why = :why, verdict = :verdict, ended = :ended WHERE id = :id",
            {"id": id, "state": state, "why": why, "verdict": verdict, "ended": to_text(now) if state.over else None},
        )

    def abort_queued(self, id: str, now: datetime, *, why: str) -> bool:
        """Ends a run that has not begun. False: it has."""
        return bool(
            self._driver.execute(
                "UPDATE runs SET state = 'aborted', why = :why, ended = :now "
                "WHERE id = :id AND state = 'queued' AND started IS NULL RETURNING id",
                {"id": id, "why": why, "now": to_text(now)},
            )
        )

    def ask_to_stop(self, id: str, person: str) -> bool:
        """Somebody wants it aborted: durable, so that a crash in between does not let it go on. False: too late."""
        return bool(
            self._driver.execute(
                "UPDATE runs SET stopped_by = :person "
                "WHERE id = :id AND stopped_by IS NULL AND state IN ('queued', 'running', 'asking', 'verifying') "
                "RETURNING id",
                {"id": id, "person": person},
            )
        )

    def settle(self, id: str, before: RunState, state: RunState, now: datetime, *, why: str = "") -> bool:
        """A person's answer to a run that waits for one, once. False: it was answered before."""
        return bool(
            self._driver.execute(
                "UPDATE runs SET state = :state, why = :why, ended = :ended "
                "WHERE id = :id AND state = :before RETURNING id",
                {
                    "id": id,
                    "before": before,
                    "state": state,
                    "why": why,
                    "ended": to_text(now) if state.over else None,
                },
            )
        )

    def keep_readings(self, id: str, verified: Sequence[Reading], after: Sequence[Reading]) -> None:
        self._driver.execute(
            "UPDATE runs SET verified = :verified, after = :after WHERE id = :id",
            {
                "id": id,
                "verified": _READINGS.dump_json(tuple(verified)).decode(),
                "after": _READINGS.dump_json(tuple(after)).decode(),
            },
        )

    def find_run(self, id: str) -> Run | None:
        return self._one("WHERE id = :id", {"id": id})

    def numbered(self, number: int) -> Run | None:
        rows = self._driver.query("SELECT * FROM runs WHERE number = :number", {"number": number})
        return self._run(rows[0]) if rows else None

    def run_of(self, proposal: str) -> Run | None:
        return self._one("WHERE proposal = :id", {"id": proposal})

    def lock_holder(self, lock: str) -> Run | None:
        return self._one(f"WHERE lock = :id AND {_HOLDS}", {"id": lock})

    def before_in_queue(self, run: Run) -> Run | None:
        """The one that waits for the same lock and has its turn before."""
        rows = self._driver.query(
            "SELECT * FROM runs WHERE lock = :lock AND state = 'queued' AND id < :id ORDER BY id DESC LIMIT 1",
            {"lock": run.lock, "id": run.id},
        )
        return self._run(rows[0]) if rows else None

    def runs_in(self, *states: RunState) -> list[Run]:
        """Oldest first: the order in which they were queued."""
        names = ", ".join(f"'{RunState(state)}'" for state in states)
        rows = self._driver.query(f"SELECT * FROM runs WHERE state IN ({names}) ORDER BY id")  # noqa: S608
        return [self._run(row) for row in rows]

    def latest_runs(self, most: int, runbook: str | None = None) -> list[Run]:
        """Newest first; of one runbook when it is named."""
        rows = self._driver.query(
            "SELECT runs.* FROM runs JOIN proposals ON proposals.id = runs.proposal "
            "JOIN plans ON plans.hash = proposals.plan "
            "WHERE :runbook IS NULL OR json_extract(plans.body, '$.runbook') = :runbook "
            "ORDER BY runs.id DESC LIMIT :most",
            {"runbook": runbook, "most": most},
        )
        return [self._run(row) for row in rows]

    def runs_between(self, start: datetime, end: datetime) -> list[BriefRun]:
        """Those that waited or were under way at some time from `start` until before `end`, the oldest first.

        One that is unknown or waits for a person is under way until somebody has settled it.
        """
        rows = self._driver.query(
            "SELECT runs.id, number, subject, runs.state, verdict, why, queued, started, ended, "
            "json_extract(plans.body, '$.runbook') AS runbook FROM runs "
            "JOIN proposals ON proposals.id = runs.proposal JOIN plans ON plans.hash = proposals.plan "
            "WHERE (ended >= :start OR ended IS NULL) AND queued < :end ORDER BY runs.id",
            {"start": to_text(start), "end": to_text(end)},
        )
        return [_brief(row) for row in rows]

    def _one(self, where: str, params: dict[str, str]) -> Run | None:
        rows = self._driver.query(f"SELECT * FROM runs {where}", params)  # noqa: S608
        return self._run(rows[0]) if rows else None

    def _run(self, row: Row) -> Run:
        return Run(
            id=row["id"],
            proposal=row["proposal"],
            state=RunState(row["state"]),
            verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
            lock=row["lock"],
            queued=to_time(row["queued"]),
            started=to_time_or_none(row["started"]),
            ended=to_time_or_none(row["ended"]),
            why=row["why"],
            steps=self._steps.records_of(row["id"]),
            verified=_READINGS.validate_json(row["verified"]),
            after=_READINGS.validate_json(row["after"]),
            number=row["number"],
            stopped_by=row["stopped_by"],
        )
