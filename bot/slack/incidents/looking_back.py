"""The verbs of `/incident` that look back: the postmortem, and what people do so that it does not come again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.alerts.markup import plain_text
from bot.errors import NoSuchAction, NoSuchDay, NoSuchPerson, NothingToHold, NotOnTheTeam
from bot.incidents.action_items import number_of, read_action
from bot.model import ActionItem
from bot.mrkdwn import Mrkdwn, moment
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.means import Means
from bot.slack.incidents.postmortem import file_name, item_line

_MOST = 40  # action items of a list
_HELD = {"held", "realizado"}
_MINE, _ALL = {"mine", "me", "eu", "meus", "minhas"}, {"", "all", "todos", "todas"}


class LookingBack:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._words = means.words
        self._reviewing = means.flow.reviewing
        self._following_up = means.flow.following_up
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "postmortem": self._postmortem,
            "action": self._action,
            "actions": self._actions,
            "done": lambda typed: self._finish(typed, self._following_up.done),
            "undone": lambda typed: self._finish(typed, self._following_up.undone),
        }

    def _postmortem(self, typed: Typed) -> Answer:
        """A fresh draft; or that it was held."""
        incident, rest = self._means.named(typed)
        if not rest:
            made = self._reviewing.draft(incident.id, typed.person)
            file = file_name(incident, made)
            return self._means.said(incident, "postmortem_made", file=file, place=self._means.place())
        if rest.casefold() not in _HELD:
            return say(self._words("postmortem_how", number=incident.number))
        try:
            held = self._reviewing.held(incident.id, typed.person)
        except NothingToHold:
            return self._means.said(incident, "postmortem_none")
        assert held.held is not None  # noqa: S101  # it was held just now, or before
        return self._means.said(
            incident, "postmortem_was_held", who=self._means.draw.who(held.held_by or ""), at=moment(held.held)
        )

    def _action(self, typed: Typed) -> Answer:
        self._means.flow.coordinating.may_change(typed.person)
        incident, rest = self._means.named_before_text(typed, of_ended=True)
        today = self._following_up.today
        try:
            wanted = read_action(rest, today, lambda word: self._means.person(word, typed.person)[0])
        except NoSuchDay as error:
            return say(self._words("action_no_such_day", said=error.said))
        except NoSuchPerson as error:
            return self._nobody(plain_text(error.said))
        text = plain_text(wanted.text)
        if not text:
            return say(self._words("action_how", number=incident.number))
        try:
            item = self._following_up.add(incident.id, typed.person, text, wanted.owner, wanted.due)
        except NotOnTheTeam:
            return self._nobody(self._means.draw.who(wanted.owner or ""))
        past = item.overdue(today)
        line = item_line(item, self._words, self._means.draw.who, overdue=past)
        return self._means.said(incident, "action_added", item=line)

    def _nobody(self, said: str) -> Answer:
        return say(self._words("action_no_such_person", said=said, names=", ".join(self._means.people())))

    def _actions(self, typed: Typed) -> Answer:
        rest, open_items = typed.rest.casefold(), self._means.store.actions.open_actions
        if rest in _ALL:
            return self._listed(open_items(), self._words("actions_none"))
        if rest in _MINE:
            return self._listed(open_items(typed.person), self._words("actions_none_mine"))
        incident = self._means.alone(typed)
        items = self._means.store.actions.actions_of(incident.id)
        return self._listed(items, self._words("actions_none_of", number=incident.number))

    def _finish(self, typed: Typed, act: Callable[[int, str], ActionItem]) -> Answer:
        number = number_of(typed.rest)
        if number is None:
            return say(self._words("action_which", verb=typed.verb))
        try:
            item = act(number, typed.person)
        except NoSuchAction:
            return say(self._words("action_unknown", number=number))
        return say(self._words(f"action_{typed.verb}", number=item.number, text=item.text))

    def _listed(self, items: Sequence[ActionItem], none: Mrkdwn) -> Answer:
        if not items:
            return say(none)
        more = len(items) - _MOST
        lines = [self._line(each) for each in items[:_MOST]]
        return say(*lines, *([self._words("action_more", count=more)] if more > 0 else []))

    def _line(self, item: ActionItem) -> Mrkdwn:
        """With the incident that it is of."""
        incident = self._means.store.incidents.find_incident(item.incident)
        line = item_line(item, self._words, self._means.draw.who, overdue=item.overdue(self._following_up.today))
        return Mrkdwn(f"{line} · {incident.name}") if incident else line
