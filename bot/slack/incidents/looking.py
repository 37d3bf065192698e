"""The verbs of `/incident` that only look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from bot.alerts.markup import plain_text
from bot.incidents.chronicle import chronicle
from bot.model import Incident
from bot.mrkdwn import Mrkdwn, escape
from bot.slack.blocks import Content
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.asked import read_asked
from bot.slack.incidents.means import Means
from bot.slack.incidents.timeline_file import put_timeline
from bot.slack.incidents.told import told_lines
from bot.store.search import Found

_MOST = 40  # lines of a list
_BEST = 10  # incidents that a search shows
_LONGEST = 100  # characters of what was looked for, said back
_LINES = 40  # of a timeline, the last ones; the whole comes as a file
_NONE = {"": "no_incident", "all": "no_incident_ever"}
_FILE = {"file", "arquivo"}


class Looking:
    def __init__(self, means: Means, card: Callable[[Incident], Content], now: Callable[[], datetime]) -> None:
        """`card` draws an incident as it stands in its channel."""
        self._now = now
        self._means = means
        self._words = means.words
        self._card = card
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "timeline": self._timeline,
            "show": self._show,
            "list": self._list,
            "search": self._search,
        }

    def _timeline(self, typed: Typed) -> Answer:
        incident, rest = self._means.named(typed)
        if rest.casefold() in _FILE:
            return self._as_file(incident)
        lines = told_lines(chronicle(self._means.store, incident), self._words, self._means.draw.who)
        shown = lines[-_LINES:]
        more = [self._words("more_earlier", count=len(lines) - len(shown))] if len(lines) > len(shown) else []
        hint = self._words("incident_timeline_file", number=incident.number)
        return say(self._means.line(incident), *more, *shown, hint)

    def _as_file(self, incident: Incident) -> Answer:
        """Into the incident's thread."""
        return say(self._words(put_timeline(self._means, incident), place=self._means.place()))

    def _show(self, typed: Typed) -> Answer:
        incident = self._means.alone(typed)
        return {"response_type": "ephemeral", **self._card(incident)}

    def _list(self, typed: Typed) -> Answer:
        asked = read_asked(typed.rest)
        if asked is None:
            return say(self._words("incident_list_how"))
        since = self._now() - asked.within if asked.within else datetime.min.replace(tzinfo=UTC)
        found = self._means.store.incidents.choose(asked.severities, since, _MOST + 1, opened=asked.opened)
        if not found:
            return say(self._words(_NONE.get(typed.rest.casefold(), "none_such")))
        more = [self._words("incidents_more")] if len(found) > _MOST else []
        return say(*(self._means.line(each) for each in found[:_MOST]), *more)

    def _search(self, typed: Typed) -> Answer:
        """The one whose number it is, then the best.

        What was typed is data, also where it looks like a question to a database.
        """
        wanted = plain_text(typed.rest)
        if not wanted:
            return say(self._words("incident_search_how"))
        named = self._means.by_number(wanted)
        found = self._means.store.search.find(wanted, _BEST + 1)
        if not found and named is None:
            return say(self._words("incident_search_nothing", wanted=wanted[:_LONGEST]))
        lines = [self._means.line(named)] if named is not None else []
        lines += [
            line for each in found[:_BEST] if named is None or each.number != named.number for line in self._found(each)
        ]
        return say(*lines, *([self._words("incidents_more")] if len(found) > _BEST else []))

    def _found(self, found: Found) -> list[Mrkdwn]:
        """Its line and, where that is not all, the place that matched."""
        incident = self._means.store.incidents.numbered(found.number)
        if incident is None:
            return []
        line = self._means.line(incident)
        if "".join(text for text, _ in found.snippet) in incident.title:
            return [line]
        return [line, Mrkdwn(f"> {marked(found.snippet)}")]


def marked(snippet: Sequence[tuple[str, bool]]) -> Mrkdwn:
    """On one line, with what was looked for in bold."""
    pieces = ((escape(re.sub(r"\s+", " ", text)), matched) for text, matched in snippet)
    return Mrkdwn("".join(f"*{text}*" if matched else text for text, matched in pieces).strip())
