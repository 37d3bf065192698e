"""Which state of an incident may follow which: a table, no code."""

from bot.model import IncidentState

# Each later state from any earlier one; what was mitigated or resolved can come back.
NEXT: dict[IncidentState, frozenset[IncidentState]] = {
    IncidentState.OPEN: frozenset({IncidentState.ACKNOWLEDGED, IncidentState.MITIGATED, IncidentState.RESOLVED}),
    IncidentState.ACKNOWLEDGED: frozenset({IncidentState.MITIGATED, IncidentState.RESOLVED}),
    IncidentState.MITIGATED: frozenset({IncidentState.RESOLVED, IncidentState.OPEN}),
    IncidentState.RESOLVED: frozenset({IncidentState.OPEN}),
}
