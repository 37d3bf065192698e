"""Looking back as people see it: the draft in the thread, the question whether it was held, and action items."""

from __future__ import annotations

import re

import pytest

from bot.clock import utc_now
from tests.at_work import AtWork, Card
from tests.samples import BOB
from tests.test_story_incidents import STRANGER, Room


class Thread(Room):
    """The thread of INC-1."""

    def written(self, key: str) -> list[Card]:
        """The bot's messages of this kind."""
        found = self.box.messages("incidents", self.card_with("").ts)[1:]
        keys = [each.get("metadata", {}).get("event_payload", {}).get("key", "") for each in found]
        return [Card(each) for each, name in zip(found, keys, strict=True) if name.startswith(key)]

    def one(self, key: str, text: str) -> Card:
        """The latest of them, once it says `text`."""
        return self.box.wait(lambda: [each for each in self.written(key) if text in each.words], what=text)[-1]

    def files(self, count: int) -> list[tuple[str, str]]:
        """Name and text, once there are so many."""
        thread = self.card_with("").ts
        found = self.box.wait(
            lambda: (
                files
                if len(files := [f for m in self.box.messages("incidents", thread) for f in m.get("files", ())])
                >= count
                else []
            ),
            what="a file",
        )
        return [(each["name"], self.box.file_text(each["id"])) for each in found]


@pytest.fixture
def room(work: AtWork) -> Thread:
    return Thread(work)


def test_a_grave_incident_is_looked_back_on(room: Thread) -> None:
    """The draft comes by itself, action items by button and command; it is asked for until it was held."""
    bot = room.work.start()
    ts = room.work.fire()
    room.work.approved(ts)
    room.work.card_with(ts, "FIXED")
    room.type("bob", "role lead me")
    room.type("bob", "note <!channel> the *pool* is full")
    room.press("bob", "incident_resolve")
    room.submit("bob", root_cause="a leak", fix="rolled back")
    ((name, text),) = room.files(1)
    assert name == "inc-1-postmortem.md"
    assert re.search(
        r"^- Run 1, Restart the shop: \*\*FIXED\*\* · .* · approved by alice\n  - `scripts/restart\.sh → ", text, re.M
    )
    assert "\\*pool\\*" in text
    assert "<!channel>" not in text
    card = room.one("postmortem:", "To be held on")
    assert (card.title, card.buttons) == ("INC-1: a draft of the postmortem", ["postmortem_held", "action_add"])

    room.box.click("alice", "incidents", card.ts, "action_add")
    assert room.submit("alice", text="  ")["errors"] == {"text": "Say what is to be done."}
    room.submit("alice", text="alert at 80 %", owner=BOB, due="2020-01-31")
    room.one("postmortem:", "*A-1* alert at 80 % · bob · by 2020-01-31")
    assert room.type("alice", "action 1 me read the logs & the code") == (
        "INC-1: *A-2* read the logs &amp; the code · alice"
    )
    assert room.type("bob", "actions").splitlines() == [
        "*A-1* alert at 80 % · bob · by 2020-01-31, *overdue* · INC-1",
        "*A-2* read the logs &amp; the code · alice · INC-1",
    ]
    assert room.type("bob", "done A-1") == "A-1 is done: alert at 80 %"
    assert room.type("bob", "actions mine") == "No action item of yours is open."
    assert "✔ *A-1*" in room.type("bob", "actions 1")
    room.card_with("A-1 is done: alert at 80 % · bob")
    assert room.type("bob", "undone a1") == "A-1 is open again: alert at 80 %"

    incident = bot.store.incidents.numbered(1)
    assert incident is not None
    (draft,) = bot.store.postmortems.postmortems_of(incident.id)
    bot.store.postmortems.remind(draft.id, BOB, utc_now())  # as the timer does it when its day has come
    bot.flow.coordinating.note(incident.id, BOB, "anything that draws it anew")
    asked = room.one("postmortem-reminder:", "Was the postmortem of INC-1 held?")
    assert asked.words.startswith(f"<@{BOB}> ")
    room.type("alice", "postmortem 1")
    assert [name for name, _ in room.files(2)] == ["inc-1-postmortem.md", "inc-1-postmortem-2.md"]
    fresh = room.one("postmortem:", "inc-1-postmortem-2.md")
    room.box.click("carol", "incidents", fresh.ts, "postmortem_held")
    room.one("postmortem:", "Held, says carol")
    assert room.type("alice", "postmortem 1 held").startswith("INC-1: the postmortem was held, says carol on ")
    room.one("postmortem:", "newer draft below")
    room.box.wait(
        lambda: [each.buttons for each in room.written("postmortem")] == [[], [], ["action_add"]], what="the buttons"
    )
    room.card_with("The postmortem was held · carol")


