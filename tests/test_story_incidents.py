"""Incidents as people see them: declared, moved on, graded and told, by command, button and form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.model import IncidentState
from tests.at_work import AtWork, Card, _texts
from tests.samples import ALICE, CAROL

STRANGER = ("carol: {slack: U0000000003", "carol: {slack: U0000000009")  # the workspace's carol is not the team's


class Room:
    """The incidents channel and those in it."""

    def __init__(self, work: AtWork) -> None:
        self.work, self.box = work, work.box

    def type(self, person: str, line: str) -> str:
        """What `/incident …` answers."""
        answer = self.box.command(person, "incidents", f"/incident {line}") or {}
        return "\n".join([answer.get("text", ""), *_texts(answer.get("blocks"))]).replace("\u2060", "")

    def cards(self) -> list[Card]:
        found = self.box.messages("incidents")
        keys = [each.get("metadata", {}).get("event_payload", {}).get("key", "") for each in found]
        return [Card(each) for each, key in zip(found, keys, strict=True) if key.startswith("incident:")]

    def card_with(self, text: str, number: int = 1) -> Card:
        """The card of this incident once it says `text`."""

        def found() -> list[Card]:
            return [each for each in self.cards() if f"INC-{number} " in each.title and text in each.words]

        return self.box.wait(found, what=f"{text!r} on the card of INC-{number}")[0]

    def press(self, person: str, action: str, number: int = 1) -> None:
        self.box.click(person, "incidents", self.card_with("", number).ts, action)

    def choose(self, person: str, what: str, number: int = 1) -> None:
        card = self.card_with("", number)
        (value,) = [each for each in card.menu if each.startswith(f"{what}|")]
        self.box.click(person, "incidents", card.ts, "more", option=value)

    def submit(self, person: str, **values: str) -> Any:
        return self.box.submit(person, self.work.modal(person)["id"], values)

    def direct_messages(self, person: str) -> list[dict[str, Any]]:
        """What the bot wrote to this person (a Slack id) alone."""
        return self.box.messages(self.between(person))

    def between(self, person: str) -> str:
        """The channel of the bot and this person (a Slack id) alone."""
        opened = WebClient(self.box.bot_token, base_url=self.box.api_url).conversations_open(users=person)
        return str(opened["channel"]["id"])

    def told(self, person: str) -> str:
        return self.work.told(person, "incidents")


@pytest.fixture
def room(work: AtWork) -> Room:
    return Room(work)


def test_a_person_declares_one_and_it_goes_its_way(room: Room) -> None:
    """By command alone, from a phone."""
    room.work.start()
    assert "INC-1 is open" in room.type("alice", "declare P1 checkout is down for half of the customers")
    card = room.card_with("Impact")
    assert card.title == "🟠 P1 · INC-1 · checkout is down for half of the customers"
    assert "Lead: nobody yet · On call: " in card.words
    assert room.type("bob", "Ack") == "INC-1: Acknowledged."
    assert room.type("bob", "role lead me") == "INC-1, Lead: bob."
    assert room.type("alice", "impact half of the orders fail") == "INC-1: it stands on the card."
    assert room.type("alice", "severity P0 it is all of them") == "INC-1 is P0 now."
    assert room.type("alice", "note the pool is exhausted & full") == "INC-1: written down."
    card = room.card_with("the pool is exhausted &amp; full")
    assert card.title.startswith("🔴 P0")
    assert "Lead: bob" in card.words
    assert "*Impact:* half of the orders fail" in card.words
    assert "P1 → P0: it is all of them · alice" in card.words
    assert room.type("bob", "mitigated 1") == "INC-1: Mitigated."
    room.type("bob", "resolve")
    room.submit("bob", root_cause="a leak", fix="rolled back", watch="30m")
    card = room.card_with("*Fixed by:* rolled back")
    assert card.title.startswith("🟢 P0")
    assert room.type("alice", "reopen 1") == "INC-1: Open."
    assert room.card_with("Open again · alice").title.startswith("🔴 P0")


def test_a_number_that_begins_a_text_names_an_incident_only_where_it_must(room: Room) -> None:
    """INC-1 and #1 always do; what is about the incident that is open does not go to one that is over."""
    bot = room.work.start()
    for title in ("checkout is down", "search is slow"):
        room.type("alice", f"declare P2 {title}")
    assert room.type("alice", "note 3 pods restarted").startswith(
        "Which incident? Write its number: `/incident note INC-7`"
    )
    assert room.type("alice", "note 1 the cache is full") == "INC-1: written down."
    first = bot.store.incidents.numbered(1)
    assert first is not None
    bot.flow.coordinating.move(first.id, ALICE, IncidentState.RESOLVED)
    for line, answer in (
        ("note 1 of the 3 pods restarted", "INC-2: written down."),
        ("impact 500 customers cannot pay", "INC-2: it stands on the card."),
        ("note 2 it is the index", "INC-2: written down."),
        ("note INC-1 it was the cache", "INC-1: written down."),
        ("note #1 it was the cache", "INC-1: written down."),
        ("impact 1", "What is it? "),
        ("timeline 1", "*INC-1*"),
        ("action 1 2w read the logs", "Which incident? "),
        ("action INC-1 2w read the logs", "INC-1: *A-1* read the logs"),
        ("action 9 dashboards need a title", "INC-2: *A-2* 9 dashboards"),
    ):
        assert room.type("alice", line).startswith(answer), line
    card = room.card_with("9 dashboards", 2)
    for said in ("1 of the 3 pods restarted · alice", "*Impact:* 500 customers cannot pay", "it is the index · alice"):
        assert said in card.words
    bot.flow.coordinating.move(bot.store.incidents.open_incidents()[0].id, ALICE, IncidentState.RESOLVED)
    assert room.type("alice", "note 1 nobody has seen it since") == "INC-1: written down."


