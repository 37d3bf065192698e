"""Approved plans being executed: claimed, run step by step with a journal, looked at, honest after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.context import Context
from bot.errors import Gone
from bot.model import BOT, Ask, Outcome, Plan, Proposal, Run, RunState, StepState, Verdict
from bot.runbooks.format import ANSWER_TIMEOUT
from bot.runbooks.judge import verdict_of
from bot.runbooks.progress import Progress, may_repeat, progress_of, undo_failed
from bot.runbooks.run import Ended, check, execute, take_back, verify
from bot.runbooks.steps import Surroundings
from bot.store import Store

log = structlog.get_logger()

_AGAIN = 1.0  # seconds between two tries to write down what became of a run


class Execution:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._hold = threading.Event()
        self._cuts: dict[str, threading.Event] = {}  # what ends each run under way
        self._cut_all = threading.Event()
        self._pool = ThreadPoolExecutor(32, "run")

    def start_runs(self) -> None:
        """Starts every queued run whose turn it is, the longest waiting first."""
        if self._hold.is_set() or self._context.observe:
            return
        paused = self._store.pauses.pause() is not None
        for run in self._store.runs.runs_in(RunState.QUEUED):
            proposal = self.proposal_of(run)
            now = self._context.now()
            # One that had begun and is to stop goes on to its end, whatever that means: it starts no further step.
            under_way = run.started is not None or run.stopped_by is not None  # which a pause lets go on
            may_begin = not paused or under_way
            if may_begin and self._store.runs.claim_run(run.id, now, proposal.plan.cooldown):
                self.go_on(run.id, RunState.RUNNING)
                continue
            rests = self._store.runs.rests_until(run.lock, proposal.plan.cooldown, now) if run.lock else None
            if rests is not None:
                self._store.timers.set_timer("rest", run.id, rests)
            self._context.show(proposal.subject)

    def go_on(self, run_id: str, state: RunState) -> None:
        """Works on the run, which has just come to this state, on a thread of its own.

        Whoever brings a run to a state calls this once: no two threads ever work on one run.
        """
        self._cuts[run_id] = threading.Event()
        self._pool.submit(self._guarded, run_id, state)

    def cut(self, run_id: str) -> None:
        """Ends what the run has under way, but no undo. Who wants it stopped has to be written down before."""
        event = self._cuts.get(run_id)
        # In this order: an event that is out of date by now cuts nothing, and what comes next reads that it is to stop.
        if event is not None and self.find(run_id).state in {RunState.RUNNING, RunState.VERIFYING}:
            event.set()

    def find(self, run_id: str) -> Run:
        run = self._store.runs.find_run(run_id)
        if run is None:
            raise Gone("run")
        return run

    def proposal_of(self, run: Run) -> Proposal:
        proposal = self._store.proposals.find_proposal(run.proposal)
        if proposal is None:
            raise Gone("proposal")
        return proposal

    # -- after a start, and to the end ---

    def recover(self) -> None:
        """What was cut goes on where that is safe, and is unknown where it is not.

        A step whose intent is written and whose outcome is not may have run: only a person can say, unless it may be
        repeated. What is written of the steps decides, since the run's own state is written after them.
        """
        for run in self._store.runs.runs_in(RunState.RUNNING, RunState.UNDOING, RunState.VERIFYING):
            proposal = self.proposal_of(run)
            progress = progress_of(proposal.plan, run.steps)
            if (why := self._not_to_go_on(run, proposal, progress)) is not None:
                self._unknown(run, proposal, why)
                continue
            if progress.caught is not None:
                self._store.steps.mark_step(run.id, progress.caught, StepState.RUNNING, StepState.UNKNOWN)
            self.go_on(run.id, run.state)
        self.start_runs()

    def _not_to_go_on(self, run: Run, proposal: Proposal, progress: Progress) -> str | None:
        """Why only a person can say how it goes on, in words; None when it may by itself."""
        to_abort = run.stopped_by is not None and run.state is not RunState.UNDOING
        if run.state is RunState.VERIFYING or to_abort:
            return None
        expired = proposal.expires is None or proposal.expires <= self._context.now()
        if progress.caught is not None:
            safe = not progress.caught.undo and may_repeat(proposal.plan.steps[progress.caught.position])
            if not safe:
                return "the bot stopped while a step was running"
        if progress.failed is not None or run.state is RunState.UNDOING:
            return None
        if self._context.observe:
            return "the bot came back as an observer (MODE=observe)"
        return "the approval expired while the bot was away" if expired else None

    def _unknown(self, run: Run, proposal: Proposal, why: str) -> None:
        with self._store.atomic():
            for step in run.steps:
                self._store.steps.mark_step(run.id, step, StepState.RUNNING, StepState.UNKNOWN)
            self._end(run, proposal, RunState.UNKNOWN, why)

    def stop(self, grace: float) -> None:
        """Nothing further starts; what is under way has `grace` seconds to end, and is cut then.

        Returns when everything is journaled. Runs between two steps go on after the next start.
        """
        self._hold.set()
        timer = threading.Timer(grace, self._cut_everything)
        timer.start()
        self._pool.shutdown(wait=True, cancel_futures=True)
        timer.cancel()

    def _cut_everything(self) -> None:
        self._cut_all.set()
        for event in list(self._cuts.values()):
            event.set()

    # -- one run, on a thread of its own ---

    def _guarded(self, run_id: str, state: RunState) -> None:
        """The edge of the thread: whatever goes wrong in here, nobody may take the run for done."""
        try:
            self._work(run_id, state)
        except Exception:
            log.exception("run broke off", run=run_id)
            # Nor for under way: it would hold its lock and answer to nobody.
            while not self._given_up(run_id) and not self._cut_all.wait(_AGAIN):
                pass

    def _given_up(self, run_id: str) -> bool:
        """Writes down that only a person can say what became of the run. False: not now; a full disk may heal."""
        try:
            run = self.find(run_id)
            if run.ended is None:
                self._unknown(run, self.proposal_of(run), "the bot failed while it was running")
            self._context.show(self.proposal_of(run).subject)
        except Exception:
            log.exception("run not given up", run=run_id)
            return False
        return True

    def _work(self, run_id: str, state: RunState) -> None:
        """Each state leads to the next, until the run is over or somebody else has to act."""
        while True:
            run = self.find(run_id)
            if run.state is not state:  # somebody has brought it to another one, where another thread works on it
                return
            proposal = self.proposal_of(run)
            cut = self._cuts[run_id]
            if self._cut_all.is_set():
                cut.set()
            match state:
                case RunState.RUNNING:
                    then = self._steps(run, proposal, cut)
                case RunState.UNDOING:
                    then = self._undo(run, proposal, cut)
                case RunState.VERIFYING:
                    then = self._look(run, proposal, cut)
                case _:
                    self.start_runs()  # its lock is free
                    self._look_again(run, proposal, cut)
                    then = None
            self._context.show(proposal.subject)
            if then is RunState.SUCCEEDED:
                self.start_runs()
            if then in {None, RunState.SUCCEEDED, RunState.ASKING, RunState.UNKNOWN}:
                return
            state = then
            # What was cut so far is over; what follows it can be cut anew.
            self._cuts[run_id] = threading.Event()

    def _steps(self, run: Run, proposal: Proposal, cut: threading.Event) -> RunState | None:
        """The state that the run came to; None when the bot is stopping, and the next start goes on."""
        plan = proposal.plan
        progress = progress_of(plan, run.steps)
        if run.stopped_by:
            return self._fail(run, proposal, RunState.ABORTED, _where(plan, progress))
        if progress.asking is not None:
            return self._ask(run, proposal, progress.asking.position)
        if progress.failed is not None:
            return self._fail(run, proposal, RunState.FAILED, _where(plan, progress))
        ended = execute(
            plan,
            self._journal(run, proposal),
            self._around(run, proposal),
            start=progress.next,
            tried=progress.tried,
            spent=progress.spent,
            hold=self._hold,
            stop=cut,
        )
        return self._after_steps(self.find(run.id), proposal, ended)

    def _after_steps(self, run: Run, proposal: Proposal, ended: Ended) -> RunState | None:
        match ended.state:
            case RunState.SUCCEEDED:
                return self._end(run, proposal, RunState.VERIFYING, "")
            case RunState.ASKING:
                return self._ask(run, proposal, ended.position or 0)
            case RunState.FAILED:
                return self._fail(run, proposal, RunState.FAILED, ended.why)
            case _ if run.stopped_by and not ended.at_large:
                return self._fail(run, proposal, RunState.ABORTED, ended.why)
            case RunState.RUNNING:
                return None
            case _:
                return self._end(run, proposal, RunState.UNKNOWN, ended.why)

    def _ask(self, run: Run, proposal: Proposal, position: int) -> RunState:
        """A question of the runbook: the run waits, and holds its lock, until somebody answers."""
        step = proposal.plan.steps[position]
        with self._store.atomic():
            if self.find(run.id).stopped_by:  # as the question came up
                return self._fail(run, proposal, RunState.ABORTED, "")
            self._store.timers.set_timer("ask", run.id, self._context.now() + timedelta(seconds=step.timeout))
            return self._end(run, proposal, RunState.ASKING, "")

    def _fail(self, run: Run, proposal: Proposal, state: RunState, why: str) -> RunState:
        """A step failed, or somebody aborted the run: what the runbook says for that."""
        policy = proposal.plan.on_failure
        with self._store.atomic():
            run = self.find(run.id)
            if run.stopped_by:  # perhaps as the step failed
                state = RunState.ABORTED
            if policy == "undo" and progress_of(proposal.plan, run.steps).to_undo and not self._context.observe:
                return self._end(run, proposal, RunState.UNDOING, why)
            if policy == "ask" and state is RunState.FAILED:
                self._store.timers.set_timer("ask", run.id, self._context.now() + timedelta(seconds=ANSWER_TIMEOUT))
                return self._end(run, proposal, RunState.ASKING, why)
            return self._end(run, proposal, state, why)

    def _undo(self, run: Run, proposal: Proposal, cut: threading.Event) -> RunState | None:
        """As `_steps`."""
        positions = progress_of(proposal.plan, run.steps).to_undo
        if self._context.observe:
            why = "nothing was undone, as the bot only observes now (MODE=observe)"
            return self._end(run, proposal, RunState.FAILED, f"{run.why}; {why}" if run.why else why)
        ended = take_back(
            proposal.plan,
            self._journal(run, proposal),
            self._around(run, proposal),
            positions,
            hold=self._hold,
            stop=cut,
        )
        if ended.state is RunState.UNDOING:  # the bot is stopping between two undos
            return None
        # Not `ended` alone: an undo may have failed before the bot was started anew.
        failed = undo_failed(self.find(run.id).steps)
        why = "; ".join(
            part for part in (run.why, *([ended.why] if ended.state is not RunState.UNDONE else [])) if part
        )
        state = RunState.FAILED if failed and ended.state is RunState.UNDONE else ended.state
        return self._end(run, proposal, state, why)

    def _look(self, run: Run, proposal: Proposal, cut: threading.Event) -> RunState | None:
        """Did it work? The verify entries say so; the checks, run once more, show before and after. As `_steps`."""
        plan = proposal.plan
        if run.stopped_by:
            cut.set()
        around = self._around(run, proposal)
        verified = verify(plan, around, stop=cut)
        after = check(plan, around, stop=cut)
        stopped = self.find(run.id).stopped_by
        if cut.is_set() and not stopped:  # the bot is stopping: the next start looks again
            return None
        with self._store.atomic():
            self._store.runs.keep_readings(run.id, verified, after)
            verdict = verdict_of(plan, verified)
            if stopped and verdict is None:
                why = "every step was done; whether it worked was not looked at"
                return self._fail(run, proposal, RunState.ABORTED, why)
            if verdict is None:
                return self._end(run, proposal, RunState.UNKNOWN, "whether it worked could not be read")
            return self._end(run, proposal, RunState.SUCCEEDED, "", verdict)

    def _look_again(self, run: Run, proposal: Proposal, cut: threading.Event) -> None:
        """What the checks say after a run that did not come to its end."""
        readings = check(proposal.plan, self._around(run, proposal), stop=cut)
        with self._store.atomic():
            # A person may have had it undone meanwhile: what is seen after that counts.
            if not cut.is_set() and self.find(run.id).state is run.state:
                self._store.runs.keep_readings(run.id, (), readings)

    def _end(self, run: Run, proposal: Proposal, state: RunState, why: str, verdict: Verdict | None = None) -> RunState:
        """One stretch of the run is over: its new state, which it gives, and a line on the timeline."""
        with self._store.atomic():
            self._store.runs.move_run(run.id, state, self._context.now(), why=why, verdict=verdict)
            self._store.timeline.append(
                self._context.now(),
                BOT,
                f"run {state.value}",
                proposal.subject,
                {"run": run.id, "why": why, "verdict": verdict},
            )
        return state

    def _around(self, run: Run, proposal: Proposal) -> Surroundings:
        """What is outside, for this run: its messages are told apart from others, and its alert is looked at."""
        outside = self._context.surroundings

        def resolved() -> bool:
            alert = self._store.alerts.find_alert(proposal.subject)
            return alert is not None and alert.resolved is not None

        return replace(
            outside,
            post=lambda notify, step, timeout, stop: outside.post(notify, f"{run.id}:{step}", timeout, stop),
            resolved=resolved,
        )

    def _journal(self, run: Run, proposal: Proposal) -> Journaled:
        return Journaled(
            self._store, run.id, proposal.plan, lambda: self._context.show(proposal.subject), self._context.now
        )


class Journaled:
    """The steps of one run, into the store, with the card following."""

    def __init__(
        self, store: Store, run: str, plan: Plan, show: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._store, self._run, self._plan, self._show, self._now = store, run, plan, show, now

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        self._begin(position, undo=undo)
        self._show()  # a wait or a request has no process whose start would be told

    def _begin(self, position: int, *, undo: bool) -> None:
        asks = not undo and isinstance(self._plan.steps[position].action, Ask)
        state = StepState.ASKING if asks else StepState.RUNNING
        self._store.steps.begin_step(self._run, position, self._now(), undo=undo, state=state)

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        self._store.steps.step_started(self._run, position, pid, pid_started, undo=undo)
        self._show()

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        with self._store.atomic():  # one commit, and so one wait for the disk, between two steps
            self._store.steps.finish_step(self._run, position, outcome, self._now(), undo=undo)
            if then is not None:
                self._begin(then, undo=False)
        self._show()


def _where(plan: Plan, progress: Progress) -> str:
    """At which step a run is that does not go on, and what became of the step."""
    if progress.caught is not None:
        return f"step {plan.steps[progress.caught.position].id}: the bot stopped while it was running"
    if progress.failed is not None:
        return f"step {plan.steps[progress.failed.position].id}: {progress.failed.said}"
    return ""
