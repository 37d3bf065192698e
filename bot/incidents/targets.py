"""By when a grave incident should be acknowledged, assessed, mitigated and resolved, and whether it was. Pure.

Source of the defaults: the response process of the operations documents (acknowledge in 5 min, assess in 10, mitigate
in 30).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import BOT, Entry, Incident, IncidentState, Transition

_ORDER = list(IncidentState)
ASSESSING = frozenset({"incident severity", "incident impact", "incident root_cause"})  # how bad it is, people say


@dataclass(frozen=True)
class Targets:
    """Counted from when it was opened or, if it came back, opened again. None: there is no such target."""

    acknowledge: timedelta | None = timedelta(minutes=5)
    assess: timedelta | None = timedelta(minutes=10)
    mitigate: timedelta | None = timedelta(minutes=30)
    resolve: timedelta | None = None


@dataclass(frozen=True)
class Measured:
    """One target of one incident. `reached`: when, or None while it is not."""

    what: str  # acknowledge, assess, mitigate, resolve
    within: timedelta
    due: datetime
    reached: datetime | None

    @property
    def met(self) -> bool | None:
        """None while that is open."""
        return None if self.reached is None else self.reached <= self.due


def measured(
    targets: Targets, incident: Incident, transitions: Iterable[Transition], entries: Sequence[Entry]
) -> list[Measured]:
    """How the incident stands against each target; `entries`: of its timeline, at least ASSESSING."""
    moves = [each for each in transitions if each.at >= incident.since]
    said = [each.at for each in entries if each.at >= incident.since and each.what in ASSESSING and each.who != BOT]
    reached = {
        "acknowledge": _first(moves, IncidentState.ACKNOWLEDGED),
        "assess": min(said, default=None),
        "mitigate": _first(moves, IncidentState.MITIGATED),
        "resolve": _first(moves, IncidentState.RESOLVED),
    }
    return [
        Measured(what, within, incident.since + within, at)
        for what, at in reached.items()
        if (within := getattr(targets, what)) is not None
    ]


def _first(moves: Iterable[Transition], state: IncidentState) -> datetime | None:
    """When it came into this state, or past it."""
    return min((each.at for each in moves if _ORDER.index(each.state) >= _ORDER.index(state)), default=None)
