"""What a message in a watched channel leads to: an alert begins, goes on, is over, or drowns in a storm.

Whatever a message changes and that it is dealt with are one transaction: it counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.alerts import read_alert
from bot.alerts.message import Message
from bot.context import Context
from bot.errors import AlreadyDecided, Gone
from bot.incidents.opening import is_grave, joined, open_for
from bot.model import BOT, Alert, AlertStatus, ProposalState
from bot.proposing import Proposing, age_of
from bot.store.alerts import StoredAlert
from bot.store.storms import Storm
from bot.storming import Storming

SILENCE = timedelta(days=1)  # an open alert of which nothing was heard for so long is over


@dataclass
class _Changes:
    """What is to be shown and begun once the transaction is written."""

    shown: list[str] = field(default_factory=list)
    answered: str | None = None


class Alerting:
    def __init__(
        self, context: Context, proposing: Proposing, storming: Storming, ask_for_opinion: Callable[[str], None]
    ) -> None:
        self._context = context
        self._store = context.store
        self._proposing = proposing
        self._ask_for_opinion = ask_for_opinion
        self._storming = storming

    def on_message(self, message: Message, event: str, *, calls_for_us: bool = True) -> None:
        """A message in a watched channel. `calls_for_us` is False for people's chat among themselves."""
        alert = read_alert(message)
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            if message.is_reply or not calls_for_us:
                pass
            elif alert.status is AlertStatus.RESOLVED:
                self._resolved(alert.fingerprint, message.poster, message.ts, now, changes)
            elif alert.status is AlertStatus.FIRING and age_of(message.ts, now) <= SILENCE:
                # What began so long ago is history, and an end of it is not.
                self._fired(alert, message, message.ts, now, changes)
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    def on_edit(self, message: Message, before: Message | None, edited: str, event: str) -> None:
        """A tool has edited its message, at the ts `edited`: some say only so that something is over, or back.

        `before` is what it said until then, where that is known.
        """
        alert = read_alert(message)
        was = read_alert(before).status if before is not None else None
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            known = self._store.alerts.alert_of_message(message.channel, message.ts)
            if message.is_reply:
                pass
            elif alert.status is AlertStatus.RESOLVED:
                fingerprint = known.alert.fingerprint if known else alert.fingerprint
                self._store.alerts.note_recovery(_place(message), message.poster, edited)
                self._resolved(fingerprint, message.poster, edited, now, changes)
            elif alert.status is AlertStatus.FIRING and age_of(edited, now) <= SILENCE:
                # History does not tell what the message said before; that it had said so is known from then.
                ended_here = self._store.alerts.was_over(_place(message), message.poster, edited)
                said_over = was is AlertStatus.RESOLVED or (before is None and ended_here)
                if known is None or (known.resolved is not None and said_over):
                    self._fired(alert, message, edited, now, changes)
                else:
                    self._reworded(known, alert, now, changes)
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    def respond(self, message: Message, person: str, event: str) -> None:
        """Somebody asks for an answer to this message, whatever it says; one to a reply stands in its thread.

        Raises AlreadyDecided when it has one, and Gone when it is over.
        """
        message = replace(message, ts=message.thread_ts or message.ts, thread_ts=None)
        alert = read_alert(message)
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            known = self._store.alerts.alert_of_message(message.channel, message.ts)
            known = known or self._store.alerts.open_alert_of(alert.fingerprint, message.poster)
            if alert.status is AlertStatus.RESOLVED or (known is not None and known.resolved is not None):
                raise Gone("resolved")
            if known is not None and known.storm is None:
                raise AlreadyDecided
            if known is not None:
                self._store.storms.join(known.id, None)
                self._store.timeline.append(now, person, "taken out of the storm", known.id)
                changes.shown += [known.id, known.storm or known.id]
            else:
                known = self._begin(replace(alert, status=AlertStatus.FIRING), message, message.ts, now)
                self._store.timeline.append(now, person, "asked for an answer", known.id)
                if is_grave(known):
                    open_for(self._store, known, now)
                changes.shown.append(known.id)
            self._propose(known, now, changes, asked_by=person)
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    # -- within the transaction ---

    def _fired(self, alert: Alert, message: Message, at: str, now: datetime, changes: _Changes) -> None:
        """`at`: the ts when it was said, later than the message's own where that was edited."""
        over = self._end_episode(alert.fingerprint, message.poster, at, now)
        if over is not None:
            changes.shown.append(over.id)
        known = self._store.alerts.open_alert_of(alert.fingerprint, message.poster)
        if known is not None and (known.channel, known.ts) == (message.channel, at):
            return  # its edit was delivered before it, and has been answered
        if known is not None:
            self._store.alerts.count_once_more(known.id, at, now)
            self._grown_worse(known, alert, now, changes)
            changes.shown.append(known.storm or known.id)
        elif not any(
            self._store.alerts.is_over(each, message.poster, at) for each in (alert.fingerprint, _place(message))
        ):
            # Else its end was posted later and is known already: it is no news.
            self._answer(self._begin(alert, message, at, now), now, changes, by_person=message.by_person)

    def _reworded(self, known: StoredAlert | None, alert: Alert, now: datetime, changes: _Changes) -> None:
        """Slack itself edits messages too, when it unfolds their links: more words are no second firing."""
        if known is None or known.resolved is not None or alert.fingerprint != known.alert.fingerprint:
            return
        if alert != known.alert:
            self._grown_worse(known, alert, now, changes)
            self._store.alerts.read_again(known.id, alert)
            changes.shown.append(known.id)

    def _begin(self, alert: Alert, message: Message, at: str, now: datetime) -> StoredAlert:
        hurried = self._store.storms.storm_now() is not None
        classification = self._context.classify(alert, hurried=hurried)
        stored = self._store.alerts.open_alert(
            alert, classification, message.poster, message.channel, message.ts, now, said=at
        )
        self._store.timeline.append(now, message.poster, "alert fired", stored.id, {"name": alert.name})
        return stored

    def _answer(self, alert: StoredAlert, now: datetime, changes: _Changes, *, by_person: bool) -> None:
        """A new alert has a card, a proposal, and if it is grave an incident.

        In a storm only the grave ones have, and what people report.
        """
        storm, shown = self._storming.storm_of(alert, now)
        changes.shown += shown
        if storm is not None and not is_grave(alert) and not by_person:
            return
        if storm is not None and by_person:
            self._store.storms.join(alert.id, None)
        self._coordinate(alert, storm, now)
        changes.shown.append(alert.id)
        self._propose(alert, now, changes)

    def _grown_worse(self, known: StoredAlert, alert: Alert, now: datetime, changes: _Changes) -> None:
        """One that is said to be worse than before is so from now on; it does not get better until it is over."""
        classification = self._context.classify(alert)
        if classification.severity >= known.classification.severity:
            return
        self._store.alerts.read_again(known.id, alert)
        worse = self._store.alerts.classify_again(known.id, classification)
        self._store.timeline.append(
            now, known.poster, "alert grew worse", known.id, {"severity": classification.severity}
        )
        if is_grave(worse):
            storm = self._store.storms.find_storm(worse.storm) if worse.storm else None
            self._coordinate(worse, storm, now)
            changes.shown.append(worse.id)
            self._propose(worse, now, changes)

    def _coordinate(self, alert: StoredAlert, storm: Storm | None, now: datetime) -> None:
        if is_grave(alert) and storm is not None and storm.ended is None:
            self._storming.join_incident(alert, storm, now)
        elif is_grave(alert):
            open_for(self._store, alert, now)
        else:
            joined(self._store, alert, now)

    def _propose(self, alert: StoredAlert, now: datetime, changes: _Changes, asked_by: str | None = None) -> None:
        if self._store.proposals.latest_proposal(alert.id) is None:
            self._proposing.propose_for_alert(alert.id, now, asked_by=asked_by)
        changes.answered = alert.id

    def _resolved(self, fingerprint: str, poster: str, ts: str, now: datetime, changes: _Changes) -> None:
        self._store.alerts.note_recovery(fingerprint, poster, ts)
        over = self._store.alerts.resolve_alert(fingerprint, poster, ts, now)
        if over is not None:
            self._store.timeline.append(now, poster, "alert resolved", over.id)
            self._withdraw(over, now)
            changes.shown += [over.id] + ([over.storm] if over.storm else [])

    def _end_episode(self, fingerprint: str, poster: str, ts: str, now: datetime) -> StoredAlert | None:
        """Trouble that fires again after a run for it ended, or after a day of silence, is news and no repetition.

        Not every tool says that something is over, and people hardly ever do.
        """
        known = self._store.alerts.open_alert_of(fingerprint, poster)
        if known is None:
            return None
        proposal = self._store.proposals.latest_proposal(known.id)
        run = self._store.runs.run_of(proposal.id) if proposal else None
        if (run is None or run.ended is None) and now - known.last <= SILENCE:
            return None
        self._store.alerts.resolve_alert(fingerprint, poster, ts, now)
        self._store.timeline.append(now, BOT, "alert fired anew", known.id)
        self._withdraw(known, now)
        return known

    def _withdraw(self, alert: StoredAlert, now: datetime) -> None:
        """The trouble is over: what was not decided is no longer offered, and what has not begun does not begin."""
        proposal = self._store.proposals.latest_proposal(alert.id)
        run = self._store.runs.run_of(proposal.id) if proposal else None
        if run and self._store.runs.abort_queued(run.id, now, why="the alert was over before it began"):
            self._store.timeline.append(now, BOT, "run aborted", alert.id, {"run": run.id})
        if proposal and self._store.proposals.close_proposal(proposal.id, ProposalState.SUPERSEDED):
            self._store.timeline.append(now, BOT, "proposal withdrawn", alert.id, {"proposal": proposal.id})

    # -- after the transaction ---

    def _show(self, changes: _Changes) -> None:
        for subject in dict.fromkeys(changes.shown):
            self._context.show(subject)
        if changes.answered is not None:
            self._proposing.start_checks(changes.answered)
            self._ask_for_opinion(changes.answered)


def _place(message: Message) -> str:
    """The message, by which its own edits are known."""
    return f"{message.channel}:{message.ts}"
