"""The incidents of some time with their record, read from the store for the statistics."""

from __future__ import annotations

from datetime import datetime

from bot.incidents.statistics import GRAVE, Past
from bot.incidents.targets import ASSESSING
from bot.store import Store


def past_incidents(store: Store, start: datetime, end: datetime) -> list[Past]:
    """Those that were opened from `start` until before `end`, the oldest first; merged ones are left out.

    As many questions to the store for ten thousand incidents as for one: somebody waits for the answer.
    """
    transitions = store.incidents.transitions_since(start)
    categories = store.incidents.categories_since(start)
    assessed = store.timeline.entries_since(start, ASSESSING)
    return [
        Past(
            incident=each,
            transitions=transitions[each.id],
            entries=assessed.get(each.id, ()) if each.severity in GRAVE else (),
            category=categories.get(each.id),
        )
        for each in store.incidents.opened_between(start, end)
    ]
