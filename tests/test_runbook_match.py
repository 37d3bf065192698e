"""Which runbook fits an alert: the most narrowly written first, always in the same order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import Alert, AlertStatus, Category
from bot.runbooks.load import Library, load_folder
from bot.runbooks.match import matching
from bot.words import english


def library(folder: Path, **matches: str) -> Library:
    for name, match in matches.items():
        (folder / f"{name}.yaml").write_text(f"runbook: 1\nid: {name}\ntitle: {name}\ndoc: x\nmatch: {match}\n")
    loaded = load_folder(folder)
    assert loaded.broken == ()
    return loaded


def alert(name: str = "HighMemoryUsage", summary: str = "Memory is at 95 %", **labels: str) -> Alert:
    return Alert("test", name, AlertStatus.FIRING, summary, labels)


def test_the_narrower_reason_comes_first(tmp_path: Path) -> None:
    """An exact name beats a glob, a glob beats labels, those beat text, and that beats a category; ties go by id."""
    books = library(
        tmp_path,
        a="[{category: memory}]",
        b="[{text: [MEMORY is]}]",
        c='[{labels: {job: "API-*"}}]',
        d='[{alert: ["high*"]}]',
        e="[{alert: [highmemoryusage]}]",
        f="[{category: memory}, {alert: [HighMemoryUsage]}]",
        g="[{category: disk}]",
    )
    found = matching(books, alert(job="api-7"), Category.MEMORY)
    assert [(each.runbook, english().plain_reason(each.why), each.specificity) for each in found] == [
        ("e", "label alertname matches highmemoryusage", 5),
        ("f", "label alertname matches HighMemoryUsage", 5),
        ("d", "label alertname matches high*", 4),
        ("c", "label job matches API-*", 3),
        ("b", 'its text has "MEMORY is"', 2),
        ("a", "its category is memory", 1),
    ]


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ("[{alert: [HighMemoryUsage], labels: {job: api}}]", True),
        ("[{alert: [HighMemoryUsage], labels: {job: web}}]", False),
        ("[{alert: [HighMemoryUsage], category: disk}]", False),
        ("[{alert: [Other, HighMemoryUsage]}]", True),
        ("[{alert: [HighMemory]}]", False),
        ("[{labels: {alertname: HighMemoryUsage}}]", True),
        ('[{labels: {team: "*"}}]', False),
        ("[{labels: {job: api, team: x}}]", False),
        ("[{text: [nothing, at 95]}]", True),
        ("[{text: ['.*']}]", False),
        ("[{alert: [Other]}, {category: memory}]", True),
        ("[]", False),
    ],
)
def test_any_entry_and_every_key(tmp_path: Path, match: str, fits: bool) -> None:
    """One entry is enough; in it every key must hold, and a label that is not there fits nothing."""
    found = matching(library(tmp_path, book=match), alert(job="api"), Category.MEMORY)
    assert [each.runbook for each in found] == (["book"] if fits else [])
