"""The verbs of `/incident` that only look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.incidents.chronicle import Told, chronicle
from bot.model import Incident
from bot.slack.blocks import Content
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.means import Means
from bot.slack.incidents.told import told_in_a_file, told_lines

_MOST = 40  # lines of a list
_LINES = 40  # of a timeline, the last ones; the whole comes as a file
_FILE = {"file", "arquivo"}


class Looking:
    def __init__(self, means: Means, card: Callable[[Incident], Content]) -> None:
        """`card` draws an incident as it stands in its channel."""
        self._means = means
        self._words = means.words
        self._card = card
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "timeline": self._timeline,
            "show": self._show,
            "list": self._list,
        }

    def _timeline(self, typed: Typed) -> Answer:
        incident, rest = self._means.named(typed)
        told = chronicle(self._means.store, incident)
        if rest.casefold() in _FILE:
            return self._as_file(incident, told)
        lines = told_lines(told, self._words, self._means.draw.who)
        shown = lines[-_LINES:]
        more = [self._words("more_earlier", count=len(lines) - len(shown))] if len(lines) > len(shown) else []
        hint = self._words("incident_timeline_file", number=incident.number)
        return say(self._means.line(incident), *more, *shown, hint)

    def _as_file(self, incident: Incident, told: Sequence[Told]) -> Answer:
        """Into the incident's thread."""
        card = self._means.store.cards.find_card(f"incident:{incident.id}")
        if card is None or card.ts is None:
            return say(self._words("incident_no_card"))
        text = told_in_a_file(incident, told, self._words, self._means.draw.team().name_of)
        name = f"{incident.name.lower()}-timeline.md"
        self._means.uploads.put(f"timeline:{incident.id}-{len(told)}", incident.id, card.channel, card.ts, name, text)
        return say(self._words("incident_timeline_posted", place=self._means.place()))

    def _show(self, typed: Typed) -> Answer:
        incident = self._means.alone(typed)
        return {"response_type": "ephemeral", **self._card(incident)}

    def _list(self, typed: Typed) -> Answer:
        rest = typed.rest.casefold()
        if rest not in {"", "all", "open"}:
            return say(self._words("incident_list_how"))
        if rest == "all":
            incidents = self._means.store.incidents.latest_incidents(_MOST)
        else:
            incidents = self._means.store.incidents.open_incidents()
        if not incidents:
            return say(self._words("no_incident" if rest != "all" else "no_incident_ever"))
        return say(*(self._means.line(each) for each in incidents[:_MOST]))
