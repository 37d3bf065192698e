"""The life of an incident: which state may follow which, and what the record says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.context import Context
from bot.coordinating import Coordinating, Ending
from bot.errors import AlreadyDecided, MoveNotAllowed, NoSuchIncident, NotOnTheTeam
from bot.incidents.chronicle import SENTENCES, VALUES, chronicle
from bot.incidents.lifecycle import NEXT
from bot.incidents.likeness import sounds_like
from bot.incidents.opening import open_for
from bot.model import Incident, IncidentRole, IncidentState, Severity
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.store import Store
from bot.team import load
from bot.words import english
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW

STRANGER = "U0000000099"
ORDER = list(IncidentState)


class Desk:
    """People at work on incidents, with a clock of their own."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "plantao.db")
        self.now = NOW
        self.shown: list[str] = []
        team = load(Path("team.yaml"))
        self.coordinating = Coordinating(
            Context(
                self.store,
                Shelf(folder),
                lambda: team,
                team.roles_of,
                Surroundings(folder, {}),
                self.shown.append,
                home="C1",
                now=lambda: self.now,
            )
        )

    def declared(self, title: str = "Checkout is down", severity: Severity = Severity.P1) -> Incident:
        return self.coordinating.declare(title, severity, ALICE)

    def incident(self, id: str) -> Incident:
        found = self.store.incidents.find_incident(id)
        assert found is not None
        return found

    def told(self, id: str) -> list[tuple[str, str]]:
        """Who did what, in plain words."""
        return [
            (line.who, english().plain(line.what.sentence, **line.what.values))
            for line in chronicle(self.store, self.incident(id))
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.store):
        yield made


# -- states ---


def test_each_later_state_is_reached_from_any_earlier_one_and_what_is_over_can_come_back() -> None:
    later = {state: set(ORDER[at + 1 :]) for at, state in enumerate(ORDER)}
    back = {IncidentState.MITIGATED: {IncidentState.OPEN}, IncidentState.RESOLVED: {IncidentState.OPEN}}
    assert {state: set(next) for state, next in NEXT.items()} == {
        state: later[state] | back.get(state, set()) for state in ORDER
    }


def test_any_walk_through_the_states_follows_the_table(tmp_path: Path) -> None:
    """A move that is not in it changes nothing; the record tells each that was made, in order."""
    desk = Desk(tmp_path)

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.id = desk.declared().id
            self.went = [IncidentState.OPEN]

        @rule(state=st.sampled_from(ORDER), person=st.sampled_from([ALICE, BOB, STRANGER]))
        def move(self, state: IncidentState, person: str) -> None:
            desk.now += timedelta(seconds=1)
            if person == STRANGER:
                with pytest.raises(NotOnTheTeam):
                    desk.coordinating.move(self.id, person, state)
            elif state in NEXT[self.went[-1]]:
                desk.coordinating.move(self.id, person, state)
                self.went.append(state)
            else:
                with pytest.raises(MoveNotAllowed):
                    desk.coordinating.move(self.id, person, state)

        @invariant()
        def the_record_agrees(self) -> None:
            incident = desk.incident(self.id)
            transitions = desk.store.incidents.transitions(self.id)
            assert incident.state is self.went[-1]
            assert [each.state for each in transitions] == self.went
            assert (incident.closed is not None) == (self.went[-1] is IncidentState.RESOLVED)
            opened = [each.at for each in transitions if each.state is IncidentState.OPEN]
            assert (incident.opened, incident.since) == (opened[0], opened[-1])

    with closing(desk.store):
        run_state_machine_as_test(Walk, settings=settings(max_examples=40, stateful_step_count=12, deadline=None))


# -- changes ---


def test_the_record_says_who_did_what(desk: Desk) -> None:
    id = desk.declared().id
    people = desk.coordinating
    people.move(id, BOB, IncidentState.ACKNOWLEDGED)
    people.give_role(id, BOB, IncidentRole.LEAD, BOB)
    people.grade(id, ALICE, Severity.P0, "all orders fail")
    people.say_impact(id, ALICE, "no order can be placed")
    people.note(id, BOB, "the pool is exhausted")
    people.move(id, BOB, IncidentState.RESOLVED, Ending("a leak", "rolled back", timedelta(hours=1)))
    people.give_role(id, BOB, IncidentRole.LEAD, None)
    assert desk.told(id) == [
        (ALICE, "P1 opened"),
        (BOB, "Acknowledged"),
        (BOB, f"lead: {BOB}"),
        (ALICE, "P1 → P0: all orders fail"),
        (ALICE, "Impact: no order can be placed"),
        (BOB, "the pool is exhausted"),
        (BOB, "Resolved; root cause: a leak; fixed by: rolled back"),
        (BOB, "lead: nobody"),
    ]
    after = desk.incident(id)
    assert (after.severity, after.impact, after.root_cause, after.fix, after.roles) == (
        Severity.P0, "no order can be placed", "a leak", "rolled back", {},
    )  # fmt: skip
    assert after.watched_until == NOW + timedelta(hours=1)
    assert desk.store.timeline.first_broken() is None


