"""The escalation ladder: who is told when, unless the incident has got as far as it should by then. Pure.

Times count from when the incident was opened or, if it came back, opened again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from bot.model import Incident, IncidentState
from bot.team import Level

_ORDER = list(IncidentState)


def due(incident: Incident, levels: Sequence[Level], told: Collection[str], now: datetime) -> list[Level]:
    """Those to be told now. `told`: who was by the clock, as often as they were, since the incident was opened last."""
    return [level for at, level in left(incident, levels, told) if at <= now]


def next_at(
    incident: Incident, levels: Sequence[Level], told: Collection[str], now: datetime
) -> tuple[datetime, Level] | None:
    """When the next one is to be told, as things stand; None when nobody is."""
    waiting = [(at, level) for at, level in left(incident, levels, told) if at > now]
    return min(waiting, key=lambda each: each[0], default=None)


def left(incident: Incident, levels: Sequence[Level], told: Collection[str]) -> Iterator[tuple[datetime, Level]]:
    """Levels that were not reached, and when each is. One that is named twice is told twice."""
    often, named = Counter(told), Counter[str]()
    for level in sorted(levels, key=lambda each: each.after):
        named[level.to] += 1
        if named[level.to] > often[level.to] and not _reached(incident.state, level.unless):
            yield incident.since + timedelta(seconds=level.after), level


def _reached(state: IncidentState, unless: str) -> bool:
    return _ORDER.index(state) >= _ORDER.index(IncidentState(unless))
