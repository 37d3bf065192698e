"""The verbs of `/incident` about silences: which are in force in Alertmanager, and ending one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.errors import AlertmanagerError, SilenceError
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.means import Means
from bot.slack.silences import silence_line, why_not

# Slack waits three seconds for what a command says; Alertmanager has to have answered by then.
_WITHIN = 2.2  # seconds
_MOST = 20  # lines of the list


class Silences:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._words = means.words
        self._silencing = means.flow.silencing
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "silences": self._safely(self._list),
            "unsilence": self._safely(self._end),
        }

    def _list(self, _: Typed) -> Answer:
        """Whoever made them."""
        known = self._silencing.standing(_WITHIN)
        if not known:
            return say(self._words("no_silence"))
        more = [self._words("more_silences", count=len(known) - _MOST)] if len(known) > _MOST else []
        lines = [silence_line(self._words, each) for each in known[:_MOST]]
        return say(*lines, *more, self._words("silence_how"))

    def _end(self, typed: Typed) -> Answer:
        if not typed.rest:
            return say(self._words("silence_how"))
        ended = self._silencing.end_named(typed.rest, typed.person, _WITHIN)
        return say(self._words("silence_is_ended", what=", ".join(map(str, ended.matchers))))

    def _safely(self, act: Callable[[Typed], Answer]) -> Callable[[Typed], Answer]:
        def answer(typed: Typed) -> Answer:
            try:
                return act(typed)
            except (SilenceError, AlertmanagerError) as error:
                sentence, values = why_not(error)
                return say(self._words(sentence, **values))

        return answer
