"""Has the language model sum up a draft, in the background: nobody waits for it, and a note is posted without it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.model import Handoff
from bot.store import Store
from handoff.note_writer import Written
from handoff.summary import Summaries, Summary

log = structlog.get_logger()


class Summarizing:
    def __init__(self, store: Store, summaries: Summaries | None, changed: Callable[[str], None]) -> None:
        """`changed` is told the id of a handoff that has another summary. Without `summaries` there is no model."""
        self._store = store
        self._summaries = summaries
        self._changed = changed
        self._pool = ThreadPoolExecutor(1, "summary")
        self._lock = threading.Lock()
        self._asked = ""  # about what the model was asked last: the same is not asked again, whatever came of it
        self._waiting: list[tuple[str, Written]] = []  # the newest question alone: nobody shows what came before

    def look(self, handoff: Handoff, written: Written) -> None:
        """Has one made if there is none of what the record says now. Returns at once."""
        known = Summary.from_json(handoff.summary).about if handoff.summary else None
        if self._summaries is None or known == written.about:
            return
        with self._lock:
            if self._asked == written.about:
                return
            self._asked = written.about
            taken_up = bool(self._waiting)
            self._waiting[:] = [(handoff.id, written)]
        if not taken_up:
            self._pool.submit(self._make, self._summaries)

    def stop(self) -> None:
        """Whoever is being asked is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._summaries is not None:
            self._summaries.give_up()
        self._pool.shutdown(wait=True)

    def _make(self, summaries: Summaries) -> None:
        """Of what waits by then."""
        with self._lock:
            id, written = self._waiting.pop()
        try:
            made = summaries.of(written.bare, written.incidents)
            if made is not None:
                self._store.handoffs.keep_summary(id, made.to_json())
                self._changed(id)
        except Exception:  # the edge of the thread: the note does without
            log.exception("no summary of a handoff", handoff=id)
