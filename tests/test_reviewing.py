"""Looking back: postmortems are drafted, held, and asked for until they are; action items outlive their incident."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.coordinating import Ending
from bot.errors import Gone, NoSuchAction, NoSuchDay, NoSuchPerson, NothingToHold, NotOnTheTeam
from bot.incidents.action_items import Wanted, day_of, number_of, read_action
from bot.model import BOT, ActionItem, Incident, IncidentRole, IncidentState, Postmortem, Severity
from bot.slack.incidents.postmortem import Review, draw_postmortem, draw_reminder, file_name
from bot.words import english
from tests.at_work import Card
from tests.desk import Desk, pass_time
from tests.samples import ALICE, BOB, CAROL
from tests.test_incidents import STRANGER

# The rota's zone is three hours behind UTC: 10:00 there is 13:00 here.
FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 11, day, 13, tzinfo=UTC) for day in (23, 24, 25))


class Round(Desk):
    """The desk, on a Friday."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.now = FRIDAY
        self.reviewing = self.flow.reviewing
        self.following_up = self.flow.following_up

    def until(self, moment: datetime) -> None:
        """The clock goes on, and what is due meanwhile happens in its time."""
        pass_time(self, (moment - self.now).total_seconds() / 60)

    def resolved(self, severity: Severity = Severity.P1, by: str = BOB) -> Incident:
        incident = self.declared(severity=severity)
        self.coordinating.move(incident.id, by, IncidentState.RESOLVED, Ending("a leak", "rolled back"))
        self.until(self.now + timedelta(seconds=1))
        return self.incident(incident.id)

    def drafts(self, incident: Incident) -> list[Postmortem]:
        return self.store.postmortems.postmortems_of(incident.id)

    def reminders(self, incident: Incident) -> list[tuple[datetime, str | None]]:
        return [(each.at, each.person) for draft in self.drafts(incident) for each in draft.reminders]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Round]:
    made = Round(tmp_path)
    with closing(made.store):
        yield made


class InAGroup(Round):
    """A stranger is in one of the team's user groups: when Slack is asked who is, somebody else writes meanwhile."""

    def roles_of(self, person: str) -> frozenset[str]:
        if person != STRANGER:
            return super().roles_of(person)
        other = threading.Thread(target=self.store.inbox.record_event, args=("click:1", {}, self.now), daemon=True)
        other.start()
        other.join(5)
        assert not other.is_alive()
        return frozenset({"approvers"})


def test_nobody_waits_while_slack_is_asked_who_is_on_the_team(tmp_path: Path) -> None:
    """It may take ten seconds to answer."""
    desk = InAGroup(tmp_path)
    with closing(desk.store):
        incident = desk.resolved()
        desk.reviewing.draft(incident.id, STRANGER)
        desk.reviewing.held(incident.id, STRANGER)
        item = desk.following_up.add(incident.id, STRANGER, "Alert on the pool", STRANGER)
        desk.following_up.done(item.number, STRANGER)
        desk.following_up.undone(item.number, STRANGER)
        assert [each.by for each in desk.store.actions.actions_of(incident.id)] == [STRANGER]


# -- drafts ---


@pytest.mark.parametrize(("severity", "drafts"), [(Severity.P0, 1), (Severity.P1, 1), (Severity.P2, 0)])
def test_what_was_grave_is_drafted_by_itself_once(desk: Round, severity: Severity, drafts: int) -> None:
    """To be held at ten on the next working day."""
    incident = desk.resolved(severity)
    desk.coordinating.give_role(incident.id, ALICE, IncidentRole.SCRIBE, ALICE)  # which wakes its timers again
    desk.until(desk.now + timedelta(hours=1))
    found = desk.drafts(incident)
    assert [(each.number, each.by, each.due, each.waits) for each in found] == [(1, BOT, MONDAY, True)] * drafts
    assert all(each.text.startswith("# Postmortem: INC-1, Checkout is down\n") for each in found)


