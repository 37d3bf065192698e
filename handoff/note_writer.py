"""Writes the note of a shift as it would be posted now, in Markdown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.duty import Duty
from bot.incidents.facts import FactFinder
from bot.model import Handoff, HandoffKind, Incident
from bot.store import Store
from bot.team import Team
from bot.texts import Texts
from handoff.digest import digest_of
from handoff.errors import NothingToHandOver
from handoff.note_facts import NoteFacts, Occasion, note_facts
from handoff.shift_record import shift_record
from handoff.summary import Summary, facts_of
from handoff.texts import HandoffText

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Written:
    """`about` is the same as long as the record says the same of the shift, whatever people add in their own words.

    `ongoing`: the incidents that are open.
    """

    text: str  # as people read it in Slack
    whole: str  # with every entry of each list
    about: str
    bare: str  # the note without anybody's own words: what a summary is made of
    incidents: frozenset[str]  # names of those that it tells of, INC-7
    ongoing: tuple[Incident, ...]


class NoteWriter:
    def __init__(self, store: Store, team: Callable[[], Team], duty: Duty, facts: FactFinder, texts: Texts) -> None:
        """`texts` are those of handoffs."""
        self._store = store
        self._team = team
        self._duty = duty
        self._facts = facts
        self._texts = texts

    def due(self, now: datetime) -> Handoff:
        """The handoff that a note would be posted of now: that at the end of the shift. Raises NothingToHandOver."""
        upcoming = self._store.handoffs.upcoming()
        return upcoming if upcoming is not None and upcoming.at > now else self.between(now)

    def between(self, now: datetime) -> Handoff:
        """Of the shift that goes on, for a note that hands nothing over. Raises NothingToHandOver."""
        roster = self._duty.roster()
        shift = roster.shift_at(now) if roster else None
        if shift is None:
            raise NothingToHandOver("nobody is on call")
        return Handoff(
            id="",
            number=0,
            kind=HandoffKind.BETWEEN,
            shift_start=shift.start,
            at=now,
            outgoing=self._team().people[shift.who].slack,
            incoming=None,
        )

    def write(self, handoff: Handoff, now: datetime, *, late: datetime | None = None, missed: int = 0) -> Written:
        """The note as it would be posted now.

        `late`: it is posted then, after the shift had ended, and `missed` went by unposted. The summary is left out
        unless it was made of what the record says now.
        """
        summary = Summary.from_json(handoff.summary) if handoff.summary else None
        occasion = Occasion(
            start=handoff.shift_start,
            end=handoff.at,
            outgoing=self.name(handoff.outgoing),
            incoming=self.name(handoff.incoming),
            words=handoff.words,
            words_by=self._authors(handoff),
            summary=summary.text if summary else "",
            summary_by=summary.by if summary else "",
            late=late,
            missed=missed,
            between=handoff.kind is HandoffKind.BETWEEN,
        )
        since = self._store.handoffs.told_until(occasion.start)
        record = shift_record(self._store, self._facts, since, self._before(occasion), now)
        digest = digest_of(record)
        facts = note_facts(digest, occasion, self._team(), self._facts.words, self._facts.address, now)
        bare = self._texts(HandoffText.NOTE, _bare(facts))
        incidents = frozenset(each.name for each in (*digest.incidents, *digest.ongoing))
        about = facts_of(bare, incidents)
        if summary is not None and summary.about != about:
            facts = replace(facts, summary="", summary_by="")
        whole = note_facts(digest, occasion, self._team(), self._facts.words, self._facts.address, now, whole=True)
        whole = replace(whole, summary=facts.summary, summary_by=facts.summary_by)
        text, all_of_it = (self._texts(HandoffText.NOTE, each) for each in (facts, whole))
        return Written(text, all_of_it, about, bare, incidents, digest.ongoing)

    def name(self, slack_id: str | None) -> str | None:
        """As the team file has it, or the id of a stranger."""
        return self._team().name_of(slack_id) or slack_id if slack_id is not None else None

    def _authors(self, handoff: Handoff) -> str:
        """Who wrote the words: all who did, as nobody sees any more which are whose."""
        edits = (each for each in self._store.timeline.entries(handoff.id) if each.what == "handoff edited")
        return ", ".join(dict.fromkeys(self.name(each.who) or each.who for each in edits)) if handoff.words else ""

    def _before(self, occasion: Occasion) -> datetime:
        """When the shift before began; where there was none, long enough before to be as long as this one."""
        roster = self._duty.roster()
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
