"""What a note can say, as templates/<language>/texts/handoff.md tells it. Times are in the rota's zone.

What is not known is an empty text. Lists are cut where nobody would read on; `more` says how many entries are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.incidents.facts import Clock
from bot.incidents.statistics import Spread
from bot.model import BOT, Incident, IncidentRole, IncidentState, Note, NoteKind
from bot.spans import span
from bot.store.alerts import Episode
from bot.store.runs import BriefRun
from bot.team import Contact, Team, TeamLink
from bot.words import Words
from handoff.digest import Digest, GeneralState, Silenced
from handoff.noise import Loud

MOST: Mapping[str, int] = {
    "ongoing": 10,
    "incidents": 15,
    "firing": 10,
    "noisy": 5,
    "flapping": 5,
    "runs": 10,
    "silences": 10,
    "maintenance": 10,
    "tasks": 15,
    "observations": 10,
    "done": 10,
    "actions": 10,
}
SIGNS = {GeneralState.STABLE: "✅", GeneralState.MINOR: "⚠️", GeneralState.ACTIVE: "🔥"}


@dataclass(frozen=True)
class OngoingFact:
    name: str
    severity: str
    title: str
    state: str
    since: str
    owner: str  # who leads it, or else who acknowledged it
    next_step: str  # as somebody said it, or else what is under way
    link: str


@dataclass(frozen=True)
class IncidentFact:
    name: str
    severity: str
    title: str
    at: str
    result: str  # resolved in 38 min, or the state that it is in
    fix: str
    link: str


@dataclass(frozen=True)
class FiringFact:
    name: str
    severity: str
    where: str
    since: str
    last: str  # when it was heard of last
    times: int


@dataclass(frozen=True)
class LoudFact:
    name: str
    times: int
    places: int
    episodes: int


@dataclass(frozen=True)
class RunNoteFact:
    number: int
    runbook: str
    result: str  # FIXED, NOT FIXED, DONE, or the state in capitals
    why: str
    at: str


@dataclass(frozen=True)
class SilenceFact:
    what: str
    by: str
    comment: str
    until: str


@dataclass(frozen=True)
class LeftFact:
    """A note: planned maintenance, an observation or a task."""

    name: str
    text: str
    by: str
    at: str


@dataclass(frozen=True)
class ItemFact:
    name: str
    text: str
    owner: str
    due: str
    overdue: bool


@dataclass(frozen=True)
class NumberFact:
    what: str
    now: str
    before: str


@dataclass(frozen=True)
class NoteFacts:
    """All that the text may use; docs/oncall.md lists it for those who write texts, and a test holds the list."""

    date: str
    began: str
    ends: str
    outgoing: str
    incoming: str
    late: str  # when it was posted, where that was after the shift had ended
    missed: int  # handovers that went by before, while the bot was away
    between: bool  # it is posted in the middle of a shift
    sign: str
    state: str
    reasons: tuple[str, ...]
    words: str
    words_by: str
    summary: str
    summary_by: str
    quiet: bool
    ongoing: tuple[OngoingFact, ...]
    incidents: tuple[IncidentFact, ...]
    firing: tuple[FiringFact, ...]
    noisy: tuple[LoudFact, ...]
    flapping: tuple[LoudFact, ...]
    runs: tuple[RunNoteFact, ...]
    silences: tuple[SilenceFact, ...]
    maintenance: tuple[LeftFact, ...]
    tasks: tuple[LeftFact, ...]
    observations: tuple[LeftFact, ...]
    done: tuple[LeftFact, ...]  # notes of whatever kind that were done in the shift, by whom and when
    actions: tuple[ItemFact, ...]
    more: Mapping[str, int]
    numbers: tuple[NumberFact, ...]
    contacts: tuple[Contact, ...]
    links: tuple[TeamLink, ...]


@dataclass(frozen=True)
class Occasion:
    """For whom and why a note is made. People are names; None: nobody."""

    start: datetime
    end: datetime
    outgoing: str | None
    incoming: str | None
    words: str = ""
    words_by: str = ""
    summary: str = ""
    summary_by: str = ""
    late: datetime | None = None
    missed: int = 0
    between: bool = False


def note_facts(
    digest: Digest,
    occasion: Occasion,
    team: Team,
    words: Words,
    link: Callable[[Incident], str],
    now: datetime,
    *,
    whole: bool = False,
) -> NoteFacts:
    """`link` gives the address of an incident's card, or an empty text. `whole`: no list is cut."""
    clock = Clock(team)

    def who(slack_id: str) -> str:
        """A name where nothing mentions anybody."""
        return "" if slack_id == BOT else team.name_of(slack_id) or slack_id

    made = _Made(clock, words, who, link)
    today = now.astimezone(team.zone).date()
    nobody = words.plain("nobody")
    lists: dict[str, Sequence[Any]] = {
        "ongoing": [made.ongoing(each, digest) for each in digest.ongoing],
        "incidents": [made.incident(each, digest) for each in digest.incidents],
        "firing": [made.firing(each) for each in digest.firing],
        "noisy": [_loud(each) for each in digest.noisy],
        "flapping": [_loud(each) for each in digest.flapping],
        "runs": [made.run(each) for each in digest.runs],
        "silences": [made.silence(each) for each in digest.silences],
        "maintenance": [made.left(each) for each in digest.notes[NoteKind.MAINTENANCE]],
        "tasks": [made.left(each) for each in digest.notes[NoteKind.TASK]],
        "done": [made.finished(each) for each in digest.done],
        "observations": [made.left(each) for each in digest.notes[NoteKind.OBSERVATION]],
        "actions": [
            ItemFact(
                each.name,
                each.text,
                who(each.owner) if each.owner else "",
                each.due.isoformat() if each.due else "",
                each.overdue(today),
            )
            for each in digest.actions
        ],
    }
    shown = {name: tuple(each if whole else each[: MOST[name]]) for name, each in lists.items()}
    return NoteFacts(
        date=clock.date(occasion.end),
        began=clock.moment(occasion.start),
        ends=clock.moment(occasion.end),
        outgoing=occasion.outgoing or nobody,
        incoming=occasion.incoming or nobody,
        late=clock.moment(occasion.late),
        missed=occasion.missed,
        between=occasion.between,
        sign=SIGNS[digest.state],
        state=words.plain(f"general_{digest.state.value}"),
        reasons=tuple(words.plain_reason(each) for each in digest.reasons),
        words=occasion.words,
        words_by=occasion.words_by,
        summary=occasion.summary,
        summary_by=occasion.summary_by,
        quiet=digest.quiet and not occasion.words,
        **shown,
        more={name: len(each) - len(shown[name]) for name, each in lists.items()},
        numbers=_numbers(digest, words),
        contacts=team.contacts,
        links=team.links,
    )


