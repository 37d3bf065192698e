"""What people are to be told next of an incident, and when. Pure; worked out anew from the record whenever it counts.

On a severity that has a cadence in the team file: a first message, updates until it is mitigated or resolved, and a
word on both. Whoever was told of an incident is told of its end, whatever its severity is by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Incident, Update, UpdateKind

FIRST = timedelta(seconds=30)  # after it was opened: many at once turn out to be one by then
_AHEAD = 1 / 3  # of a cadence before it is due, a draft is shown


@dataclass(frozen=True)
class Owed:
    kind: UpdateKind
    due: datetime


def owed(
    incident: Incident, cadence: timedelta | None, sent: Sequence[Update], held: datetime | None = None
) -> Owed | None:
    """None: nothing, as things stand. `sent`: what people were told so far, the oldest first; `held`: not before."""
    told = [(each.sent, each.kind) for each in sent if each.sent is not None and each.sent >= incident.since]
    if not incident.goes_on:
        kind = UpdateKind(incident.state.value)
        known = any(each == kind for _, each in told)
        return Owed(kind, incident.since) if sent and not known else None
    if cadence is None:
        return None
    if not told:
        return Owed(UpdateKind.UPDATE if sent else UpdateKind.FIRST, incident.since + FIRST)
    last, severity = told[-1][0], sent[-1].severity
    worse = severity is not None and incident.severity < severity
    if worse:
        return Owed(UpdateKind.UPDATE, last)
    return Owed(UpdateKind.UPDATE, max(last + cadence, held) if held else last + cadence)


def draft_from(update: Owed, cadence: timedelta) -> datetime:
    """From when on it is shown before it goes out; what is due at once is not."""
    return update.due - cadence * _AHEAD


def snoozed(update: Owed, cadence: timedelta, now: datetime) -> datetime:
    """Half a cadence later."""
    return max(update.due, now) + cadence / 2
