"""Which alerts of Alertmanager's a message speaks of, and the narrowest matchers that we can vouch for. Pure.

A message may name fewer labels than the alert has, or name them otherwise. So a matcher is made only of what is real in
Alertmanager and was said in the message as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.alerts.labels import usual_name
from bot.model import Matcher

NAME = "alertname"


def meant(said: Mapping[str, str], real: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Of the labels of real alerts those that contradict nothing of what was said, and share the most with it."""
    agreeing = [(labels, names) for labels in real if NAME in (names := _shared(said, labels))]
    # Under their own names above all: of two alerts with a host and a hostname, the one with the host was said.
    weighed = [(labels, (len(names), len(names & said.keys()))) for labels, names in agreeing]
    most = max((weight for _, weight in weighed), default=None)
    return [labels for labels, weight in weighed if weight == most]


def matchers_of(said: Mapping[str, str], real: Sequence[Mapping[str, str]]) -> tuple[Matcher, ...]:
    """The alert's name, and every label that was said and on which all those that are meant agree; in this order.

    Empty when none is meant.
    """
    those = meant(said, real)
    if not those:
        return ()
    known = set.intersection(*(_shared(said, labels) for labels in those)) - {NAME}
    agreed = sorted(name for name in known if len({labels[name] for labels in those}) == 1)
    return tuple(Matcher(name, those[0][name]) for name in (NAME, *agreed))


def matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether a silence with these matchers, none of which is a regex, covers an alert. A missing label is empty."""
    return all((labels.get(each.name, "") == each.value) is each.equal for each in matchers)


def _shared(said: Mapping[str, str], labels: Mapping[str, str]) -> set[str]:
    """The names of the real labels that were said too; empty when one was said with another value."""
    shared: set[str] = set()
    for name, value in said.items():
        named = [name] if name in labels else [each for each in labels if usual_name(each) == usual_name(name)]
        equal = {each for each in named if labels[each].strip() == value.strip()}
        if named and not equal:
            return set()
        shared |= equal
    return shared
