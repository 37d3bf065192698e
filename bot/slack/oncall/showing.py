"""Shows a cover in Slack: to whoever asked and to each of those who are asked alone, and to all once it counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.covering import nobody_left, pieces_of
from bot.duty import Duty
from bot.model import Cover
from bot.slack.drawing import Drawing
from bot.slack.oncall.card import (
    CoverStanding,
    draw_accepted,
    draw_asked,
    draw_asking,
    draw_taken_back,
    draw_unanswered,
)
from bot.slack.outbox import Outbox
from bot.slack.workspace import Workspace
from bot.store import Store


class ShowingCovers:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        workspace: Workspace,
        draw: Drawing,
        duty: Duty,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._workspace = workspace
        self._draw = draw
        self._duty = duty
        self._now = now

    def show(self, id: str) -> None:
        """Hands the outbox all that Slack should show of it now. People keep what they got, with what became of it."""
        cover = self._store.covers.find_cover(id)
        if cover is None:
            return
        standing = CoverStanding(cover, self._pieces(cover), self._now())
        self._put(f"cover:{id}:{cover.absent}", cover.absent, draw_asking(self._draw, standing))
        for each in cover.asked:
            self._put(f"cover:{id}:{each}", each, draw_asked(self._draw, standing, each))
        if cover.waits and (nobody_left(cover) or self._unanswered(id)):
            self._put(f"cover-unanswered:{id}", cover.absent, draw_unanswered(self._draw, cover))
        if cover.accepted is not None:
            self._put(f"cover-accepted:{id}", self._workspace.incidents, draw_accepted(self._draw, cover))
            if cover.ended is not None:
                self._put(f"cover-ended:{id}", self._workspace.incidents, draw_taken_back(self._draw, cover))

    def _put(self, key: str, place: str, content: dict[str, object]) -> None:
        self._outbox.show(key, place, None, content, urgent=True)

    def _unanswered(self, id: str) -> bool:
        return any(each.what == "cover unanswered" for each in self._store.timeline.entries(id))

    def _pieces(self, cover: Cover) -> list[tuple[datetime, datetime]]:
        roster = self._duty.roster()
        name = self._draw.team().name_of(cover.absent)
        return pieces_of(roster, name, cover.start, cover.until) if roster and name else []