def test_what_is_missing_is_asked_for_in_a_form(room: Room) -> None:
    room.work.start()
    room.type("alice", "declare")
    assert room.submit("alice", title="  ")["errors"]["title"].startswith("Say what is wrong")
    room.submit("alice", title="Search is slow", severity="P2", impact="everybody waits")
    card = room.card_with("*Impact:* everybody waits")
    assert "Impact: everybody waits · alice" in card.words
    assert card.title == "🟡 P2 · INC-1 · Search is slow"
    assert "INC-1 is open" in room.told("alice")


def test_a_form_from_where_the_bot_is_not_declares_one_incident(room: Room) -> None:
    """Slack takes no answer there, so the person has it directly; and what is written is not done once more."""
    bot = room.work.start()
    room.box.command("alice", "general", "/incident declare")
    room.submit("alice", title="Checkout is down", severity="P0")
    (told,) = room.box.wait(lambda: room.direct_messages(ALICE), what="an answer")
    assert "INC-1 is open" in told["text"]
    assert [each.number for each in bot.store.incidents.open_incidents()] == [1]
    assert bot.store.inbox.waiting_events() == []


def test_half_a_character_in_a_form_goes_nowhere(room: Room) -> None:
    """JSON allows it, and no file and no mail can hold it: the updates would stop at it."""
    bot = room.work.start()
    room.type("alice", "declare")
    room.submit("alice", title="Checkout \ud83d is down", severity="P1", impact="every\u202ebody")
    room.card_with("Impact")
    (incident,) = bot.store.incidents.open_incidents()
    assert (incident.title, incident.impact) == ("Checkout is down", "everybody")


def test_a_refusal_where_the_bot_is_not_is_told_directly(room: Room) -> None:
    room.work.write_team(STRANGER)
    room.work.start()
    written = room.box.say("carol", "general", "checkout is down")
    room.box.shortcut("carol", "declare_this", "general", written)
    (told,) = room.box.wait(lambda: room.direct_messages(CAROL), what="an answer")
    assert told["text"] == "Nothing has changed. Only people of the team file may do this."


