"""A team's Markdown as Slack shows it: what it means, and nothing of what it quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markdown import code, escaped
from bot.mrkdwn import clean
from bot.slack.markdown_blocks import ROOM, blocks_of
from slackbox.blocks import check_blocks

MARKS = st.text(st.sampled_from(list("\\`*_{}[]()#+-.!|~>=<&;:/@$1a w\n\t")), max_size=40)
ANY = MARKS | st.text(max_size=60)


def drawn(markdown: str, room: int = ROOM) -> list[dict[str, Any]]:
    """As Slack gets them; fails where it would not take them."""
    blocks, _ = blocks_of(markdown, room)
    made = [block.to_dict() for block in blocks]
    check_blocks(made)
    return made


def elements(markdown: str, room: int = ROOM) -> list[dict[str, Any]]:
    return [each for block in drawn(markdown, room) for each in block.get("elements", [block])]


def pieces(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every piece of text, in order."""
    if isinstance(part, list):
        for each in part:
            yield from pieces(each)
    elif part.get("type") in {"text", "link", "plain_text"}:
        yield part
    else:
        for each in ("elements", "text"):
            yield from pieces(part.get(each, []))


def read(markdown: str) -> str:
    """What people read."""
    return "".join(str(each.get("text") or each["url"]) for each in pieces(drawn(markdown)))


def lines(markdown: str) -> list[str]:
    """The elements in short, as people see them."""
    found = []
    for each in elements(markdown):
        texts = each["elements"] if each["type"] == "rich_text_list" else [each]
        for at, text in enumerate(texts):
            said = "".join(str(piece.get("text") or piece["url"]) for piece in pieces(text))
            mark = {"ordered": f"{each.get('offset', 0) + at + 1}. ", "bullet": "• "}.get(each.get("style", ""), "")
            kind = each["type"].removeprefix("rich_text_")
            before = "" if kind in {"list", "section"} else f"{kind}: "
            found.append(f"{before}{'  ' * each.get('indent', 0)}{mark}{said}")
    return found


def flat(text: str) -> str:
    """The text as the house shows any: in one line, without what nobody sees."""
    return clean(" ".join(text.split()), 3000).strip()


# -- what it quotes ---


@given(ANY, st.booleans())
@pytest.mark.parametrize("before", ["", "- ", "1. ", "> ", "# ", "**Owner:** "])
def test_what_came_from_outside_shows_as_it_is(before: str, text: str, links: bool) -> None:
    """Wherever in the team's text it stands: whole, without a backslash or a joiner, as plain text."""
    found = read(f"{before}{escaped(text, links=links)}")
    assert not flat(text) or found.removeprefix("Owner: ") == flat(text)


@given(ANY)
def test_nothing_from_outside_is_more_than_text(text: str) -> None:
    found = list(pieces(drawn(f"Now:\n\n- {escaped(text)}\n")))
    assert {(each["type"], "style" in each) for each in found} == {("text", False)}


@given(ANY)
def test_code_shows_as_it_is(text: str) -> None:
    assert read(code(text)).strip() == flat(text)


@given(st.text(max_size=200) | MARKS, st.integers(0, 80))
def test_whatever_is_written_slack_takes_it(markdown: str, room: int) -> None:
    """And never more of it than there is room for."""
    blocks, _ = blocks_of(markdown, room)
    made = [block.to_dict() for block in blocks]
    check_blocks(made)
    assert sum(len(each.get("text") or "") for each in pieces(made)) <= max(room, 0)


def test_mentions_and_broadcasts_are_only_their_words() -> None:
    found = list(pieces(drawn("<!channel> <@U0000000001> @here :tada:")))
    assert found == [{"type": "text", "text": "<!channel> <@U0000000001> @here :tada:"}]


# -- what it means ---


def test_a_first_heading_is_the_header_and_the_others_are_bold() -> None:
    assert drawn("# Handoff · *now*\n\nCalm.\n\n## Still going on\n") == [
        {"type": "header", "text": {"type": "plain_text", "text": "Handoff · now", "emoji": False}},
        {"type": "rich_text", "elements": [section("Calm.")]},
        {"type": "rich_text", "elements": [section("Still going on", bold=True)]},
    ]


def section(text: str, **style: bool) -> dict[str, Any]:
    piece = {"type": "text", "text": text, **({"style": style} if style else {})}
    return {"type": "rich_text_section", "elements": [piece]}


@pytest.mark.parametrize("markdown", ["# " + "x" * 151, "## second level", "text\n\n# later"])
def test_a_heading_that_is_no_header_is_a_bold_line(markdown: str) -> None:
    title = markdown.rpartition("# ")[2]
    assert elements(markdown)[-1] == section(title, bold=True)


def test_styles_and_code() -> None:
    found = elements("a **b _c_** `d*` ~~e~~ \\*f\\*")[0]["elements"]
    assert [(each["text"], each.get("style", {})) for each in found] == [
        ("a ", {}),
        ("b ", {"bold": True}),
        ("c", {"bold": True, "italic": True}),
        (" ", {}),
        ("d*", {"code": True}),
        (" ", {}),
        ("e", {"strike": True}),
        (" *f*", {}),
    ]


