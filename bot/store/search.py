"""Incidents by words: what people wrote of them, found by SQLite's full-text index, up to date at each look.

The index and what feeds it are made in `findable.py`. What is typed is data: no operator of FTS5 can be written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.store.driver import Driver
from bot.store.findable import FIND_AGAIN

_WORD = re.compile(r"[^\W_]+")  # letters and digits, as the index splits text
_AT_ONCE = 100  # incidents that are made findable in one transaction
_WORDS = 12  # of what was typed
_BEGIN, _END = "\x02", "\x03"  # round what matched; nothing that people write
_AROUND = 16  # words of a snippet
# How much a match counts: title, impact, root cause and fix, notes and messages, names of alerts.
_WEIGHTS = "8.0, 4.0, 4.0, 1.0, 2.0"


@dataclass(frozen=True)
class Found:
    """An incident by its number, and the place that matched: pieces of text, and whether each was looked for."""

    number: int
    snippet: tuple[tuple[str, bool], ...]


class Search:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def find(self, typed: str, count: int) -> list[Found]:
        """At most `count`, the best first: those in which each word, or one that begins so, stands somewhere.

        None where nothing was typed that has a letter or a digit.
        """
        words = query(typed)
        if not words:
            return []
        self._catch_up()
        rows = self._driver.query(
            # As bytes: the record may hold halves of characters, which are no text to Python.
            f"SELECT rowid AS number, CAST(snippet(findable_fts, -1, :begin, :end, '…', {_AROUND}) AS BLOB) AS snippet "  # noqa: S608
            f"FROM findable_fts WHERE findable_fts MATCH :words ORDER BY bm25(findable_fts, {_WEIGHTS}), rowid DESC "
            "LIMIT :count",
            {"words": words, "begin": _BEGIN, "end": _END, "count": count},
        )
        return [Found(row["number"], _pieces(row["snippet"].decode(errors="replace"))) for row in rows]

    def _catch_up(self) -> None:
        """What has changed since the last search is read once each, some at a time: others want to write meanwhile."""
        while stale := self._driver.query(f"SELECT number FROM findable_stale LIMIT {_AT_ONCE}"):  # noqa: S608
            which = ", ".join(str(row["number"]) for row in stale)
            with self._driver.atomic():
                self._driver.execute(FIND_AGAIN.format(which=which))
                self._driver.execute(f"DELETE FROM findable_stale WHERE number IN ({which})")  # noqa: S608


def query(typed: str) -> str:
    """FTS5's way to ask for all these words or what begins so; empty when there is no word."""
    words = _WORD.findall(unicodedata.normalize("NFC", typed))
    return " AND ".join(f'"{word}" *' for word in words[:_WORDS])


def _pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    pieces = []
    for part in snippet.split(_BEGIN):
        matched, found, rest = part.partition(_END)
        pieces += [(matched, True), (rest, False)] if found else [(part, False)]
    return tuple(each for each in pieces if each[0])
