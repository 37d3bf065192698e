"""What the record holds of a shift, read from the store for the digest."""

from __future__ import annotations

from datetime import datetime

from bot.incidents.facts import FactFinder
from bot.incidents.past import past_incidents
from bot.store import Store
from handoff.digest import Ongoing, ShiftRecord, Silenced


def shift_record(store: Store, facts: FactFinder, start: datetime, before: datetime, now: datetime) -> ShiftRecord:
    """Of the shift that began at `start`; the one before it began at `before`.

    As many questions to the store for a year as for a day, but for what is open still.
    """
    pasts = past_incidents(store, before, now)
    # One of which nobody saw the end, while Alertmanager cannot be asked, is over all the same: the alert is heard.
    standing = [each for each in store.silences.standing_silences() if each.ends is None or each.ends > now]
    silences = [(each, store.alerts.find_alert(each.alert)) for each in standing]
    acknowledged = store.incidents.acknowledged_by()
    return ShiftRecord(
        start=start,
        now=now,
        opened=[each for each in pasts if each.incident.opened >= start],
        ended=store.incidents.ended_between(start, now),
        ongoing=[
            Ongoing(each, facts.doing(each), acknowledged.get(each.id, "")) for each in store.incidents.open_incidents()
        ],
        episodes=store.alerts.fired_between(start, now),
        firing=store.alerts.still_firing(),
        runs=store.runs.runs_between(start, now),
        silences=[Silenced(each, of.alert.name, of.alert.fingerprint) for each, of in silences if of is not None],
        notes=store.notes.open_notes(),
        done=store.notes.notes_done_between(start, now),
        actions=store.actions.open_actions(),
        before_start=before,
        before=[each for each in pasts if each.incident.opened < start],
        episodes_before=store.alerts.fired_between(before, start),
    )
