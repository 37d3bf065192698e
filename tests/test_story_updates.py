"""What people are told of an incident, as they see it: in the thread, in the channel, in a draft, in a form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.at_work import AtWork, Card, _key
from tests.test_story_incidents import Room


@pytest.fixture
def room(work: AtWork) -> Room:
    return Room(work)


def told(room: Room) -> list[dict[str, Any]]:
    """The messages in the thread of the first incident, the oldest first."""
    found = room.box.messages("incidents", room.card_with("").ts)
    return [each for each in found if _key(each).startswith("update:")]


def wait_for(room: Room, count: int) -> dict[str, Any]:
    """The last message, once there are so many."""
    room.box.wait(lambda: len(told(room)) >= count, 20, f"message {count}")
    return told(room)[count - 1]


def later(room: Room, seconds: int) -> None:
    """So much time has passed for the first incident, and what is due is looked at."""
    bot = room.work.bot
    assert bot is not None
    (incident,) = bot.store.incidents.open_incidents()
    earlier = "strftime('%Y-%m-%dT%H:%M:%f000+00:00', {}, '-' || :seconds || ' seconds')"
    for table, column in (("incidents", "opened"), ("incidents", "since"), ("updates", "sent")):
        change = f"UPDATE {table} SET {column} = {earlier.format(column)}"  # noqa: S608 - of the texts above
        bot.store.driver.execute(change, {"seconds": seconds})
    bot.store.timers.set_timer("update", incident.id, incident.opened)


def test_the_first_message_is_in_the_thread_and_in_the_channel(room: Room) -> None:
    """It says all that the operations documents ask for, and the card says when the next one comes."""
    room.work.start()
    room.type("alice", "declare P0 checkout is down & <!channel> gone")
    assert "Next update" in room.card_with("Impact").words
    room.type("alice", "impact no order can be placed")
    later(room, 40)
    first = wait_for(room, 1)
    words = Card(first).words
    assert first["text"].startswith("P0 incident: checkout is down &amp; &lt;!channel&gt; gone")
    for said in ("Detected at", "Impact: no order can be placed", "Investigating: ", "Updates: every 30 min"):
        assert said in words
    assert "https://status.example.com" in str(first["blocks"])
    assert first["subtype"] == "thread_broadcast"
    assert "Told people: P0 incident" in room.card_with("Told people").words


def test_an_update_is_sent_from_its_form(room: Room) -> None:
    """The draft stands in it; what is sent is what stands in it then, and it mentions nobody."""
    room.work.start()
    room.type("alice", "declare P2 search is slow")
    room.press("bob", "incident_update")
    view = room.work.modal("bob")
    assert "P2 incident: search is slow" in str(view["blocks"])
    assert room.submit("bob", text="  ")["errors"]["text"]
    room.submit("bob", text="Search is slow. <!channel>\nWe look into it: https://example.com/x.")
    sent = wait_for(room, 1)
    assert "Sent by bob" in Card(sent).words
    links = [part["url"] for block in sent["blocks"] for each in block.get("elements", []) if "elements" in each
             for part in each["elements"] if part["type"] == "link"]  # fmt: skip
    assert links == ["https://example.com/x"]
    assert room.type("alice", "update 1 it is faster now").startswith("INC-1: people are told, in <#C")
    assert Card(wait_for(room, 2)).words.startswith("🟡 P2 · INC-1 · search is slow\nit is faster now")
    room.type("alice", "resolve")
    room.submit("alice", root_cause="an index", fix="rebuilt it", watch="2h")
    over = Card(wait_for(room, 3)).words
    for said in ("P2 resolved", "Duration: ", "Root cause: an index", "Fixed by: rebuilt it", "Watched until "):
        assert said in over
    assert "the incident is Resolved." in room.type("alice", "update 1 one more")


def test_whoever_leads_edits_the_draft_and_sends_it(room: Room) -> None:
    """It comes to them alone, follows what is known, and afterwards says what became of it."""
    room.work.start()
    room.type("alice", "declare P0 checkout is down")
    room.type("bob", "role lead me")
    later(room, 40)
    wait_for(room, 1)
    later(room, 25 * 60)

    def draft(text: str) -> Card:
        def found() -> list[Card]:
            mine = [Card(each) for each in room.direct_messages("U0000000002") if _key(each).startswith("draft:")]
            return [each for each in mine if text in each.words]

        return room.box.wait(found, what=f"{text!r} in the draft")[0]

    assert draft("Goes out at").words.startswith("🔴 Draft · P0 update")
    assert draft("Goes out at").buttons == ["update_send", "update_edit", "update_snooze"]
    room.type("alice", "cause a connection leak")
    card, place = draft("Root cause: a connection leak"), room.between("U0000000002")
    room.box.click("bob", place, card.ts, "update_snooze")
    room.card_with("The next update was put off")
    room.box.click("bob", place, card.ts, "update_edit")
    room.submit("bob", text="We roll back.\nOrders by 15:00.")
    assert "Edited by bob" in draft("Edited by").words
    room.box.click("bob", place, card.ts, "update_send")
    assert Card(wait_for(room, 2)).words.startswith("🔴 P0 · INC-1 · checkout is down\nWe roll back.")
    assert draft("The update went out at").buttons == []
