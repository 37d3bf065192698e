"""Shows the record in Slack: draws what changed and hands it to the outbox, which sends it when Slack lets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bot.model import Incident, RunState, Severity
from bot.mrkdwn import Mrkdwn, listed, person
from bot.rota import on_call
from bot.slack.cards import AlertCard
from bot.slack.incident_card import IncidentStanding, draw_incident
from bot.slack.outbox import Outbox
from bot.slack.standing import standing_of
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.team import Team
from bot.words import Words

log = structlog.get_logger()

_SPACING = 0.2  # seconds between two drawings of the same card


class SlackScreen:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        workspace: Workspace,
        team: Team,
        words: Words,
        now: Callable[[], datetime],
        broken: Callable[[], int],
        *,
        observe: bool,
    ) -> None:
        """`broken` counts the runbook files that cannot be used."""
        self._store = store
        self._outbox = outbox
        self._workspace = workspace
        self._team = team
        self._words = words
        self._now = now
        self._card = AlertCard(words, self._who, self._holders, broken, observe=observe)
        self._changed: dict[str, None] = {}  # what is to be drawn, in order, each once
        self._something = threading.Condition()
        self._stopping = False
        self._painter = threading.Thread(target=self._paint, name="screen")

    def changed(self, subject: str) -> None:
        """Draws soon, on a thread of its own: a run's steps do not wait for their picture."""
        with self._something:
            self._changed[subject] = None
            self._something.notify()

    def start(self) -> None:
        self._painter.start()

    def stop(self) -> None:
        """Returns when all that changed is drawn."""
        with self._something:
            self._stopping = True
            self._something.notify()
        if self._painter.is_alive():
            self._painter.join()

    def _paint(self) -> None:
        drawn: dict[str, float] = {}
        while True:
            with self._something:
                while (subject := self._ripe(drawn)) is None:
                    if self._stopping and not self._changed:
                        return
                    self._something.wait(_SPACING if self._changed else None)
                del self._changed[subject]
            drawn = {each: at for each, at in drawn.items() if time.monotonic() - at < _SPACING}
            drawn[subject] = time.monotonic()
            try:
                self._alert(subject)
                incident = self._store.incidents.incident_of(subject) or self._store.incidents.find_incident(subject)
                if incident is not None:
                    self._show_incident(incident)
            except Exception:  # the edge of the thread: a card that cannot be drawn must not stop the others
                log.exception("card not drawn", subject=subject)

    def _ripe(self, drawn: Mapping[str, float]) -> str | None:
        """The longest changed that was not drawn a moment ago: fast steps are drawn together."""
        now = time.monotonic()
        ripe = (each for each in self._changed if self._stopping or now - drawn.get(each, 0.0) >= _SPACING)
        return next(ripe, None)

    def _alert(self, alert: str) -> None:
        standing = standing_of(self._store, alert)
        if standing is None:
            return
        stored = standing.alert
        unknown = standing.run is not None and standing.run.state is RunState.UNKNOWN
        urgent = unknown or stored.classification.severity <= Severity.P1
        self._outbox.show(f"alert:{alert}", stored.channel, stored.ts, self._card.draw(standing), urgent=urgent)

    def _show_incident(self, incident: Incident) -> None:
        alert = self._store.alerts.find_alert(incident.alert) if incident.alert else None
        duty = on_call(self._team.rota, self._now()) if self._team.rota else None
        standing = IncidentStanding(
            incident=incident,
            on_call=person(self._team.people[duty].slack) if duty else None,
            alert_link=self._workspace.permalink(alert.channel, alert.ts) if alert else None,
            alert_resolved=alert is not None and alert.resolved is not None,
            changes=[entry for entry in self._store.timeline.entries(incident.id) if entry.what != "incident opened"],
        )
        content = draw_incident(standing, self._words, self._who)
        self._outbox.show(f"incident:{incident.id}", self._workspace.incidents, None, content, urgent=True)

    def _who(self, slack_id: str) -> str:
        """The name in the team file, or a mention of a stranger."""
        return self._team.name_of(slack_id) or person(slack_id)

    def _holders(self, roles: Sequence[str]) -> Sequence[str]:
        """Who is in these roles, each once: names of people, mentions of user groups."""
        ids = sorted({slack_id for role in roles for slack_id in self._team.holders(role)})
        return [self._team.name_of(each) or Mrkdwn(f"<!subteam^{each}>") for each in ids]

    def deciders(self, subject: str) -> str:
        """Who may decide a proposal, given its id, its run's or its alert's."""
        run = self._store.runs.find_run(subject)
        proposal = self._store.proposals.find_proposal(run.proposal if run else subject)
        proposal = proposal or self._store.proposals.latest_proposal(subject)
        return listed(self._holders(proposal.plan.approval.roles)) if proposal else ""
