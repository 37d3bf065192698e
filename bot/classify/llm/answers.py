"""What a model answered a short while ago, so that it is not asked the same again. Pure: `now` is passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

KEPT = 512
LIFETIME = 3600.0  # seconds: its sentence may name numbers that are old by then


class Answers:
    """The last ones, by what was asked. Only answers are kept: a failure is none."""

    def __init__(self, kept: int = KEPT, lifetime: float = LIFETIME) -> None:
        self._kept = kept
        self._lifetime = lifetime
        self._known: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()

    def get(self, question: Hashable, now: float) -> object | None:
        found = self._known.get(question)
        if found is None:
            return None
        since, answer = found
        if now - since >= self._lifetime:
            del self._known[question]
            return None
        self._known.move_to_end(question)
        return answer

    def put(self, question: Hashable, answer: object, now: float) -> None:
        self._known[question] = (now, answer)
        self._known.move_to_end(question)
        while len(self._known) > self._kept:
            self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._known)
