"""Shows the record in Slack: draws what changed and hands it to the outbox, which sends it when Slack lets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.model import IncidentState, RunState
from bot.mrkdwn import Mrkdwn, listed, person
from bot.rota import on_call
from bot.slack.blocks import Content
from bot.slack.cards import AlertCard
from bot.slack.incident_card import IncidentStanding, draw_incident
from bot.slack.outbox import Outbox
from bot.slack.standing import standing_of
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.team import Team
from bot.words import Words


class SlackScreen:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        workspace: Workspace,
        team: Team,
        words: Words,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._workspace = workspace
        self._team = team
        self._words = words
        self._now = now
        self._card = AlertCard(words, self._who, self._holders)

    def alert_changed(self, alert: str) -> None:
        standing = standing_of(self._store, alert)
        if standing is None:
            return
        urgent = standing.run is not None and standing.run.state is RunState.UNKNOWN
        stored = standing.alert
        self._outbox.show(f"alert:{alert}", stored.channel, stored.ts, self._card.draw(standing), urgent=urgent)

    def incident_changed(self, incident: str) -> None:
        content = self._incident(incident)
        if content is not None:
            self._outbox.show(f"incident:{incident}", self._workspace.incidents, None, content, urgent=True)

    def _incident(self, incident_id: str) -> Content | None:
        incident = self._store.incidents.find_incident(incident_id)
        if incident is None:
            return None
        alert = self._store.alerts.find_alert(incident.alert) if incident.alert else None
        duty = on_call(self._team.rota, self._now()) if self._team.rota else None
        changes = [entry for entry in self._store.timeline.entries(incident_id) if entry.what != "incident opened"]
        standing = IncidentStanding(
            incident=incident,
            on_call=duty,
            alert_link=self._workspace.permalink(alert.channel, alert.ts) if alert else None,
            alert_resolved=alert is not None
            and alert.resolved is not None
            and incident.state is not IncidentState.RESOLVED,
            changes=changes,
        )
        return draw_incident(standing, self._words, self._who)

    def _who(self, slack_id: str) -> str:
        """The name in the team file, or a mention of a stranger."""
        return self._team.name_of(slack_id) or person(slack_id)

    def _holders(self, roles: Sequence[str]) -> Sequence[str]:
        """Who is in these roles, each once: names of people, mentions of user groups."""
        ids = sorted({slack_id for role in roles for slack_id in self._team.holders(role)})
        return [self._team.name_of(each) or Mrkdwn(f"<!subteam^{each}>") for each in ids]

    def deciders(self, subject: str) -> str:
        """Who may decide a proposal, or settle a run of one."""
        run = self._store.runs.find_run(subject)
        proposal = self._store.proposals.find_proposal(run.proposal if run else subject)
        return listed(self._holders(proposal.plan.approval.roles)) if proposal else ""