def test_one_that_sounds_like_an_open_one_is_offered_to_be_joined(room: Room) -> None:
    """A person says whether it is the same; a new one can be opened all the same."""
    bot = room.work.start()
    room.type("alice", "declare P1 checkout is down")
    room.card_with("Impact")
    room.type("bob", "declare P1 the checkout is down again")
    view = room.work.modal("bob")
    assert "INC-1" in str(view["blocks"][0])
    room.submit("bob", incident=bot.store.incidents.open_incidents()[0].id)
    room.card_with("the checkout is down again · bob")
    assert [each.number for each in bot.store.incidents.open_incidents()] == [1]
    room.type("bob", "declare P1 the checkout is down again")
    room.submit("bob", incident="new")
    room.card_with("Impact", 2)


def test_an_alert_is_made_an_incident_from_its_card(room: Room) -> None:
    """What it says stands in the form; its card names the incident, and offers no second one."""
    room.work.start()
    ts = room.work.fire("FluxCapacitorWobble", labels={"severity": "warning"}, summary="It wobbles.")
    room.work.card_with(ts, "No runbook fits")
    room.work.choose("alice", ts, "declare")
    room.submit("alice", severity="P1")
    assert room.card_with("The alert and what is proposed").title == "🟠 P1 · INC-1 · It wobbles."
    card = room.work.card_with(ts, "Incident INC-1")
    assert [each for each in card.menu if each.startswith("declare")] == []
    room.type("alice", "resolve 1")
    room.submit("alice", watch="2h")
    room.card_with("Resolved")
    room.work.resolve("FluxCapacitorWobble", labels={"severity": "warning"}, summary="It wobbles.")
    room.work.fire("FluxCapacitorWobble", labels={"severity": "warning"}, summary="It wobbles.")
    room.card_with("Open again")  # while it is watched, though such an alert opens none by itself


def test_a_run_that_was_asked_for_meanwhile_is_part_of_the_incident(room: Room) -> None:
    """No alert has led to either; the timeline, whoever is called, and the postmortem tell of it."""
    room.work.start()
    room.type("alice", "declare P2 the shop is slow")
    card = room.work.ask_for("bob", "restart-shop service=shop")
    room.work.box.wait(lambda: "approve" in room.work.card(card).buttons, what="the buttons")
    room.work.box.click("alice", "alerts", card, "approve")
    room.box.wait(lambda: "(Restart the shop): FIXED" in room.type("alice", "timeline 1"), what="the run's end")
    room.type("alice", "escalate 1 lead it may come back")
    room.box.wait(
        lambda: [each for each in room.box.messages("incidents") if "Restart the shop: FIXED" in str(each)],
        what="what was tried",
    )


def test_any_message_can_be_made_an_incident(room: Room) -> None:
    """A new one, or one that is open already; what was written stands on its timeline."""
    bot = room.work.start()
    ts = room.box.say("bob", "incidents", "hm, is the shop & co odd today?\nanyway")
    room.box.shortcut("alice", "declare_this", "incidents", ts)
    room.submit("alice", severity="P3")
    card = room.card_with("“hm, is the shop &amp; co odd today?")  # it is pinned
    assert card.title == "⚪ P3 · INC-1 · hm, is the shop &amp; co odd today?"
    more = room.box.say("carol", "incidents", "over here it is the same")
    room.box.shortcut("bob", "declare_this", "incidents", more)
    (opened,) = bot.store.incidents.open_incidents()
    room.submit("bob", incident=opened.id)
    room.card_with("“over here it is the same” · carol")
    assert [each.what for each in bot.store.timeline.entries(opened.id) if each.what == "note"] == []