def test_lists_keep_their_depth_and_their_numbers() -> None:
    markdown = "- a\n  - b\n    more of b\n\n    and more\n- c\n\n3. d\n   - e\n4. f\n"
    assert lines(markdown) == ["• a", "  • b\nmore of b\nand more", "• c", "3. d", "  • e", "4. f"]


def test_what_stands_in_an_entry_besides_text_stands_below_it() -> None:
    assert lines("1. run\n\n   ```\n   ls -l\n   ```\n\n   then\n2. look\n") == [
        "1. run",
        "preformatted: ls -l",
        "then",
        "2. look",
    ]


def test_an_entry_that_says_nothing_is_one_all_the_same() -> None:
    assert lines("-\n- b\n- - c\n- ## d\n") == ["•  ", "• b", "•  ", "  • c", "• d"]
    assert elements("- ## d")[0]["elements"] == [section("d", bold=True)]


def test_quotations_hold_lists_as_text() -> None:
    assert lines("> said\n> so\n>\n> - a\n>   1. b\n>\n> end\n\nby bob") == [
        "quote: said\nso\n• a\n    1. b\nend",
        "by bob",
    ]
    assert lines("- > in an entry") == ["•  ", "quote: in an entry"]


def test_breaks_are_kept_and_paragraphs_have_a_space_between_them() -> None:
    assert lines("a\nb  \nc\\\nd\n\ne\n\n- f\n\ng") == ["a\nb\nc\nd\n\ne", "• f", "g"]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("[board](https://a.example/x_y)", [("link", "board", "https://a.example/x_y")]),
        ("<https://a.example/é?q=%41>", [("link", None, "https://a.example/é?q=%41")]),
        ("[](https://a.example)", [("link", None, "https://a.example")]),
        ("![graph](http://a.example/g.png)", [("link", "graph", "http://a.example/g.png")]),
        ("[DBA](tel:+551199)", [("text", "DBA (tel:+551199)", None)]),
        ("<ops@a.example>", [("text", "ops@a.example", None)]),
        ("[x](javascript:alert(1))", [("text", "[x](javascript:alert(1))", None)]),
        ("[x](https://a.example/|<!channel>)", [("text", "x (https://a.example/|<!channel>)", None)]),
        ("[x](slack://user?id=U1)", [("text", "x (slack://user?id=U1)", None)]),
        ("https://a.example", [("text", "https://a.example", None)]),
    ],
)
def test_only_web_addresses_are_links(markdown: str, found: list[tuple[str, str | None, str | None]]) -> None:
    """And each is opened by the address that stands there, not by one that is decoded or encoded."""
    assert [(each["type"], each.get("text"), each.get("url")) for each in pieces(drawn(markdown))] == found


def test_tables_and_raw_html_are_their_text() -> None:
    assert lines("| a | b |\n|---|---|\n| 1 | 2 |") == ["| a | b |\n|---|---|\n| 1 | 2 |"]
    assert lines("<details><b>x</b>\n</details>") == ["<details><b>x</b>\n</details>"]
    assert lines("&copy; &lt;b&gt;") == ["© <b>"]


def test_a_rule_is_a_divider() -> None:
    assert [each["type"] for each in drawn("a\n\n---\n\nb")] == ["rich_text", "divider", "rich_text"]


def test_nothing_is_no_block() -> None:
    assert blocks_of(" \n\n") == ([], False)


# -- how much of it ---


def test_it_is_cut_between_entries() -> None:
    """And no heading stands at the end with nothing below it."""
    markdown = "## a\n\n- one\n- two\n\n## b\n\n- three"
    assert blocks_of(markdown, 100)[1] is False
    for room, found in ((8, ["a", "• one"]), (13, ["a", "• one", "• two"]), (20, ["a", "• one", "• two"])):
        blocks, cut = blocks_of(markdown, room)
        said = ["".join(str(each["text"]) for each in pieces(block.to_dict())) for block in blocks]
        assert (said, cut) == (["".join(found).replace("• ", "")], True)


def test_a_text_of_nothing_but_headings_shows_them() -> None:
    blocks, cut = blocks_of("## one\n\n## two\n\n## three", 11)
    assert ([next(pieces(block.to_dict()))["text"] for block in blocks], cut) == (["one", "two"], True)


def test_of_a_first_paragraph_that_is_too_long_the_beginning_is_shown() -> None:
    blocks, cut = blocks_of("x" * 20_000)
    shown = "".join(str(each["text"]) for each in pieces([block.to_dict() for block in blocks]))
    assert (shown, cut) == ("x" * (ROOM - 1) + "…", True)


def test_slack_takes_the_longest() -> None:
    """However many headings and rules there are."""
    assert len(drawn("## a\n\nb\n\n---\n\n" * 200)) <= 40
    assert drawn("\n\n".join(f"## {'x' * 90}\n\n- {'y' * 900}" for _ in range(40)))


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_what_lies_too_deep_is_said_to_be_left_out(mark: str) -> None:
    for depth in (5, 20, 28, 29, 30, 31, 58, 59, 60, 61, 300):
        blocks, cut = blocks_of(f"{mark * depth}deep")
        said = "".join(str(each["text"]) for each in pieces([block.to_dict() for block in blocks]))
        assert ("deep" in said) is not cut, depth
    assert blocks_of(f"{mark * 20}deep")[1] is False
