"""Which alerts are one storm, on a real record: a flood that comes over many connections in no order."""

from __future__ import annotations

from dataclasses import replace

from bot.incidents.opening import open_for
from bot.store.alerts import StoredAlert
from bot.store.storms import Storm
from tests.desk import Desk
from tests.samples import ALERT, CLASSIFICATION, MONITOR


def fired(desk: Desk, second: int) -> tuple[StoredAlert, Storm | None]:
    """A new alert, posted in this second of the story, and the storm that it came in."""
    alert = replace(ALERT, fingerprint=f"{second:032}")
    with desk.store.atomic():
        ts = f"{desk.now.timestamp() + second:.6f}"
        stored = desk.store.alerts.open_alert(alert, CLASSIFICATION, MONITOR, "C1", ts, desk.now)
        return stored, desk.flow.storming.storm_of(stored, desk.now)[0]


def test_what_was_posted_later_and_came_first_is_in_the_storm(desk: Desk) -> None:
    """And the incident that it had opened is merged into that of the storm."""
    most = desk.context.storm.most
    first, _ = fired(desk, 1)
    for second in range(2, most):
        assert fired(desk, second)[1] is None
    early, storm = fired(desk, most + 5)
    assert storm is None
    for each in (first, early):
        open_for(desk.store, each, desk.now)
    assert fired(desk, most)[1] is None
    last, storm = fired(desk, most + 1)
    assert storm is not None
    assert {first.id, early.id, last.id} < set(desk.store.storms.alerts_in(storm.id))
    assert len(desk.store.storms.alerts_in(storm.id)) == most + 2
    (incident,) = desk.store.incidents.open_incidents()
    assert incident.id == storm.incident
