"""A `match` entry that can never decide is said, and one that might is left alone."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Alert, AlertStatus, Category
from bot.runbooks.format import MatchEntry, Runbook
from bot.runbooks.linting.shadowing import shadowed
from bot.runbooks.load import Library, load_folder
from bot.runbooks.match import matching

# The entry of `book-b`, and that of `another`, which comes first among equals.
ALWAYS = [
    ("{alert: [Down]}", "{alert: [Up, down]}"),
    ("{alert: [Down, Up]}", "{alert: [Up, Down, Other]}"),
    ('{alert: ["Down*"]}', '{alert: ["Do*"]}'),
    ('{alert: ["Host?Down", "Host*Full"]}', '{alert: ["Host*"]}'),
    ('{alert: ["[ab]c*"]}', '{alert: ["?c*"]}'),
    ("{alert: [Down], labels: {job: api}}", "{alert: [Down]}"),
    ('{labels: {job: "api-*"}}', '{labels: {job: "*"}}'),
    ("{labels: {job: api, env: prod}}", "{labels: {env: prod}}"),
    ("{labels: {alertname: Down}}", '{alert: ["D*"]}'),
    ("{labels: {job: api}}", '{alert: ["*"]}'),
    ('{text: ["connection refused"]}', "{text: [refused]}"),
    ("{text: [refused]}", "{text: [Refused, reset]}"),
    ("{category: disk}", "{category: disk}"),
    ("{category: disk, text: [full]}", "{text: [full]}"),
    ("{text: [full]}", '{labels: {alertname: "*"}}'),
    ('{labels: {alertname: "DiskFull*"}}', "{labels: {alertname: 'disk*'}, text: [full]}"),
]

SOMETIMES = [
    ("{alert: [Down]}", '{alert: ["*"]}'),  # a name beats a glob
    ("{alert: [Down]}", "{alert: [Down], labels: {job: api}}"),
    ("{alert: [Down, Up]}", "{alert: [Down]}"),
    ('{alert: ["Do*"]}', '{alert: ["Down*"]}'),
    ('{alert: ["D*"]}', '{alert: ["D?*"]}'),
    ('{alert: ["[ab]c"]}', '{alert: ["[a]c"]}'),
    ("{labels: {job: api}}", "{text: [x]}"),  # labels beat a text
    ("{labels: {job: api}}", "{labels: {job: api, env: prod}}"),
    ("{text: [refused]}", '{text: ["connection refused"]}'),
    ("{text: [refused]}", "{category: network}"),
    ("{category: disk}", "{category: disk, text: [full]}"),
    ("{category: disk}", "{category: memory}"),
    ("{alert: [DiskFull], category: disk}", "{alert: [DiskFull], category: memory}"),
    ('{alert: ["Down"]}', '{alert: ["D*", "Down"]}'),  # by its glob, which stands first
]


def books(folder: Path, first: str, second: str) -> Library:
    for name, entry in (("another", second), ("book-b", first)):
        text = f"runbook: 1\nid: {name}\ntitle: x\ndoc: y\nmatch:\n  - {entry}\n"
        (folder / f"{name}.yaml").write_text(text)
    return load_folder(folder)


@pytest.mark.parametrize(("entry", "other"), ALWAYS)
def test_an_entry_that_is_never_the_first_choice_is_said(tmp_path: Path, entry: str, other: str) -> None:
    """Its author thinks that it decides, and another runbook is proposed every time."""
    library = books(tmp_path, entry, other)
    assert [str(problem) for problem in library.problems] == [
        f"{tmp_path}/book-b.yaml:6: warning: `match[1]` is never the first choice: "
        "another fits all that it fits, and comes first; narrow it or remove it"
    ]
    assert library.broken == ()


@pytest.mark.parametrize(("entry", "other"), SOMETIMES)
def test_an_entry_that_may_decide_is_left_alone(tmp_path: Path, entry: str, other: str) -> None:
    """Two runbooks may fit one alert; what matters is whether either can come first."""
    assert [problem for problem in books(tmp_path, entry, other).problems if "book-b" in problem.file.name] == []


def test_entries_of_one_runbook_do_not_shadow_each_other(tmp_path: Path) -> None:
    """Whichever of them fits, it is this runbook."""
    text = "runbook: 1\nid: book\ntitle: x\ndoc: y\nmatch: [{alert: [A]}, {alert: [A]}, {category: disk}]\n"
    (tmp_path / "book.yaml").write_text(text)
    assert load_folder(tmp_path).problems == ()


def test_a_broken_runbook_shadows_nothing(tmp_path: Path) -> None:
    """It is disabled, so the other one decides."""
    books(tmp_path, "{alert: [Down]}", "{alert: [Down]}")
    (tmp_path / "another.yaml").write_text("runbook: 1\n")
    assert {problem.file.name for problem in load_folder(tmp_path).problems} == {"another.yaml"}


# -- the analysis against the real thing ---

NAMES = ("A", "AB", "B", "ABC")
SUMMARIES = ("", "x", "xy", "y")
LABELS: tuple[dict[str, str], ...] = ({}, {"job": "a"}, {"job": "ab"}, {"job": "a", "env": "p"})
EVERY_ALERT = [
    (Alert("test", name, AlertStatus.FIRING, summary, labels), category)
    for name, summary, labels, category in product(NAMES, SUMMARIES, LABELS, (Category.DISK, Category.CPU))
]

GLOBS = st.sampled_from(["a", "ab", "b", "abc", "*", "a*", "?b", "a?", "[ab]*", "*b*", "?"])
ENTRIES = (
    st.fixed_dictionaries(
        {
            "alert": st.lists(GLOBS, max_size=2).map(tuple),
            "labels": st.dictionaries(st.sampled_from(["job", "env", "alertname"]), GLOBS, max_size=2),
            "category": st.sampled_from([Category.DISK, None]),
            "text": st.lists(st.sampled_from(["x", "xy", "a", "b"]), max_size=1).map(tuple),
        }
    )
    .map(lambda keys: {key: value for key, value in keys.items() if value})
    .filter(bool)
    .map(MatchEntry.model_validate)
)


@given(st.lists(st.lists(ENTRIES, min_size=1, max_size=2), min_size=2, max_size=3))
def test_what_is_said_to_be_shadowed_never_decides(entries: list[list[MatchEntry]]) -> None:
    """For no alert that the entry fits, its runbook comes first by that entry alone."""
    runbooks = {
        f"book-{at}": Runbook.model_validate(
            {"runbook": 1, "id": f"book-{at}", "title": "x", "doc": "y", "match": tuple(found)}
        )
        for at, found in enumerate(entries)
    }
    for found in shadowed(runbooks.values()):
        book = runbooks[found.runbook]
        alone = book.model_copy(update={"match": (book.match[found.entry],)})
        library = Library({**runbooks, found.runbook: alone}, ())
        for alert, category in EVERY_ALERT:
            assert [match.runbook for match in matching(library, alert, category)][:1] != [found.runbook]
