"""Which alerts make noise: those of one name together, however often and wherever they came. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.store.alerts import Episode


@dataclass(frozen=True)
class Loud:
    """Alerts of one name: in how many messages, on how many places; `episodes`: how often they began.

    A place is a service and where it runs, as the labels say. `firing`: one of them is not resolved.
    """

    name: str
    times: int
    places: int
    episodes: int
    firing: bool


def by_name(episodes: Iterable[Episode]) -> Mapping[str, Sequence[Episode]]:
    found: dict[str, list[Episode]] = defaultdict(list)
    for each in episodes:
        found[each.name].append(each)
    return found


def loudest(episodes: Iterable[Episode]) -> list[Loud]:
    """A value for each name, the loudest first. An episode counts with all its messages."""
    found = [
        Loud(
            name=name,
            times=sum(each.times for each in same),
            places=len({(each.service, each.place) for each in same}),
            episodes=len(same),
            firing=any(each.resolved is None for each in same),
        )
        for name, same in by_name(episodes).items()
    ]
    return sorted(found, key=lambda each: (-each.times, -each.episodes, each.name))
