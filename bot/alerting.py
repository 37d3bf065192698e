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
from bot.execution import BOT
from bot.model import Alert, AlertStatus, Category, IncidentState, ProposalState, Severity
from bot.proposing import Proposing
from bot.store.alerts import StoredAlert
from bot.store.storms import Storm

_SILENCE = timedelta(days=1)  # an open alert of which nothing was heard for so long is over


@dataclass
class _Changes:
    """What is to be shown and begun once the transaction is written."""

    shown: list[str] = field(default_factory=list)
    answered: str | None = None


class Alerting:
    def __init__(self, context: Context, proposing: Proposing, ask_for_opinion: Callable[[str], None]) -> None:
        self._context = context
        self._store = context.store
        self._proposing = proposing
        self._ask_for_opinion = ask_for_opinion

    def on_message(self, message: Message, event: str, *, calls_for_us: bool = True) -> None:
        """A message in a watched channel. `calls_for_us` is False for people's chat among themselves."""
        alert = read_alert(message)
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            if message.is_reply or not calls_for_us:
                pass
            elif alert.status is AlertStatus.FIRING:
                self._fired(alert, message, now, changes)
            elif alert.status is AlertStatus.RESOLVED:
                self._resolved(alert, message.poster, message.ts, now, changes)
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    def on_edit(self, message: Message, edited: str, event: str) -> None:
        """A tool has edited its message, at the ts `edited`: some say only so that something is over."""
        alert = read_alert(message)
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            known = self._store.alerts.alert_of_message(message.channel, message.ts)
            if message.is_reply:
                pass
            elif alert.status is AlertStatus.RESOLVED:
                fingerprint = known.alert.fingerprint if known else alert.fingerprint
                self._resolved(alert, message.poster, edited, now, changes, fingerprint=fingerprint)
            elif alert.status is AlertStatus.FIRING and known is None:
                self._fired(alert, message, now, changes)
            elif alert.status is AlertStatus.FIRING and known is not None:
                self._reworded(known, alert, changes)
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    def respond(self, message: Message, person: str, event: str) -> None:
        """Somebody asks for an answer to this message, whatever it says; one to a reply stands in its thread.

        Raises AlreadyDecided when it has one.
        """
        message = replace(message, ts=message.thread_ts or message.ts, thread_ts=None)
        changes = _Changes()
        with self._store.atomic():
            now = self._context.now()
            known = self._store.alerts.alert_of_message(message.channel, message.ts)
            if known is not None and known.storm is None:
                raise AlreadyDecided
            if known is not None:
                self._store.storms.join(known.id, None)
                self._store.timeline.append(now, person, "taken out of the storm", known.id)
                changes.shown.append(known.id)
            else:
                alert = replace(read_alert(message), status=AlertStatus.FIRING)
                known = self._begin(alert, message, now)
                changes.shown.append(known.id)
                self._store.timeline.append(now, person, "asked for an answer", known.id)
            if self._store.proposals.latest_proposal(known.id) is None:
                self._proposing.propose_for_alert(known.id, now, asked_by=person)
            changes.answered = known.id
            self._store.inbox.finish_event(event, now)
        self._show(changes)

    def category_of(self, subject: str) -> Category:
        """What the alert is taken for. Raises Gone."""
        stored = self._store.alerts.find_alert(subject)
        if stored is None:
            raise Gone("alert")
        return stored.classification.category

    def correct_category(self, subject: str, person: str, category: Category, *, event: str) -> None:
        """A person says what it is about; so it is from now on, and a runbook that fits better takes its place.

        Raises Gone or NotAllowed as `Proposing.check_again` does.
        """
        self._proposing.may_replace(subject, person)
        with self._store.atomic():
            now = self._context.now()
            alert = self._proposing.alert_of(subject)
            if alert is None:
                raise Gone("alert")
            self._store.corrections.correct(alert.fingerprint, person, now, category=category)
            self._store.timeline.append(now, person, "category corrected", subject, {"category": category})
            self._proposing.renew(subject)
            self._store.inbox.finish_event(event, now)
        self._show(_Changes([subject], subject))

    def watch_storm(self, storm_id: str, now: datetime) -> str | None:
        """Whether it is over; to be called in the transaction that claims its timer. Gives what to show."""
        storm = self._store.storms.find_storm(storm_id)
        if storm is None or storm.ended is not None:
            return None
        rule = self._context.storm
        if rule.ends(self._store.alerts.posted_since(rule.before(f"{now.timestamp():.6f}"))):
            self._store.storms.end_storm(storm.id, now)
            self._store.timeline.append(now, BOT, "storm over", storm.id)
        else:
            self._store.timers.set_timer("storm", storm.id, now + rule.window)
        return storm.id

    # -- within the transaction ---

    def _fired(self, alert: Alert, message: Message, now: datetime, changes: _Changes) -> None:
        over = self._end_episode(alert.fingerprint, message.poster, message.ts, now)
        if over is not None:
            changes.shown.append(over.id)
        known = self._store.alerts.open_alert_of(alert.fingerprint, message.poster)
        if known is None and self._store.alerts.is_over(alert.fingerprint, message.poster, message.ts):
            return  # its end was posted later and is known already: it is no news
        if known is None:
            self._answer(self._begin(alert, message, now), now, changes)
            return
        classification = self._context.classify(alert)
        self._store.alerts.open_alert(
            alert, classification, message.poster, message.channel, message.ts, now
        )  # one more time
        if classification.severity < known.classification.severity:
            known = self._store.alerts.classify_again(known.id, classification)
            self._store.timeline.append(
                now, message.poster, "alert grew worse", known.id, {"severity": classification.severity}
            )
            if self._store.incidents.incident_of(known.id) is None:
                self._open_incident(known, now)
        changes.shown.append(known.storm or known.id)

    def _reworded(self, known: StoredAlert, alert: Alert, changes: _Changes) -> None:
        """Slack itself edits messages too, when it unfolds their links: more words are no second firing."""
        same = known.resolved is None and alert.fingerprint == known.alert.fingerprint
        if same and alert != known.alert:
            self._store.alerts.read_again(known.id, alert)
            changes.shown.append(known.id)

    def _begin(self, alert: Alert, message: Message, now: datetime) -> StoredAlert:
        hurried = self._store.storms.storm_now() is not None
        stored, _ = self._store.alerts.open_alert(
            alert, self._context.classify(alert, hurried=hurried), message.poster, message.channel, message.ts, now
        )
        self._store.timeline.append(now, message.poster, "alert fired", stored.id, {"name": alert.name})
        return stored

    def _answer(self, alert: StoredAlert, now: datetime, changes: _Changes) -> None:
        """A new alert has a card, a proposal, and if it is grave an incident; in a storm only the grave ones have."""
        storm = self._storm(alert, now, changes)
        grave = alert.classification.severity <= Severity.P1
        if storm is not None:
            changes.shown.append(storm.id)
            if grave:
                self._store.alerts.join_incident(alert.id, storm.incident)
            else:
                return
        elif grave:
            self._open_incident(alert, now)
        changes.shown.append(alert.id)
        self._proposing.propose_for_alert(alert.id, now)
        changes.answered = alert.id

    def _resolved(
        self,
        alert: Alert,
        poster: str,
        ts: str,
        now: datetime,
        changes: _Changes,
        *,
        fingerprint: str | None = None,
    ) -> None:
        fingerprint = fingerprint or alert.fingerprint
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
        if (run is None or run.ended is None) and now - known.last <= _SILENCE:
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

    # -- storms and incidents ---

    def _storm(self, alert: StoredAlert, now: datetime, changes: _Changes) -> Storm | None:
        """The storm that this new alert came in, or has just made."""
        storm = self._store.storms.storm_now()
        if storm is not None:
            self._store.storms.join(alert.id, storm.id)
            return storm
        after = self._context.storm.before(alert.ts)
        new = self._store.alerts.posted_since(after)
        if not self._context.storm.begins(new):
            return None
        storm = self._begin_storm(alert, after, new, now)
        # Cards that are not posted yet are taken back, and incidents that were merged are drawn as they are now.
        changes.shown += [storm.incident, *self._store.storms.alerts_in(storm.id)]
        return storm

    def _begin_storm(self, alert: StoredAlert, after: str, new: int, now: datetime) -> Storm:
        """One incident for all of it: the gravest that its alerts have opened so far, or else one of its own."""
        opened = self._store.incidents.opened_by_alerts_since(after)
        incident = opened[0] if opened else None
        if incident is None:
            incident = self._store.incidents.open_incident(f"{new} alerts at once", Severity.P1, None, now)
            self._store.timeline.append(now, BOT, "incident opened", incident.id, {"number": incident.number})
        for other in opened[1:]:
            self._store.incidents.move_incident(other.id, other.state, IncidentState.RESOLVED, now)
            self._store.timeline.append(now, BOT, "incident merged", other.id, {"into": f"INC-{incident.number}"})
            if other.alert is not None:
                self._store.alerts.join_incident(other.alert, incident.id)
        storm = self._store.storms.begin_storm(alert.channel, incident.id, after, now)
        self._store.timeline.append(now, BOT, "storm began", storm.id, {"alerts": new})
        self._store.timers.set_timer("storm", storm.id, now + self._context.storm.window)
        return storm

    def _open_incident(self, alert: StoredAlert, now: datetime) -> None:
        if alert.classification.severity > Severity.P1:
            return
        going_on = self._store.incidents.open_incident_of(alert.alert.fingerprint, alert.poster)
        if going_on is not None:  # it comes and goes, and nobody has closed what it led to
            self._store.alerts.join_incident(alert.id, going_on.id)
            self._store.timeline.append(now, BOT, "alert fired again", going_on.id, {"alert": alert.id})
            return
        title = alert.alert.summary.splitlines()[0][:150] if alert.alert.summary else alert.alert.name
        incident = self._store.incidents.open_incident(title, alert.classification.severity, alert.id, now)
        self._store.timeline.append(now, BOT, "incident opened", incident.id, {"number": incident.number})

    # -- after the transaction ---

    def _show(self, changes: _Changes) -> None:
        for subject in dict.fromkeys(changes.shown):
            self._context.show(subject)
        if changes.answered is not None:
            self._proposing.start_checks(changes.answered)
            self._ask_for_opinion(changes.answered)