def test_the_message_of_an_alert_is_as_good_as_its_card(room: Room) -> None:
    """The incident is the alert's own, from the menu of either message."""
    room.work.start()
    ts = room.work.fire("FluxCapacitorWobble", labels={"severity": "warning"}, summary="It wobbles.")
    card = room.work.card_with(ts, "No runbook fits")
    room.box.shortcut("alice", "declare_this", "alerts", card.ts)
    room.work.modal("alice")
    room.box.shortcut("bob", "declare_this", "alerts", ts)
    room.submit("bob", severity="P1")
    assert room.card_with("The alert and what is proposed").title == "🟠 P1 · INC-1 · It wobbles."
    room.work.card_with(ts, "Incident INC-1")
    room.submit("alice")
    assert room.work.told("alice").startswith("This alert belongs to an open incident already")


def test_by_buttons(room: Room) -> None:
    """A grave alert has an incident by itself."""
    room.work.start()
    room.work.waiting(room.work.fire())
    room.press("alice", "incident_acknowledge")
    room.card_with("Acknowledged · alice")
    room.choose("bob", "incident_lead")
    room.card_with("Lead: bob")
    room.choose("bob", "incident_severity")
    room.submit("bob", severity="P0", reason="all of it")
    room.card_with("P1 → P0: all of it")
    room.choose("bob", "incident_known")
    room.type("alice", "cause a leak in v42")  # while the form is open
    room.submit("bob", impact="no order goes through")
    assert "*Root cause:* a leak in v42" in room.card_with("*Impact:* no order goes through").words
    room.press("alice", "incident_mitigated")
    room.card_with("Mitigated · alice")
    room.choose("bob", "incident_reopen")
    room.card_with("Open again · bob")
    room.choose("carol", "incident_note")
    assert room.submit("carol", text=" ")["errors"] == {"text": "Write what is to stand on the timeline."}
    room.submit("carol", text="it is the cache & nothing else")
    room.card_with("it is the cache &amp; nothing else · carol")
    room.choose("carol", "incident_roles")
    room.work.modal("carol")
    room.type("alice", "role scribe me")
    room.submit("carol", lead="-", communications="U0000000001")
    card = room.card_with("Communications: alice · carol")
    for said in ("Lead: nobody yet", "Scribe: alice", "Communications: alice"):  # what she left as it was stays
        assert said in card.words
    room.press("bob", "incident_resolve")
    assert "a leak in v42" in str(room.work.modal("bob")["blocks"])
    room.submit("bob", root_cause="", fix="restarted")
    card = room.card_with("*Fixed by:* restarted")
    assert "*Root cause:* a leak in v42" in card.words
    assert card.buttons == ["incident_reopen", "more"]
    room.press("alice", "incident_reopen")
    room.card_with("Open again · alice")


