"""People look at incidents: lists, words, one of them, figures, and the bot's own page in Slack."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from slack_sdk import WebClient

from bot.clock import utc_now
from bot.model import Severity
from bot.slack.incidents.asked import Asked, period, read_asked
from bot.slack.uploads import Uploads
from bot.store import Store
from slackbox import Slackbox
from tests.at_work import AtWork, Card
from tests.samples import BOB, CAROL
from tests.test_story_incidents import Room

ALL = set(Severity)


@pytest.fixture
def room(work: AtWork) -> Room:
    return Room(work)


def numbers(said: str) -> list[int]:
    """The incidents of an answer, in its order."""
    return [int(each) for each in re.findall(r"^\*INC-(\d+)\*", said, re.MULTILINE)]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", Asked(ALL, True, None)),
        ("Abertos", Asked(ALL, True, None)),
        ("tudo", Asked(ALL, False, None)),
        ("p1", Asked({Severity.P1}, False, None)),
        ("P0 p1 open", Asked({Severity.P0, Severity.P1}, True, None)),
        ("semana P2", Asked({Severity.P2}, False, timedelta(days=7))),
        ("all 30d", Asked(ALL, False, timedelta(days=30))),
        ("12w", Asked(ALL, False, timedelta(weeks=12))),
        ("P1 2 weeks", Asked({Severity.P1}, False, timedelta(weeks=2))),
        ("2 weeks 10 days", None),
        ("1 open", None),
        ("P4", None),
        ("week 30d", None),
        ("0d", None),
        ("999999w", None),
        ("everything", None),
    ],
)
def test_what_is_asked_for_is_read(typed: str, asked: Asked | None) -> None:
    assert read_asked(typed) == asked


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("2 weeks", 14),
        ("10 days", 10),
        ("2 semanas", 14),
        ("10 dias", 10),
        ("1 Mês", 30),
        ("2 w", 14),
        (" 2w ", 14),
        ("10", None),
        ("0 days", None),
        ("2 weeks 1", None),
        ("-2 weeks", None),
        ("999999 years", None),
        ("", None),
    ],
)
def test_a_period_is_written_in_short_and_in_full(typed: str, days: int | None) -> None:
    """In English and in Portuguese."""
    assert period(typed) == (None if days is None else timedelta(days=days))


def test_lists_words_and_one_of_them(room: Room) -> None:
    """Ended ones too; whatever is wrong is answered to the person alone."""
    room.work.start()
    assert room.type("alice", "list") == "No incident is open."
    assert room.type("alice", "list all") == "There has been no incident."
    room.type("alice", "declare P2 search is slow")
    room.type("alice", "declare P0 checkout is down & out")
    room.type("alice", "note 2 the <!channel> pool leaks *again*")
    room.type("alice", "resolve 2")
    room.submit("alice", root_cause="", fix="")
    room.card_with("Resolved · alice", 2)
    assert numbers(room.type("bob", "list")) == [1]
    assert numbers(room.type("bob", "list all")) == [2, 1]
    assert numbers(room.type("bob", "list P0 semana")) == [2]
    assert room.type("bob", "list P3") == "No such incident."
    assert "`/incident list P1 30d`" in room.type("bob", "list nonsense")

    found = room.type("carol", 'search pool" LEAK')
    assert numbers(found) == [2]
    assert "*pool* *leaks*" in found
    assert "<!channel>" not in found
    assert numbers(room.type("carol", "search slow")) == [1]
    assert [numbers(room.type("carol", f"search {each}")) for each in ("INC-2", "#2", "2")] == [[2]] * 3
    assert room.type("carol", "search NEAR(*") == "No incident has all of these words: NEAR(*"
    assert room.type("carol", "search").startswith("Write words to look for")

    assert "Resolved" in room.type("bob", "show 2")
    assert "search is slow" in room.type("bob", "show")
    for wrong in ("show 7", "show 99999999999", "show me", "show 1 2"):
        assert room.type("bob", wrong).startswith("Which incident?"), wrong


def test_figures_come_with_a_picture_for_the_one_who_asked(room: Room) -> None:
    """The table at once and for that person alone; the picture as a direct message, and nothing in the channel."""
    room.work.start()
    assert room.type("alice", "stats").endswith("*0 incidents in 30d*, 0 in the 30d before")
    assert "`/incident stats 30d`" in room.type("alice", "stats always")
    room.work.waiting(room.work.fire())
    room.type("alice", "ack")
    room.type("alice", "declare P3 a typo")
    said = room.type("bob", "stats semana")
    assert said.startswith("2 incidents in 1w, 0 in the 1w before")
    assert re.search(r"^all +2 +\d+s", said, re.MULTILINE)
    assert re.search(r"^before +0( +–){3}$", said, re.MULTILINE)
    assert "acknowledge in 5m: 1 met, 0 missed\nassess in 10m: 0 met, 0 missed, 1 still open" in said
    assert re.search(r"By category: median / p90\n +count .*\nmemory +1 +\d+s.*\nwithout an alert +1 +– ", said)
    files = room.box.wait(
        lambda: [each for message in room.direct_messages(BOB) for each in message.get("files", [])], what="the picture"
    )
    assert [each["mimetype"] for each in files] == ["image/png"]
    assert "P1 1, P3 1, acknowledge " in files[0]["alt_txt"]
    got = httpx.get(files[0]["url_private"], headers={"Authorization": f"Bearer {room.box.bot_token}"})
    assert got.content.startswith(b"\x89PNG\r\n")
    assert len(got.content) == files[0]["size"]
    assert [each for each in room.box.messages("incidents") if each.get("files")] == []
    assert room.direct_messages(CAROL) == []


def test_a_picture_whose_upload_was_cut_is_looked_for_and_not_sent_twice(box: Slackbox, tmp_path: Path) -> None:
    """A file for one person stands in no thread; it is found by its name."""
    client = WebClient(box.bot_token, base_url=box.api_url)
    with closing(Store(tmp_path / "plantao.db")) as store:
        for name in ("first.png", "second.png"):
            store.files.add_file(name, BOB, BOB, None, name, b"\x89PNG\x00\xff", utc_now())
        place = client.conversations_open(users=BOB)["channel"]["id"]
        client.files_upload_v2(channel=place, filename="first.png", content=b"\x89PNG\x00\xff")
        store.files.begin_upload("first.png")
        stands: list[str] = []
        uploads = Uploads(store, client, utc_now, stands.append)
        uploads.put("third.png", BOB, BOB, None, "third.png", b"\x89PNG", described="seen " * 500)
        uploads.start()
        box.wait(lambda: len(stands) == 3, what="all files")
        uploads.stop()
        # What they held is in Slack alone, and that they were sent is known.
        assert store.driver.query("SELECT DISTINCT body FROM files") == [{"body": b""}]
        assert not store.files.add_file("first.png", BOB, BOB, None, "first.png", b"\x89PNG", utc_now())
    described = {each["name"]: len(each.get("alt_txt", "")) for each in box.files()}
    assert described == {"first.png": 0, "second.png": 0, "third.png": 1000}  # what Slack takes


# -- the bot's own page ---


class OwnPage:
    """The bot's page, as one person sees it."""

    def __init__(self, room: Room, person: str) -> None:
        self.box, self.person = room.box, person

    def open(self) -> None:
        self.box.open_home(self.person)

    def with_text(self, text: str) -> Card:
        """Once it says `text`."""
        return self.box.wait(lambda: [each for each in self.seen() if text in each.words], what=f"{text!r} at home")[0]

    def without(self, text: str) -> Card:
        return self.box.wait(lambda: [each for each in self.seen() if text not in each.words], what=f"no {text!r}")[0]

    def seen(self) -> list[Card]:
        view = self.box.home(self.person)
        return [Card({"ts": "", "text": "", "blocks": view["blocks"]})] if view else []

    def press(self, action: str) -> None:
        view = self.box.home(self.person)
        assert view is not None
        self.box.click_view(self.person, view["id"], action)