class _Made:
    """How each thing is told."""

    def __init__(self, clock: Clock, words: Words, who: Callable[[str], str], link: Callable[[Incident], str]) -> None:
        self._clock = clock
        self._words = words
        self._who = who
        self._link = link

    def ongoing(self, incident: Incident, digest: Digest) -> OngoingFact:
        owner = incident.roles.get(IncidentRole.LEAD) or digest.acknowledged_by[incident.id]
        return OngoingFact(
            name=incident.name,
            severity=incident.severity.value,
            title=incident.title,
            state=self._state(incident),
            since=self._clock.moment(incident.since),
            owner=self._who(owner) if owner else "",
            next_step=incident.next_step or "; ".join(digest.doing[incident.id]),
            link=self._link(incident),
        )

    def incident(self, incident: Incident, digest: Digest) -> IncidentFact:
        took = digest.took.get(incident.id)
        result = self._state(incident)
        if incident.state is IncidentState.RESOLVED and took is not None:
            result = self._words.plain("note_resolved", took=span(took))
        return IncidentFact(
            name=incident.name,
            severity=incident.severity.value,
            title=incident.title,
            at=self._clock.moment(incident.opened),
            result=result,
            fix=incident.fix,
            link=self._link(incident),
        )

    def firing(self, episode: Episode) -> FiringFact:
        where = " · ".join(dict.fromkeys(each for each in (episode.service, episode.place) if each))
        since, last = self._clock.moment(episode.first), self._clock.moment(episode.last)
        return FiringFact(episode.name, episode.severity.value, where, since, last, episode.times)

    def run(self, run: BriefRun) -> RunNoteFact:
        result = run.verdict.value if run.verdict else self._words.plain(f"note_run_{run.state.value}")
        return RunNoteFact(run.number, run.runbook, result, run.why, self._clock.moment(run.started or run.queued))

    def silence(self, silenced: Silenced) -> SilenceFact:
        silence = silenced.silence
        return SilenceFact(silenced.alert, self._who(silence.by), silence.comment, self._clock.moment(silence.ends))

    def left(self, note: Note) -> LeftFact:
        return LeftFact(note.name, note.text, self._who(note.by), self._clock.moment(note.at))

    def finished(self, note: Note) -> LeftFact:
        return LeftFact(note.name, note.text, self._who(note.done_by or BOT), self._clock.moment(note.done))

    def _state(self, incident: Incident) -> str:
        return self._words.plain(f"state_{incident.state.value}")


def _loud(loud: Loud) -> LoudFact:
    return LoudFact(loud.name, loud.times, loud.places, loud.episodes)


def _numbers(digest: Digest, words: Words) -> tuple[NumberFact, ...]:
    now, before = digest.numbers, digest.before
    times = [
        NumberFact(words.plain(f"note_to_{what}"), _middle(now.times[what]), _middle(before.times[what]))
        for what in ("acknowledge", "resolve")
    ]
    return (
        NumberFact(words.plain("note_incidents"), str(now.incidents), str(before.incidents)),
        NumberFact(words.plain("note_alerts"), str(now.alerts), str(before.alerts)),
        *times,
    )


def _middle(spread: Spread) -> str:
    return span(spread.median) if spread.median is not None else "–"
