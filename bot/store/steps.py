"""The journal of a run's steps and of their undos: each intent is written before it starts, each outcome after it."""

from __future__ import annotations

from datetime import datetime

from bot.errors import StoreError
from bot.model import Outcome, StepRecord, StepState
from bot.store.driver import Driver, Row, to_text, to_time, to_time_or_none


def _record(row: Row) -> StepRecord:
    return StepRecord(
        position=row["position"],
        state=StepState(row["state"]),
        started=to_time(row["started"]),
        ended=to_time_or_none(row["ended"]),
        said=row["said"],
        output=row["output"],
        attempt=row["attempt"],
        undo=bool(row["undo"]),
    )


class Steps:
    """`position` counts from 0; with `undo`, what is meant is the undo of the step at that position."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def begin_step(
        self, run: str, position: int, now: datetime, *, undo: bool = False, state: StepState = StepState.RUNNING
    ) -> None:
        """The intent, durable before anything starts. Raises StoreError when the step is running or done already."""
        begun = self._driver.execute(
            "INSERT INTO steps (run, undo, position, attempt, state, started) SELECT :run, :undo, :position, "
            "1 + count(*), :state, :now FROM steps WHERE run = :run AND undo = :undo AND position = :position HAVING "
            "count(*) FILTER (WHERE state IN ('running', 'asking', 'ok', 'declared', 'excused')) = 0 RETURNING run",
            {"run": run, "undo": int(undo), "position": position, "state": state, "now": to_text(now)},
        )
        if not begun:
            raise StoreError(f"step {position} of {run} was begun before and may not start again")

    def step_started(self, run: str, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        """The process, for a person who has to find out what became of it."""
        self._driver.execute(
            "UPDATE steps SET pid = :pid, pid_started = :pid_started "
            "WHERE run = :run AND undo = :undo AND position = :position AND state = 'running'",
            {"run": run, "undo": int(undo), "position": position, "pid": pid, "pid_started": pid_started},
        )

    def finish_step(self, run: str, position: int, outcome: Outcome, now: datetime, *, undo: bool = False) -> bool:
        """What came of it. False: it was not under way, because somebody else has answered or settled it."""
        return bool(
            self._driver.execute(
                "UPDATE steps SET state = :state, ended = :now, said = :said, output = :output WHERE run = :run "
                "AND undo = :undo AND position = :position AND state IN ('running', 'asking') RETURNING run",
                {
                    "run": run,
                    "undo": int(undo),
                    "position": position,
                    "state": StepState(outcome.result),
                    "now": to_text(now),
                    "said": outcome.said,
                    "output": outcome.output,
                },
            )
        )

    def mark_step(self, run: str, record: StepRecord, before: StepState, after: StepState) -> None:
        """Changes what is known of a step: running → unknown after a crash, unknown → declared, failed → excused
        by a person."""
        self._driver.execute(
            "UPDATE steps SET state = :after "
            "WHERE run = :run AND undo = :undo AND position = :position AND attempt = :attempt AND state = :before",
            {
                "run": run,
                "undo": int(record.undo),
                "position": record.position,
                "attempt": record.attempt,
                "before": before,
                "after": after,
            },
        )

    def records_of(self, run: str) -> tuple[StepRecord, ...]:
        """The latest attempt at each step, and then at each undo, in the order of the steps."""
        rows = self._driver.query(
            "SELECT * FROM steps WHERE run = :id AND attempt = (SELECT max(attempt) FROM steps AS later "
            "WHERE later.run = steps.run AND later.undo = steps.undo AND later.position = steps.position) "
            "ORDER BY undo, position",
            {"id": run},
        )
        return tuple(_record(row) for row in rows)
