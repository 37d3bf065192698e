"""Approved plans being executed: claimed, run step by step with a journal, looked at, honest after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal

import structlog

from bot.errors import AlreadyDecided, Gone, NotAllowed, ObserveMode
from bot.model import Outcome, Proposal, Result, Run, RunState, StepState, Verdict
from bot.runbooks.run import check, execute, verify
from bot.runbooks.steps import Surroundings
from bot.store import Store

log = structlog.get_logger()

BOT = "plantao"  # who did it, on the timeline, when no person did
Answer = Literal["ran", "again", "stop"]


class Execution:
    def __init__(
        self,
        store: Store,
        surroundings: Surroundings,
        show: Callable[[str], None],
        *,
        roles_of: Callable[[str], Collection[str]],
        observe: bool,
        now: Callable[[], datetime],
    ) -> None:
        """`show` draws the card of an alert anew; `roles_of` tells which roles a person holds now."""
        self._store = store
        self._surroundings = surroundings
        self._show = show
        self._roles_of = roles_of
        self._observe = observe
        self._now = now
        self._hold = threading.Event()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(32, "run")

    def start_runs(self) -> None:
        """Starts every queued run whose lock is free, the longest waiting first."""
        if self._hold.is_set() or self._observe:
            return
        for run in self._store.runs.runs_in(RunState.QUEUED):
            if self._store.runs.claim_run(run.id, self._now()):
                self._pool.submit(self._guarded, run.id)
            else:
                self._show(self._proposal(run).alert)

    def settle(self, run_id: str, person: str, answer: Answer, *, event: str) -> None:
        """A person says what became of an unknown step; the click is done with in the same transaction.

        Raises NotAllowed, ObserveMode, AlreadyDecided or Gone.
        """
        roles = self._roles_of(person)  # may ask Slack, so not within the transaction
        with self._store.atomic():
            run = self._find(run_id)
            proposal = self._proposal(run)
            if not set(roles) & set(proposal.plan.approval.roles):
                raise NotAllowed
            if self._observe and answer != "stop":
                raise ObserveMode
            state = RunState.ABORTED if answer == "stop" else RunState.QUEUED
            why = "stopped by a person" if answer == "stop" else ""
            if not self._store.runs.settle_unknown(run_id, state, self._now(), why=why):
                raise AlreadyDecided
            if answer == "ran":
                for step in run.steps:
                    self._store.runs.mark_step(run_id, step.position, StepState.UNKNOWN, StepState.DECLARED)
            self._store.timeline.append(self._now(), person, f"settled: {answer}", proposal.alert, {"run": run_id})
            self._store.inbox.finish_event(event, self._now())
        self.start_runs()
        self._show(proposal.alert)

    def recover(self) -> None:
        """After a start: what was cut goes on where that is safe, and is unknown where it is not.

        A step whose intent is written and whose outcome is not may have run: only a person can say. What is written of
        the steps decides, since the run's own state is written after them.
        """
        for run in self._store.runs.runs_in(RunState.RUNNING, RunState.VERIFYING):
            proposal = self._proposal(run)
            states = {step.state for step in run.steps}
            if run.state is RunState.VERIFYING:
                self._pool.submit(self._guarded, run.id)
            elif states & {StepState.RUNNING, StepState.UNKNOWN}:
                self._unknown(run, proposal, "the bot stopped while a step was running")
            elif states & {StepState.FAILED, StepState.TIMED_OUT}:
                self._end(run, proposal, RunState.FAILED, "a step failed as the bot stopped")
                self._pool.submit(self._guarded, run.id)
            elif self._observe:
                self._unknown(run, proposal, "the bot came back as an observer (MODE=observe)")
            elif proposal.expires is None or proposal.expires <= self._now():
                self._unknown(run, proposal, "the approval expired while the bot was away")
            else:
                self._pool.submit(self._guarded, run.id)
        self.start_runs()

    def _unknown(self, run: Run, proposal: Proposal, why: str) -> None:
        with self._store.atomic():
            for step in run.steps:
                self._store.runs.mark_step(run.id, step.position, StepState.RUNNING, StepState.UNKNOWN)
            self._end(run, proposal, RunState.UNKNOWN, why)

    def stop(self, grace: float) -> None:
        """Nothing further starts; what is under way has `grace` seconds to end, and is cut then.

        Returns when everything is journaled. Runs between two steps go on after the next start.
        """
        self._hold.set()
        cut = threading.Timer(grace, self._stop.set)
        cut.start()
        self._pool.shutdown(wait=True, cancel_futures=True)
        cut.cancel()

    # -- one run, on a thread of its own ---

    def _guarded(self, run_id: str) -> None:
        """The edge of the thread: whatever goes wrong in here, nobody may take the run for done."""
        try:
            self._execute(run_id)
        except Exception:
            log.exception("run broke off", run=run_id)
            run = self._find(run_id)
            if run.ended is None:
                self._unknown(run, self._proposal(run), "the bot failed while it was running")
            self._show(self._proposal(run).alert)

    def _execute(self, run_id: str) -> None:
        run = self._find(run_id)
        proposal = self._proposal(run)
        if run.state is RunState.RUNNING:
            journal = Journaled(self._store, run_id, lambda: self._show(proposal.alert), self._now)
            start = _next_position(run)
            ended = execute(proposal.plan, journal, self._surroundings, start=start, hold=self._hold, stop=self._stop)
            if ended.state is RunState.RUNNING:  # the bot is stopping between two steps; the next start goes on
                return
            state = RunState.VERIFYING if ended.state is RunState.SUCCEEDED else ended.state
            self._end(run, proposal, state, ended.why)
            self._show(proposal.alert)
            if state is RunState.UNKNOWN:
                return
        self._look(run_id, proposal)
        self.start_runs()

    def _look(self, run_id: str, proposal: Proposal) -> None:
        """Did it work? The verify steps say so; the checks, run once more, show before and after."""
        plan = proposal.plan
        run = self._find(run_id)
        looking = run.state is RunState.VERIFYING
        verified = verify(plan, self._surroundings, stop=self._stop) if looking else ()
        after = check(plan, self._surroundings, stop=self._stop)
        if self._stop.is_set():  # cut short: the next start looks again
            return
        with self._store.atomic():
            self._store.runs.keep_readings(run_id, verified, after)
            if looking and any(reading.outcome.result is Result.UNKNOWN for reading in verified):
                self._end(run, proposal, RunState.UNKNOWN, "whether it worked could not be read")
            elif looking:
                held = all(reading.outcome.ok for reading in verified)
                verdict = Verdict.DONE if not plan.verify else Verdict.FIXED if held else Verdict.NOT_FIXED
                self._end(run, proposal, RunState.SUCCEEDED, "", verdict)
        self._show(proposal.alert)

    def _end(self, run: Run, proposal: Proposal, state: RunState, why: str, verdict: Verdict | None = None) -> None:
        """One stretch of the run is over: its new state, and a line on the timeline."""
        with self._store.atomic():
            self._store.runs.move_run(run.id, state, self._now(), why=why, verdict=verdict)
            self._store.timeline.append(
                self._now(), BOT, f"run {state.value}", proposal.alert, {"run": run.id, "why": why, "verdict": verdict}
            )

    def _find(self, run_id: str) -> Run:
        run = self._store.runs.find_run(run_id)
        if run is None:
            raise Gone("run")
        return run

    def _proposal(self, run: Run) -> Proposal:
        proposal = self._store.proposals.find_proposal(run.proposal)
        if proposal is None:
            raise Gone("proposal")
        return proposal


class Journaled:
    """The steps of one run, into the store, with the card following."""

    def __init__(self, store: Store, run: str, show: Callable[[], None], now: Callable[[], datetime]) -> None:
        self._store, self._run, self._show, self._now = store, run, show, now

    def begin_step(self, position: int) -> None:
        self._store.runs.begin_step(self._run, position, self._now())

    def started(self, position: int, pid: int, pid_started: float) -> None:
        self._store.runs.step_started(self._run, position, pid, pid_started)
        self._show()

    def finish_step(self, position: int, outcome: Outcome, then: int | None) -> None:
        with self._store.atomic():  # one commit, and so one wait for the disk, between two steps
            self._store.runs.finish_step(self._run, position, outcome, self._now())
            if then is not None:
                self._store.runs.begin_step(self._run, then, self._now())
        self._show()


def _next_position(run: Run) -> int:
    """The first step that is not known to be done."""
    done = {step.position for step in run.steps if step.state in {StepState.OK, StepState.DECLARED}}
    position = 0
    while position in done:
        position += 1
    return position
