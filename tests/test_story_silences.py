"""Silences as people see them, with a real Alertmanager: from the card, until they are over, and by command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.at_work import AtWork
from tests.far_side import far_side
from tests.lost_answers import losing_answers
from tests.real_alertmanager import RealAlertmanager, running
from tests.test_story_incidents import STRANGER, Room

NAME = "HighMemoryUsage"
LABELS = {"service": "shop", "instance": "api-1", "severity": "critical"}


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealAlertmanager]:
    with running(tmp_path / "alertmanager") as alertmanager:
        yield alertmanager


@pytest.fixture
def room(work: AtWork) -> Room:
    return Room(work)


def fired(room: Room, real: RealAlertmanager) -> str:
    """An alert that Slack and Alertmanager know, once its card has a menu; and another one of the same name."""
    real.fire(NAME, **LABELS, replica="a")
    real.fire(NAME, **{**LABELS, "instance": "api-2"})
    ts = room.work.fire(labels=LABELS)
    room.work.waiting(ts)
    return ts


def form(room: Room, person: str, text: str = "For how long") -> dict[str, Any]:
    """The form that this person has open, once it is filled in."""
    view: dict[str, Any] = room.box.wait(
        lambda: next((each for each in room.box.views(person) if text in str(each["blocks"])), None), what=text
    )
    return view


def ask_for(room: Room, person: str, ts: str, **values: str) -> Any:
    room.work.choose(person, ts, "silence")
    return room.box.submit(person, form(room, person)["id"], values)


def test_an_alert_is_silenced_from_its_card_and_heard_again(room: Room, real: RealAlertmanager) -> None:
    """The form shows what falls silent, Alertmanager who and why, the card until when."""
    room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    room.work.choose("alice", ts, "silence")
    shown = str(form(room, "alice")["blocks"])
    for matcher in ('alertname="HighMemoryUsage"', 'instance="api-1"', 'service="shop"', 'severity="critical"'):
        assert matcher in shown.replace("\\n", "\n")
    assert "replica" not in shown  # nobody has said that one
    assert "One alert fits now, and so will every later one" in shown
    room.box.submit("alice", form(room, "alice")["id"], {"lasts": "4h", "comment": "more memory <tonight>"})
    card = room.work.card_with(ts, "*Silenced* until ")
    assert 'by alice: alertname="HighMemoryUsage", instance="api-1", ' in card.words
    assert "more memory &lt;tonight&gt;" in card.words
    (made,) = real.standing
    assert made["createdBy"] == "alice"
    assert re.fullmatch(r"alice, INC-1: more memory <tonight> \[plantao silence_\w+\]", made["comment"])
    assert sorted(real.state_of(NAME)) == ["active", "suppressed"]
    room.work.press("bob", ts, "silence_end")
    card = room.work.card_with(ts, "ended by bob")
    assert "silence_end" not in card.buttons
    assert real.standing == []
    told = room.type("carol", "timeline")
    assert re.search(
        r'Silenced until \S+ \S+ UTC: alertname="HighMemoryUsage", .*: more memory &lt;tonight&gt; · alice', told
    )
    assert "The silence is over · bob" in told


def test_without_a_setting_nothing_is_offered(room: Room, real: RealAlertmanager) -> None:
    room.work.start()
    ts = fired(room, real)
    assert [each for each in room.work.card(ts).menu if each.startswith("silence")] == []
    assert room.type("alice", "silences") == "Silences are off here, as ALERTMANAGER_URL is not set."


def test_all_that_are_in_force_are_listed_and_ended_by_command(room: Room, real: RealAlertmanager) -> None:
    """Ours and others', whatever they write."""
    room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    assert room.type("alice", "silences") == "Nothing is silenced in Alertmanager."
    ask_for(room, "alice", ts)
    room.work.card_with(ts, "*Silenced*")
    theirs = real.silenced("DiskFilling", 60, by="<!channel> mallory", comment="*bold* & <@U1>")
    real.end(real.silenced("Old"))
    said = room.type("carol", "silences").splitlines()
    theirs_said = r"until .* · &lt;!channel&gt; mallory: \*bold\* &amp; &lt;@U1&gt;"
    assert re.match(rf'`{theirs[:8]}` · alertname="DiskFilling" · {theirs_said}', said[0])
    assert re.match(
        r"`[0-9a-f]{8}` · alertname=\"HighMemoryUsage\", .* · alice: alice, INC-1 \[plantao silence_", said[1]
    )
    assert said[2].startswith("End one with `/incident unsilence ID`")
    assert len(said) == 3
    assert room.type("alice", f"unsilence {theirs[:8]}") == 'The silence is over: alertname="DiskFilling"'
    ours = said[1][1:9]
    assert room.type("bob", f"Unsilence {ours.upper()}").startswith("The silence is over: ")
    room.work.card_with(ts, "ended by bob")
    assert real.standing == []
    bot = room.work.bot
    assert bot is not None
    ended = [(each.who, each.subject) for each in bot.store.timeline.entries() if each.what == "silence ended"]
    assert [who for who, _ in ended] == ["U0000000001", "U0000000002"]
    assert ended[0][1] == theirs


def test_what_is_ended_elsewhere_is_shown_as_such(room: Room, real: RealAlertmanager) -> None:
    """Looked at when somebody lists them; else within a minute."""
    room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    ask_for(room, "alice", ts)
    room.work.card_with(ts, "*Silenced*")
    real.end(real.standing[0]["id"])
    room.work.press("bob", ts, "silence_end")
    assert room.work.told("bob") == "This silence is over already."
    card = room.work.card_with(ts, "No longer silenced, since ")
    assert "ended by" not in card.words
    assert "The silence is over\n" in room.type("carol", "timeline")


