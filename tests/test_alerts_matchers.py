"""Which matchers a silence gets: real ones, that were said, and as few alerts as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.matchers import NAME, matchers_of, matches, meant
from bot.model import Matcher

ALERT = {NAME: "HighMemory", "service": "shop", "instance": "api-1", "severity": "critical"}
OTHER = {**ALERT, "instance": "api-2"}


def texts(said: dict[str, str], *real: dict[str, str]) -> list[str]:
    return list(map(str, matchers_of(said, real)))


@pytest.mark.parametrize(
    ("said", "real", "matchers"),
    [
        # All labels are in the message: this very alert.
        (
            ALERT,
            [ALERT, OTHER],
            ['alertname="HighMemory"', 'instance="api-1"', 'service="shop"', 'severity="critical"'],
        ),
        # Labels that the message leaves out stay out, however much the alerts agree on them.
        ({NAME: "HighMemory", "service": "shop"}, [ALERT, OTHER], ['alertname="HighMemory"', 'service="shop"']),
        ({NAME: "HighMemory"}, [ALERT, OTHER], ['alertname="HighMemory"']),
        # A label that Alertmanager does not have is of no use as a matcher.
        (
            {NAME: "X", "service": "shop", "team": "pay"},
            [{NAME: "X", "service": "shop"}],
            ['alertname="X"', 'service="shop"'],
        ),
        # Named otherwise in the message: the real name counts.
        ({NAME: "X", "host": "db-1"}, [{NAME: "X", "hostname": "db-1"}], ['alertname="X"', 'hostname="db-1"']),
        ({NAME: "X", "podname": "a"}, [{NAME: "X", "podName": "a"}], ['alertname="X"', 'podName="a"']),
        # The one that has more of what was said is meant, and not one that merely contradicts nothing.
        ({NAME: "X", "volume": "a"}, [{NAME: "X"}, {NAME: "X", "volume": "a"}], ['alertname="X"', 'volume="a"']),
        # A contradiction: another alert of the same name.
        ({NAME: "X", "host": "a"}, [{NAME: "X", "host": "b"}], []),
        ({NAME: "X", "host": "a"}, [{NAME: "X", "hostname": "b"}], []),
        ({NAME: "X"}, [{NAME: "Y"}], []),
        ({NAME: "X"}, [], []),
        # Two names for the same thing, one of which is written as it was said.
        (
            {NAME: "X", "host": "a"},
            [{NAME: "X", "host": "a", "hostname": "a.example"}],
            ['alertname="X"', 'host="a"'],
        ),
        # Signs that mean something to Alertmanager are quoted, and no part of an expression.
        ({NAME: 'a "b" \\'}, [{NAME: 'a "b" \\'}], ['alertname="a \\"b\\" \\\\"']),
    ],
)
def test_a_matcher_is_what_was_said_and_is_real(
    said: dict[str, str], real: list[dict[str, str]], matchers: list[str]
) -> None:
    assert texts(said, *real) == matchers


LABELS = st.dictionaries(
    st.sampled_from(["service", "instance", "host", "hostname", "pod", "severity", "Pod"]),
    st.sampled_from(["a", "b", ""]),
)


@given(said=LABELS, real=st.lists(LABELS, max_size=5))
def test_whatever_is_said_the_matchers_hold_for_all_that_are_meant_and_widen_nothing(
    said: dict[str, str], real: list[dict[str, str]]
) -> None:
    """The name is always among them; each is a label of every alert that is meant, with a value that was said."""
    said, real = {**said, NAME: "X"}, [{**each, NAME: "X"} for each in real]
    those, matchers = meant(said, real), matchers_of(said, real)
    assert bool(those) == bool(matchers)
    assert all(matches(matchers, each) for each in those)
    if matchers:
        assert matchers[0] == Matcher(NAME, "X")
    for each in matchers:
        assert each.value in said.values()
        assert {labels[each.name] for labels in those} == {each.value}
        assert (each.regex, each.equal) == (False, True)
    assert not any(said[name] != each[name] for each in those for name in said.keys() & each.keys())
    assert len({each.name for each in matchers}) == len(matchers)
    # An alert of which every label was said is never silenced together with one that differs in one of them.
    if said in real:
        assert all(said.items() <= each.items() for each in real if matches(matchers, each))


@given(st.text(max_size=20))
def test_a_value_of_any_letters_is_one_value(value: str) -> None:
    """In the text that is shown it can neither end its quotes nor begin another matcher."""
    text = str(Matcher("alertname", value))
    assert text.startswith('alertname="')
    assert text.endswith('"')
    assert "\n" not in text
