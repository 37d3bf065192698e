"""Patterns of parameters: what lets a newline through or can take for ever is refused, and ordinary ones are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runbooks.patterns import may_be_empty, may_begin_with_dash, refused

ORDINARY = [
    "[a-z0-9][a-z0-9-]{0,62}",
    "[A-Za-z0-9][A-Za-z0-9_@.-]{0,62}",
    r"(?:[a-z]+\.)*[a-z]+",
    r"[a-z]+(?:\.[a-z]+)*",
    r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*",
    r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})",
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?",
    "(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}",
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    r"[\w.+-]+@[\w-]+\.[\w.-]+",
    r"[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?",
    r"v?[0-9]+(?:\.[0-9]+){0,2}",
    "(?:[0-9]{1,3}[smhd]){1,4}",
    r"https?://[a-z.]+(?::[0-9]+)?(?:/[^\s]*)?",
    "/[A-Za-z0-9._/-]{1,255}",
    "[A-Za-z_][A-Za-z0-9_]*(?:,[A-Za-z_][A-Za-z0-9_]*)*",
    "(?:foo|bar|baz)+",
    "(?:a|ab)*",
    "(?!-)[a-z-]{1,63}(?<!-)",
    "(?i)[a-z]+",
    ".*",
    ".*error.*",
    r"[^\n;]+",
    r"\S+",
]

NEWLINE = [
    r"[a-z]+\s[a-z]+",
    r"\W",
    r"\D+",
    "[^a-z]",
    r"[^\r]",
    "(?s).+",
    "(?s:.)x",
    r"[\s\S]*",
    "[\t-~]",
    "a\n?",
    r"[a-z]|\n",
    r"(?:x|\x0a)*",
]

FOR_EVER = [
    "(a+)+",
    "([a-z]+)*",
    "(a*)*",
    "(?:[a-z]+-?)+",
    r"(?:\w+ ?)*x",
    "(?:a|aa)*",
    "(?:a?b?)*",
    "(?:(?:a?)?b)*c",
    "(?:.*,)*x",
    "(?:[a-z]{1,50}){1,50}",
    "(?:[a-z]{1,20}){20}",
    "(x+x+)+y",
    ".*.*.*x",
    ".*=.*=.*;.*",
    "a?" * 30 + "a{30}",
    "(?:[a-z-]*-){0,3}",
    r"(a)\1",
    r"(?P<x>a)(?P=x)",
    "(?:(?=[a-z]*x)[a-z])*",
    "(?=(a+)+b)a*",
]


@pytest.mark.parametrize("pattern", ORDINARY)
def test_ordinary_patterns_can_be_used(pattern: str) -> None:
    """Host names, addresses, images, versions, dates: what a runbook asks for can be written down."""
    assert refused(pattern) is None


@pytest.mark.parametrize("pattern", NEWLINE)
def test_a_pattern_that_lets_a_newline_through_is_refused(pattern: str) -> None:
    """One value would be two lines wherever it is written: a log, a header, a list of targets."""
    assert any(re.search(pattern, text) for text in ("\n", "a\n", "a\nb", "\nx"))
    assert (refused(pattern) or "").startswith("accepts a newline")


@pytest.mark.parametrize("pattern", FOR_EVER)
def test_a_pattern_that_can_take_for_ever_is_refused(pattern: str) -> None:
    """One long value would stop the bot, and anybody who posts an alert could send it."""
    assert "for ever" in (refused(pattern) or "")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("[a-z", "is no regular expression: unterminated character set at position 0; mend it"),
        ("(?(1)a|b)", "is no regular expression: invalid group reference 1 at position 3; mend it"),
        ("a{99999999999999999}", "repeats more often than any value is long; write a smaller count"),
        ("(" * 5000, "has more than 100 groups; write it simpler"),
        ("abc" * 1000, "is too long to be judged; write it shorter"),
        ("[[:alpha:]]+", None),
        ("[+--]", r"has -- in a set, which Python may come to read otherwise; write it once, or \-"),
        ("[a-z&&[^b]]", r"has && in a set, which Python may come to read otherwise; write it once, or \&"),
        ("(?:" * 60 + "a" + ")*" * 60, None),
    ],
)
def test_a_pattern_that_cannot_be_judged_is_refused(pattern: str, why: str | None) -> None:
    """Whatever stands there, reading the file ends, and says what is wrong."""
    found = refused(pattern)
    assert found == why if why else found is not None


@pytest.mark.parametrize(
    ("pattern", "dash", "empty"),
    [
        ("[a-z-]+", True, False),
        ("[a-z][a-z-]*", False, False),
        ("-?[0-9]+", True, False),
        (".*", True, True),
        ("(?:x|-y)?z", True, False),
        ("(?!-)[a-z-]+", False, False),
        (r"[+-\-]", True, False),
        (r"\S", True, False),
        (r"\w*", False, True),
        ("(?i:A)?", False, True),
    ],
)
def test_how_a_value_can_begin(pattern: str, dash: bool, empty: bool) -> None:
    """A value that begins with `-` is an option to most programs, and an empty one is nothing at all."""
    assert (may_begin_with_dash(pattern), may_be_empty(pattern)) == (dash, empty)


# -- against Python's own matcher ---

LEAVES = st.sampled_from(["a", "b", "-", "[ab]", "[^a]", r"\n", r"\s", r"\w", ".", "(?s:.)", "[a-c-]", ""])
PATTERNS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("ab-\n c", max_size=6))
def test_what_is_said_of_a_pattern_is_true(pattern: str, value: str) -> None:
    """No value that fits has a newline, begins with a dash or is empty where that was ruled out."""
    if refused(pattern) is not None or not re.fullmatch(pattern, value):
        return
    assert "\n" not in value
    assert may_begin_with_dash(pattern) or not value.startswith("-")
    assert may_be_empty(pattern) or value != ""


@given(PATTERNS, st.text("ab-", min_size=1, max_size=3))
def test_a_pattern_that_is_not_refused_ends(pattern: str, part: str) -> None:
    """The longest value there can be, made to fail at its last character, is decided on."""
    if refused(pattern) is None:
        assert not re.fullmatch(pattern, (part * 4096)[:4095] + "\n")
