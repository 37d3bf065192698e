"""The append-only record of what happened and who did it. Each line's hash covers the line and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.model import Entry
from bot.store.driver import Driver, Row, to_text, to_time
from bot.store.ids import new_id

_START = "0" * 64


def _hash(previous: str, at: str, who: str, what: str, subject: str, data: str) -> str:
    return hashlib.sha256("\x00".join((previous, at, who, what, subject, data)).encode()).hexdigest()


def _entry(row: Row) -> Entry:
    return Entry(to_time(row["at"]), row["who"], row["what"], row["subject"], json.loads(row["data"]), row["hash"])


class Timeline:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def append(self, at: datetime, who: str, what: str, subject: str, data: Mapping[str, Any] | None = None) -> None:
        """One more line, in the transaction of the change that it tells of where there is one."""
        text = json.dumps(dict(data or {}), sort_keys=True, separators=(",", ":"))
        with self._driver.atomic():
            rows = self._driver.query("SELECT hash FROM timeline ORDER BY id DESC LIMIT 1")
            previous = rows[0]["hash"] if rows else _START
            self._driver.execute(
                "INSERT INTO timeline (id, at, who, what, subject, data, hash) "
                "VALUES (:id, :at, :who, :what, :subject, :data, :hash)",
                {
                    "id": new_id("entry"),
                    "at": to_text(at),
                    "who": who,
                    "what": what,
                    "subject": subject,
                    "data": text,
                    "hash": _hash(previous, to_text(at), who, what, subject, text),
                },
            )

    def entries(self, subject: str | None = None) -> list[Entry]:
        """In the order of writing; all, or those of one alert, proposal, run or incident."""
        rows = self._driver.query(
            "SELECT * FROM timeline WHERE :subject IS NULL OR subject = :subject ORDER BY id", {"subject": subject}
        )
        return [_entry(row) for row in rows]

    def latest_entry(self, subject: str, kinds: Collection[str]) -> Entry | None:
        """The last line about this subject that is of one of these kinds."""
        given = {f"kind{at}": kind for at, kind in enumerate(sorted(kinds))}
        names = ", ".join(f":{name}" for name in given)
        rows = self._driver.query(
            f"SELECT * FROM timeline WHERE subject = :subject AND what IN ({names}) ORDER BY id DESC LIMIT 1",  # noqa: S608
            {"subject": subject, **given},
        )
        return _entry(rows[0]) if rows else None

    def entries_of(self, subjects: Collection[str]) -> list[Entry]:
        """Those of all these subjects, in the order of writing."""
        given = {f"subject{at}": subject for at, subject in enumerate(sorted(subjects))}
        names = ", ".join(f":{name}" for name in given)
        rows = self._driver.query(f"SELECT * FROM timeline WHERE subject IN ({names}) ORDER BY id", given)  # noqa: S608
        return [_entry(row) for row in rows]

    def entries_since(self, start: datetime, kinds: Collection[str]) -> dict[str, list[Entry]]:
        """Of each incident that was opened since `start`: its lines of these kinds, in the order of writing."""
        given = {f"kind{at}": kind for at, kind in enumerate(sorted(kinds))}
        names = ", ".join(f":{name}" for name in given)
        rows = self._driver.query(
            "SELECT timeline.* FROM incidents JOIN timeline ON timeline.subject = incidents.id "  # noqa: S608
            f"WHERE incidents.opened >= :start AND timeline.what IN ({names}) ORDER BY timeline.id",
            {"start": to_text(start), **given},
        )
        found: dict[str, list[Entry]] = defaultdict(list)
        for row in rows:
            found[row["subject"]].append(_entry(row))
        return found

    def subjects_since(self, since: datetime) -> set[str]:
        """What changed since then."""
        rows = self._driver.query("SELECT DISTINCT subject FROM timeline WHERE at >= :since", {"since": to_text(since)})
        return {row["subject"] for row in rows}

    def first_broken(self) -> Entry | None:
        """The first line whose hash does not follow from the line before: somebody changed the record."""
        previous = _START
        for row in self._driver.query("SELECT * FROM timeline ORDER BY id"):
            if row["hash"] != _hash(previous, row["at"], row["who"], row["what"], row["subject"], row["data"]):
                return _entry(row)
            previous = row["hash"]
        return None
