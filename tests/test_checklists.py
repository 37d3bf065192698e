"""The checklists that come along, and a team's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checklists import checklists
from bot.errors import TemplateError

SHIPPED = Path("templates")
NAMES = ["deploy", "disaster-recovery", "oncall-during", "oncall-end", "oncall-start", "response", "weekly-review"]


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_all_of_them_come_along_in_both_languages(language: str) -> None:
    found = checklists(SHIPPED, language)
    assert sorted(found) == NAMES
    english = checklists(SHIPPED, "en")
    assert {name: len(each.items) for name, each in found.items()} == {
        name: len(each.items) for name, each in english.items()
    }


def own(folder: Path, text: str, name: str = "response") -> Path:
    place = folder / "en" / "checklists"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.md").write_text(text)
    return folder


def test_a_teams_own_takes_the_place_of_one_and_adds_others(tmp_path: Path) -> None:
    own(tmp_path, "# Ours\n\n- one\n- two\n")
    own(tmp_path, "# Moving\n- pack\n", "moving")
    found = checklists(tmp_path, "en")
    assert (found["response"].title, found["response"].items) == ("Ours", ("one", "two"))
    assert sorted(found) == sorted([*NAMES, "moving"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- one\n", "response.md:1: it has no title"),
        ("# Ours\n* one\n- two\n", "response.md:2: this is no box; begin the line with a hyphen and a space: - * one"),
        ("# Ours\n", "it has 0 boxes; 1 to 40 can be shown"),
        ("# Ours\n" + "- x\n" * 41, "it has 41 boxes; 1 to 40 can be shown"),
        (f"# Ours\n- {'x' * 76}\n", "response.md:2: 76 characters; Slack shows 75. Shorten it."),
    ],
)
def test_one_that_cannot_be_shown_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        checklists(own(tmp_path, text), "en")
    assert [each for each in caught.value.problems if said in each]