def test_only_the_team_silences(room: Room, real: RealAlertmanager) -> None:
    room.work.write_team(STRANGER)
    room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    refused = "Nothing has changed. Only people of the team file may do this."
    room.work.choose("carol", ts, "silence")
    assert room.work.told("carol") == refused
    ask_for(room, "alice", ts)
    room.work.press("carol", ts, "silence_end")
    assert room.work.told("carol", after=1) == refused
    id = real.standing[0]["id"]
    assert room.type("carol", f"unsilence {id}") == refused
    assert [each["id"] for each in real.standing] == [id]


def test_an_alert_that_alertmanager_does_not_know_cannot_be_silenced(room: Room, real: RealAlertmanager) -> None:
    """Another alert of the same name is not silenced in its place."""
    room.work.start(ALERTMANAGER_URL=real.url)
    real.fire(NAME, **{**LABELS, "instance": "api-2"})
    ts = room.work.fire(labels=LABELS)
    room.work.waiting(ts)
    room.work.choose("alice", ts, "silence")
    view = form(room, "alice", "has no alert now that fits")
    assert "submit" not in view or view["submit"] is None
    assert real.standing == []


def test_an_alert_that_is_over_cannot_be_silenced(room: Room, real: RealAlertmanager) -> None:
    """Neither from its card nor from a form that was open meanwhile."""
    room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    room.work.choose("alice", ts, "silence")
    view = form(room, "alice")
    card = room.work.card(ts)
    room.work.resolve(labels=LABELS)
    assert [each for each in room.work.card_with(ts, "Resolved by").menu if each.startswith("silence")] == []
    room.box.submit("alice", view["id"], {})
    assert room.work.told("alice") == "Nothing is silenced. The alert is over."
    assert card.buttons
    assert real.standing == []


def test_an_alertmanager_that_is_down_is_said_to_the_person_alone(room: Room, real: RealAlertmanager) -> None:
    """Everything else goes on, and it is asked anew the next time."""
    bot = room.work.start(ALERTMANAGER_URL=real.url)
    ts = fired(room, real)
    room.work.choose("alice", ts, "silence")
    view = form(room, "alice")
    real.stop()
    room.box.submit("alice", view["id"], {"comment": "later"})
    said = room.work.told("alice")
    assert said.startswith("Nothing has changed. Alertmanager: no connection: "), said
    room.work.choose("bob", ts, "silence")
    form(room, "bob", "Nothing has changed. Alertmanager: no connection: ")
    assert room.type("alice", "silences").startswith("Nothing has changed. Alertmanager: no connection: ")
    assert room.type("alice", "unsilence 1234abcd").startswith("Nothing has changed. Alertmanager: no connection: ")
    assert bot.store.silences.silences_of(bot.store.alerts.open_alerts()[0].id) == []
    assert bot.store.inbox.failed_events() == []
    real.start()
    real.fire(NAME, **LABELS)
    ask_for(room, "alice", ts)
    room.work.card_with(ts, "*Silenced*")
    real.stop()
    room.work.press("bob", ts, "silence_end")
    assert room.work.told("bob").startswith("Nothing has changed. Alertmanager: no connection: ")
    assert "silence_end" in room.work.card(ts).buttons


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("unsilence", "End one with `/incident unsilence ID`"),
        ("unsilence 12345678", "No silence in force has an id that begins like this."),
        ("unsilence all of them", "No silence in force has an id that begins like this."),
        ("unsilence {begin}", "No silence in force has an id that begins like this."),
        ("unsilence ../../status", "No silence in force has an id that begins like this."),
    ],
)
def test_what_cannot_be_ended_is_said_to_the_person_alone(
    room: Room, real: RealAlertmanager, line: str, answer: str
) -> None:
    """Too little of an id could be another one's tomorrow."""
    room.work.start(ALERTMANAGER_URL=real.url)
    id = real.silenced("DiskFilling")
    assert room.type("alice", line.format(begin=id[:3])).startswith(answer)
    assert [each["id"] for each in real.standing] == [id]


def test_a_bot_that_is_killed_while_it_silences_makes_one_silence(room: Room, real: RealAlertmanager) -> None:
    """Alertmanager has it, and the bot does not know: it looks before it asks again."""
    with losing_answers(real.url) as between:
        room.work.start_process(ALERTMANAGER_URL=between.url)
        ts = fired(room, real)
        between.held = {"POST"}
        ask_for(room, "alice", ts, comment="more memory")
        room.box.wait(lambda: between.count("POST") == 1, what="Alertmanager's yes")
        room.work.kill()
        between.held = set()
        room.work.start_process(ALERTMANAGER_URL=between.url)
        assert "more memory" in room.work.card_with(ts, "*Silenced* until ").words
        assert between.count("POST") == len(real.standing) == 1


def test_a_wrong_answer_is_said_in_words(room: Room) -> None:
    """As when ALERTMANAGER_URL is another program's address, or asks for a password."""
    with far_side() as far:
        far.answers["/api/v2/silences"] = (200, "<html>Welcome</html>")
        room.work.start(ALERTMANAGER_URL=far.url.replace("//", "//ops:hunter2@"))
        said = room.type("alice", "silences")
        far.answers["/api/v2/silences"] = (401, "who are you & why")
        refused = room.type("alice", "silences")
    assert said.startswith("Nothing has changed. Alertmanager: its answer is none of API v2: ")
    assert refused == "Nothing has changed. Alertmanager: HTTP 401: who are you &amp; why"
    assert "hunter2" not in said + refused