def test_what_cannot_be_done_is_said_to_the_person_alone(room: Thread) -> None:
    room.work.write_team(STRANGER)
    bot = room.work.start()
    room.type("alice", "declare P2 search is slow")
    room.card_with("Impact")
    before = len(bot.store.timeline.entries())
    refused = r"Nothing has changed\. Only people of the team file may do this\."
    for person, line, answer in (
        ("alice", "action 1 2026-02-30 look", r"There is no day 2026-02-30\. Write it as 2026-12-01"),
        ("alice", "action 1 @dave look", r"@dave is not on the team: alice, bob, carol; or me\."),
        ("alice", "action 1 @carol look", r"<@U0000000003> is not on the team: alice, bob, carol"),
        ("alice", "action 1 2w", r"Say what is to be done: `/incident action 1 @somebody 2w alert"),
        ("alice", "action INC-7 look", r"Which incident\? .* Open: INC-1"),
        ("alice", "actions 1", r"INC-1 has no action items\. `/incident action 1 …` adds one\."),
        ("alice", "actions", r"No action item is open\."),
        ("alice", "done A-7", r"There is no action item A-7\."),
        ("alice", "undone soon", r"Which action item\? Write its number: `/incident undone A-3`\."),
        ("alice", "postmortem 1 held", r"INC-1 has no postmortem to be held"),
        ("alice", "postmortem 1 sometime", r"Write `/incident postmortem 1` for a fresh draft"),
        ("alice", "postmortem 7", r"Which incident\?"),
        ("carol", "action 1 look", refused),
        ("carol", "done A-1", refused),
        ("carol", "postmortem", refused),
        ("carol", "postmortem 1 held", refused),
        ("carol", "actions all", r"No action item is open\."),
    ):
        assert re.search(answer, room.type(person, line)), line
    assert len(bot.store.timeline.entries()) == before
    assert bot.store.actions.open_actions() == []
    room.type("alice", "postmortem")
    card = room.one("postmortem:", "The incident is open")
    before = len(room.box.ephemerals("carol", "incidents"))
    room.box.click("carol", "incidents", card.ts, "action_add")
    assert room.work.told("carol", "incidents", after=before) == refused.replace("\\", "")


def test_in_portuguese_and_once_over_a_restart(room: Thread) -> None:
    room.work.start(LANGUAGE="pt_BR")
    room.type("alice", "declare P1 checkout fora do ar")
    room.press("alice", "incident_resolve")
    room.submit("alice", root_cause="vazamento", fix="")
    ((_, text),) = room.files(1)
    assert text.startswith("# Postmortem: INC-1, checkout fora do ar\n")
    assert "\n## Causa raiz\n\nvazamento\n" in text
    room.one("postmortem:", "Reunião marcada para")
    room.work.stop()
    room.work.start(LANGUAGE="pt_BR")
    assert room.type("alice", "action 1 eu 2w alerta em 80 %").startswith("INC-1: *A-1* alerta em 80 % · alice · até ")
    room.one("postmortem:", "*A-1* alerta em 80 % · alice · até ")
    said = room.type("alice", "postmortem 1 realizado")
    assert said.startswith("INC-1: o postmortem foi realizado; registrado por alice em ")
    room.one("postmortem:", "Realizado; registrado por alice")
    assert (len(room.written("postmortem")), len(room.files(1))) == (1, 1)
