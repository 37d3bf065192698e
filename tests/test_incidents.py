"""The life of an incident: which state may follow which, and what the record says of it."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.coordinating import Ending
from bot.errors import AlreadyDecided, MoveNotAllowed, NoSuchIncident, NotOnTheTeam
from bot.incidents.chronicle import SENTENCES, VALUES, as_edited, chronicle, told_of
from bot.incidents.lifecycle import NEXT
from bot.incidents.likeness import sounds_like
from bot.incidents.opening import open_for
from bot.incidents.targets import Targets, measured
from bot.model import BOT, IncidentRole, IncidentState, Known, Severity
from bot.slack.incidents.card import IncidentStanding, draw_incident
from bot.slack.incidents.told import told_in_a_file
from bot.team_file import load
from bot.words import english
from tests.desk import Desk, pass_time
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW

STRANGER = "U0000000099"
ORDER = list(IncidentState)


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
    people.say(id, ALICE, {Known.IMPACT: "no order can be placed"})
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


# -- escalation ---

LADDER = """
escalation:
  P0:
    - {after: 0m, to: oncall}
    - {after: 15m, to: "role:lead"}
    - {after: 30m, to: "role:manager", unless: mitigated}
    - {after: 2h, to: "role:director", unless: resolved}
  P1: [{after: 0m, to: oncall}, {after: 2h, to: "role:lead"}]
