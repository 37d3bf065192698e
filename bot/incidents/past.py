"""The incidents of some time with their record, read from the store for the statistics."""

from __future__ import annotations

from datetime import datetime

from bot.incidents.statistics import GRAVE, Past
from bot.store import Store


def past_incidents(store: Store, start: datetime, end: datetime) -> list[Past]:
    """Those that were opened from `start` until before `end`, the oldest first; merged ones are left out."""
    transitions = store.incidents.transitions_since(start)
    categories = store.incidents.categories_since(start)
    return [
        Past(
            incident=each,
            transitions=transitions[each.id],
            entries=store.timeline.entries(each.id) if each.severity in GRAVE else (),
            category=categories.get(each.id),
        )
        for each in store.incidents.opened_between(start, end)
    ]