def test_who_is_not_on_the_team_looks_and_changes_nothing(room: Room) -> None:
    room.work.write_team(STRANGER)
    bot = room.work.start()
    room.type("alice", "declare P1 checkout is down")
    room.card_with("Impact")
    refused = "Nothing has changed. Only people of the team file may do this."
    for line in ("declare P0 all is lost", "ack", "severity P3", "role lead me", "impact none", "note x", "resolve"):
        assert room.type("carol", line) == refused
    room.press("carol", "incident_acknowledge")
    assert room.told("carol") == refused
    assert room.type("alice", "role lead @carol") == (
        "Nothing has changed. <@U0000000003> is not in the team file: alice, bob, carol."
    )
    assert "checkout is down" in room.type("carol", "list")
    assert "you can look at everything" in room.type("carol", "help")
    (incident,) = bot.store.incidents.open_incidents()
    assert (incident.state, incident.severity, incident.impact) == ("open", "P1", "")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ack 7", r"Which incident\? Write its number: `/incident ack INC-7`. Open: INC-1\."),
        ("ack INC-99999999999", r"Which incident\?"),
        ("severity P7", r"Say how severe: "),
        ("severity", r"Say how severe: "),
        ("role king @bob", r"Say the role and who: .* Roles: lead, communications, scribe\. The team: alice, bob"),
        ("role lead @nobody.we.know", r"Say the role and who: "),
        ("note", r"What is it\? `/incident note 7 "),
        ("impact 1", r"What is it\? `/incident impact 7 "),
        ("reopen", r"Nothing has changed: the incident is Open\."),
        ("escalate 1 @bobb we need a DBA", r"Nobody was called\. @bobb is not in the team file\. .* alice, bob, carol"),
        ("escalate role:dba the pool", r"Nobody was called\. role:dba is not in the team file\."),
        ("escalate page look at this", r"Nobody was called\. The team file has no pager"),
        ("note INC-7 of the 3 pods", r"Which incident\?"),
        ("dance", r"There is no `/incident dance`. There are: declare, ack, "),
        ("list everything", r"Write `/incident list`"),
    ],
)
def test_what_cannot_be_done_is_said_to_the_person_alone(room: Room, line: str, answer: str) -> None:
    bot = room.work.start()
    room.type("alice", "declare P1 checkout is down")
    before = len(bot.store.timeline.entries())
    assert re.search(answer, room.type("alice", line))
    assert len(bot.store.timeline.entries()) == before


@pytest.mark.parametrize("whom", ["@bob", "Bob", "bob"])
def test_people_are_named_in_any_way(room: Room, whom: str) -> None:
    room.work.start()
    room.type("alice", "declare P1 checkout is down")
    assert room.type("alice", f"role 1 communications {whom}") == "INC-1, Communications: bob."
    room.card_with("Communications: bob")
    assert room.type("alice", "role communications nobody") == "INC-1, Communications: nobody."


def test_the_card_says_by_when_and_whether_that_was_met(room: Room) -> None:
    """For grave ones; the times are the team's."""
    room.work.start(TARGET_ASSESS="off", TARGET_RESOLVE="1h")
    room.type("alice", "declare P1 checkout is down")
    card = room.card_with("acknowledge by ")
    assert "assess" not in card.words
    assert "resolve by " in card.words
    room.type("alice", "ack")
    room.card_with(", met (5m)")
    room.type("alice", "declare P3 a typo on the front page")
    assert "acknowledge" not in room.card_with("Impact", 2).words


# -- escalation ---


def called(room: Room) -> list[Card]:
    """The messages that bring an incident to somebody, in the channel."""
    found = room.box.messages("incidents")
    keys = [each.get("metadata", {}).get("event_payload", {}).get("key", "") for each in found]
    return [Card(each) for each, key in zip(found, keys, strict=True) if key.startswith("escalation:")]


def test_who_is_on_call_is_mentioned_and_told_alone(room: Room) -> None:
    """With what is known, so that nobody has to ask."""
    room.work.start()
    ts = room.work.fire()
    room.work.waiting(ts)
    (card,) = room.box.wait(lambda: called(room), what="the call")
    assert card.title == "INC-1 is escalated to the person on call"
    for said in ("HighMemoryUsage on shop", "*Since:*", "*Impact:* not known yet", "*Tried so far:* nothing yet"):
        assert said in card.words
    assert "Nobody has acknowledged it so far" in card.words
    assert "If that does not change: lead at" in card.words
    on_call = re.search(r"<@(U\d+)>", card.words)
    assert on_call is not None
    direct = room.box.wait(lambda: room.direct_messages(on_call[1]), what="the direct message")
    assert [Card(each).title for each in direct] == [card.title]


