"""What a model said a short while ago, so that it is not asked the same again. Pure: `now` is passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from bot.classify.llm.opinion import Opinion

KEPT = 512
LIFETIME = 3600.0  # seconds: its sentence may name numbers that are old by then


class Opinions:
    """The last ones, by what was asked. Only opinions are kept: a failure is no answer."""

    def __init__(self, kept: int = KEPT, lifetime: float = LIFETIME) -> None:
        self._kept = kept
        self._lifetime = lifetime
        self._known: OrderedDict[Hashable, tuple[float, Opinion]] = OrderedDict()

    def get(self, question: Hashable, now: float) -> Opinion | None:
        found = self._known.get(question)
        if found is None:
            return None
        since, opinion = found
        if now - since >= self._lifetime:
            del self._known[question]
            return None
        self._known.move_to_end(question)
        return opinion

    def put(self, question: Hashable, opinion: Opinion, now: float) -> None:
        self._known[question] = (now, opinion)
        self._known.move_to_end(question)
        while len(self._known) > self._kept:
            self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._known)
