"""Writes the note of a shift as it would be posted now, in Markdown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.model import Incident
from bot.texts import Texts
from handoff.digest import digest_of
from handoff.note_facts import NoteFacts, Occasion, note_facts
from handoff.shift_record import shift_record
from handoff.summary import facts_of
from handoff.texts import HandoffText

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Written:
    """`about` is the same as long as the record says the same of the shift, whatever people add in their own words.

    `ongoing`: the incidents that are open.
    """

    text: str
    about: str
    bare: str  # the note without anybody's own words: what a summary is made of
    incidents: frozenset[str]  # names of those that it tells of, INC-7
    ongoing: tuple[Incident, ...]


class NoteWriter:
    def __init__(self, context: Context, texts: Texts) -> None:
        """`texts` are those of handoffs."""
        self._context = context
        self._texts = texts

    def write(self, occasion: Occasion, now: datetime, *, summary_about: str = "") -> Written:
        """The occasion's summary is left out unless it was made of what the record says now (`summary_about`)."""
        context = self._context
        record = shift_record(context.store, context.facts, occasion.start, self._before(occasion), now)
        digest = digest_of(record)
        facts = note_facts(digest, occasion, context.team(), context.facts.words, context.facts.address, now)
        bare = self._texts(HandoffText.NOTE, _bare(facts))
        incidents = frozenset(each.name for each in (*digest.incidents, *digest.ongoing))
        about = facts_of(bare, incidents)
        if facts.summary and summary_about != about:
            facts = replace(facts, summary="", summary_by="")
        return Written(
            text=self._texts(HandoffText.NOTE, facts),
            about=about,
            bare=bare,
            incidents=incidents,
            ongoing=digest.ongoing,
        )

    def _before(self, occasion: Occasion) -> datetime:
        """When the shift before began; where there was none, as long before as this one lasts."""
        roster = self._context.duty.roster()
        shift = roster.shift_at(occasion.start - _TICK) if roster else None
        if shift is not None and shift.start < occasion.start:
            return shift.start
        return occasion.start - (occasion.end - occasion.start)


def _bare(facts: NoteFacts) -> NoteFacts:
    """What the record says of the shift, and nothing of when and how it is posted."""
    quiet = facts.quiet or not any(getattr(facts, name) for name in facts.more)
    return replace(
        facts, words="", words_by="", summary="", summary_by="", late="", missed=0, between=False, quiet=quiet
    )
