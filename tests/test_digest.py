"""What one shift leaves the next: from the record, by rule."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.incidents.statistics import Past
from bot.model import (
    Alert,
    Category,
    Incident,
    IncidentRole,
    IncidentState,
    Matcher,
    Note,
    NoteKind,
    RunState,
    Severity,
    Transition,
    Verdict,
)
from bot.store.alerts import Episode
from bot.store.runs import BriefRun
from bot.team import Contact, TeamLink
from bot.texts import SHIPPED, Texts
from handoff.digest import GeneralState, Ongoing, ShiftRecord, digest_of
from handoff.note_facts import (
    FiringFact,
    IncidentFact,
    ItemFact,
    LeftFact,
    LoudFact,
    NoteFacts,
    NumberFact,
    OngoingFact,
    RunNoteFact,
    SilenceFact,
)
from handoff.sample_note import FULL_SHIFT
from handoff.texts import OF_HANDOFFS, HandoffText
from tests.desk import Desk
from tests.samples import ALERT, ALICE, BOB, CAROL, CLASSIFICATION, MONITOR, NOW

START = NOW - timedelta(days=7)


def incident(number: int, severity: Severity, state: IncidentState, opened: datetime = NOW) -> Incident:
    closed = opened + timedelta(minutes=38) if state is IncidentState.RESOLVED else None
    return Incident(f"incident_{number}", number, "It is down", severity, state, opened, opened, closed, None)


def episode(
    name: str, *, first: datetime = NOW, times: int = 1, severity: Severity = Severity.P2, **parts: Any
) -> Episode:
    told = {"service": "shop", "place": "api-1", "fingerprint": name, "poster": MONITOR, "category": Category.DISK}
    rest = {"last": first, "resolved": None, "incident": None, **told, **parts}
    return Episode(id=f"alert_{name}_{first}", name=name, severity=severity, times=times, first=first, **rest)


def run(number: int, state: RunState, verdict: Verdict | None = None) -> BriefRun:
    return BriefRun(f"run_{number}", number, "restart-shop", "alert_1", state, verdict, "", NOW, NOW, None)


def record(**parts: Any) -> ShiftRecord:
    empty: dict[str, Any] = {each.name: () for each in fields(ShiftRecord)}
    return ShiftRecord(**{**empty, "start": START, "before_start": START - timedelta(days=7), "now": NOW, **parts})


@pytest.mark.parametrize(
    ("parts", "state", "reasons"),
    [
        ({}, GeneralState.STABLE, []),
        ({"firing": [episode("A", severity=Severity.P3)]}, GeneralState.STABLE, []),
        ({"firing": [episode("A")]}, GeneralState.MINOR, ["state_firing"]),
        ({"runs": [run(1, RunState.UNKNOWN)]}, GeneralState.MINOR, ["state_unknown_runs"]),
        (
            {"ongoing": [Ongoing(incident(1, Severity.P2, IncidentState.OPEN))]},
            GeneralState.MINOR,
            ["state_open_incidents"],
        ),
        (
            {"ongoing": [Ongoing(incident(1, Severity.P0, IncidentState.MITIGATED))]},
            GeneralState.MINOR,
            ["state_open_incidents"],
        ),
        (
            {"ongoing": [Ongoing(incident(1, Severity.P1, IncidentState.ACKNOWLEDGED))], "firing": [episode("A")]},
            GeneralState.ACTIVE,
            ["state_active_incident", "state_firing"],
        ),
    ],
)
def test_the_general_state_goes_by_a_rule_and_says_why(
    parts: dict[str, Any], state: GeneralState, reasons: list[str]
) -> None:
    found = digest_of(record(**parts))
    assert (found.state, [each.sentence for each in found.reasons]) == (state, reasons)


def test_a_run_whose_end_nobody_knows_comes_first() -> None:
    """Then what is under way, what did not work, and what did."""
    runs = [
        run(1, RunState.SUCCEEDED, Verdict.FIXED),
        run(2, RunState.FAILED),
        run(3, RunState.UNKNOWN),
        run(4, RunState.RUNNING),
        run(5, RunState.SUCCEEDED, Verdict.NOT_FIXED),
        run(6, RunState.ASKING),
        run(7, RunState.SUCCEEDED, Verdict.DONE),
    ]
    assert [each.number for each in digest_of(record(runs=runs)).runs] == [3, 6, 4, 2, 5, 1, 7]


def test_noisy_is_what_came_often_and_flapping_what_came_and_went() -> None:
    """Three times within an hour; the same on other hosts is noise, and no flapping."""
    flapping = [episode("Latency", first=NOW - timedelta(minutes=25 * at), times=2) for at in range(3)]
    noisy = [episode("Disk", place=f"db-{at}", fingerprint=f"d{at}", times=4) for at in range(3)]
    rare = [episode("Rare", times=4)]
    slow = [episode("Slow", first=NOW - timedelta(minutes=31 * at), times=2) for at in range(3)]
    found = digest_of(record(episodes=[*flapping, *noisy, *rare, *slow]))
    assert [(each.name, each.times, each.places) for each in found.noisy] == [("Disk", 12, 3), ("Slow", 6, 1)]
    assert [(each.name, each.episodes) for each in found.flapping] == [("Latency", 3)]


def test_the_numbers_are_those_of_the_shift_and_of_the_one_before() -> None:
    """An incident or an alert counts where it began."""

    def past(number: int, minutes: int, opened: datetime) -> Past:
        moves = [Transition(opened + timedelta(minutes=minutes), IncidentState.RESOLVED, ALICE)]
        return Past(incident(number, Severity.P1, IncidentState.RESOLVED, opened), moves, (), None)

    before = START - timedelta(days=1)
    found = digest_of(
        record(
            before_start=before,
            opened=[past(3, 10, START), past(4, 30, NOW)],
            before=[past(1, 60, before)],
            episodes=[episode("A"), episode("B", first=before)],
            episodes_before=[episode("B", first=before), episode("C", first=before - timedelta(days=1))],
        )
    )
    assert (found.numbers.incidents, found.numbers.alerts) == (2, 1)
    assert found.numbers.times["resolve"].median == timedelta(minutes=20)
    assert (found.before.incidents, found.before.alerts) == (1, 1)
    assert found.before.times["resolve"].median == timedelta(minutes=60)
    assert found.took["incident_3"] == timedelta(minutes=38)


def test_a_shift_with_nothing_in_it_is_quiet_and_one_with_a_task_is_not() -> None:
    assert digest_of(record()).quiet
    assert not digest_of(record(notes=[Note("note_1", 1, NoteKind.TASK, "a disk", NOW, ALICE)])).quiet


def test_what_the_record_holds_of_a_shift_stands_in_its_note(desk: Desk) -> None:
    """An incident that began before and ended in it, an alert that fires, a task of an earlier shift."""
    desk.now = NOW - timedelta(days=8)
    old = desk.declared("Search is slow", Severity.P2)
    desk.noting.add(BOB, NoteKind.TASK, "rotate the key")
    desk.now = NOW
    desk.store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", "1.0", NOW)
    desk.coordinating.move(old.id, ALICE, IncidentState.RESOLVED)
    desk.declared("Checkout is down", Severity.P0)
    desk.now += timedelta(minutes=1)
    text = desk.handing_over.preview().text
    assert "**General state:** 🔥 active incident (P0 INC-2 goes on, 1 alert firing)" in text
    assert "INC-1 P2 Search is slow · resolved in 8 d" in text
    assert "INC-2 P0 Checkout is down · Open · owner nobody · next: not written down" in text
    assert "- P1 HighMemoryUsage · shop · api-1 · since 2026-11-16 11:02 UTC-03" in text
    assert "- rotate the key (bob, N-1)" in text


def test_who_acknowledged_an_incident_owns_it_until_somebody_leads_it(desk: Desk) -> None:
    """Until it is opened again: who was there the last time need not be there now."""
    desk.now = NOW
    id = desk.declared("Search is slow", Severity.P2).id
    owners = []
    for state in (IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED, IncidentState.OPEN):
        desk.now += timedelta(minutes=1)
        desk.coordinating.move(id, BOB, state)
        owners += re.findall(r"owner (\w+)", desk.handing_over.preview().text)
    desk.coordinating.move(id, BOB, IncidentState.ACKNOWLEDGED)
    desk.coordinating.give_role(id, ALICE, IncidentRole.LEAD, CAROL)
    owners += re.findall(r"owner (\w+)", desk.handing_over.preview().text)
    assert owners == ["bob", "nobody", "carol"]


def test_a_silence_whose_end_nobody_saw_silences_nothing(desk: Desk) -> None:
    """Alertmanager cannot be asked, but what its silence said of its end is known."""
    desk.now = NOW
    alert = desk.store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", "1.0", NOW)
    silence = desk.store.silences.draft_silence(alert.id, [Matcher("alertname", ALERT.name)])
    desk.store.silences.ask_for_silence(silence.id, ALICE, "deploy", NOW + timedelta(hours=1))
    desk.store.silences.made_silence(silence.id, "s1")
    said = []
    for minutes in (59, 1):
        desk.now += timedelta(minutes=minutes)
        text = desk.handing_over.preview().text
        said.append(("stable" in text, "deploy" in text))
    assert said == [(True, True), (False, False)]


def test_what_tools_and_people_wrote_formats_nothing_in_the_note(desk: Desk) -> None:
    """No link, no heading, no mention: the Markdown that is made shows it as it is."""
    desk.now = NOW
    hostile = "](https://evil.example) **now** <!channel> <@U1> `x`\n# Owned"
    alert = Alert("tool", hostile, ALERT.status, "", labels={"service": hostile}, fingerprint="x")
    desk.store.alerts.open_alert(alert, CLASSIFICATION, MONITOR, "C1", "1.0", NOW)
    desk.declared(hostile, Severity.P2)
    desk.noting.add(ALICE, NoteKind.OBSERVATION, hostile)
    desk.now += timedelta(minutes=1)
    text = desk.handing_over.preview().text
    assert not re.search(r"(?<!\\)\]\(https://evil", text)
    assert "<!channel>" not in text
    assert "<@U1>" not in text
    assert "\n# Owned" not in text


def test_a_list_that_nobody_would_read_is_cut_and_says_how_much_is_left(desk: Desk) -> None:
    desk.now = NOW
    for number in range(40):
        desk.declared(f"Number {number} is down", Severity.P3)
    desk.now += timedelta(minutes=1)
    text = desk.handing_over.preview().text
    assert text.count("owner nobody") == 10
    assert "- and 30 more" in text
    assert "**Incidents of the shift (40)**" in text


# -- the text ---


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_the_note_can_be_said_of_all_and_of_nothing(language: str) -> None:
    """What is not known is left out or said to be so."""
    texts = Texts(SHIPPED, language, OF_HANDOFFS)
    for facts in OF_HANDOFFS[HandoffText.NOTE]:
        said = texts(HandoffText.NOTE, facts)
        assert "None" not in said
        assert "\n\n\n" not in said
        assert not [line for line in said.splitlines() if line.rstrip().endswith((":", "()", "·"))]


def test_the_note_has_all_the_fields_of_the_reference() -> None:
    """Operations of the agent API, section 11.4, each with what it is filled in with in our sample."""
    said = Texts(SHIPPED, "pt_BR", OF_HANDOFFS)(HandoffText.NOTE, replace(FULL_SHIFT, state="incidente ativo"))
    for field in (
        "Passagem de plantão · 2026-11-16",
        "de alice para bob",
        "**Estado geral:** 🔥 incidente ativo",
        "**Incidentes do turno (2)**\n\n- 2026-11-17 14:02 UTC-03 · [INC-7]",
        "**Em andamento**\n\n- [INC-9]",
        "**Alertas ainda disparando (2)**\n\n- P2 DiskFilling",
        "**Manutenções planejadas**\n\n- Tue 03:00 PostgreSQL upgrade",
        "**Observações**\n\n- Traffic is 20 % up",
        "**Contatos úteis:** DBA: dba@",
        "**Documentos importantes:** [Dashboard](",
    ):
        assert field in said


def test_a_team_may_write_its_own(tmp_path: Path) -> None:
    """One that fails at a shift that no sample was like does not keep the note from being posted."""
    own = tmp_path / "en" / "texts"
    own.mkdir(parents=True)
    (own / "handoff.md").write_text("{{ outgoing }} leaves. {% if runs | length > 1 %}{{ 1 / 0 }}{% endif %}")
    texts = Texts(tmp_path, "en", OF_HANDOFFS)
    assert texts(HandoffText.NOTE, FULL_SHIFT) == "alice leaves."
    assert texts(HandoffText.NOTE, replace(FULL_SHIFT, runs=FULL_SHIFT.runs * 2)).startswith("# Handoff · ")


def test_the_guide_lists_every_value_that_the_note_may_use() -> None:
    """And each part of a list."""
    guide = Path("docs/oncall.md").read_text()
    table = guide[guide.index("| value |") : guide.index("## Weekly report")]
    names = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", "".join(names))) == sorted(each.name for each in fields(NoteFacts))
    kinds = (OngoingFact, IncidentFact, FiringFact, LoudFact, RunNoteFact, SilenceFact, LeftFact, ItemFact, NumberFact)
    parts = {part.name for kind in kinds for part in fields(kind)} | {*Contact.model_fields, *TeamLink.model_fields}
    assert parts <= set(re.findall(r"`(\w+)`", table))
