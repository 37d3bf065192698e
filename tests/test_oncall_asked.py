"""What people type after `/oncall cover` and `/oncall who`, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.oncall.asked import CoverAsked, read_at, read_cover, read_number


@pytest.mark.parametrize(
    ("text", "start", "end", "by"),
    [
        ("me from fri 18:00 to mon 09:00", "fri 18:00", "mon 09:00", ""),
        ("from “fri 18:00” to “mon 09:00” by @bob", "fri 18:00", "mon 09:00", "@bob"),
        ("me from fri 18:00 until mon 09:00 with <@U0000000002|bob>", "fri 18:00", "mon 09:00", "<@U0000000002|bob>"),
        ("me by bob from now to tomorrow", "now", "tomorrow", "bob"),
        ("ME FROM now -&gt; in 2 hours", "now", "in 2 hours", ""),
        ("de sexta às 18h até segunda às 9h por @bob", "sexta às 18h", "segunda às 9h", "@bob"),
        ("das 18h às 22h", "18h", "22h", ""),
        ("-me de amanhã a depois de amanhã com @bob", "amanhã", "depois de amanhã", "@bob"),
        ("desde 24 de dezembro 09:00 até 26 de dezembro", "24 de dezembro 09:00", "26 de dezembro", ""),
    ],
)
def test_from_when_to_when_and_by_whom(text: str, start: str, end: str, by: str) -> None:
    """In any order that people use, quoted or not, in both languages."""
    assert read_cover(text) == CoverAsked(start, end, by)


@pytest.mark.parametrize(
    "text", ["", "me", "me from fri 18:00", "me fri 18:00 to mon", "from to", "me from  to mon", "x"]
)
def test_what_leaves_one_of_them_out_is_asked_about(text: str) -> None:
    assert read_cover(text) is None


@pytest.mark.parametrize("text", ['at "tomorrow 03:00"', "tomorrow 03:00", "“tomorrow 03:00”", "at tomorrow 03:00"])
def test_a_moment_may_be_quoted(text: str) -> None:
    assert read_at(text) == "tomorrow 03:00"


def test_people_name_a_cover_by_its_number() -> None:
    assert [read_number(each) for each in ("C-3", "c3", "#3", "3", " C-12 ", "C", "x3", "")] == [3] * 4 + [12] + [
        None
    ] * 3


PIECES = ("me", "from", "to", "by", "de", "até", "a", "@", "<@U1>", "às", "-", "C-")


@given(st.text(max_size=400) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_whatever_is_typed_is_read_or_not(text: str) -> None:
    """And never raises, nor gives half of it."""
    found = read_cover(text)
    assert found is None or (found.start and found.end)
    assert isinstance(read_at(text), str)
    assert read_number(text) is None or any(char.isdigit() for char in text)
