"""Text from outside in Markdown: shown as it is, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.markdown import code, escaped

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKS = st.text(st.sampled_from(list("\\`*_{}[]()#+-.!|~>=<&;:/@$1a w\n\t")), max_size=30)


def seen(markdown: str) -> str:
    """What a reader sees of a line; fails where anything in it is more than plain text."""
    tokens = GITHUB.parseInline(markdown)[0].children or []
    assert {each.type for each in tokens} <= {"text", "text_special"}, markdown
    return "".join(each.content for each in tokens).replace("\u2060", "")


def plain(text: str) -> str:
    return " ".join(text.split())


@given(MARKS | st.text(st.characters(exclude_categories=["C"])))
def test_any_text_shows_as_it_is(text: str) -> None:
    assert seen(escaped(text)) == plain(text)


@given(MARKS | st.lists(st.sampled_from(["https://a.example/b_c*d`", "(", ")", "[", "|", " ", "\\", "x"])).map("".join))
def test_an_address_is_opened_by_its_own_name(text: str) -> None:
    """And nothing around it becomes part of it, or more than text."""
    tokens = GITHUB.parseInline(escaped(text, links=True))[0].children or []
    assert {each.type for each in tokens} <= {"text", "text_special", "link_open", "link_close"}
    assert "".join(each.content for each in tokens).replace("\u2060", "") == plain(text)


@given(MARKS)
@pytest.mark.parametrize("before", ["", "- ", "1. "])
def test_a_text_is_one_paragraph_wherever_it_stands(before: str, text: str) -> None:
    """It begins no heading, list or quotation of its own."""
    if plain(text):
        kinds = {each.type.removesuffix("_open") for each in GITHUB.parse(before + escaped(text)) if each.nesting == 1}
        assert kinds == {"paragraph"} | ({"bullet_list", "list_item"} if before == "- " else set()) | (
            {"ordered_list", "list_item"} if before == "1. " else set()
        )


@given(MARKS)
def test_a_cell_of_a_table_stays_one(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {escaped(text)} | c |\n"
    cells = [each for each in GITHUB.parse(table) if each.type == "td_open"]
    assert len(cells) == 2


@given(MARKS)
def test_code_shows_as_it_is(text: str) -> None:
    found = GITHUB.parseInline(code(text))[0].children or []
    assert [each.type for each in found] == (["code_inline"] if plain(text) else [])
    assert "".join(each.content for each in found) == plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("api-2 (shop), high_memory!", "api-2 (shop), high_memory!"),
        ("see __init__ now", r"see \_\_init\_\_ now"),
        ("@channel, see #12", "@\u2060channel, see #\u206012"),
        ("https://evil.example.com www.evil.example.com", "https:\u2060//evil.example.com www\u2060.evil.example.com"),
        ("a & b < c", "a & b < c"),
        ("&lt; <b>", "&amp;lt; &lt;b>"),
        ("a\u202eb\x00c", "abc"),
        ("x" * 4000, "x" * 2999 + "…"),
    ],
)
def test_it_reads_well_unrendered_too_and_calls_nobody(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize("unseen", ["\u200b", "\x00", "\u2066"])
@pytest.mark.parametrize("mark", ["#", "-", ">", "1.", "==="])
def test_what_is_not_seen_hides_no_beginning_of_a_line(unseen: str, mark: str) -> None:
    """A heading, a list and a quotation need their mark in the first place, which is where it then stands."""
    assert escaped(f"{unseen} {mark} owned") == escaped(f"{mark} owned")
