"""People look at incidents: lists, words, one of them, figures, and the bot's own page in Slack."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.model import Severity
from bot.slack.incidents.asked import Asked, read_asked
from tests.at_work import AtWork
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
        ("P4", None),
        ("week 30d", None),
        ("0d", None),
        ("999999w", None),
        ("everything", None),
    ],
)
def test_what_is_asked_for_is_read(typed: str, asked: Asked | None) -> None:
    assert read_asked(typed) == asked


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
    assert room.type("carol", "search NEAR(*") == "No incident has all of these words: NEAR(*"
    assert room.type("carol", "search").startswith("Write words to look for")

    assert "Resolved" in room.type("bob", "show 2")
    assert "search is slow" in room.type("bob", "show")
    for wrong in ("show 7", "show 99999999999", "show me", "show 1 2"):
        assert room.type("bob", wrong).startswith("Which incident?"), wrong