def test_it_is_as_grave_as_people_say_at_the_end(desk: Round) -> None:
    """One that turned out to be small needs none; one that is found to have been grave later has one then."""
    small = desk.declared(severity=Severity.P0)
    desk.coordinating.grade(small.id, ALICE, Severity.P3)
    desk.coordinating.move(small.id, ALICE, IncidentState.RESOLVED)
    desk.until(desk.now + timedelta(minutes=1))
    assert desk.drafts(small) == []
    desk.coordinating.grade(small.id, ALICE, Severity.P1)
    desk.until(desk.now + timedelta(minutes=1))
    assert [each.by for each in desk.drafts(small)] == [BOT]


def test_one_that_was_part_of_another_has_none(desk: Round) -> None:
    incident = desk.declared()
    desk.store.incidents.mark_merged(incident.id)
    desk.coordinating.move(incident.id, ALICE, IncidentState.RESOLVED)
    desk.until(desk.now + timedelta(minutes=1))
    assert desk.drafts(incident) == []


def test_each_end_has_a_draft_of_its_own(desk: Round) -> None:
    incident = desk.resolved()
    desk.coordinating.move(incident.id, ALICE, IncidentState.OPEN)
    desk.until(MONDAY + timedelta(hours=1))
    assert desk.reminders(incident) == []
    desk.coordinating.move(incident.id, ALICE, IncidentState.RESOLVED)
    desk.until(desk.now + timedelta(minutes=1))
    assert [(each.number, each.due) for each in desk.drafts(incident)] == [(1, MONDAY), (2, TUESDAY)]


def test_a_crash_between_the_end_and_the_draft_loses_nothing(tmp_path: Path) -> None:
    first = Round(tmp_path)
    with closing(first.store):
        incident = first.declared()
        first.coordinating.move(incident.id, BOB, IncidentState.RESOLVED)
    second = Round(tmp_path)
    with closing(second.store):
        second.until(MONDAY + timedelta(days=7))  # the bot was away for a week: late is better than never
        assert [each.due for each in second.drafts(incident)] == [MONDAY]


def test_by_hand_at_any_time_and_of_any_severity(desk: Round) -> None:
    """While it is open, there is nothing to hold yet; afterwards there is."""
    incident = desk.declared(severity=Severity.P3)
    assert desk.reviewing.draft(incident.id, ALICE).due is None
    with pytest.raises(NothingToHold):
        desk.reviewing.held(incident.id, ALICE)
    desk.coordinating.move(incident.id, ALICE, IncidentState.RESOLVED)
    desk.until(TUESDAY)
    assert desk.reviewing.draft(incident.id, BOB).due == WEDNESDAY
    assert [(each.number, each.by) for each in desk.drafts(incident)] == [(1, ALICE), (2, BOB)]
    desk.until(WEDNESDAY)
    assert desk.reminders(incident) == [(WEDNESDAY, ALICE)]


def test_a_fresh_draft_changes_nothing_of_what_was_planned_or_held(desk: Round) -> None:
    incident = desk.resolved()
    desk.until(MONDAY - timedelta(hours=1))
    assert desk.reviewing.draft(incident.id, ALICE).due == MONDAY
    desk.until(MONDAY + timedelta(hours=1))
    assert desk.reminders(incident) == [(MONDAY, BOB)]
    desk.reviewing.held(incident.id, CAROL)
    fresh = desk.reviewing.draft(incident.id, ALICE)
    assert (fresh.held, fresh.held_by, fresh.waits) == (desk.now, CAROL, False)
    desk.until(WEDNESDAY)
    assert desk.reminders(incident) == [(MONDAY, BOB)]


def test_it_tells_what_is_on_the_record(desk: Round) -> None:
    incident = desk.declared()
    desk.now += timedelta(minutes=3)
    desk.coordinating.move(incident.id, BOB, IncidentState.ACKNOWLEDGED)
    desk.coordinating.note(incident.id, BOB, "the pool is *full* | see https://g.example/d/a_b_ and ping @channel")
    desk.following_up.add(incident.id, BOB, "alert at 80 %", ALICE, date(2026, 12, 1))
    desk.following_up.add(incident.id, BOB, "read the logs")
    desk.following_up.done(2, BOB)
    desk.now += timedelta(minutes=40)
    desk.coordinating.move(incident.id, BOB, IncidentState.RESOLVED, Ending("a leak\n# of _pools_", "rolled back"))
    desk.until(desk.now + timedelta(seconds=1))
    lines = desk.drafts(incident)[0].text.splitlines()
    for line in (
        "| Severity | P1 |",
        "| Duration | 43 min (11:00 UTC-03 to 11:43 UTC-03) |",
        "| To be held | 2026-11-23 10:00 UTC-03 |",
        "- 2026-11-20 11:00 UTC-03 noticed and declared by alice",
        "| To acknowledge | 3 min |",
        "| Target: acknowledge within 5m | met, 3 min |",
        "| Target: mitigate within 30m | missed, 43 min |",
        "- 11:03 · the pool is \\*full\\* \\| see <https://g.example/d/a_b_> and ping @\u2060channel · bob",
        "a leak # of \\_pools\\_",
        "- Target met: acknowledge in 3 min (5m)",
        "- Target missed: mitigate in 43 min (30m)",
        "- [ ] A-1: alert at 80 % · alice · by 2026-12-01",
        "- [x] A-2: read the logs · (owner to fill in) · (due date to fill in)",
    ):
        assert line in lines


# -- until it is held ---


def test_somebody_is_asked_on_each_working_day_until_it_was_held(desk: Round) -> None:
    """Not at the weekend, and not after."""
    desk.now = datetime(2026, 11, 19, 23, tzinfo=UTC)  # Thursday
    incident = desk.resolved()
    desk.until(TUESDAY + timedelta(hours=1))
    friday = FRIDAY.replace(hour=13)
    assert desk.reminders(incident) == [(friday, BOB), (MONDAY, BOB), (TUESDAY, BOB)]
    held = desk.reviewing.held(incident.id, CAROL)
    assert (held.held, held.held_by) == (desk.now, CAROL)
    desk.now += timedelta(minutes=1)
    assert desk.reviewing.held(incident.id, ALICE).held_by == CAROL  # who says so later changes nothing
    desk.until(WEDNESDAY + timedelta(days=5))
    assert len(desk.reminders(incident)) == 3
    assert desk.told(incident.id)[-2:] == [(BOT, "The postmortem was drafted"), (CAROL, "The postmortem was held")]


@pytest.mark.parametrize(
    ("lead", "by", "rota", "asked"),
    [(CAROL, BOB, True, CAROL), (None, BOB, True, BOB), (None, BOT, True, ALICE), (None, BOT, False, None)],
)
def test_the_lead_is_asked_or_who_resolved_it_or_who_is_on_call(
    desk: Round, lead: str | None, by: str, rota: bool, asked: str | None
) -> None:
    desk.now -= timedelta(days=7)  # alice's week comes then
    incident = desk.declared()
    if lead:
        desk.coordinating.give_role(incident.id, lead, IncidentRole.LEAD, lead)
    desk.store.incidents.move_incident(incident.id, IncidentState.OPEN, IncidentState.RESOLVED, by, desk.now)
    if not rota:
        desk.team = desk.team.model_copy(update={"rota": None})
    desk.until(MONDAY - timedelta(days=6))
    assert {person for _, person in desk.reminders(incident)} == {asked}


@pytest.mark.parametrize(
    ("back", "asked"),
    [
        (MONDAY + timedelta(hours=5), MONDAY + timedelta(hours=5)),  # late, in working hours
        (MONDAY + timedelta(hours=12), TUESDAY),  # in the night
        (MONDAY + timedelta(days=5), MONDAY + timedelta(days=7)),  # on a Saturday
    ],
)
def test_a_bot_that_was_away_asks_late_and_when_people_work(desk: Round, back: datetime, asked: datetime) -> None:
    incident = desk.resolved()
    desk.now = back
    desk.until(asked + timedelta(minutes=1))
    assert desk.reminders(incident) == [(asked, BOB)]


def test_only_people_of_the_team_say_so(desk: Round) -> None:
    incident = desk.resolved()
    with pytest.raises(NotOnTheTeam):
        desk.reviewing.held(incident.id, STRANGER)
    with pytest.raises(NotOnTheTeam):
        desk.reviewing.draft(incident.id, STRANGER)
    with pytest.raises(Gone):
        desk.reviewing.draft("incident_0", ALICE)
    assert [each.held for each in desk.drafts(incident)] == [None]


# -- what stands in the thread ---


def drawn(desk: Round, incident: Incident, at: int = -1, *, reminder: bool = False) -> Card:
    drafts = desk.drafts(incident)
    items = desk.store.actions.actions_of(incident.id)
    review = Review(desk.incident(incident.id), drafts[at], drafts[at] is drafts[-1], items)
    who = lambda id: desk.team.name_of(id) or id  # noqa: E731
    if reminder:
        return Card({"ts": "1", **draw_reminder(review, drafts[at].reminders[0], english(), who)})
    return Card({"ts": "1", **draw_postmortem(review, english(), who)})


def test_the_message_says_how_it_stands_and_offers_what_can_be_done(desk: Round) -> None:
    incident = desk.declared()
    desk.reviewing.draft(incident.id, ALICE)
    card = drawn(desk, incident)
    assert "The incident is open" in card.words
    assert card.buttons == ["action_add"]
    desk.coordinating.move(incident.id, BOB, IncidentState.RESOLVED)
    desk.following_up.add(incident.id, BOB, "alert at 80 %", ALICE, date(2026, 12, 1))
    desk.until(MONDAY)
    card = drawn(desk, incident)
    assert "*A-1* alert at 80 % · alice · by 2026-12-01" in card.words
    assert "To be held on <!date^" in card.words
    assert card.buttons == ["postmortem_held", "action_add"]
    asked = drawn(desk, incident, reminder=True)
    assert asked.words.startswith(f"<@{BOB}> *Was the postmortem of INC-1 held?* Checkout is down")
    assert asked.buttons == ["postmortem_held"]
    assert ("newer draft" in drawn(desk, incident, 0).words, drawn(desk, incident, 0).buttons) == (True, [])
    desk.reviewing.held(incident.id, CAROL)
    assert "Held, says carol" in drawn(desk, incident).words
    assert drawn(desk, incident).buttons == ["action_add"]
    assert drawn(desk, incident, reminder=True).buttons == []


def test_what_came_back_is_not_to_be_held(desk: Round) -> None:
    incident = desk.resolved()
    desk.coordinating.move(incident.id, BOB, IncidentState.OPEN)
    card = drawn(desk, incident)
    assert ("opened again after this" in card.words, card.buttons) == (True, [])
    with pytest.raises(NothingToHold):
        desk.reviewing.held(incident.id, BOB)


def test_each_draft_has_a_file_name_of_its_own(desk: Round) -> None:
    incident = desk.resolved()
    desk.reviewing.draft(incident.id, BOB)
    names = [file_name(incident, each) for each in desk.drafts(incident)]
    assert names == ["inc-1-postmortem.md", "inc-1-postmortem-2.md"]


# -- action items ---


def test_action_items_outlive_the_incident(desk: Round) -> None:
    """Done and not done after all, by anybody on the team; the record tells each once."""
    incident = desk.resolved()
    item = desk.following_up.add(incident.id, ALICE, "alert at 80 %", BOB, date(2026, 12, 1))
    assert (item.name, item.owner, item.due) == ("A-1", BOB, date(2026, 12, 1))
    desk.following_up.done(1, CAROL)
    desk.following_up.done(1, ALICE)
    assert desk.store.actions.open_actions() == []
    assert [(each.done, each.done_by) for each in desk.store.actions.actions_of(incident.id)] == [(desk.now, CAROL)]
    desk.following_up.undone(1, BOB)
    desk.following_up.undone(1, BOB)
    assert desk.store.actions.open_actions() == [item]
    assert desk.told(incident.id)[-3:] == [
        (ALICE, f"A-1 is to be done: alert at 80 % ({BOB}, by 2026-12-01)"),
        (CAROL, "A-1 is done: alert at 80 %"),
        (BOB, "A-1 is not done after all: alert at 80 %"),
    ]
    assert desk.store.timeline.first_broken() is None


def test_the_first_due_stands_first_and_each_person_has_their_own(desk: Round) -> None:
    first, second = desk.declared(), desk.declared("Search is slow")
    for incident, text, owner, due in (
        (first, "some day", ALICE, None),
        (first, "later", ALICE, date(2026, 12, 1)),
        (second, "soon", BOB, date(2026, 11, 21)),
        (second, "by anybody", None, date(2026, 11, 22)),
    ):
        desk.following_up.add(incident.id, ALICE, text, owner, due)
    actions = desk.store.actions
    assert [each.text for each in actions.open_actions()] == ["soon", "by anybody", "later", "some day"]
    assert [each.text for each in actions.open_actions(ALICE)] == ["later", "some day"]
    desk.following_up.done(2, ALICE)
    assert [each.text for each in actions.actions_of(first.id)] == ["some day", "later"]


def test_what_cannot_be_an_action_item_changes_nothing(desk: Round) -> None:
    incident = desk.declared()
    before = len(desk.store.timeline.entries())
    with pytest.raises(NotOnTheTeam):
        desk.following_up.add(incident.id, STRANGER, "text")
    with pytest.raises(NotOnTheTeam):
        desk.following_up.add(incident.id, ALICE, "text", STRANGER)
    with pytest.raises(Gone):
        desk.following_up.add("incident_0", ALICE, "text")
    with pytest.raises(NoSuchAction):
        desk.following_up.done(1, ALICE)
    with pytest.raises(NotOnTheTeam):
        desk.following_up.undone(1, STRANGER)
    assert (desk.store.actions.open_actions(), len(desk.store.timeline.entries())) == ([], before)


TODAY = date(2026, 11, 20)
PEOPLE = {"@alice": ALICE, "bob": BOB, "me": CAROL}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("alert at 80 %", Wanted(None, None, "alert at 80 %")),
        ("@alice 2026-12-01 alert", Wanted(ALICE, date(2026, 12, 1), "alert")),
        ("2026-12-1, bob, alert", Wanted(BOB, date(2026, 12, 1), "alert")),
        ("2w me alert  and\ntell", Wanted(CAROL, date(2026, 12, 4), "alert and tell")),
        ("10d 30m retention for logs", Wanted(None, date(2026, 11, 30), "30m retention for logs")),
        ("bob 2w @alice helps", Wanted(BOB, date(2026, 12, 4), "@alice helps")),
        ("2020-01-01 late already", Wanted(None, date(2020, 1, 1), "late already")),
        ("@alice", Wanted(ALICE, None, "")),
        ("", Wanted(None, None, "")),
    ],
)
def test_owner_and_day_stand_before_the_text_in_any_order(typed: str, wanted: Wanted) -> None:
    assert read_action(typed, TODAY, PEOPLE.get) == wanted


def test_a_day_that_is_none_and_a_mention_of_nobody_are_named() -> None:
    for word in ("2026-02-30", "2026-13-01", "0000-01-01", "999999w"):
        with pytest.raises(NoSuchDay, match=word):
            read_action(f"{word} text", TODAY, PEOPLE.get)
    with pytest.raises(NoSuchPerson, match="@dave"):
        read_action("2w @dave text", TODAY, PEOPLE.get)
    assert day_of("soon", TODAY) is None


@pytest.mark.parametrize(
    ("word", "number"), [("A-3", 3), ("a3", 3), ("#3", 3), ("3", 3), ("A-", None), ("A-3 x", None)]
)
def test_an_action_item_is_named_as_people_do(word: str, number: int | None) -> None:
    assert number_of(word) == number


def test_what_is_due_today_is_not_overdue() -> None:
    item = ActionItem("action_1", 1, "incident_1", "text", None, TODAY, FRIDAY, ALICE)
    assert [item.overdue(TODAY + timedelta(days=days)) for days in (-1, 0, 1)] == [False, False, True]
