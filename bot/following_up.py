"""Action items: what people are to do so that an incident does not come again. They outlive it."""

from __future__ import annotations

from datetime import date

from bot.context import Context
from bot.errors import Gone, NoSuchAction, NotOnTheTeam
from bot.model import ActionItem


class FollowingUp:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    @property
    def today(self) -> date:
        """Where the team works."""
        return self._context.now().astimezone(self._context.team().zone).date()

    def add(
        self,
        incident_id: str,
        person: str,
        text: str,
        owner: str | None = None,
        due: date | None = None,
        *,
        event: str | None = None,
    ) -> ActionItem:
        """Of an open incident or one that is over. Raises Gone, and NotOnTheTeam, of `owner` as well."""
        self.may_change(person)
        if owner is not None:
            self.may_change(owner)
        with self._store.atomic():
            now = self._context.now()
            if self._store.incidents.find_incident(incident_id) is None:
                raise Gone("incident")
            made = self._store.actions.add_action(incident_id, text, owner, due, person, now)
            said = {"number": made.number, "text": text, "to": owner or "", "due": due.isoformat() if due else ""}
            self._store.timeline.append(now, person, "action", incident_id, said)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        self._context.show(incident_id)
        return made

    def done(self, number: int, person: str) -> ActionItem:
        """It is done, this person says; the first who says so stands there. Raises NoSuchAction and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now, item = self._context.now(), self._found(number)
            if self._store.actions.finish_action(item.id, person, now):
                said = {"number": item.number, "text": item.text}
                self._store.timeline.append(now, person, "action done", item.incident, said)
        self._context.show(item.incident)
        return item

    def undone(self, number: int, person: str) -> ActionItem:
        """It is not done after all. Raises NoSuchAction and NotOnTheTeam."""
        self.may_change(person)
        with self._store.atomic():
            now, item = self._context.now(), self._found(number)
            if self._store.actions.take_up_action(item.id):
                said = {"number": item.number, "text": item.text}
                self._store.timeline.append(now, person, "action undone", item.incident, said)
        self._context.show(item.incident)
        return item

    def _found(self, number: int) -> ActionItem:
        item = self._store.actions.numbered_action(number)
        if item is None:
            raise NoSuchAction(str(number))
        return item

    def may_change(self, person: str) -> None:
        """Raises NotOnTheTeam. Slack may be asked: never within a transaction, where everybody would wait for it."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam
