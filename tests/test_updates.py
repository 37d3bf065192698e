"""What people are told of an incident, and when: by the clock, by hand, and by other ways than Slack."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coordinating import Ending
from bot.errors import Gone, NotOnTheTeam, TeamError, TemplateError
from bot.incidents.cadence import draft_from, owed
from bot.incidents.facts import ActionFact, AlertFact, Facts, LineFact, RunFact, TargetFact
from bot.incidents.sample_facts import BARE, FULL
from bot.model import BOT, Incident, IncidentRole, IncidentState, Known, Severity, Update, UpdateKind
from bot.team_file import load
from bot.texts import SHIPPED, Text, Texts
from tests.desk import Desk, pass_time
from tests.samples import ALICE, BOB, CAROL, NOW

EVERY = timedelta(minutes=30)
INCIDENT = Incident("incident_1", 1, "Down", Severity.P0, IncidentState.OPEN, NOW, NOW, None, None)


def sent(minutes: float, kind: UpdateKind = UpdateKind.UPDATE, severity: Severity = Severity.P0) -> Update:
    at = NOW + timedelta(minutes=minutes)
    return Update("update_1", "incident_1", kind, "…", None, None, (), at, None, severity, BOT)


# -- when, worked out from the record ---


def minutes_until(incident: Incident, cadence: timedelta | None, *before: Update) -> tuple[str, float] | None:
    found = owed(incident, cadence, before)
    return (found.kind.value, (found.due - NOW).total_seconds() / 60) if found else None


def test_a_grave_one_is_told_of_within_a_minute_and_then_at_its_cadence() -> None:
    assert minutes_until(INCIDENT, EVERY) == ("first", 0.5)
    assert minutes_until(INCIDENT, EVERY, sent(0.5, UpdateKind.FIRST)) == ("update", 30.5)
    assert minutes_until(INCIDENT, EVERY, sent(0.5, UpdateKind.FIRST), sent(12)) == ("update", 42)
    assert minutes_until(INCIDENT, None) is None


@pytest.mark.parametrize("state", [IncidentState.MITIGATED, IncidentState.RESOLVED])
def test_whoever_was_told_of_it_is_told_of_its_end_once(state: IncidentState) -> None:
    """Also when its severity has no cadence by then; nobody hears of the end of what nobody was told of."""
    over = replace(INCIDENT, state=state)
    for cadence in (EVERY, None):
        assert minutes_until(over, cadence, sent(1, UpdateKind.FIRST)) == (state.value, 0)
        assert minutes_until(over, cadence, sent(1), sent(9, UpdateKind(state.value))) is None
        assert minutes_until(over, cadence) is None
    assert minutes_until(replace(over, merged=True), EVERY, sent(1)) == (state.value, 0)


def test_one_that_grew_worse_is_told_of_at_once() -> None:
    assert minutes_until(INCIDENT, EVERY, sent(5, severity=Severity.P1)) == ("update", 5)


def test_one_that_came_back_is_told_of_within_a_minute() -> None:
    again = replace(INCIDENT, since=NOW + timedelta(hours=1))
    assert minutes_until(again, EVERY, sent(1), sent(20, UpdateKind.RESOLVED)) == ("update", 60.5)


@given(st.lists(st.integers(0, 600), max_size=5), st.integers(1, 300), st.integers(0, 600))
def test_a_draft_is_shown_at_most_half_a_cadence_ahead(at: list[int], every: int, held: int) -> None:
    """And what was put off is never out before."""
    cadence, until = timedelta(minutes=every), NOW + timedelta(minutes=held)
    after = owed(INCIDENT, cadence, [sent(each) for each in sorted(at)], until)
    assert after is not None
    assert after.due - cadence / 2 <= draft_from(after, cadence) < after.due
    assert after.due >= until or not at


# -- by the clock ---


def told(desk: Desk, id: str) -> list[tuple[float, str, str]]:
    """After how many minutes, what kind, and who sent it."""
    opened = desk.incident(id).opened
    found = desk.store.updates.sent_of(id)
    return [((each.sent - opened).total_seconds() / 60, str(each.kind), each.who) for each in found if each.sent]


def test_updates_go_out_by_themselves_until_it_is_mitigated(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 70)
    desk.coordinating.move(id, ALICE, IncidentState.MITIGATED)
    pass_time(desk, 120)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 120)
    assert told(desk, id) == [
        (0.5, "first", BOT),
        (30.5, "update", BOT),
        (60.5, "update", BOT),
        (70, "mitigated", BOT),
        (190, "resolved", BOT),
    ]


def test_a_p1_every_hour_and_a_p2_not_at_all(desk: Desk) -> None:
    one, two = desk.declared(severity=Severity.P1).id, desk.declared(severity=Severity.P2).id
    pass_time(desk, 130)
    assert [at for at, _, _ in told(desk, one)] == [0.5, 60.5, 120.5]
    desk.coordinating.move(two, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    assert told(desk, two) == []


def test_a_changed_severity_changes_when(desk: Desk) -> None:
    """Worse: at once, and then at the new pace. Less: no more updates, and a word at the end."""
    id = desk.declared(severity=Severity.P1).id
    pass_time(desk, 10)
    desk.coordinating.grade(id, ALICE, Severity.P0)
    pass_time(desk, 35)
    desk.coordinating.grade(id, ALICE, Severity.P3)
    pass_time(desk, 100)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    assert [(at, kind) for at, kind, _ in told(desk, id)] == [
        (0.5, "first"),
        (10, "update"),
        (40, "update"),
        (145, "resolved"),
    ]


def test_a_bot_that_was_down_tells_late_and_once(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 1)
    desk.now += timedelta(hours=5)
    pass_time(desk, 20)
    assert [at for at, _, _ in told(desk, id)] == [0.5, 301]


# -- the draft ---


def draft_of(desk: Desk, id: str) -> Update:
    found = desk.store.updates.draft_of(id)
    assert found is not None
    return found


def test_whoever_leads_sees_the_draft_first_and_it_follows_the_record(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    desk.coordinating.give_role(id, ALICE, IncidentRole.LEAD, BOB)
    pass_time(desk, 20)
    assert desk.store.updates.draft_of(id) is None
    pass_time(desk, 1)
    draft = draft_of(desk, id)
    assert draft.asked == (BOB,)
    desk.coordinating.say(id, ALICE, {Known.IMPACT: "no order", Known.ROOT_CAUSE: "a leak", Known.EXPECTED: "at 15:00"})
    desk.coordinating.note(id, ALICE, "the pool is full")
    desk.coordinating.give_role(id, ALICE, IncidentRole.COMMUNICATIONS, CAROL)
    pass_time(desk, 1)
    assert draft_of(desk, id).asked == (BOB, CAROL)
    lines = desk.updating.drafted(desk.incident(id), draft).splitlines()
    assert lines[:2] == ["P0 update, 11:32 UTC-03: Checkout is down", "Open; began at 11:02 UTC-03, 30 min ago"]
    assert {"Impact: no order", "Root cause: a leak", "Expected to be over: at 15:00"} <= set(lines)
    assert "• 11:23 the pool is full (alice)" in lines
    assert lines[-1] == "Next update by 12:02 UTC-03"


def test_without_a_lead_it_is_whoever_is_on_call(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    assert draft_of(desk, id).asked == (ALICE,)


def test_an_edited_draft_goes_out_as_it_was_edited(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    draft = draft_of(desk, id)
    desk.updating.edit(draft.id, BOB, "We are on it.\nNo orders until 15:00.")
    pass_time(desk, 6)
    last = desk.store.updates.sent_of(id)[-1]
    assert (last.id, last.text, last.edited_by) == (draft.id, "We are on it.\nNo orders until 15:00.", BOB)


def test_what_was_typed_too_late_is_the_draft_of_the_next_one(desk: Desk) -> None:
    """Nothing that somebody wrote is lost; of what is over, nobody is told any more."""
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    draft = draft_of(desk, id)
    pass_time(desk, 6)
    assert desk.updating.edit(draft.id, BOB, "We are on it.") is False
    assert (draft_of(desk, id).text, draft_of(desk, id).asked) == ("We are on it.", (BOB,))
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    with pytest.raises(Gone):
        desk.updating.edit(draft.id, BOB, "too late")


def test_two_who_send_the_draft_send_it_once(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    draft = draft_of(desk, id)
    desk.updating.send_draft(draft.id, ALICE)
    with pytest.raises(Gone):  # checked before, and then somebody else was first
        desk.updating._send_now(id, BOB, "", draft.id, None)
    assert [who for _, _, who in told(desk, id)] == [BOT, ALICE]


def test_one_that_grows_worse_is_told_of_at_once_whatever_was_put_off_or_edited(desk: Desk) -> None:
    """What was edited spoke of a lesser one: it stays to be read, and people get a fresh text."""
    id = desk.declared(severity=Severity.P1).id
    pass_time(desk, 45)
    draft = draft_of(desk, id)
    desk.updating.edit(draft.id, BOB, "P1, all is calm.")
    desk.updating.snooze(draft.id, BOB)
    desk.coordinating.grade(id, ALICE, Severity.P0)
    pass_time(desk, 1)
    last = desk.store.updates.sent_of(id)[-1]
    assert (told(desk, id)[-1][0], last.text.splitlines()[0]) == (45, "P0 update, 11:47 UTC-03: Checkout is down")
    dropped = desk.store.updates.find_update(draft.id)
    assert dropped is not None
    assert (dropped.sent, dropped.text) == (None, "P1, all is calm.")


def test_long_notes_push_out_neither_the_newest_nor_the_end(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 1)
    for known in Known:
        desk.coordinating.say(id, ALICE, {known: "x" * 900})
    for number in range(20):
        desk.coordinating.note(id, ALICE, f"note {number} " + "y" * 900)
    pass_time(desk, 30)
    lines = desk.store.updates.sent_of(id)[-1].text.splitlines()
    assert lines[-1] == "Next update by 12:02 UTC-03"
    assert [line for line in lines if line.startswith("• 11:03 note 19 yyy")]


def test_one_that_came_back_is_said_to_have_been_mitigated_when_it_was(desk: Desk) -> None:
    """In the message, as in the statistics: from its first opening until it was mitigated for good."""
    id = desk.declared(severity=Severity.P0).id
    for minutes, state in ((10, IncidentState.MITIGATED), (60, IncidentState.OPEN), (30, IncidentState.MITIGATED)):
        pass_time(desk, minutes)
        desk.coordinating.move(id, ALICE, state)
    pass_time(desk, 1)
    text = desk.store.updates.sent_of(id)[-1].text
    assert text.startswith("P0 mitigated, 12:42 UTC-03: Checkout is down\nThe damage has stopped after 1 h 40 min.")


def test_a_message_that_was_pinned_since_is_news_however_old_it_is(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 20)
    place = f"C1:{(desk.now - timedelta(minutes=30)).timestamp():.6f}"
    desk.coordinating.pin(id, ALICE, BOB, place, "odd since noon", event="e1")
    pass_time(desk, 11)
    assert "odd since noon" in desk.store.updates.sent_of(id)[-1].text


def test_what_people_said_of_the_cause_is_kept_when_it_is_resolved(desk: Desk) -> None:
    """Until it comes back: then it is not over, and nobody has fixed it."""
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 1)
    desk.coordinating.say(id, ALICE, {Known.ROOT_CAUSE: "a leak in v42"})
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED, Ending("", "rolled back", timedelta(0)))
    pass_time(desk, 1)
    text = desk.store.updates.sent_of(id)[-1].text
    assert "Root cause: a leak in v42\nFixed by: rolled back" in text
    assert "Watched" not in text
    desk.coordinating.move(id, ALICE, IncidentState.OPEN)
    found = desk.incident(id)
    assert (found.root_cause, found.fix) == ("", "")


def test_one_that_is_part_of_another_is_told_to_be_over_everywhere(desk: Desk) -> None:
    """By mail, on the status page and at the pager; and opened again, it lives."""
    with_pager(desk)
    into, id = desk.declared("All is down", Severity.P0), desk.declared(severity=Severity.P0).id
    pass_time(desk, 6)
    with desk.store.atomic():
        desk.flow.storming._merge(desk.incident(id), into, desk.now)
    pass_time(desk, 1)
    last = desk.store.updates.sent_of(id)[-1]
    assert (str(last.kind), last.text) == ("resolved", "INC-2, Checkout is down: Merged into INC-1")
    assert [each["action"] for each in out(desk, "page") if each["incident"] == 2] == ["trigger", "resolve"]
    assert out(desk, "status")[-1]["state"] == "resolved"
    desk.coordinating.move(id, ALICE, IncidentState.OPEN)
    pass_time(desk, 1)
    assert not desk.incident(id).merged
    assert str(desk.store.updates.sent_of(id)[-1].kind) == "update"


def test_a_snoozed_one_waits_half_a_cadence(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    desk.updating.snooze(draft_of(desk, id).id, ALICE)
    pass_time(desk, 20)
    assert [at for at, _, _ in told(desk, id)] == [0.5]
    pass_time(desk, 1)
    assert [at for at, _, _ in told(desk, id)] == [0.5, 45.5]


def test_one_that_is_sent_by_hand_starts_the_cadence_anew(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    desk.updating.send_draft(draft_of(desk, id).id, ALICE)
    pass_time(desk, 20)
    assert told(desk, id)[-1] == (25, "update", ALICE)
    assert desk.updating.next_of(desk.incident(id)).due - desk.incident(id).opened == timedelta(minutes=55)


def test_a_draft_of_what_is_over_is_not_sent(desk: Desk) -> None:
    """What was edited stays to be read, and what people are told is that it is over."""
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    draft = draft_of(desk, id)
    desk.updating.edit(draft.id, BOB, "Still looking.")
    desk.coordinating.move(id, ALICE, IncidentState.MITIGATED)
    pass_time(desk, 1)
    found = desk.store.updates.find_update(draft.id)
    assert found is not None
    assert (found.sent, found.text) == (None, "Still looking.")
    assert found.dropped is not None
    assert [kind for _, kind, _ in told(desk, id)] == ["first", "mitigated"]


def test_of_a_minor_one_people_are_told_by_hand_and_then_of_its_end(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P3).id
    desk.updating.send(id, ALICE, "The logo is blurred.")
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    assert [kind for _, kind, _ in told(desk, id)] == ["first", "resolved"]
    with pytest.raises(Gone):
        desk.updating.send(id, ALICE, "one more")


def test_only_people_of_the_team_tell_others(desk: Desk) -> None:
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 25)
    draft = draft_of(desk, id)
    for act in (
        lambda: desk.updating.send(id, "U0000000099", "x"),
        lambda: desk.updating.send_draft(draft.id, "U0000000099"),
        lambda: desk.updating.edit(draft.id, "U0000000099", "x"),
        lambda: desk.updating.snooze(draft.id, "U0000000099"),
    ):
        with pytest.raises(NotOnTheTeam):
            act()
    assert [at for at, _, _ in told(desk, id)] == [0.5]


# -- by other ways ---


def out(desk: Desk, way: str) -> list[dict[str, object]]:
    """What went this way, the oldest first."""
    found: list[dict[str, object]] = []
    while (delivery := desk.store.deliveries.due_delivery(way, desk.now)) is not None:
        found.append({"to": delivery.target, **delivery.body})
        desk.store.deliveries.delivered(delivery.key, desk.now)
    return found


def test_stakeholders_of_a_p0_are_mailed_each_message_in_one_conversation(desk: Desk) -> None:
    """Also its end, when it was less grave by then."""
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 1)
    desk.coordinating.grade(id, ALICE, Severity.P2)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    mails = out(desk, "mail")
    assert [(mail["to"], str(mail["subject"])[:22]) for mail in mails] == [
        ("ops@example.com", "INC-1: P0 incident: Ch"),
        ("ops@example.com", "INC-1: P2 resolved, 11"),
    ]
    assert mails[0]["id"] == mails[0]["thread"] == mails[1]["thread"] != mails[1]["id"]


def test_a_p1_is_mailed_to_nobody(desk: Desk) -> None:
    desk.declared(severity=Severity.P1)
    pass_time(desk, 200)
    assert out(desk, "mail") == out(desk, "status") == []


def test_a_status_page_is_told_what_customers_may_read(desk: Desk) -> None:
    """No line of the timeline: that is for the team."""
    id = desk.declared(severity=Severity.P0).id
    desk.coordinating.say(id, ALICE, {Known.IMPACT: "Orders fail."})
    desk.coordinating.note(id, ALICE, "the password is in the log")
    pass_time(desk, 31)
    words = out(desk, "status")
    assert [each["state"] for each in words] == ["open", "open"]
    assert words[1] == {
        "to": "",
        "incident": 1,
        "title": "Checkout is down",
        "severity": "P0",
        "state": "open",
        "impact": "Orders fail.",
        "text": "Orders fail.\nNext update by 12:02 UTC-03",
        "at": "2026-11-16T14:32:30+00:00",
        "next_update": "2026-11-16T15:02:30+00:00",
    }


def with_pager(desk: Desk) -> None:
    """Paged after five minutes, and again after twenty."""
    levels = "  P0:\n    - {after: 5m, to: page}\n    - {after: 20m, to: page}\n"
    text = Path("team.yaml").read_text().replace("  P0:\n", levels, 1)
    (desk.folder / "team.yaml").write_text(text + "page: {url: 'http://127.0.0.1:1/', format: pagerduty}\n")
    desk.team = load(desk.folder / "team.yaml")


def test_a_page_that_nobody_has_answered_is_not_called_answered(desk: Desk) -> None:
    """What was acknowledged before says nothing of a later page, and all of them hear of the end."""
    with_pager(desk)
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 6)
    desk.coordinating.move(id, ALICE, IncidentState.ACKNOWLEDGED)
    pass_time(desk, 1)
    desk.escalating.escalate(id, ALICE, "page", "one more pair of hands")
    desk.coordinating.give_role(id, ALICE, IncidentRole.SCRIBE, BOB)
    pass_time(desk, 30)
    desk.coordinating.move(id, ALICE, IncidentState.MITIGATED)
    desk.coordinating.move(id, ALICE, IncidentState.OPEN)
    pass_time(desk, 21)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    said: dict[object, list[object]] = {}
    for each in out(desk, "page"):
        said.setdefault(each["id"], []).append(each["action"])
    assert sorted(said.values()) == [
        ["trigger", "acknowledge", "resolve"],
        ["trigger", "resolve"],
        ["trigger", "resolve"],
        ["trigger", "resolve"],
    ]


def test_the_pager_is_told_and_hears_when_somebody_has_it(desk: Desk) -> None:
    with_pager(desk)
    id = desk.declared(severity=Severity.P0).id
    pass_time(desk, 6)
    desk.coordinating.move(id, ALICE, IncidentState.ACKNOWLEDGED)
    pass_time(desk, 1)
    desk.coordinating.move(id, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 1)
    assert [each["action"] for each in out(desk, "page")] == ["trigger", "acknowledge", "resolve"]
    quiet = desk.declared(severity=Severity.P0).id
    desk.coordinating.move(quiet, ALICE, IncidentState.RESOLVED)
    pass_time(desk, 10)
    assert len(out(desk, "page")) == 0


def test_a_person_can_page_too(desk: Desk) -> None:
    """Nobody is named, and nobody is said to be missing."""
    (desk.folder / "team.yaml").write_text(Path("team.yaml").read_text() + "page: {url: 'http://127.0.0.1:1/'}\n")
    desk.team = load(desk.folder / "team.yaml")
    made = desk.escalating.escalate(desk.declared().id, ALICE, "page", "nobody answers")
    assert (made.to, made.people) == ("page", ())
    assert [(each["action"], each["why"]) for each in out(desk, "page")] == [("trigger", "nobody answers")]


def test_a_pager_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(Path("team.yaml").read_text().replace("{after: 0m, to: oncall}", "{after: 0m, to: page}", 1))
    with pytest.raises(TeamError, match=r"`escalation.P0\[1\].to` tells the pager, and there is no `page`; add one"):
        load(path)


# -- the texts ---


def test_the_guide_lists_every_value_that_a_text_may_use() -> None:
    """And each file, and each part of a list."""
    guide = Path("docs/incidents.md").read_text()
    table = guide[guide.index("| value |") :]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", "".join(rows))) == sorted(each.name for each in fields(Facts))
    parts = {part.name for kind in (LineFact, RunFact, AlertFact, TargetFact, ActionFact) for part in fields(kind)}
    assert parts <= set(re.findall(r"`(\w+)`", table))
    assert {f"{each.value}.md" for each in Text} == set(re.findall(r"\| `([\w-]+\.md)`", guide))


@pytest.mark.parametrize("language", ["en", "pt_BR"])
@pytest.mark.parametrize("text", list(Text))
def test_every_text_can_be_said_of_all_and_of_nothing(language: str, text: Text) -> None:
    """What is not known is left out or said to be so: no empty value, no line that says nothing."""
    texts = Texts(SHIPPED, language)
    for facts in (FULL, BARE):
        said = texts(text, facts)
        assert said
        for line, after in pairwise([*said.splitlines(), ""]):
            assert not line.endswith((":", "()")) or after.startswith("•"), line
        assert "None" not in said
        assert "!" not in said


def test_a_text_of_the_team_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "en" / "texts").mkdir(parents=True)
    (tmp_path / "en" / "texts" / "first.md").write_text("{{ name }} has begun.\n")
    texts = Texts(tmp_path, "en")
    assert texts(Text.FIRST, FULL) == "INC-7 has begun."
    assert texts(Text.UPDATE, FULL) == Texts(SHIPPED, "en")(Text.UPDATE, FULL)


def test_a_text_of_the_team_that_fails_in_the_middle_of_an_incident_is_said_as_it_comes_along(tmp_path: Path) -> None:
    (tmp_path / "en" / "texts").mkdir(parents=True)
    (tmp_path / "en" / "texts" / "first.md").write_text("{{ 1 // (number - 9) }}\n")
    texts = Texts(tmp_path, "en")
    ninth = replace(FULL, number=9)
    assert texts(Text.FIRST, ninth) == Texts(SHIPPED, "en")(Text.FIRST, ninth)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ titel }}", "first.md: 'titel' is undefined. It may use: acknowledged, "),
        ("fine\n{% if %}", "first.md:2: Expected an expression"),
        ("{% for line in changes %}{{ line.whom }}{% endfor %}", "has no attribute 'whom'"),
        ("{{ number / 0 }}", "division by zero"),
        ('{{ "{x}".format() }}', "first.md: 'x'"),
        (
            "{% if fix and root_cause %}It is over.{% endif %}",
            "it says nothing where little is known",
        ),
    ],
)
def test_a_broken_text_names_itself_at_the_start(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "en" / "texts").mkdir(parents=True)
    (tmp_path / "en" / "texts" / "first.md").write_text(written)
    with pytest.raises(TemplateError) as caught:
        Texts(tmp_path, "en")
    assert len(caught.value.problems) == 1
    assert said in caught.value.problems[0]
