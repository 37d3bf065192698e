"""The story: what happens on an alert, a decision, a finished run, a resolve.

Each method changes the record in one transaction and then asks the screen to show it. What runs is done elsewhere
(`bot/runbooks`), who may decide is decided elsewhere (`bot/approval.py`); this file only says what follows what.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.alerts import read_alert
from bot.alerts.message import Message
from bot.approval import may_decide, missing_approvals
from bot.classify.weigh import classify
from bot.clock import utc_now
from bot.errors import AlreadyDecided, Gone, NotAllowed, PlanChanged, PlanError
from bot.execution import BOT, Execution
from bot.incidents.lifecycle import NEXT
from bot.model import (
    AlertStatus,
    Decision,
    IncidentState,
    Proposal,
    ProposalState,
    Severity,
)
from bot.runbooks.plan import fill, seal
from bot.runbooks.run import check
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.store import Store
from bot.store.alerts import StoredAlert
from bot.team import Team

log = structlog.get_logger()


_SILENCE = timedelta(days=1)  # an open alert of which nothing was heard for so long is over
_REDRAW = timedelta(days=1)  # how far back cards are drawn anew after a start


class Screen(Protocol):
    """Whatever shows people how things stand: told which alert or incident changed, it reads the record and draws."""

    def changed(self, subject: str) -> None: ...


class Flow:
    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        team: Team,
        surroundings: Surroundings,
        screen: Screen,
        *,
        roles_of: Callable[[str], Collection[str]],
        observe: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`roles_of` tells which of the team's roles a Slack user holds at this moment."""
        self._store = store
        self._shelf = shelf
        self._team = team
        self._surroundings = surroundings
        self._screen = screen
        self._roles_of = roles_of
        self._observe = observe
        self._now = now
        self._checks = ThreadPoolExecutor(8, "check")
        self._cut = threading.Event()
        self.execution = Execution(store, surroundings, screen.changed, roles_of=roles_of, observe=observe, now=now)

    # -- alerts ---

    def on_message(self, message: Message, event: str) -> None:
        """A message in an alerts channel. The change and the end of the event are one transaction: it counts once."""
        alert = read_alert(message)
        fresh: StoredAlert | None = None
        changed: StoredAlert | None = None
        ended: StoredAlert | None = None
        with self._store.atomic():
            now = self._now()
            if alert.status is AlertStatus.FIRING and not message.is_reply:
                classification = classify(alert, self._shelf.library(), self._team.policy)
                ended = self._end_episode(alert.fingerprint, message.poster, message.ts, now)
                changed, is_new = self._store.alerts.open_alert(
                    alert, classification, message.poster, message.channel, message.ts, now
                )
                if is_new:
                    fresh = changed
                    self._store.timeline.append(now, message.poster, "alert fired", changed.id, {"name": alert.name})
                    self._open_incident(changed, now)
                    self._propose(changed, now)
                elif classification.severity < changed.classification.severity:
                    changed = self._store.alerts.classify_again(changed.id, classification)
                    self._store.timeline.append(
                        now, message.poster, "alert grew worse", changed.id, {"severity": classification.severity}
                    )
                    if self._store.incidents.incident_of(changed.id) is None:
                        self._open_incident(changed, now)
            elif alert.status is AlertStatus.RESOLVED and not message.is_reply:
                changed = self._store.alerts.resolve_alert(alert.fingerprint, message.poster, message.ts, now)
                if changed is not None:
                    self._store.timeline.append(now, message.poster, "alert resolved", changed.id)
                    self._withdraw(changed, now)
            self._store.inbox.finish_event(event, now)
        for each in (changed, ended):
            if each is not None:
                self._screen.changed(each.id)
        if fresh is not None:
            self._start_checks(fresh.id)

    def _end_episode(self, fingerprint: str, poster: str, ts: str, now: datetime) -> StoredAlert | None:
        """Trouble that fires again after a run for it ended, or after a day of silence, is news and no repetition.

        Not every tool says that something is over, and people hardly ever do.
        """
        known = self._store.alerts.open_alert_of(fingerprint, poster)
        if known is None:
            return None
        proposal = self._store.proposals.latest_proposal(known.id)
        run = self._store.runs.run_of(proposal.id) if proposal else None
        if (run is None or run.ended is None) and now - known.last <= _SILENCE:
            return None
        self._store.alerts.resolve_alert(fingerprint, poster, ts, now)
        self._store.timeline.append(now, BOT, "alert fired anew", known.id)
        self._withdraw(known, now)
        return known

    def _open_incident(self, alert: StoredAlert, now: datetime) -> None:
        if alert.classification.severity > Severity.P1:
            return
        title = alert.alert.summary.splitlines()[0][:150] if alert.alert.summary else alert.alert.name
        incident = self._store.incidents.open_incident(title, alert.classification.severity, alert.id, now)
        self._store.timeline.append(now, BOT, "incident opened", incident.id, {"number": incident.number})

    def _withdraw(self, alert: StoredAlert, now: datetime) -> None:
        """The trouble is over: what was not decided is no longer offered, and what has not begun does not begin."""
        proposal = self._store.proposals.latest_proposal(alert.id)
        run = self._store.runs.run_of(proposal.id) if proposal else None
        if run and self._store.runs.abort_queued(run.id, now, why="the alert was over before it began"):
            self._store.timeline.append(now, BOT, "run aborted", alert.id, {"run": run.id})
        if proposal and self._store.proposals.close_proposal(proposal.id, ProposalState.SUPERSEDED):
            self._store.timeline.append(now, BOT, "proposal withdrawn", alert.id, {"proposal": proposal.id})

    # -- proposals ---

    def _propose(self, alert: StoredAlert, now: datetime) -> Proposal | None:
        """A sealed plan for the alert's runbook, or None: none fits, it has no steps, or a value is missing."""
        runbook = self._shelf.library().runbooks.get(alert.classification.runbook or "")
        if runbook is None or not runbook.steps:
            return None
        try:
            params = fill(runbook, alert.alert, {})
            plan = seal(runbook, params, self._shelf.folder)
        except PlanError as error:
            self._store.alerts.hinder(alert.id, str(error))
            return None
        self._store.alerts.hinder(alert.id, "")
        asked_by = alert.poster
        proposal = self._store.proposals.propose(alert.id, plan, params, asked_by, now)
        self._store.timeline.append(
            now, BOT, "proposed", alert.id, {"proposal": proposal.id, "runbook": plan.runbook, "plan": plan.hash}
        )
        return proposal

    def _start_checks(self, alert: str) -> None:
        proposal = self._store.proposals.latest_proposal(alert)
        if proposal is not None and proposal.state is ProposalState.CHECKING:
            self._checks.submit(self._check, proposal)

    def _check(self, proposal: Proposal) -> None:
        """The edge of the thread: a proposal whose checks cannot be run is not offered, and the card says why."""
        try:
            self._gather_evidence(proposal)
        except Exception as error:
            log.exception("checks broke off", proposal=proposal.id)
            with self._store.atomic():
                self._store.proposals.close_proposal(proposal.id, ProposalState.SUPERSEDED)
                self._store.alerts.hinder(proposal.alert, f"its checks could not be run ({error})")
            self._screen.changed(proposal.alert)

    def _gather_evidence(self, proposal: Proposal) -> None:
        """Read-only: what the checks say is the evidence, and only then may anyone decide."""
        readings = check(proposal.plan, self._surroundings, stop=self._cut)
        if self._cut.is_set():  # the bot is stopping; they run again after the next start
            return
        with self._store.atomic():
            now = self._now()
            expires = now + timedelta(seconds=proposal.plan.approval.expires)
            if self._store.proposals.offer(proposal.id, readings, expires):
                self._store.timers.set_timer("expire", proposal.id, expires)
        self._screen.changed(proposal.alert)

    def check_again(self, alert: str, person: str, *, event: str) -> None:
        """A fresh proposal, sealed anew. Raises Gone when the alert is over or a run of it is under way.

        One that people are about to decide is replaced only by those who may decide it: else NotAllowed.
        """
        roles = self._roles_of(person)
        with self._store.atomic():
            now = self._now()
            stored = self._store.alerts.find_alert(alert)
            if stored is None or stored.resolved is not None:
                raise Gone("resolved")
            latest = self._store.proposals.latest_proposal(alert)
            run = self._store.runs.run_of(latest.id) if latest else None
            if run is not None and run.ended is None:
                raise Gone("running")
            waiting = latest is not None and latest.state is ProposalState.WAITING
            if latest is not None and waiting and not set(roles) & set(latest.plan.approval.roles):
                raise NotAllowed
            library = self._shelf.library()
            stored = self._store.alerts.classify_again(alert, classify(stored.alert, library, self._team.policy))
            if self._propose(stored, now) is None and latest is not None:
                self._store.proposals.close_proposal(latest.id, ProposalState.SUPERSEDED)
            self._store.timeline.append(now, person, "checked again", alert)
            self._store.inbox.finish_event(event, now)
        self._screen.changed(alert)
        self._start_checks(alert)

    # -- decisions ---

    def decide(self, proposal_id: str, person: str, *, approve: bool, reason: str = "", event: str) -> Proposal:
        """One person's word; the click is done with in the same transaction.

        Raises the ApprovalError that says why it does not count, or Gone.
        """
        roles = self._roles_of(person)  # may ask Slack, so not within the transaction
        with self._store.atomic():
            proposal = self._may_decide(proposal_id, person, roles, approve=approve)
            if approve and self._changed_since(proposal):
                raise PlanChanged
            now = self._now()
            if not self._store.proposals.decide(proposal_id, Decision(person, approve, reason, now)):
                raise AlreadyDecided
            what = "approved" if approve else "rejected"
            self._store.timeline.append(
                now,
                person,
                what,
                proposal.alert,
                {"proposal": proposal.id, "plan": proposal.plan.hash, "reason": reason},
            )
            proposal = self._proposal(proposal_id)
            if not approve:
                self._store.proposals.close_proposal(proposal_id, ProposalState.REJECTED)
            elif missing_approvals(proposal) == 0:
                self._store.proposals.close_proposal(proposal_id, ProposalState.APPROVED)
                run = self._store.runs.queue_run(proposal_id, proposal.plan.lock, now)
                self._store.timeline.append(now, BOT, "queued", proposal.alert, {"run": run})
            self._store.inbox.finish_event(event, now)
        self.execution.start_runs()
        self._screen.changed(proposal.alert)
        return self._proposal(proposal_id)

    def may_reject(self, proposal_id: str, person: str) -> None:
        """Asked before the reason is. Raises as `decide` does."""
        self._may_decide(proposal_id, person, self._roles_of(person), approve=False)

    def _may_decide(self, proposal_id: str, person: str, roles: Collection[str], *, approve: bool) -> Proposal:
        proposal = self._proposal(proposal_id)
        may_decide(
            proposal,
            person,
            approve=approve,
            roles=roles,
            now=self._now(),
            own_allowed=self._team.self_approval,
            observe=self._observe,
        )
        return proposal

    def _changed_since(self, proposal: Proposal) -> bool:
        """Whether the files now give another plan than the one that was shown."""
        alert = self._store.alerts.find_alert(proposal.alert)
        runbook = self._shelf.library().runbooks.get(proposal.plan.runbook)
        if runbook is None or alert is None:
            return True
        try:
            return seal(runbook, fill(runbook, alert.alert, {}), self._shelf.folder).hash != proposal.plan.hash
        except PlanError:
            return True

    def _proposal(self, proposal_id: str) -> Proposal:
        proposal = self._store.proposals.find_proposal(proposal_id)
        if proposal is None:
            raise Gone("proposal")
        return proposal

    # -- incidents ---

    def move_incident(
        self, incident_id: str, person: str, state: IncidentState, said: dict[str, str], *, event: str
    ) -> None:
        """A person changes an incident's state. Raises Gone, or AlreadyDecided when it is past that state."""
        with self._store.atomic():
            incident = self._store.incidents.find_incident(incident_id)
            if incident is None:
                raise Gone("incident")
            if state not in NEXT[incident.state]:
                raise AlreadyDecided
            self._store.incidents.move_incident(incident_id, incident.state, state, self._now())
            self._store.timeline.append(self._now(), person, f"incident {state.value}", incident_id, said)
            self._store.inbox.finish_event(event, self._now())
        self._screen.changed(incident_id)

    # -- time, start and stop ---

    def on_timer(self, kind: str, subject: str) -> None:
        """A timer that is due: claimed and acted on in one transaction, so that it acts once and a crash loses none."""
        proposal = self._store.proposals.find_proposal(subject) if kind == "expire" else None
        with self._store.atomic():
            now = self._now()
            if not self._store.timers.claim_timer(kind, subject, now) or proposal is None:
                return
            if not self._store.proposals.close_proposal(subject, ProposalState.EXPIRED):
                return
            self._store.timeline.append(now, BOT, "expired", proposal.alert, {"proposal": subject})
        self._screen.changed(proposal.alert)

    def recover(self) -> None:
        """After a start: checks that were cut run again, runs go on or become unknown, and every open card is drawn."""
        for proposal in self._store.proposals.open_proposals():
            if proposal.state is ProposalState.CHECKING:
                self._checks.submit(self._check, proposal)
        self.execution.recover()
        # Whatever changed lately is drawn anew: a crash may have come between a change and its card.
        changed = self._store.timeline.subjects_since(self._now() - _REDRAW)
        for subject in sorted(changed | {alert.id for alert in self._store.alerts.open_alerts()}):
            self._screen.changed(subject)

    def stop(self, grace: float = 10.0) -> None:
        """What runs has `grace` seconds to end. Returns when all is ended and journaled; checks run again next time."""
        self._cut.set()
        self._checks.shutdown(wait=True, cancel_futures=True)
        self.execution.stop(grace)
