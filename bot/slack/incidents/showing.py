"""Shows an incident in Slack: its card in its channel, and what belongs into the thread or to people alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.duty import Duty
from bot.incidents.chronicle import as_edited, told_of
from bot.incidents.opening import GRAVE
from bot.incidents.targets import Measured, Targets, measured
from bot.model import Entry, Escalation, Incident, IncidentState, Update
from bot.mrkdwn import person
from bot.slack.blocks import Content
from bot.slack.drawing import Drawing
from bot.slack.incidents.card import IncidentStanding, draw_incident
from bot.slack.incidents.checklist import draw_checklist
from bot.slack.incidents.escalation import draw_escalation
from bot.slack.incidents.plights import plight_of
from bot.slack.incidents.postmortem import Review, draw_postmortem, draw_reminder, file_name
from bot.slack.incidents.updates import draw_draft, draw_update
from bot.slack.outbox import Outbox
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.store.cards import Card
from bot.updating import Updating


class ShowingIncidents:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        uploads: Uploads,
        workspace: Workspace,
        draw: Drawing,
        targets: Targets,
        duty: Duty,
        updating: Callable[[], Updating],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._uploads = uploads
        self._workspace = workspace
        self._draw = draw
        self._words = draw.words
        self._targets = targets
        self._duty = duty
        self._updating = updating
        self._now = now

    def show(self, incident: Incident) -> None:
        """Hands the outbox all that Slack should show of it now."""
        key = f"incident:{incident.id}"
        if incident.state is IncidentState.RESOLVED and self.unseen(key):
            return  # it was over before anybody saw it
        self._outbox.show(key, self._workspace.incidents, None, self.card(incident), urgent=True)
        for escalation in self._store.escalations.escalations_of(incident.id):
            self._bring(incident, escalation)
        updates = self._store.updates.updates_of(incident.id)
        for update in updates:
            self._show_draft(incident, update)
        card = self._store.cards.find_card(key)
        if card is not None and card.ts is not None:
            self._in_thread(incident, updates, card, card.ts)

    def unseen(self, key: str) -> bool:
        """Whether nobody has seen this card, which then is not posted any more."""
        return self._store.cards.find_card(key) is None or self._store.cards.withdraw(key)

    def card(self, incident: Incident) -> Content:
        """Its card as it is now."""
        alert = self._store.alerts.find_alert(incident.alert) if incident.alert else None
        team = self._draw.team()
        duty = self._duty.slack_id(self._now())
        entries = self._store.timeline.entries(incident.id)
        after = self._updating().next_of(incident)
        standing = IncidentStanding(
            incident=incident,
            on_call=person(duty) if duty else None,
            next_update=after.due if after else None,
            alert_link=self._workspace.permalink(alert.channel, alert.ts) if alert else None,
            alert_resolved=alert is not None and alert.resolved is not None,
            told=told_of(as_edited(entries), self._store),
            now=self._now(),
            links=[(each.title, each.url) for each in team.links],
            targets=self._measured(incident, entries) if incident.severity <= GRAVE else (),
        )
        return draw_incident(standing, self._words, self._draw.who)

    def _measured(self, incident: Incident, entries: Sequence[Entry]) -> list[Measured]:
        return measured(self._targets, incident, self._store.incidents.transitions(incident.id), entries)

    def _in_thread(self, incident: Incident, updates: Sequence[Update], card: Card, thread: str) -> None:
        for checklist in self._store.checklists.checklists_of(incident.id):
            boxes = draw_checklist(checklist, self._words, self._draw.who)
            self._outbox.show(f"checklist:{checklist.id}", card.channel, thread, boxes, urgent=True)
        for update in updates:
            if update.sent is not None:
                told = draw_update(update, incident, self._words, self._draw.who)
                self._outbox.show(f"update:{update.id}", card.channel, thread, told, urgent=True)
        self._show_postmortems(incident, card.channel, thread)

    def _show_postmortems(self, incident: Incident, channel: str, thread: str) -> None:
        """Each draft as a file with a message, and whoever is asked whether it was held."""
        items = self._store.actions.actions_of(incident.id)
        drafts = self._store.postmortems.postmortems_of(incident.id)
        for draft in drafts:
            key = f"postmortem:{draft.id}"
            self._uploads.put(key, incident.id, channel, thread, file_name(incident, draft), draft.text + "\n")
            review = Review(incident, draft, draft is drafts[-1], items)
            shown = draw_postmortem(review, self._words, self._draw.who)
            self._outbox.show(key, channel, thread, shown, urgent=True)
            for reminder in draft.reminders:
                question = draw_reminder(review, reminder, self._words, self._draw.who)
                at = int(reminder.at.timestamp())
                self._outbox.show(f"postmortem-reminder:{draft.id}:{at}", channel, thread, question, urgent=True)

    def _show_draft(self, incident: Incident, draft: Update) -> None:
        """To those alone who are asked, and there it stays, with what became of it."""
        updating = self._updating()
        text = updating.drafted(incident, draft) if draft.is_draft else draft.text
        after = updating.next_of(incident) if draft.is_draft else None
        card = self._store.cards.find_card(f"incident:{incident.id}")
        link = self._workspace.permalink(card.channel, card.ts) if card and card.ts else ""
        content = draw_draft(draft, text, after.due if after else None, incident, link, self._words, self._draw.who)
        for each in draft.asked:
            self._outbox.show(f"draft:{draft.id}:{each}", each, None, content, urgent=True)

    def _bring(self, incident: Incident, escalation: Escalation) -> None:
        """In the channel, where everybody sees who is called, and to each of them alone. Once: it is about a moment."""
        key = f"escalation:{escalation.id}"
        if self._store.cards.find_card(key) is not None:
            return
        plight = plight_of(self._store, self._workspace, self._draw.team(), incident, escalation)
        content = draw_escalation(plight, self._words, self._draw.who)
        for each in escalation.people:
            if not each.startswith("S"):  # a group is called by its mention alone
                self._outbox.show(f"{key}:{each}", each, None, content, urgent=True)
        # Last: that it is there says that all of them are, also after a crash in between.
        self._outbox.show(key, self._workspace.incidents, None, content, urgent=True)
