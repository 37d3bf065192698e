"""How an alert stands: all that its card tells, gathered from the store in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Entry, Incident, Proposal, Run, RunState
from bot.store import Store
from bot.store.alerts import StoredAlert


@dataclass(frozen=True)
class Earlier:
    """A proposal that a fresh one took the place of, after people had decided on it."""

    proposal: Proposal
    run: Run | None


@dataclass(frozen=True)
class Standing:
    alert: StoredAlert
    proposal: Proposal | None
    run: Run | None
    waits_for: Run | None  # the run that holds the lock this one needs
    settled: tuple[Entry, ...]  # what people said of the run when it was unknown
    earlier: tuple[Earlier, ...]
    fired_anew: bool  # over, because the same trouble came again and has a card of its own
    incident: Incident | None


def standing_of(store: Store, alert_id: str) -> Standing | None:
    """None when the store does not hold the alert."""
    alert = store.alerts.find_alert(alert_id)
    if alert is None:
        return None
    proposals = store.proposals.proposals_of(alert_id)
    proposal = proposals[-1] if proposals else None
    run = store.runs.run_of(proposal.id) if proposal else None
    waits = run is not None and run.state is RunState.QUEUED and run.lock is not None
    entries = store.timeline.entries(alert_id)
    return Standing(
        alert=alert,
        proposal=proposal,
        run=run,
        waits_for=store.runs.lock_holder(run.lock) if run and run.lock and waits else None,
        settled=tuple(
            each for each in entries if each.what.startswith("settled") and run and each.data.get("run") == run.id
        ),
        earlier=tuple(Earlier(each, store.runs.run_of(each.id)) for each in proposals[:-1] if each.decisions),
        fired_anew=any(each.what == "alert fired anew" for each in entries),
        incident=store.incidents.incident_of(alert_id),
    )
