"""The story: what happens on an alert, a decision, a finished run, a resolve.

Each method changes the record in one transaction and then asks the screen to show it. What runs is done elsewhere
(`bot/runbooks`), who may decide is decided elsewhere (`bot/approval.py`); this file only says what follows what.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.alerting import Alerting
from bot.classify.language_model import LanguageModel
from bot.context import Context
from bot.coordinating import Coordinating
from bot.covering import Covering
from bot.deciding import Deciding
from bot.escalating import Escalating
from bot.execution import Execution
from bot.following_up import FollowingUp
from bot.incidents.opening import CLIMB, TELL
from bot.interventions import Interventions
from bot.model import BOT, ProposalState, RunState
from bot.proposing import Proposing
from bot.reviewing import Reviewing
from bot.schedules import Schedules
from bot.second_opinions import SecondOpinions
from bot.silencing import LOOK, Silencing
from bot.storming import Storming
from bot.updating import Updating

log = structlog.get_logger()


_REDRAW = timedelta(days=1)  # how far back cards are drawn anew after a start


class Part(Protocol):
    """What has timers of its own. `kinds` are theirs."""

    kinds: Collection[str]

    def on_time(self, kind: str, subject: str, now: datetime) -> str | None:
        """To be called in the transaction that claims the timer. Gives what to show."""

    def plan_ahead(self, now: datetime) -> None:
        """Sets timers for what has come to be known; called at the start and every minute."""

    def stop(self) -> None:
        """Returns when nothing of it runs any more."""


class Flow:
    def __init__(self, context: Context, model: LanguageModel | None = None, also: Sequence[Part] = ()) -> None:
        """`also`: parts of the story that are told elsewhere and have timers of their own."""
        self._also = also
        self._context = context
        self._store = context.store
        self.execution = Execution(context)
        self.interventions = Interventions(context, self.execution)
        self.proposing = Proposing(context, self.execution.start_runs)
        self.deciding = Deciding(context, self.proposing, self.execution.start_runs)
        self._opinions = SecondOpinions(context, self.proposing, model)
        self.storming = Storming(context)
        self.alerting = Alerting(context, self.proposing, self.storming, self._opinions.ask)
        self.coordinating = Coordinating(context)
        self.escalating = Escalating(context)
        self.updating = Updating(context)
        self.reviewing = Reviewing(context)
        self.following_up = FollowingUp(context)
        self.silencing = Silencing(context)
        self.covering = Covering(context)
        self._schedules = Schedules(context, self.proposing)

    # -- time, start and stop ---

    def on_timer(self, kind: str, subject: str) -> None:
        """A timer that is due: claimed and acted on in one transaction, so that it acts once and a crash loses none."""
        changed: str | None = None
        unanswered: RunState | None = None
        with self._store.atomic():
            now = self._context.now()
            if not self._store.timers.claim_timer(kind, subject, now):
                return
            match kind:
                case "expire":
                    changed = self._expire(subject, now)
                case "ask":
                    unanswered = self.interventions.unanswered(subject)
                case "storm":
                    changed = self.storming.watch(subject, now)
                case "update":
                    changed = self.updating.on_time(subject, now)
                case "escalate":
                    changed = self.escalating.climb(subject, now)
                case "postmortem":
                    changed = self.reviewing.look_back(subject, now)
                case "postmortem-reminder":
                    changed = self.reviewing.remind(subject, now)
                case "schedule":
                    changed = self._schedules.due(subject, now)
                case "cover":
                    changed = self.covering.on_time(subject, now)
                case _:
                    for part in self._also:
                        if kind in part.kinds:
                            changed = part.on_time(kind, subject, now)
        if unanswered is not None:
            self.execution.go_on(subject, unanswered)
        if kind == "schedule" and changed is not None:
            self.proposing.start_checks(changed)
        if kind == LOOK:
            self.silencing.look_soon(subject)
        if kind == "rest":
            self.execution.start_runs()
        if kind in {CLIMB, TELL}:
            self._context.deliver()
        if changed is not None:
            self._context.show(changed)

    def _expire(self, proposal_id: str, now: datetime) -> str | None:
        proposal = self._store.proposals.find_proposal(proposal_id)
        if proposal is None or not self._store.proposals.close_proposal(proposal_id, ProposalState.EXPIRED):
            return None
        self._store.timeline.append(now, BOT, "expired", proposal.subject, {"proposal": proposal_id})
        return proposal.subject

    def plan_ahead(self) -> None:
        """Sets the timers of what files ask for; to be called now and then, since files change."""
        self._schedules.plan_ahead(self._context.now())
        for part in self._also:
            part.plan_ahead(self._context.now())

    def recover(self) -> None:
        """After a start: checks that were cut run again, runs go on or become unknown, and every open card is drawn."""
        self.proposing.recover()
        self.execution.recover()
        self.silencing.recover()
        for incident in self._store.incidents.open_incidents():  # also those of a version without a ladder
            for kind in (CLIMB, TELL):
                self._store.timers.add_timer(kind, incident.id, self._context.now())
        # Whatever changed lately is drawn anew: a crash may have come between a change and its card.
        changed = self._store.timeline.subjects_since(self._context.now() - _REDRAW)
        waiting = self._store.runs.runs_in(
            RunState.QUEUED, RunState.RUNNING, RunState.ASKING, RunState.UNDOING, RunState.VERIFYING, RunState.UNKNOWN
        )
        changed |= {self.execution.proposal_of(run).subject for run in waiting}
        for subject in sorted(changed | {alert.id for alert in self._store.alerts.open_alerts()}):
            self._context.show(subject)

    def stop(self, grace: float = 10.0) -> None:
        """What runs has `grace` seconds to end. Returns when all is ended and journaled; checks run again next time."""
        for part in self._also:
            part.stop()
        self._opinions.stop()
        self.silencing.stop()
        self.proposing.stop()
        self.execution.stop(grace)