def test_a_role_goes_to_people_of_the_team_only(desk: Desk) -> None:
    id = desk.declared().id
    with pytest.raises(NotOnTheTeam):
        desk.coordinating.give_role(id, ALICE, IncidentRole.SCRIBE, STRANGER)
    assert desk.incident(id).roles == {}


def test_without_a_number_the_only_open_one_is_meant(desk: Desk) -> None:
    with pytest.raises(NoSuchIncident):
        desk.coordinating.incident(None)
    first = desk.declared()
    assert desk.coordinating.incident(None) == first
    second = desk.declared("Search is slow")
    with pytest.raises(NoSuchIncident):
        desk.coordinating.incident(None)
    assert desk.coordinating.incident(2) == second


# -- alerts ---


def fired(desk: Desk, ts: str = "1.000001"):
    with desk.store.atomic():
        alert = desk.store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", ts, desk.now)
        incident = open_for(desk.store, alert, desk.now)
    return alert, incident


def test_what_comes_back_while_it_is_watched_is_open_again(desk: Desk) -> None:
    """The clocks count from then on; after that it is another incident."""
    _, incident = fired(desk)
    desk.coordinating.move(incident.id, BOB, IncidentState.RESOLVED, Ending(watched=timedelta(hours=2)))
    desk.store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", desk.now)
    desk.now += timedelta(hours=1)
    _, again = fired(desk, "3.000001")
    assert again.id == incident.id
    reopened = desk.incident(incident.id)
    assert (reopened.state, reopened.since, reopened.closed) == (IncidentState.OPEN, desk.now, None)
    desk.coordinating.move(incident.id, BOB, IncidentState.RESOLVED, Ending(watched=timedelta(hours=2)))
    desk.store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "4.0", desk.now)
    desk.now += timedelta(hours=3)
    _, other = fired(desk, "5.000001")
    assert other.number == 2


def test_a_mitigated_one_is_open_again_when_its_alert_fires_again(desk: Desk) -> None:
    _, incident = fired(desk)
    desk.coordinating.move(incident.id, BOB, IncidentState.MITIGATED)
    desk.store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", desk.now)
    fired(desk, "3.000001")
    assert desk.incident(incident.id).state is IncidentState.OPEN


def test_an_alert_belongs_to_one_open_incident(desk: Desk) -> None:
    alert, _ = fired(desk)
    with pytest.raises(AlreadyDecided):
        desk.coordinating.declare("Another", Severity.P1, ALICE, alert_id=alert.id)
    assert [each.number for each in desk.store.incidents.open_incidents()] == [1]


@pytest.mark.parametrize(
    ("title", "alike"),
    [
        ("checkout down", True),
        ("The checkout is down again", True),
        ("Search is slow", False),
        ("", False),
    ],
)
def test_a_title_that_sounds_like_an_open_one_is_noticed(desk: Desk, title: str, alike: bool) -> None:
    incident = desk.declared("Checkout is down")
    assert sounds_like(title, [incident]) == (incident if alike else None)


# -- telling ---


def test_all_that_stands_on_the_timeline_can_be_told() -> None:
    """In both languages: the words are held equal elsewhere."""
    code = "".join(path.read_text() for path in Path("bot").rglob("*.py"))
    written = set(re.findall(r'timeline\.append\(\s*[^,()]+(?:\(\))?,\s*[^,]+,\s*"([a-z ]+)"', code))
    written |= set(re.findall(r'self\._note\([^,]+, [^,]+, "([a-z ]+)"', code))
    untold = {"storm began", "storm over", "paused", "resumed"}  # of a storm and of all runs, not of an incident
    untold |= {"pin edited"}  # what was pinned says then what it says now
    assert written - SENTENCES.keys() == untold
    values = dict.fromkeys(VALUES, "3")
    for sentence in {*SENTENCES.values(), "told_settled", "told_run_ended"}:
        assert english().plain(sentence, **values).strip()


def test_the_times_of_an_incident_are_utc(desk: Desk) -> None:
    assert desk.declared().opened.tzinfo == UTC
    assert isinstance(desk.declared().opened, datetime)
