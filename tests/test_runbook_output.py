"""What a command printed: bounded, and safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runbooks.output import HeadAndTail, shown


def kept(chunks: list[bytes], size: int = 10) -> str:
    output = HeadAndTail(size)
    for chunk in chunks:
        output.write(chunk)
    return output.text()


def test_a_short_output_is_kept_whole() -> None:
    """Up to head and tail together nothing is left out."""
    assert kept([b"0123456789", b"abcdefghij"]) == "0123456789abcdefghij"


def test_of_a_long_output_the_ends_are_kept() -> None:
    """What is between is counted."""
    assert kept([b"0123456789", b"x" * 5000, b"abcdefghij"]) == "0123456789\n… 5,000 bytes left out …\nabcdefghij"


@given(st.lists(st.integers(0, 60), max_size=60))
def test_chunks_make_no_difference(sizes: list[int]) -> None:
    """However the output arrives, the same bytes are kept."""
    letters = [bytes([97 + at % 26]) for at in range(sum(sizes))]
    chunks, at = [], 0
    for size in sizes:
        chunks.append(b"".join(letters[at : at + size]))
        at += size
    assert kept(chunks) == kept([b"".join(letters)])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain\n\ttext", "plain\n\ttext"),
        ("não".encode(), "não"),
        (b"bad \xff byte", "bad � byte"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b]8;;http://evil\x1b\\link", "link"),
        (b"\x1b[2J\x1b[Hgone", "gone"),
        (b"a\r\nb\r\n", "a\nb\n"),
        (b" 10 %\r 50 %\r100 %\n", "100 %\n"),
        (b"nul\0bell\x07back\x08", "nulbellback"),
        ("abc\u202edcb\u2066x\u200b".encode(), "abcdcbx"),
        (b"\xc2\x9b31mred", "31mred"),
        ("private \ue000 use".encode(), "private  use"),
    ],
)
def test_nothing_invisible_is_shown(raw: bytes, text: str) -> None:
    """Colours, cursor movements, and control, bidi and invisible characters are gone."""
    assert shown(raw) == text
