"""A draft is summed up in the background: a real record, and an Ollama server in our own process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from queue import Queue
from threading import Event

import pytest

from bot.model import Handoff, NoteKind, Severity
from handoff.summarizing import Summarizing
from tests.desk import Desk, pass_time
from tests.model_server import Exchange, ModelServer, hangs, says
from tests.samples import ALICE
from tests.test_handing_over import HANDOVER
from tests.test_handoff_summary import summaries_at

WELL = "INC-1 is still open. Watch the disk."


class Story:
    def __init__(self, desk: Desk, server: ModelServer) -> None:
        self.desk, self.server = desk, server
        self.changed: Queue[str] = Queue()
        self.summarizing = Summarizing(desk.store, summaries_at(server), self.changed.put)

    @property
    def draft(self) -> Handoff:
        found = self.desk.store.handoffs.upcoming()
        assert found is not None
        return found

    def look(self) -> None:
        self.summarizing.look(self.draft, self.desk.handing_over.preview(self.draft))

    @property
    def note(self) -> str:
        return self.desk.handing_over.preview().text


@pytest.fixture
def story(desk: Desk) -> Iterator[Story]:
    """An incident goes on, and the note is drafted; the model sums it up well."""
    desk.now = HANDOVER - timedelta(hours=2)
    desk.flow.plan_ahead()
    desk.declared("Disk is full", Severity.P2)
    pass_time(desk, 60)
    with ModelServer() as server:
        server.answer = says(confidence=0.9, summary=WELL)
        story = Story(desk, server)
        yield story
        story.summarizing.stop()


def test_a_draft_is_summed_up_and_shown_anew(story: Story) -> None:
    """Marked as the model's; and it is not asked again while the record says the same."""
    story.look()
    assert story.changed.get(timeout=30) == story.draft.id
    assert f"by small:1b:* {WELL}" in story.note
    story.look()
    story.summarizing.stop()
    assert len(story.server.questions) == 1


def test_another_record_has_another_summary(story: Story) -> None:
    """The one before stands nowhere in the meantime."""
    story.look()
    story.changed.get(timeout=30)
    story.desk.noting.add(ALICE, NoteKind.TASK, "a larger disk")
    assert WELL not in story.note
    story.server.answer = says(confidence=0.9, summary="A larger disk is needed.")
    story.look()
    story.changed.get(timeout=30)
    assert "A larger disk is needed." in story.note


def test_what_cannot_be_shown_is_asked_for_once(story: Story) -> None:
    """The note does without until the record says something else."""

    def lies(exchange: Exchange) -> None:
        told = "larger disk" in exchange.asked.data
        exchange.reply(json.dumps({"confidence": 0.9, "summary": WELL if told else "INC-99 is solved."}))

    story.server.answer = lies
    story.look()
    story.look()
    story.desk.noting.add(ALICE, NoteKind.TASK, "a larger disk")
    story.look()
    story.changed.get(timeout=30)
    assert ["larger disk" in each.data for each in story.server.questions] == [False, True]
    assert WELL in story.note


def test_of_the_questions_that_wait_only_the_newest_is_asked(story: Story) -> None:
    """The record changes more often than a slow model answers, and nobody shows what it said before."""
    go_on = Event()

    def slow(exchange: Exchange) -> None:
        exchange.far_side.at_work.set()
        go_on.wait(30)
        exchange.reply(json.dumps({"confidence": 0.9, "summary": WELL}))

    story.server.answer = slow
    story.look()
    assert story.server.at_work.wait(30)
    for number in range(10):
        story.desk.noting.add(ALICE, NoteKind.TASK, f"disk {number}")
        story.look()
    go_on.set()
    for _ in range(2):
        story.changed.get(timeout=30)
    story.summarizing.stop()
    assert ["disk 9" in each.data for each in story.server.questions] == [False, True]
    assert WELL in story.note


def test_a_note_is_posted_while_the_model_thinks(story: Story) -> None:
    """Nobody waits for it, and what it says afterwards changes no note that was posted."""
    story.server.answer = hangs
    story.look()
    assert story.server.at_work.wait(30)
    posted = story.desk.handing_over.post_now(ALICE)
    assert posted.posted is not None
    assert "In short" not in posted.note


def test_a_bot_that_stops_does_not_wait_for_the_model(story: Story) -> None:
    """A minute is what it is given otherwise, and the one who ends the bot may have less."""
    story.server.answer = hangs
    story.look()
    assert story.server.at_work.wait(30)
    with ThreadPoolExecutor(1) as stop:
        stop.submit(story.summarizing.stop).result(30)
    assert story.changed.empty()
