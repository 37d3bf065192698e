"""Runs and the journal of their steps: each intent is written before its step starts, each outcome after it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter

from bot.errors import StoreError
from bot.model import Outcome, Reading, Run, RunState, StepRecord, StepState, Verdict
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none
from bot.store.ids import new_id

_READINGS = TypeAdapter(tuple[Reading, ...])


class Runs:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def queue_run(self, proposal: str, lock: str | None, now: datetime) -> str:
        """A run of an approved proposal; a proposal has at most one. Gives its id."""
        run_id = new_id("run")
        self._driver.execute(
            "INSERT INTO runs (id, proposal, lock, state, queued) VALUES (:id, :proposal, :lock, 'queued', :now)",
            {"id": run_id, "proposal": proposal, "lock": lock, "now": to_text(now)},
        )
        return run_id

    def claim_run(self, id: str, now: datetime) -> bool:
        """From queued to running, once, and only while no other run holds its lock. False: not now."""
        try:
            return bool(
                self._driver.execute(
                    "UPDATE runs SET state = 'running', started = coalesce(started, :now) "
                    "WHERE id = :id AND state = 'queued' RETURNING id",
                    {"id": id, "now": to_text(now)},
                )
            )
        except sqlite3.IntegrityError:  # runs_lock: another run holds the lock
            return False

    def move_run(
        self, id: str, state: RunState, now: datetime, *, why: str = "", verdict: Verdict | None = None
    ) -> None:
        """The run's state as the engine found it. The last states also end it."""
        ended = state in {RunState.SUCCEEDED, RunState.FAILED, RunState.ABORTED}
        self._driver.execute(
            "UPDATE runs SET state = :state, why = :why, verdict = :verdict, ended = :ended WHERE id = :id",
            {"id": id, "state": state, "why": why, "verdict": verdict, "ended": to_text(now) if ended else None},
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

    def settle_unknown(self, id: str, state: RunState, now: datetime, *, why: str = "") -> bool:
        """A person's answer to an unknown run, once. False: it was answered before."""
        return bool(
            self._driver.execute(
                "UPDATE runs SET state = :state, why = :why, ended = :ended "
                "WHERE id = :id AND state = 'unknown' RETURNING id",
                {
                    "id": id,
                    "state": state,
                    "why": why,
                    "ended": None if state is RunState.QUEUED else to_text(now),
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

    def begin_step(self, run: str, position: int, now: datetime) -> None:
        """The intent, durable before anything starts. Raises StoreError when the step is running or done already."""
        begun = self._driver.execute(
            "INSERT INTO steps (run, position, attempt, state, started) SELECT :run, :position, "
            "1 + count(*), 'running', :now FROM steps WHERE run = :run AND position = :position "
            "HAVING count(*) FILTER (WHERE state IN ('running', 'ok', 'declared')) = 0 RETURNING run",
            {"run": run, "position": position, "now": to_text(now)},
        )
        if not begun:
            raise StoreError(f"step {position} of {run} was begun before and may not start again")

    def step_started(self, run: str, position: int, pid: int, pid_started: float) -> None:
        """The process, for a person who has to find out what became of it."""
        self._driver.execute(
            "UPDATE steps SET pid = :pid, pid_started = :pid_started "
            "WHERE run = :run AND position = :position AND state = 'running'",
            {"run": run, "position": position, "pid": pid, "pid_started": pid_started},
        )

    def finish_step(self, run: str, position: int, outcome: Outcome, now: datetime) -> None:
        self._driver.execute(
            "UPDATE steps SET state = :state, ended = :now, said = :said, output = :output "
            "WHERE run = :run AND position = :position AND state = 'running'",
            {
                "run": run,
                "position": position,
                "state": StepState(outcome.result),
                "now": to_text(now),
                "said": outcome.said,
                "output": outcome.output,
            },
        )

    def mark_step(self, run: str, position: int, before: StepState, after: StepState) -> None:
        """Changes what is known of a step: running → unknown after a crash, unknown → declared by a person."""
        self._driver.execute(
            "UPDATE steps SET state = :after WHERE run = :run AND position = :position AND state = :before",
            {"run": run, "position": position, "before": before, "after": after},
        )

    def find_run(self, id: str) -> Run | None:
        return self._one("WHERE id = :id", {"id": id})

    def run_of(self, proposal: str) -> Run | None:
        return self._one("WHERE proposal = :id", {"id": proposal})

    def lock_holder(self, lock: str) -> Run | None:
        return self._one("WHERE lock = :id AND state IN ('running', 'verifying', 'unknown')", {"id": lock})

    def runs_in(self, *states: RunState) -> list[Run]:
        """Oldest first: the order in which they were queued."""
        names = ", ".join(f"'{RunState(state)}'" for state in states)
        rows = self._driver.query(f"SELECT * FROM runs WHERE state IN ({names}) ORDER BY id")  # noqa: S608
        return [self._run(row) for row in rows]

    def _one(self, where: str, params: dict[str, str]) -> Run | None:
        rows = self._driver.query(f"SELECT * FROM runs {where}", params)  # noqa: S608
        return self._run(rows[0]) if rows else None

    def _run(self, row: Row) -> Run:
        steps = self._driver.query(
            "SELECT * FROM steps WHERE run = :id AND attempt = "
            "(SELECT max(attempt) FROM steps AS later WHERE later.run = steps.run AND later.position = steps.position) "
            "ORDER BY position",
            {"id": row["id"]},
        )
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
            steps=tuple(
                StepRecord(
                    position=step["position"],
                    state=StepState(step["state"]),
                    started=to_time(step["started"]),
                    ended=to_time_or_none(step["ended"]),
                    said=step["said"],
                    output=step["output"],
                    attempt=step["attempt"],
                )
                for step in steps
            ),
            verified=_READINGS.validate_json(row["verified"]),
            after=_READINGS.validate_json(row["after"]),
        )