def test_by_hand_it_says_who_calls_what_was_tried_and_who_knows(room: Room) -> None:
    room.work.write_team(("when: database problems", "when: memory problems"))
    room.work.start()
    ts = room.work.fire()
    room.work.approved(ts)
    room.work.card_with(ts, "FIXED")
    said = room.type("alice", "escalate")
    assert "To: oncall, a role (approvers, sre, lead, manager)" in said
    assert "Escalate at once on: more than 10 % of users; data loss; a security incident." in said
    assert "Who knows: DBA: dba@example.com" in said
    assert room.type("alice", "escalate 1 lead the pool fills up again & again") == "INC-1 is escalated to lead."
    cards = room.box.wait(lambda: [each for each in called(room) if "lead" in each.title], what="the call")
    assert "*Tried so far:* Restart the shop: FIXED" in cards[0].words
    assert "*Evidence:*\nstate: " in cards[0].words
    assert "*Needed:* the pool fills up again &amp; again" in cards[0].words
    assert "Called by alice" in cards[0].words
    assert "Who knows: DBA" in cards[0].words
    assert room.box.wait(lambda: room.direct_messages("U0000000003"), what="the direct message")
    room.card_with("Escalated to lead: the pool fills up again")


def test_it_is_escalated_by_button_too(room: Room) -> None:
    room.work.start()
    room.type("alice", "declare P3 a typo that everybody sees")
    room.choose("alice", "incident_escalate")
    assert room.submit("alice", to="role:manager", why=" ")["errors"]["why"]
    room.submit("alice", to="role:manager", why="the press is calling")
    cards = room.box.wait(lambda: called(room), what="the call")
    assert "*Needed:* the press is calling" in cards[0].words


def test_that_nobody_can_be_called_is_said_loudly(room: Room) -> None:
    room.work.write_team(("  manager: [carol]", "  manager: [carol]\n  director: []"))
    room.work.start()
    room.type("alice", "declare P3 a typo")
    assert "the team file names nobody for “director”, so nobody was called" in room.type(
        "alice", "escalate director please look"
    )
    cards = room.box.wait(lambda: called(room), what="the call")
    assert "*Nobody was called:* the team file names nobody for “director”." in cards[0].words
    for line in ("eu preciso de um DBA", "me and bob are stuck", "nobody knows why"):  # no name: the next step
        assert room.type("alice", f"escalate 1 {line}") == "INC-1 is escalated to the person on call.", line


def test_a_restart_calls_nobody_twice(room: Room) -> None:
    room.work.start()
    room.work.waiting(room.work.fire())
    room.box.wait(lambda: called(room), what="the call")
    room.work.stop()
    room.work.start()
    room.work.waiting(room.work.fire("HighMemoryUsage", labels={"instance": "api-2", "severity": "critical"}))
    room.box.wait(lambda: len(called(room)) == 2, what="the call for the other one")
    assert [each.title for each in called(room)] == [
        "INC-1 is escalated to the person on call",
        "INC-2 is escalated to the person on call",
    ]


# -- checklists ---


def boxes(room: Room, thread: str) -> list[Card]:
    """The checklists in the thread of an incident."""
    found = room.box.messages("incidents", thread)[1:]
    keys = [each.get("metadata", {}).get("event_payload", {}).get("key", "") for each in found]
    return [Card(each) for each, key in zip(found, keys, strict=True) if key.startswith("checklist:")]


def tick(room: Room, person: str, card: Card, *positions: int, block: int = 0) -> None:
    """The boxes of this block that are ticked, as this person's screen has them after a click."""
    block_id, element = [(each["block_id"], each["elements"][0]) for each in card.blocks if each["type"] == "actions"][
        block
    ]
    chosen = [option for option in element["options"] if int(option["value"]) in positions]
    room.box.click(person, "incidents", card.ts, "tick", value={"selected_options": chosen}, block_id=block_id)


