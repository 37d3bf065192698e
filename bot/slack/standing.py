"""How an alert stands: all that its card tells, gathered from the store in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Incident, Proposal, Run, RunState
from bot.store import Store
from bot.store.alerts import StoredAlert


@dataclass(frozen=True)
class Standing:
    alert: StoredAlert
    proposal: Proposal | None
    run: Run | None
    waits_for: Run | None  # the run that holds the lock this one needs
    incident: Incident | None


def standing_of(store: Store, alert_id: str) -> Standing | None:
    """None when the store does not hold the alert."""
    alert = store.alerts.find_alert(alert_id)
    if alert is None:
        return None
    proposal = store.proposals.latest_proposal(alert_id)
    run = store.runs.run_of(proposal.id) if proposal else None
    queued = run is not None and run.state is RunState.QUEUED and run.lock is not None
    return Standing(
        alert=alert,
        proposal=proposal,
        run=run,
        waits_for=store.runs.lock_holder(run.lock) if run and run.lock and queued else None,
        incident=store.incidents.incident_of(alert_id),
    )
