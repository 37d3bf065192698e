"""The escalation ladder: who is told when, unless the incident has got as far as it should by then. Pure.

Times count from when the incident was opened or, if it came back, opened again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.model import Incident, IncidentState
from bot.team import Level

_ORDER = list(IncidentState)


def due(incident: Incident, levels: Sequence[Level], told: Collection[str], now: datetime) -> list[Level]:
    """Those to be told now. `told`: who was, since the incident was opened last."""
    return [
        level
        for level in levels
        if _at(incident, level) <= now and level.to not in told and not _reached(incident.state, level.unless)
    ]


def next_at(
    incident: Incident, levels: Sequence[Level], told: Collection[str], now: datetime
) -> tuple[datetime, Level] | None:
    """When the next one is to be told, as things stand; None when nobody is."""
    waiting = [
        (_at(incident, level), level)
        for level in levels
        if _at(incident, level) > now and level.to not in told and not _reached(incident.state, level.unless)
    ]
    return min(waiting, key=lambda each: each[0], default=None)


def _at(incident: Incident, level: Level) -> datetime:
    return incident.since + timedelta(seconds=level.after)


def _reached(state: IncidentState, unless: str) -> bool:
    return _ORDER.index(state) >= _ORDER.index(IncidentState(unless))