def test_boxes_are_ticked_by_people_with_who_and_when(room: Room) -> None:
    bot = room.work.start()
    room.type("alice", "declare P1 checkout is down")
    incident = room.card_with("Impact")
    assert room.type("alice", "checklist response") == "Incident response: in the thread of INC-1 in <#C0000000002>."
    (card,) = room.box.wait(lambda: boxes(room, incident.ts), what="the checklist")
    assert card.title == "Incident response: 0 of 14"
    tick(room, "alice", card, 0)
    ticked = lambda text: room.box.wait(  # noqa: E731
        lambda: [each for each in boxes(room, incident.ts) if text in str(each.blocks)], what=text
    )[0]
    ticked("*Incident response* · 1 of 14")
    tick(room, "bob", card, 1)  # who has not seen alice's tick yet takes it away from nobody
    card = ticked("*Incident response* · 2 of 14")
    descriptions = [option.get("description", {}).get("text", "") for option in card.elements[0]["options"][:3]]
    assert [each.partition(" at ")[0] for each in descriptions] == ["alice", "bob", ""]
    tick(room, "carol", card, 10, block=1)
    ticked("*Incident response* · 3 of 14")
    tick(room, "bob", card, 0)
    ticked("*Incident response* · 2 of 14")
    told = [each.what for each in bot.store.timeline.entries() if each.what.startswith("tick")]
    assert told == ["ticked", "ticked", "ticked", "tick taken away"]
    room.card_with("Not done after all: Severity is set")


def test_a_checklist_that_was_broken_since_the_start_names_its_line(room: Room) -> None:
    templates = room.work.folder / "templates" / "en"
    (templates / "checklists").mkdir(parents=True)
    (templates / "words.yaml").write_text("queued: One moment.\n")
    room.work.start(TEMPLATES_DIR=str(templates.parent))
    room.type("alice", "declare P1 checkout is down")
    (templates / "checklists" / "ours.md").write_text("- no title\n")
    assert "ours.md:1: it has no title" in room.type("alice", "checklist ours")


def test_which_checklists_there_are_is_said(room: Room) -> None:
    room.work.start()
    room.type("alice", "declare P1 checkout is down")
    room.card_with("Impact")
    assert "deploy (Deploy), disaster-recovery (Disaster recovery)" in room.type("alice", "checklist")
    assert "There are: deploy" in room.type("alice", "checklist 1 cooking")
    assert "Which incident?" in room.type("alice", "checklist 7 deploy")
    assert room.type("alice", "checklist 1 deploy").startswith("Deploy: in the thread of INC-1")
    room.choose("bob", "incident_checklist")
    room.submit("bob", checklist="weekly-review")
    incident = room.card_with("Checklist: Weekly review · bob")
    room.box.wait(lambda: len(boxes(room, incident.ts)) == 2, what="both checklists")


# -- the timeline ---


def test_the_timeline_tells_everything_in_order(room: Room) -> None:
    """The alert, what was proposed, who decided, what came of it, and what people wrote."""
    work = room.work
    work.start()
    ts = work.fire()
    work.approved(ts)
    work.card_with(ts, "FIXED")
    room.type("bob", "note the leak is in the cache")
    room.card_with("Escalated to the person on call")
    said = [re.sub(r"<!date[^>]*> ", "", line) for line in room.type("alice", "timeline").splitlines()]
    said.remove("Escalated to the person on call")  # within a second, whatever else happens in it
    assert said[1:-1] == [
        "The alert HighMemoryUsage fired",
        "P1 opened",
        "Proposed: Restart the shop",
        "Approved: Restart the shop · alice",
        "Run 1 (Restart the shop) was queued",
        "Run 1 (Restart the shop): FIXED",
        "the leak is in the cache · bob",
    ]


def test_what_people_chose_is_told_too(room: Room) -> None:
    """Also with the values that they gave."""
    room.work.start()
    ts = room.work.fire()
    room.work.waiting(ts)
    room.work.choose("alice", ts, "edit")
    room.submit("alice", service="cart")
    room.work.card_with(ts, "service = `cart`")
    assert "Another plan was asked for: restart-shop · alice" in room.type("alice", "timeline")


