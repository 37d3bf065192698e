"""How an alert or a request stands: all that its card tells, gathered from the store in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.correlate import FLAPPING_WITHIN
from bot.model import Entry, Incident, Pause, Proposal, Request, Run, RunState, Silence
from bot.runbooks.progress import progress_of
from bot.store import Store
from bot.store.alerts import StoredAlert

_SAID = ("settled", "answered", "aborted", "undo asked for")


@dataclass(frozen=True)
class Earlier:
    """A proposal that a fresh one took the place of, after people had decided on it."""

    proposal: Proposal
    run: Run | None


@dataclass(frozen=True)
class Waiting:
    """Why a queued run does not start: a run that holds its lock or has its turn before, a rest, or a pause."""

    run: Run | None
    by: str  # who let that run go ahead: a Slack user, or the bot
    rests: datetime | None
    pause: Pause | None


@dataclass(frozen=True)
class Standing:
    """`alert` or `request` is what it is about."""

    subject: str
    alert: StoredAlert | None
    request: Request | None
    proposal: Proposal | None
    run: Run | None
    waiting: Waiting | None
    said: tuple[Entry, ...]  # what people said of the run: answers, aborts, what became of an unknown step
    earlier: tuple[Earlier, ...]
    undoable: Run | None  # an earlier run that can still be taken back, as none was begun since
    fired_anew: bool  # over, because the same trouble came again and has a card of its own
    incident: Incident | None
    episodes: int = 1  # how often the alert began of late, this time included
    silences: tuple[Silence, ...] = ()  # that were made, the oldest first

    @property
    def hindrance(self) -> str:
        """Why its runbook could not become a plan."""
        found = self.alert or self.request
        return found.hindrance if found else ""

    @property
    def runbook(self) -> str | None:
        """The id of the runbook that fits, or that was chosen."""
        if self.request is not None:
            return self.request.runbook
        return self.alert.classification.runbook if self.alert else None

    @property
    def over(self) -> bool:
        return self.alert is not None and self.alert.resolved is not None


def standing_of(store: Store, subject: str, now: datetime) -> Standing | None:
    """None when the store holds no such alert or request."""
    alert = store.alerts.find_alert(subject)
    request = store.requests.find_request(subject) if alert is None else None
    if alert is None and request is None:
        return None
    proposals = store.proposals.proposals_of(subject)
    proposal = proposals[-1] if proposals else None
    run = store.runs.run_of(proposal.id) if proposal else None
    entries = store.timeline.entries(subject)
    return Standing(
        subject=subject,
        alert=alert,
        request=request,
        proposal=proposal,
        run=run,
        waiting=_waiting(store, proposal, run, now) if proposal and run else None,
        said=tuple(each for each in entries if each.what.startswith(_SAID) and run and each.data.get("run") == run.id),
        earlier=tuple(Earlier(each, store.runs.run_of(each.id)) for each in proposals[:-1] if each.decisions),
        undoable=_undoable(store, proposals[:-1]) if run is None else None,
        fired_anew=any(each.what == "alert fired anew" for each in entries),
        incident=store.incidents.incident_of(subject),
        episodes=store.alerts.episodes(alert, alert.first - FLAPPING_WITHIN) if alert else 1,
        silences=tuple(store.silences.silences_of(subject)) if alert else (),
    )


def _undoable(store: Store, earlier: Sequence[Proposal]) -> Run | None:
    for proposal in reversed(earlier):
        run = store.runs.run_of(proposal.id)
        if run is not None:
            may_be = run.state.over and run.state is not RunState.UNDONE
            return run if may_be and progress_of(proposal.plan, run.steps).to_undo else None
    return None


def _waiting(store: Store, proposal: Proposal, run: Run, now: datetime) -> Waiting | None:
    if run.state is not RunState.QUEUED:
        return None
    other = (store.runs.lock_holder(run.lock) or store.runs.before_in_queue(run)) if run.lock else None
    rests = store.runs.rests_until(run.lock, proposal.plan.cooldown, now) if run.lock else None
    theirs = store.proposals.find_proposal(other.proposal) if other else None
    by = theirs.decisions[-1].person if theirs and theirs.decisions else ""
    return Waiting(other, by, rests, store.pauses.pause())
