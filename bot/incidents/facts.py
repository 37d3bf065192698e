"""What is known of an incident, as the texts of templates/<language>/texts tell it. Times are in the rota's zone.

Everything comes from the record. What is not known is an empty text, and a text leaves it out or says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.duty import Duty
from bot.incidents.chronicle import Told, chronicle
from bot.incidents.opening import GRAVE
from bot.incidents.said import by, in_words
from bot.incidents.statistics import MEASURES, Past, lasted
from bot.incidents.targets import Targets, measured
from bot.model import Incident, IncidentRole, Proposal, ProposalState, Run, StepRecord
from bot.mrkdwn import clean
from bot.runbooks.described import describe
from bot.runbooks.written import duration
from bot.spans import span
from bot.store import Store
from bot.team import Team
from bot.words import Words


@dataclass(frozen=True)
class LineFact:
    """A line of the timeline. `time` is the time of day alone, `at` has the day and the zone too."""

    time: str
    at: str
    what: str
    who: str


@dataclass(frozen=True)
class RunFact:
    number: int
    title: str
    result: str  # FIXED, NOT FIXED, DONE, or the state in capitals
    why: str
    approved_by: str
    began: str
    took: str
    steps: tuple[str, ...]  # what was started, and how it ended


@dataclass(frozen=True)
class TargetFact:
    what: str  # acknowledge, …, in the team's language
    within: str
    took: str  # empty while it is not reached
    met: bool


@dataclass(frozen=True)
class AlertFact:
    name: str
    source: str
    category: str
    summary: str
    at: str
    resolved: str


@dataclass(frozen=True)
class ActionFact:
    number: int
    text: str
    owner: str
    due: str
    done: bool


@dataclass(frozen=True)
class Facts:
    """All that a text may use; docs/incidents.md lists it for those who write texts, and a test holds the list."""

    number: int
    name: str  # INC-7
    title: str
    severity: str  # P0
    state: str  # in the team's language
    is_open: bool  # neither mitigated nor resolved
    impact: str
    root_cause: str
    fix: str
    expected: str  # when it should be over, in a person's words
    next_step: str  # what is to be done now, in a person's words
    date: str
    now: str
    detected: str
    acknowledged: str
    mitigated: str
    resolved: str
    lasted: str  # so far, or until it was resolved
    to_acknowledge: str
    to_mitigate: str
    to_resolve: str
    lead: str
    communications: str
    scribe: str
    on_call: str
    declared_by: str  # empty when an alert led to it
    doing: tuple[str, ...]  # runs under way, plans that wait for a decision
    changes: tuple[LineFact, ...]  # since the message before, the last ones
    timeline: tuple[LineFact, ...]  # all of it
    runs: tuple[RunFact, ...]
    alerts: tuple[AlertFact, ...]
    categories: tuple[str, ...]
    targets: tuple[TargetFact, ...]
    actions: tuple[ActionFact, ...]
    cadence: str  # between two messages; empty when there are none to come
    next_update: str
    watched_until: str
    postmortem: str  # when it is to be held
    status_page: str
    thread: str  # the address of the incident's card


_CHANGES = 12  # lines of the timeline that a message tells
_LINE = 160  # characters of each
# What an update need not tell as news: the one before it, and what stands in it anyway.
_SILENT = {"told_update", "told_update_snoozed", "told_impact", "told_root_cause", "told_expected"}


class FactFinder:
    def __init__(
        self,
        store: Store,
        team: Callable[[], Team],
        words: Words,
        targets: Targets,
        duty: Duty,
        link: Callable[[str, str], str] = lambda channel, ts: "",  # noqa: ARG005
    ) -> None:
        """`link` gives the address of a message, by its channel and ts."""
        self._store = store
        self._team = team
        self.words = words
        self._targets = targets
        self._duty = duty
        self._link = link

    def address(self, incident: Incident) -> str:
        """Of its card; empty while that does not stand."""
        card = self._store.cards.find_card(f"incident:{incident.id}")
        return self._link(card.channel, card.ts) if card and card.ts else ""

    def facts(
        self,
        incident: Incident,
        now: datetime,
        *,
        since: datetime | None = None,
        next_update: datetime | None = None,
        postmortem: datetime | None = None,
    ) -> Facts:
        """As they are `now`; `since`: when the message before was written."""
        team, clock = self._team(), Clock(self._team())
        told = chronicle(self._store, incident)
        moves = self._store.incidents.transitions(incident.id)
        entries = self._store.timeline.entries(incident.id)
        past = Past(incident, moves, entries, None)
        took = {what: lasted(past, what) for what in MEASURES}
        reached = measured(self._targets, incident, moves, entries) if incident.severity <= GRAVE else []
        cadence = team.updates.get(incident.severity)
        ended = incident.closed or now
        alerts = [
            a for each in self._store.incidents.alerts_of(incident.id) if (a := self._store.alerts.find_alert(each))
        ]
        proposals, runs = self._helping(incident)
        holders = {role: self._who(person) for role, person in incident.roles.items()}
        news = [line for line in told if since is None or line.noted >= since]
        return Facts(
            number=incident.number,
            name=incident.name,
            title=incident.title,
            severity=incident.severity.value,
            state=self.words.plain(f"state_{incident.state.value}"),
            is_open=incident.goes_on,
            impact=incident.impact,
            root_cause=incident.root_cause,
            fix=incident.fix,
            expected=incident.expected,
            next_step=incident.next_step,
            date=clock.date(incident.opened),
            now=clock.time(now),
            detected=clock.time(incident.opened),
            acknowledged=clock.time(_after(incident, took["acknowledge"])),
            mitigated=clock.time(_after(incident, took["mitigate"])),
            resolved=clock.time(incident.closed),
            lasted=span(ended - incident.opened),
            to_acknowledge=_span(took["acknowledge"]),
            to_mitigate=_span(took["mitigate"]),
            to_resolve=_span(took["resolve"]),
            lead=holders.get(IncidentRole.LEAD, ""),
            communications=holders.get(IncidentRole.COMMUNICATIONS, ""),
            scribe=holders.get(IncidentRole.SCRIBE, ""),
            on_call=self._duty.on_call(now) or "",
            declared_by=next((by(line, self._who) for line in told if line.what.sentence == "told_opened"), ""),
            doing=(*self._doing(proposals, runs, clock),),
            changes=tuple(_short(self._line(each, clock)) for each in news if each.what.sentence not in _SILENT)[
                -_CHANGES:
            ],
            timeline=tuple(self._line(line, clock) for line in told),
            runs=tuple(self._run(proposal, run, clock) for proposal, run in runs),
            alerts=tuple(
                AlertFact(
                    each.alert.name,
                    each.alert.source,
                    each.classification.category.value,
                    " ".join(each.alert.summary.split()),
                    clock.moment(each.first),
                    clock.moment(each.resolved),
                )
                for each in alerts
            ),
            categories=tuple(dict.fromkeys(each.classification.category.value for each in alerts)),
            targets=tuple(
                TargetFact(
                    self.words.plain(f"target_{each.what}"),
                    duration(each.within.total_seconds()),
                    span(each.reached - incident.since) if each.reached else "",
                    bool(each.met),
                )
                for each in reached
            ),
            actions=tuple(
                ActionFact(
                    each.number,
                    each.text,
                    self._who(each.owner) if each.owner else "",
                    each.due.isoformat() if each.due else "",
                    each.done is not None,
                )
                for each in self._store.actions.actions_of(incident.id)
            ),
            cadence=span(timedelta(seconds=cadence)) if cadence else "",
            next_update=clock.time(next_update),
            watched_until=clock.moment(incident.watched_until),
            postmortem=clock.moment(postmortem),
            status_page=team.status_page or "",
            thread=self.address(incident),
        )

    def doing(self, incident: Incident) -> tuple[str, ...]:
        """Runs under way and plans that wait for a decision, in words."""
        proposals, runs = self._helping(incident)
        return (*self._doing(proposals, runs, Clock(self._team())),)

    def _helping(self, incident: Incident) -> tuple[list[Proposal], list[tuple[Proposal, Run]]]:
        """What was proposed for it, and what became a run."""
        subjects = self._store.incidents.subjects_of(incident.id)
        proposals = [each for subject in subjects for each in self._store.proposals.proposals_of(subject)]
        return proposals, [(each, run) for each in proposals if (run := self._store.runs.run_of(each.id))]

    def _who(self, slack_id: str) -> str:
        """A name where nothing mentions anybody: in a mail or a file."""
        return self._team().name_of(slack_id) or slack_id

    def _line(self, line: Told, clock: Clock) -> LineFact:
        what = in_words(line, self.words, self._who)
        return LineFact(clock.hour(line.at), clock.moment(line.at), what, by(line, self._who))

    def _doing(
        self, proposals: Sequence[Proposal], runs: Sequence[tuple[Proposal, Run]], clock: Clock
    ) -> Sequence[str]:
        under_way = [
            self.words.plain(
                "doing_run", number=run.number, title=proposal.plan.title, since=clock.time(run.started or run.queued)
            )
            for proposal, run in runs
            if not run.state.over
        ]
        waiting = [
            self.words.plain("doing_waits", title=each.plan.title)
            for each in proposals
            if each.state is ProposalState.WAITING
        ]
        return [*under_way, *waiting]

    def _run(self, proposal: Proposal, run: Run, clock: Clock) -> RunFact:
        began, ended = run.started or run.queued, run.ended
        return RunFact(
            number=run.number,
            title=proposal.plan.title,
            result=str(run.verdict or run.state.upper()),
            why=run.why,
            approved_by=", ".join(self._who(each.person) for each in proposal.decisions if each.approve),
            began=clock.moment(began),
            took=span(ended - began) if ended else "",
            steps=tuple(_step(proposal, record) for record in run.steps),
        )


class Clock:
    """Times as they are read where the team works."""

    def __init__(self, team: Team) -> None:
        self._zone = team.zone

    def date(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d}"

    def hour(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"

    def time(self, at: datetime | None) -> str:
        """The time of day, and in which zone; empty where there is none."""
        return f"{self.hour(at)} {self._name(at)}" if at else ""

    def moment(self, at: datetime | None) -> str:
        return f"{self.date(at)} {self.time(at)}" if at else ""

    def _name(self, at: datetime) -> str:
        """EST, or UTC-03 where the zone has no letters of its own."""
        name = at.astimezone(self._zone).tzname() or ""
        return f"UTC{name}" if name[:1] in "+-" else name


def _after(incident: Incident, took: timedelta | None) -> datetime | None:
    return incident.opened + took if took is not None else None


def _span(took: timedelta | None) -> str:
    return span(took) if took is not None else ""


def _short(line: LineFact) -> LineFact:
    """One long line must not push out the others."""
    return replace(line, what=clean(line.what, _LINE))


def _step(proposal: Proposal, record: StepRecord) -> str:
    step = proposal.plan.steps[record.position]
    undo = "undo: " if record.undo else ""
    return f"{undo}{describe(step)} → {record.said or record.state.value}"