def test_the_timeline_comes_as_a_file_into_its_thread(room: Room) -> None:
    room.work.start()
    room.type("alice", "declare P1 checkout is down")
    card = room.card_with("Impact")
    room.type("alice", "note <!channel> *look*")
    # It stands there a moment before the bot knows that it does.
    room.box.wait(lambda: "comes into the incident's thread" in room.type("bob", "timeline file"), what="the card")
    files = room.box.wait(
        lambda: [each for message in room.box.messages("incidents", card.ts) for each in message.get("files", [])],
        what="the file",
    )
    assert re.fullmatch(r"inc-1-timeline-[0-9a-f]{8}\.md", files[0]["name"])
    again = room.box.wait(
        lambda: answer if "stands" in (answer := room.type("bob", "timeline file")) else "", what="that"
    )
    assert again == "Nothing has changed since: the file stands in the incident's thread in <#C0000000002> already."
    text = room.box.file_text(files[0]["id"])
    assert text.startswith("# INC-1 · P1 · checkout is down\n\n- `")
    assert re.search(r"Z` P1 opened \(alice\)\n", text)
    room.type("alice", "note and on its card, for whoever is in the thread")
    room.card_with("in the thread")
    room.choose("carol", "incident_timeline")
    room.box.wait(
        lambda: len([1 for each in room.box.messages("incidents", card.ts) if each.get("files")]) == 2,
        what="the file of now",
    )


def test_a_pushpin_puts_a_message_on_the_timeline_once_and_follows_its_edits(room: Room) -> None:
    """At the time when it was written, whoever pins it and whenever."""
    bot = room.work.start()
    ts = room.box.say("bob", "incidents", "the graph broke at ten")
    room.type("alice", "declare P1 checkout is down")
    room.box.react("alice", "incidents", ts, "pushpin")
    room.card_with("“the graph broke at ten” · bob")
    room.box.react("bob", "incidents", ts, "pushpin")
    room.box.edit("bob", "incidents", ts, "the graph broke at nine")
    room.card_with("“the graph broke at nine” · bob")
    said = room.type("alice", "timeline")
    assert said.count("the graph broke") == 1
    assert said.index("the graph broke") < said.index("P1 opened")  # it was written before
    assert len([each for each in bot.store.timeline.entries() if each.what == "pinned"]) == 1


def test_a_pin_in_the_thread_of_an_incident_belongs_to_it(room: Room) -> None:
    room.work.start()
    for title in ("checkout is down", "search is slow"):
        room.type("alice", f"declare P1 {title}")
    second = room.card_with("Impact", 2)
    inside = room.box.say("bob", "incidents", "the index is gone", thread_ts=second.ts)
    room.box.react("alice", "incidents", inside, "pushpin")
    room.card_with("the index is gone", 2)
    outside = room.box.say("bob", "incidents", "what is going on?")
    before = len(room.box.ephemerals("bob", "incidents"))
    room.box.react("bob", "incidents", outside, "pushpin")
    assert room.work.told("bob", "incidents", after=before).startswith("Several incidents are open")


def test_other_reactions_and_the_bots_own_messages_are_left_alone(room: Room) -> None:
    bot = room.work.start()
    room.type("alice", "declare P1 checkout is down")
    card = room.card_with("Impact")
    ts = room.box.say("bob", "incidents", "hello")
    room.box.react("alice", "incidents", ts, "eyes")
    room.box.react("alice", "incidents", card.ts, "pushpin")
    room.box.react("alice", "incidents", ts, "round_pushpin")
    room.card_with("“hello”")
    assert len([each for each in bot.store.timeline.entries() if each.what == "pinned"]) == 1


def test_portuguese(room: Room) -> None:
    room.work.start(LANGUAGE="pt_BR")
    assert "INC-1 está aberto" in room.type("alice", "declare P1 checkout fora do ar")
    card = room.card_with("*Impacto:* ainda não se sabe")
    assert "Líder: ninguém ainda" in card.words
    assert room.type("bob", "role lead eu") == "INC-1, Líder: bob."
