"""What one shift leaves the next, from the record of it. Pure: values in, values out.

The general state, by rule: an incident is *active* while a P0 or P1 does damage; there are *minor problems* while
another incident is open, an alert of P0 to P2 fires that nobody has silenced, or nobody knows how a run ended; else all
is *stable*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.alerts.correlate import FLAPPING_WITHIN, is_flapping
from bot.incidents.statistics import GRAVE, Past, Spread, times
from bot.model import ActionItem, Incident, Note, NoteKind, Reason, RunState, Severity, Silence, Verdict
from bot.store.alerts import Episode
from bot.store.runs import BriefRun
from handoff.noise import Loud, by_name, loudest

NOISY = 5  # messages of one alert within a shift, from which on it is worth a word
_LEAST = Severity.P2  # of an alert that fires, for the general state: what is cosmetic can wait


class GeneralState(StrEnum):
    STABLE = "stable"
    MINOR = "minor"
    ACTIVE = "active"


@dataclass(frozen=True)
class Ongoing:
    """An incident that is open. `doing`: runs under way and plans that wait, in words. `acknowledged_by`: a Slack id,
    empty where nobody has."""

    incident: Incident
    doing: tuple[str, ...] = ()
    acknowledged_by: str = ""


@dataclass(frozen=True)
class Silenced:
    """A silence, and the alert that it was made for."""

    silence: Silence
    alert: str  # its name
    fingerprint: str


@dataclass(frozen=True)
class ShiftRecord:
    """What the record holds of a shift from `start` until `now`, and of the one before it."""

    start: datetime
    now: datetime
    opened: Sequence[Past]  # incidents that began in it
    ended: Sequence[Incident]  # that began earlier and ended in it
    ongoing: Sequence[Ongoing]  # all that are open
    episodes: Sequence[Episode]  # alerts that were heard of in it
    firing: Sequence[Episode]
    runs: Sequence[BriefRun]  # that were queued or ended in it, and all that wait for a person
    silences: Sequence[Silenced]
    notes: Sequence[Note]  # that are open
    done: Sequence[Note]  # that were done in it
    actions: Sequence[ActionItem]
    before_start: datetime  # when the shift before it began
    before: Sequence[Past]  # incidents that began in the shift before
    episodes_before: Sequence[Episode]


@dataclass(frozen=True)
class Numbers:
    """Of a shift: how many incidents and alerts began in it, and how long people took."""

    incidents: int
    alerts: int
    times: Mapping[str, Spread]  # by measure, of those incidents


@dataclass(frozen=True)
class Digest:
    state: GeneralState
    reasons: tuple[Reason, ...]  # why
    ongoing: tuple[Incident, ...]
    doing: Mapping[str, tuple[str, ...]]  # by the id of an incident that is open
    acknowledged_by: Mapping[str, str]  # the same; empty where nobody has
    incidents: tuple[Incident, ...]  # that began or ended in the shift, the gravest first
    took: Mapping[str, timedelta]  # until it was resolved, by an incident's id
    firing: tuple[Episode, ...]  # the gravest first, then the latest
    noisy: tuple[Loud, ...]  # the loudest first
    flapping: tuple[Loud, ...]
    runs: tuple[BriefRun, ...]  # those of which nobody knows the end first, then what did not work
    silences: tuple[Silenced, ...]  # the first to end first
    notes: Mapping[NoteKind, tuple[Note, ...]]
    done: tuple[Note, ...]
    actions: tuple[ActionItem, ...]
    numbers: Numbers
    before: Numbers

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to report."""
        lists = (self.ongoing, self.incidents, self.firing, self.noisy, self.flapping, self.runs, self.silences)
        return not any((*lists, *self.notes.values(), self.done, self.actions))


def digest_of(record: ShiftRecord) -> Digest:
    state, reasons = _state(record)
    closed = [each.incident for each in record.opened] + list(record.ended)
    incidents = sorted({each.id: each for each in closed}.values(), key=lambda each: (each.severity, each.number))
    flapping = {name for name, episodes in by_name(record.episodes).items() if _comes_and_goes(episodes)}
    loud = loudest(record.episodes)
    return Digest(
        state=state,
        reasons=tuple(reasons),
        ongoing=tuple(each.incident for each in record.ongoing),
        doing={each.incident.id: each.doing for each in record.ongoing},
        acknowledged_by={each.incident.id: each.acknowledged_by for each in record.ongoing},
        incidents=tuple(incidents),
        took={each.id: each.closed - each.opened for each in incidents if each.closed is not None},
        firing=tuple(sorted(record.firing, key=lambda each: (each.severity, -each.last.timestamp(), each.id))),
        noisy=tuple(each for each in loud if each.times >= NOISY and each.name not in flapping),
        flapping=tuple(each for each in loud if each.name in flapping),
        runs=tuple(sorted(record.runs, key=lambda each: (_rank(each), each.number))),
        silences=tuple(sorted(record.silences, key=lambda each: (each.silence.ends or record.now, each.silence.id))),
        notes={kind: tuple(each for each in record.notes if each.kind is kind) for kind in NoteKind},
        done=tuple(record.done),
        actions=tuple(record.actions),
        numbers=_numbers(record.opened, record.episodes, record.start),
        before=_numbers(record.before, record.episodes_before, record.before_start),
    )


def waits_for_a_person(run: BriefRun) -> bool:
    """Whether nobody knows how it goes on."""
    return run.state in {RunState.UNKNOWN, RunState.ASKING}


def _state(record: ShiftRecord) -> tuple[GeneralState, list[Reason]]:
    active = [each.incident for each in record.ongoing if each.incident.severity in GRAVE and each.incident.goes_on]
    others = len(record.ongoing) - len(active)
    silent = {each.fingerprint for each in record.silences}
    loud = [each for each in record.firing if each.severity <= _LEAST and each.fingerprint not in silent]
    unknown = sum(map(waits_for_a_person, record.runs))
    reasons = [Reason("state_active_incident", {"name": each.name, "severity": each.severity.value}) for each in active]
    counts = {"state_open_incidents": others, "state_firing": len(loud), "state_unknown_runs": unknown}
    reasons += [Reason(sentence, {"count": str(count)}) for sentence, count in counts.items() if count]
    if active:
        return GeneralState.ACTIVE, reasons
    return (GeneralState.MINOR if reasons else GeneralState.STABLE), reasons


def _rank(run: BriefRun) -> int:
    if waits_for_a_person(run):
        return 0
    if not run.state.over:
        return 1
    return 3 if run.verdict in {Verdict.FIXED, Verdict.DONE} else 2


def _comes_and_goes(episodes: Sequence[Episode]) -> bool:
    """Whether one and the same began so often within an hour that its card said so too."""
    begun: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for each in episodes:
        begun[each.fingerprint, each.poster].append(each.first)
    return any(
        is_flapping(sum(at <= other < at + FLAPPING_WITHIN for other in starts))
        for starts in begun.values()
        for at in starts
    )


def _numbers(opened: Sequence[Past], episodes: Sequence[Episode], start: datetime) -> Numbers:
    """An alert that began before the `start` of the shift is none of its."""
    counted = [each for each in opened if not each.incident.merged]
    return Numbers(len(counted), sum(each.first >= start for each in episodes), times(counted))