"""


def with_ladder(desk: Desk, text: str = LADDER) -> None:
    """As in the team file."""
    path = desk.folder / "team.yaml"
    before, _, rest = Path("team.yaml").read_text().partition("escalation:")
    after = rest[rest.index("\nupdates:") :]
    roles = before.replace("  manager: [carol]", "  manager: [carol]\n  director: [bob]")
    path.write_text(roles + text.strip() + "\n" + after)
    desk.team = load(path)


def told_to(desk: Desk, id: str) -> list[tuple[int, str]]:
    """Minutes after the opening, and who."""
    opened = desk.incident(id).opened
    return [
        (round((each.at - opened).total_seconds() / 60), each.to) for each in desk.store.escalations.escalations_of(id)
    ]


def test_each_level_is_told_in_its_time_and_once(desk: Desk) -> None:
    with_ladder(desk)
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 300)
    assert told_to(desk, id) == [(0, "oncall"), (15, "role:lead"), (30, "role:manager"), (120, "role:director")]


@pytest.mark.parametrize(
    ("state", "after", "expected"),
    [
        (IncidentState.ACKNOWLEDGED, 5, ["oncall", "role:manager", "role:director"]),
        (IncidentState.MITIGATED, 20, ["oncall", "role:lead", "role:director"]),
        (IncidentState.RESOLVED, 20, ["oncall", "role:lead"]),
        (IncidentState.RESOLVED, 0, []),
    ],
)
def test_a_level_is_left_out_when_it_got_as_far_as_it_should(
    desk: Desk, state: IncidentState, after: float, expected: list[str]
) -> None:
    with_ladder(desk)
    id = desk.declared(severity=Severity.P0).id
    if after:
        pass_time(desk, after)
    desk.coordinating.move(id, ALICE, state)
    pass_time(desk, 300)
    assert [to for _, to in told_to(desk, id)] == expected


def test_a_graver_incident_has_its_own_ladder_and_nobody_is_told_twice(desk: Desk) -> None:
    """Times count from the opening: who should have been told by now is told at once."""
    with_ladder(desk)
    id = desk.declared(severity=Severity.P1).id
    pass_time(desk, 20)
    desk.coordinating.grade(id, ALICE, Severity.P0)
    pass_time(desk, 300)
    assert told_to(desk, id) == [(0, "oncall"), (20, "role:lead"), (30, "role:manager"), (120, "role:director")]


def test_what_comes_back_is_told_again_from_the_first_level(desk: Desk) -> None:
    with_ladder(desk)
    id = desk.declared(severity=Severity.P1).id
    pass_time(desk, 1)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 59)
    desk.coordinating.move(id, ALICE, IncidentState.OPEN)
    pass_time(desk, 300)
    assert told_to(desk, id) == [(0, "oncall"), (60, "oncall"), (180, "role:lead")]


def test_who_is_named_twice_is_called_twice_and_a_call_by_hand_stands_in_for_none(desk: Desk) -> None:
    with_ladder(
        desk, 'escalation: {P1: [{after: 5m, to: oncall}, {after: 15m, to: oncall}, {after: 20m, to: "role:lead"}]}'
    )
    id = desk.declared(severity=Severity.P1).id
    desk.escalating.escalate(id, ALICE, "role:lead", "now")
    pass_time(desk, 60)
    assert told_to(desk, id) == [(0, "role:lead"), (5, "oncall"), (15, "oncall"), (20, "role:lead")]


def test_a_bot_that_was_down_tells_late_and_once(desk: Desk) -> None:
    """All who should know by then are told when it is back."""
    with_ladder(desk)
    id = desk.declared(severity=Severity.P0).id
    desk.now += timedelta(minutes=40)
    pass_time(desk, 1)
    assert told_to(desk, id) == [(40, "oncall"), (40, "role:lead"), (40, "role:manager")]


def test_who_is_on_call_is_told_at_that_moment(desk: Desk) -> None:
    """The rota changes under a long incident."""
    with_ladder(desk, "escalation: {P1: [{after: 0m, to: oncall}]}")
    first = desk.declared()
    pass_time(desk, 1)
    desk.now += timedelta(days=7)
    second = desk.declared("Search is slow")
    pass_time(desk, 1)
    people = [desk.store.escalations.escalations_of(each.id)[0].people for each in (first, second)]
    assert people == [(ALICE,), (BOB,)]


CRITERIA = ["more than 10 % of users", "data loss", "a security incident", "an SLO violated", "a rollback needed"]
# The time-based rules of the escalation tables that the product is to cover, as a team writes them.
TABLES = {
    "agent API: on call, lead after 30 min, manager after an hour": """
        P0: [{after: 0m, to: oncall}, {after: 30m, to: "role:lead"}, {after: 1h, to: "role:manager", unless: resolved}]
        P1: [{after: 0m, to: oncall}, {after: 2h, to: "role:lead", unless: mitigated}]""",
    "CRM: lead after 15 min, manager after 30 of an outage": """
        P0:
          - {after: 0m, to: oncall}
          - {after: 15m, to: "role:lead", unless: resolved}
          - {after: 30m, to: "role:manager", unless: resolved}""",
    "ML API: three levels at 0, 15 and 30 min": """
        P1:
          - {after: 0m, to: oncall}
          - {after: 15m, to: "role:lead", unless: resolved}
          - {after: 30m, to: "role:manager", unless: resolved}""",
    "vision: four levels at 15 min, 30 min, 1 h and 2 h": """
        P2:
          - {after: 15m, to: oncall}
          - {after: 30m, to: "role:sre"}
          - {after: 1h, to: "role:manager"}
          - {after: 2h, to: "role:director"}""",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_the_tables_of_the_references_can_be_written(desk: Desk, table: str) -> None:
    criteria = f"\n  criteria: [{', '.join(CRITERIA)}]"
    with_ladder(desk, f"escalation:{dedent(table).replace(chr(10), chr(10) + '  ')}{criteria}")
    (severity,) = [each for each in list(Severity)[::-1] if desk.team.escalation.levels(each)][:1]
    id = desk.declared(severity=severity).id
    pass_time(desk, 300)
    wanted = [(level.after / 60, level.to) for level in desk.team.escalation.levels(severity)]
    assert told_to(desk, id) == wanted
    assert list(desk.team.escalation.criteria) == CRITERIA


# -- targets ---


def against(desk: Desk, id: str, targets: Targets = Targets()) -> list[tuple[str, float | None, bool | None]]:  # noqa: B008
    """Each target, after how many minutes it was reached, and whether it was met."""
    incident = desk.incident(id)
    found = measured(targets, incident, desk.store.incidents.transitions(id), desk.store.timeline.entries(id))
    return [
        (each.what, (each.reached - incident.since).total_seconds() / 60 if each.reached else None, each.met)
        for each in found
    ]


def test_targets_are_met_missed_or_open(desk: Desk) -> None:
    id = desk.declared().id
    assert against(desk, id) == [("acknowledge", None, None), ("assess", None, None), ("mitigate", None, None)]
    desk.now += timedelta(minutes=4)
    desk.coordinating.move(id, ALICE, IncidentState.ACKNOWLEDGED)
    desk.now += timedelta(minutes=8)
    desk.coordinating.say(id, ALICE, {Known.IMPACT: "half of the orders"})
    desk.now += timedelta(minutes=18)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    assert against(desk, id, Targets(resolve=timedelta(minutes=7))) == [
        ("acknowledge", 4, True),
        ("assess", 12, False),
        ("mitigate", 30, True),  # what is resolved is mitigated
        ("resolve", 30, False),
    ]


def test_what_a_person_says_of_the_impact_as_they_declare_it_counts_as_assessed(desk: Desk) -> None:
    incident = desk.coordinating.declare("Checkout is down", Severity.P1, ALICE, impact="all orders")
    assert against(desk, incident.id)[1] == ("assess", 0, True)
    assert desk.told(incident.id) == [(ALICE, "P1 opened"), (ALICE, "Impact: all orders")]


def test_the_card_says_that_a_target_is_missed_once_it_is(desk: Desk) -> None:
    incident = desk.declared()
    targets = measured(Targets(), incident, desk.store.incidents.transitions(incident.id), [])
    standing = IncidentStanding(incident, None, None, False, [], NOW + timedelta(minutes=6), targets=targets)
    shown = str(draw_incident(standing, english(), str)["blocks"])
    assert re.findall(r"(acknowledge|assess|mitigate)(: missed, was due)? by ", shown) == [
        ("acknowledge", ": missed, was due"), ("assess", ""), ("mitigate", ""),
    ]  # fmt: skip


def test_what_comes_back_is_measured_anew(desk: Desk) -> None:
    id = desk.declared().id
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    desk.now += timedelta(hours=1)
    desk.coordinating.move(id, ALICE, IncidentState.OPEN)
    assert against(desk, id)[0] == ("acknowledge", None, None)


def test_a_target_can_be_left_out(desk: Desk) -> None:
    assert against(desk, desk.declared().id, Targets(None, None, None, None)) == []


# -- telling ---


def test_all_that_stands_on_the_timeline_can_be_told() -> None:
    """In both languages: the words are held equal elsewhere."""
    code = "".join(path.read_text() for part in ("bot", "handoff") for path in Path(part).rglob("*.py"))
    written = set(re.findall(r'timeline\.append\(\s*[^,()]+(?:\(\))?,\s*[^,]+,\s*"([a-z ]+)"', code))
    untold = {"storm began", "storm over", "paused", "resumed"}  # of a storm and of all runs, not of an incident
    untold |= {each for each in written if each.startswith("handoff ")}  # of a shift
    untold |= {"nobody on call", "somebody on call", "report posted"}  # of the rota, of a week
    untold |= {f"cover {what}" for what in ("accepted", "asked", "declined", "ended", "unanswered")}  # of being on call
    untold |= {"pin edited"}  # what was pinned says then what it says now
    assert written - SENTENCES.keys() == untold
    values = dict.fromkeys(VALUES, "3")
    for sentence in {*SENTENCES.values(), "told_settled", "told_run_ended"}:
        assert english().plain(sentence, **values).strip()


def test_the_record_of_an_earlier_version_can_be_told(desk: Desk) -> None:
    id = desk.declared().id
    for what, said in (("incident raised", {"severity": "P0"}), ("alert fired again", {"alert": "alert_1"})):
        desk.store.timeline.append(desk.now, BOT, what, id, said)
    assert [what for _, what in desk.told(id)][1:] == ["P0", "The alert fired anew, and has a new card"]


def test_the_times_of_an_incident_are_utc(desk: Desk) -> None:
    assert desk.declared().opened.tzinfo == UTC
    assert isinstance(desk.declared().opened, datetime)


def test_what_people_wrote_shows_as_it_is_in_the_timelines_file(desk: Desk) -> None:
    """Whoever opens it sees no picture, no link and no heading of theirs, and all that they wrote."""
    incident = desk.declared("# Checkout ![x](https://evil.example/p.png)")
    desk.coordinating.note(incident.id, ALICE, "<img src=x> [log in](https://evil.example)\n# now " + "x" * 4000)
    text = told_in_a_file(incident, chronicle(desk.store, incident), english(), lambda _: "[me](x)")
    heading, _, *lines = text.splitlines()
    assert heading.replace("\u2060", "") == r"# INC-1 · P1 · \# Checkout !\[x\](https://evil.example/p.png)"
    assert len(lines) == 2
    assert r"&lt;img src=x> \[log in\](https://evil.example) # now" in lines[1].replace("\u2060", "")
    assert lines[1].endswith(r"x (\[me\](x))")


def test_only_lines_of_runs_ask_for_one_and_each_once(desk: Desk) -> None:
    """A timeline is drawn at every change of its incident."""
    incident = desk.declared()
    for number in range(20):
        desk.coordinating.note(incident.id, ALICE, str(number))
        desk.store.timeline.append(NOW, ALICE, "proposed", incident.id, {"proposal": "proposal_1"})
        desk.store.timeline.append(NOW, ALICE, "aborted", incident.id, {"run": "run_1"})
    entries = as_edited(desk.store.timeline.entries(incident.id))
    asked: list[str] = []
    desk.store.driver.read_only().conn.set_trace_callback(asked.append)
    assert len(told_of(entries, desk.store)) == 61
    desk.store.driver.read_only().conn.set_trace_callback(None)
    assert [each.split(" FROM ")[1].split()[0] for each in asked if " FROM " in each] == ["proposals", "runs"]
