"""The ways to say no about handing over a shift. The docstring of a class is its meaning."""

from __future__ import annotations

from datetime import datetime

from bot.errors import PlantaoError


class HandoffError(PlantaoError):
    """Nothing about the handoff has changed."""


class NotYours(HandoffError):
    """The shift is handed over to somebody else. `to`: a Slack id, or None where it is handed over to nobody."""

    def __init__(self, to: str | None) -> None:
        super().__init__(to or "")
        self.to = to


class AlreadyAccepted(HandoffError):
    """Somebody has accepted it before. `by`: a Slack id."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(by)
        self.by, self.at = by, at


class AlreadyPosted(HandoffError):
    """The note stands in the channel by now."""


class DraftMoved(HandoffError):
    """The draft is another shift's by now, and nothing was posted."""


class NothingToHandOver(HandoffError):
    """There is no rota, or nobody is on call; or no handoff waits."""
