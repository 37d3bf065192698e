"""Who is on call, as the team file, its calendar and the covers that people took on say at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.model import Cover
from bot.rota import Calendar, Order, Roster, Standin, Turns, as_moment
from bot.store import Store
from bot.team import Rota, Team


class Duty:
    def __init__(
        self,
        team: Callable[[], Team],
        store: Store,
        calendar: Callable[[Team], Calendar | None] = lambda team: None,  # noqa: ARG005
    ) -> None:
        """`calendar` gives the shifts of the team's calendar, None while it has never been read."""
        self._team = team
        self._store = store
        self._calendar = calendar

    def roster(self) -> Roster | None:
        """As it is now; None where the team file has no rota."""
        return self._roster(self._team(), self._store.covers.accepted_covers())

    def on_call(self, at: datetime) -> str | None:
        """The name in the team file of who is on call then; None when nobody is."""
        return self._on_call(self._team(), at)

    def slack_id(self, at: datetime) -> str | None:
        """The same as a Slack id."""
        team = self._team()
        name = self._on_call(team, at)
        person = team.people.get(name) if name else None  # a calendar may name somebody of an older team file
        return person.slack if person else None

    def _on_call(self, team: Team, at: datetime) -> str | None:
        """Asked with every card: only the covers of that moment are looked at."""
        roster = self._roster(team, self._store.covers.accepted_covers(at))
        return roster.on_call(at) if roster else None

    def _roster(self, team: Team, covers: Iterable[Cover]) -> Roster | None:
        if team.rota is None:
            return None
        turns = order_of(team.rota) or self._calendar(team) or Calendar(())
        return Roster(turns, (*covers_of(team.rota), *self._taken_on(team, covers)))

    def _taken_on(self, team: Team, covers: Iterable[Cover]) -> list[Standin]:
        """Those that were asked for in Slack and accepted, of people whom the team file knows."""
        found = []
        for cover in covers:
            absent, who = team.name_of(cover.absent), team.name_of(cover.accepted_by or "")
            if absent is not None and who is not None:
                found.append(Standin(who, cover.start, cover.stands_until, absent))
        return found


def order_of(rota: Rota) -> Turns | None:
    """The turns of the team file's order; None where they come from a calendar."""
    if rota.start is None or rota.every is None or rota.order is None:
        return None
    return Order(rota.zone, rota.start, timedelta(seconds=rota.every), rota.order)


def covers_of(rota: Rota) -> list[Standin]:
    """Those of the team file."""
    return [Standin(each.who, as_moment(each.start, rota.zone), as_moment(each.end, rota.zone)) for each in rota.cover]
