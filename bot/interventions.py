"""What people say to a run that is under way or over: an answer, an abort, an undo, what became of an unknown step."""

from __future__ import annotations

from typing import Literal

from bot.approval import may_settle
from bot.context import Context
from bot.errors import AlreadyDecided, Gone, Locked, NotAllowed, ObserveMode
from bot.execution import Execution
from bot.model import BOT, Outcome, Proposal, Result, Run, RunState, StepState
from bot.runbooks.progress import about, progress_of

Answer = Literal["ran", "again", "stop"]

PAUSE = "pause"  # what the timeline and the screen call it
# How the timeline calls what a person said: of a step that may have run, or of a run that stands between two steps.
_SAID_OF_A_STEP: dict[Answer, str] = {"ran": "ran", "again": "did not run", "stop": "stop"}
_SAID_OF_THE_RUN: dict[Answer, str] = {"ran": "go on", "again": "go on", "stop": "stop"}


class Interventions:
    def __init__(self, context: Context, execution: Execution) -> None:
        self._context = context
        self._store = context.store
        self._execution = execution

    def settle(self, run_id: str, person: str, answer: Answer, asked: str | None, *, event: str | None) -> None:
        """What became of an unknown step, or how it goes on after a failed one: it ran (the run goes on after it), it
        is started again, or nothing more runs. The click is done with in the same transaction.

        `asked` is what the person was asked about, as `about` names it; None for whatever it is, which only a stop may
        mean. Raises NotAllowed, ObserveMode, AlreadyDecided (also when something else is asked by now) or Gone.
        """
        run, proposal = self._allowed(run_id, person)
        if self._context.observe and answer != "stop":
            raise ObserveMode
        with self._store.atomic():
            run = self._execution.find(run_id)
            progress = progress_of(proposal.plan, run.steps)
            undoing = progress.caught is not None and progress.caught.undo
            failed = run.state is RunState.ASKING and progress.asking is None
            if run.state is not RunState.UNKNOWN and not failed:
                raise AlreadyDecided
            if asked != about(progress) and not (asked is None and answer == "stop"):
                raise AlreadyDecided
            now = self._context.now()
            if answer == "stop":
                state = RunState.FAILED if failed or undoing else RunState.ABORTED
                why = run.why if state is RunState.FAILED else "stopped by a person"
                settled = self._store.runs.settle(run_id, run.state, state, now, why=why)
            else:
                if answer == "ran":
                    if progress.caught is not None:
                        self._store.steps.mark_step(run_id, progress.caught, progress.caught.state, StepState.DECLARED)
                    elif progress.failed is not None:
                        self._store.steps.mark_step(run_id, progress.failed, progress.failed.state, StepState.EXCUSED)
                elif progress.failed is not None:  # started again on a person's word: it counts as not known till then
                    self._store.steps.mark_step(run_id, progress.failed, progress.failed.state, StepState.UNKNOWN)
                state = RunState.UNDOING if undoing else RunState.QUEUED
                settled = self._store.runs.settle(run_id, run.state, state, now, why=run.why if undoing else "")
            if not settled:
                raise AlreadyDecided
            said = _SAID_OF_A_STEP[answer] if progress.caught is not None else _SAID_OF_THE_RUN[answer]
            if failed and answer == "again":
                said = "try again"
            self._store.timeline.append(now, person, f"settled: {said}", proposal.subject, {"run": run_id})
            if event is not None:
                self._store.inbox.finish_event(event, now)
        if state is not RunState.QUEUED:
            self._execution.go_on(run_id, state)
        self._execution.start_runs()
        self._context.show(proposal.subject)

    def answer(self, run_id: str, person: str, position: int, *, yes: bool, event: str) -> None:
        """The answer to a question of the runbook. Raises as `settle` does."""
        run, proposal = self._allowed(run_id, person)
        if self._context.observe:
            raise ObserveMode
        with self._store.atomic():
            now = self._context.now()
            run = self._execution.find(run_id)
            name = self._context.team().name_of(person) or person
            result = Result.OK if yes else Result.FAILED
            outcome = Outcome(result, f"{'yes' if yes else 'no'}, says {name}", "", 0.0)
            asked = any(each.position == position and each.state is StepState.ASKING for each in run.steps)
            state = RunState.QUEUED if yes else RunState.RUNNING
            if not asked or not self._store.runs.settle(run_id, RunState.ASKING, state, now):
                raise AlreadyDecided
            self._store.steps.finish_step(run_id, position, outcome, now)
            what = "answered yes" if yes else "answered no"
            step = proposal.plan.steps[position].id
            self._store.timeline.append(now, person, what, proposal.subject, {"run": run_id, "step": step})
            self._store.inbox.finish_event(event, now)
        if not yes:
            self._execution.go_on(run_id, RunState.RUNNING)
        self._execution.start_runs()
        self._context.show(proposal.subject)

    def unanswered(self, run_id: str) -> RunState | None:
        """The time for an answer is over. To be called in the transaction that claims the timer.

        Gives the state from which the run is to go on; None when nobody is asked any more.
        """
        run = self._execution.find(run_id)
        proposal = self._execution.proposal_of(run)
        if run.state is not RunState.ASKING:
            return None
        progress = progress_of(proposal.plan, run.steps)
        now = self._context.now()
        if progress.asking is not None:
            outcome = Outcome(Result.TIMED_OUT, "nobody answered in time", "", 0.0)
            self._store.steps.finish_step(run_id, progress.asking.position, outcome, now)
            state = RunState.RUNNING
            self._store.runs.settle(run_id, RunState.ASKING, state, now)
        else:
            state = RunState.FAILED
            why = f"{run.why}; nobody said in time how to go on"
            self._store.runs.settle(run_id, RunState.ASKING, state, now, why=why)
        self._store.timeline.append(now, BOT, "unanswered", proposal.subject, {"run": run_id})
        return state

    def abort(self, run_id: str, person: str, *, event: str | None = None) -> Run:
        """Ends the run: what is under way is cut, and the runbook's `on_failure` follows. Gives the run as it was.

        Whoever may approve it or asked for it may also stop it. Raises NotAllowed, Gone, or AlreadyDecided when it is
        over or already being stopped.
        """
        run, proposal = self._allowed(run_id, person, asker_too=True)
        if run.state is RunState.UNKNOWN:  # nothing is under way: what is left to stop is its lock
            self.settle(run_id, person, "stop", None, event=event)
            return run
        with self._store.atomic():
            now = self._context.now()
            if not self._store.runs.ask_to_stop(run_id, person):
                raise AlreadyDecided
            self._store.timeline.append(now, person, "aborted", proposal.subject, {"run": run_id})
            self._store.runs.abort_queued(run_id, now, why="it had not begun")
            asking = self._store.runs.settle(run_id, RunState.ASKING, RunState.RUNNING, now)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        if asking:
            self._execution.go_on(run_id, RunState.RUNNING)
        self._execution.cut(run_id)
        self._execution.start_runs()
        self._context.show(proposal.subject)
        return run

    def undo(self, run_id: str, person: str, *, event: str) -> None:
        """Takes back what the run did, as its plan says. Raises as `settle` does, and Locked when another run works on
        the same thing now."""
        _, proposal = self._allowed(run_id, person)
        if self._context.observe:
            raise ObserveMode
        with self._store.atomic():
            now = self._context.now()
            run = self._execution.find(run_id)
            begun_since = any(
                self._store.runs.run_of(each.id) is not None
                for each in self._store.proposals.proposals_of(proposal.subject)
                if each.id > proposal.id
            )
            if not progress_of(proposal.plan, run.steps).to_undo or begun_since:
                raise Gone("undo")
            may_be = (RunState.SUCCEEDED, RunState.FAILED, RunState.ABORTED, RunState.UNKNOWN, RunState.ASKING)
            if run.state not in may_be:
                raise AlreadyDecided
            if not self._store.runs.claim_undo(run_id, *may_be):
                raise Locked
            self._store.timeline.append(now, person, "undo asked for", proposal.subject, {"run": run_id})
            self._store.inbox.finish_event(event, now)
        self._execution.go_on(run_id, RunState.UNDOING)
        self._context.show(proposal.subject)

    def pause(self, person: str, why: str) -> bool:
        """No run is started until somebody lets it go on. Raises NotAllowed. False: it is paused already."""
        self._member(person)
        with self._store.atomic():
            if not self._store.pauses.begin_pause(person, why, self._context.now()):
                return False
            self._store.timeline.append(self._context.now(), person, "paused", PAUSE, {"why": why})
        self._show_queue()
        return True

    def resume(self, person: str) -> bool:
        """Raises NotAllowed. False: nothing is paused."""
        self._member(person)
        with self._store.atomic():
            if not self._store.pauses.end_pause(person, self._context.now()):
                return False
            self._store.timeline.append(self._context.now(), person, "resumed", PAUSE)
        self._execution.start_runs()
        self._show_queue()
        return True

    def _member(self, person: str) -> None:
        """The brake is for everybody who has a part in the team."""
        if not self._context.roles_of(person):
            raise NotAllowed

    def _show_queue(self) -> None:
        self._context.show(PAUSE)
        for run in self._store.runs.runs_in(RunState.QUEUED):
            self._context.show(self._execution.proposal_of(run).subject)

    def _allowed(self, run_id: str, person: str, *, asker_too: bool = False) -> tuple[Run, Proposal]:
        run = self._execution.find(run_id)
        proposal = self._execution.proposal_of(run)
        roles = self._context.roles_of(person)  # may ask Slack, so not within a transaction
        if not may_settle(proposal, person, roles, self._context.team().emergency.roles, asker_too=asker_too):
            raise NotAllowed
        return run, proposal