def test_what_is_wrong_and_what_waits_stands_at_home_and_is_decided_there(room: Room) -> None:
    """All that would run is shown with the buttons, and the page changes as things do."""
    room.work.start()
    alice, bob, carol = (OwnPage(room, each) for each in ("alice", "bob", "carol"))
    alice.open()
    empty = alice.with_text("No incident is open.")
    assert "*On call:* " in empty.words
    assert "Nothing waits for your decision." in empty.words
    assert "The last 7 days\nNo incident" in empty.words
    assert empty.buttons == []

    ts = room.work.fire()
    room.work.waiting(ts)
    page = alice.with_text("Restart the shop")
    shown = room.work.card(ts)
    for said in ("1,912 MB", "1 restart", "scripts/restart.sh", "verify", "Needs 1 of alice, bob"):
        assert said in shown.words
        assert said in page.words
    assert page.buttons == ["approve", "reject"]
    assert page.value("approve") == shown.value("approve")
    alice.with_text("|card>")
    assert "1 incident: P1 1" in page.words
    assert re.search(r"🟠 \*INC-1\* · P1 · HighMemoryUsage on shop · Open", page.words)

    carol.open()
    assert carol.with_text("INC-1").buttons == []  # she may not approve
    room.type("carol", "action 1 me 2w alert at 80 % of memory")
    assert re.search(
        r"Your action items\n\*A-1\* alert at 80 % .* · INC-1$", carol.with_text("A-1").words, re.MULTILINE
    )
    assert "A-1" not in alice.with_text("INC-1").words
    bob.open()
    bob.with_text("Restart the shop")
    bob.press("reject")
    room.submit("bob", reason="a deploy is running")
    room.work.card_with(ts, "a deploy is running")
    bob.without("Restart the shop")
    alice.without("Restart the shop")


def test_a_click_at_home_that_comes_too_late_is_answered_in_a_window(room: Room) -> None:
    """The page was drawn before somebody else decided."""
    room.work.start()
    ts = room.work.fire()
    room.work.waiting(ts)
    alice = OwnPage(room, "alice")
    alice.open()
    alice.with_text("Restart the shop")
    room.box.faults.add("views.publish", times=100)
    room.work.press("bob", ts, "approve")
    room.work.card_with(ts, "FIXED")
    alice.press("approve")
    window = room.box.wait(lambda: room.box.views("alice"), what="a window")[0]
    assert window["blocks"][0]["text"]["text"].startswith("Nothing ran. This was decided")
    assert room.work.starts == 1


def test_approved_at_home_it_runs(room: Room) -> None:
    room.work.start(LANGUAGE="pt_BR")
    ts = room.work.fire()
    room.work.waiting(ts)
    alice = OwnPage(room, "alice")
    alice.open()
    assert "*De plantão:* " in alice.with_text("À espera da sua decisão").words
    alice.press("approve")
    room.work.card_with(ts, "FIXED")
    alice.with_text("Nada espera a sua decisão.")
    assert room.work.starts == 1
