"""A shift is handed over, as people see it: the draft, the form, the note, and whoever comes."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import utc_now
from tests.at_work import ROOT, AtWork
from tests.samples import ALICE, BOB
from tests.test_story_incidents import Room


def shifts_of_an_hour(work: AtWork, *, seconds: float) -> None:
    """Alice's ends in so many seconds, then Bob's begins."""
    start = utc_now() - timedelta(hours=1) + timedelta(seconds=seconds)
    work.write_team(
        ("timezone: America/Sao_Paulo", "timezone: UTC"),
        ("start: 2026-11-16T09:00", f"start: {start:%Y-%m-%dT%H:%M:%S}"),
        ("every: 1w", "every: 1h"),
        ("order: [alice, bob, carol]", "order: [alice, bob]"),
        ("cover:\n    - {who: carol, from: 2026-12-24T09:00, to: 2026-12-26T09:00}", "cover: []"),
    )


class Handover(Room):
    """A room in which a shift ends."""

    def say(self, person: str, line: str) -> str:
        """What `/handoff …` answers."""
        answer = self.box.command(person, "incidents", f"/handoff {line}") or {}
        return words_of(answer)

    def note(self, text: str = "") -> dict[str, Any]:
        """The note in the channel, once it says this."""
        return self._wait(lambda: self._of("incidents", "handoff:", text), f"a note with {text!r}")

    def draft(self, text: str = "") -> dict[str, Any]:
        """Alice's, once it says this."""
        return self._wait(lambda: self._of(self.between(ALICE), "handoff-draft:", text), f"a draft with {text!r}")

    def _of(self, channel: str, key: str, text: str) -> list[dict[str, Any]]:
        return [
            each
            for each in self.box.messages(channel)
            if each.get("metadata", {}).get("event_payload", {}).get("key", "").startswith(key)
            and text in words_of(each)
        ]

    def _wait(self, found: Any, what: str) -> dict[str, Any]:
        found_ones: list[dict[str, Any]] = self.box.wait(found, seconds=20, what=what)
        return found_ones[0]


def words_of(message: dict[str, Any]) -> str:
    """All that it says, its blocks' texts without their form."""

    def texts(part: Any) -> list[str]:
        if isinstance(part, list):
            return [text for each in part for text in texts(each)]
        if isinstance(part, dict):
            own = [part["text"]] if isinstance(part.get("text"), str) else []
            return own + [text for key, each in part.items() for text in texts(each) if key != "style"]
        return []

    return "\n".join(texts(message)).replace("\u2060", "")


def block(handover: Handover, beginning: str) -> str:
    """The one of Alice's form that begins like this."""
    view = handover.work.modal("alice")
    (found,) = [each["block_id"] for each in view["blocks"] if each["block_id"].startswith(beginning)]
    return str(found)


@pytest.fixture
def handover(work: AtWork) -> Handover:
    return Handover(work)


def test_from_the_draft_to_the_acceptance(handover: Handover) -> None:
    """Alice adds to the draft, it is posted by itself, and Bob accepts it."""
    shifts_of_an_hour(handover.work, seconds=8)
    bot = handover.work.start()
    handover.type("bob", "declare P2 search is slow")
    assert "N-1" in handover.say("alice", "note task ask for a larger disk")
    draft = handover.draft("ask for a larger disk")
    (incident,) = bot.store.incidents.open_incidents()
    handover.box.click("alice", handover.between(ALICE), draft["ts"], "handoff_edit")
    words, step = block(handover, "words"), block(handover, f"next_{incident.id}")
    values = {words: "The index is being rebuilt.", step: "wait for the index"}
    handover.submit("alice", **values)
    handover.draft("The index is being rebuilt.")
    note = handover.note()
    said = words_of(note)
    for text in (
        "Handoff · ",
        " · from alice to bob\n",
        "⚠️ minor problems (1 open incident)",
        "The index is being rebuilt.",
        "P2 search is slow · Open · owner nobody · next: wait for the index",
        "ask for a larger disk (alice, N-1)",
        "DBA: dba@example.com",
        "Dashboard",
    ):
        assert text in said
    handover.box.click("carol", "incidents", note["ts"], "handoff_accept")
    assert "This shift is handed over to bob." in handover.told("carol")
    handover.box.click("bob", "incidents", note["ts"], "handoff_accept")
    accepted = handover.note("Accepted by bob")
    assert [each for each in accepted["blocks"] if each["type"] == "actions"] == []
    start = [each for each in handover.direct_messages(BOB) if "Start of an on-call shift" in words_of(each)]
    assert len(start) == 1
    files = handover.box.wait(handover.box.files, what="the file")
    text = handover.box.file_text(files[0]["id"])
    assert text.startswith("# Handoff · ")
    assert "**Pending tasks**\n\n- ask for a larger disk (alice, N-1)\n" in text
    assert "alice → bob · accepted by bob" in handover.say("carol", "history")
    assert "bob has accepted it already" in handover.say("bob", "accept")


def test_posted_early_accepted_by_command(handover: Handover) -> None:
    """In Portuguese, by whoever looks at the draft; and the shift's end posts nothing more."""
    shifts_of_an_hour(handover.work, seconds=600)
    bot = handover.work.start(LANGUAGE="pt_BR")
    draft = handover.draft("Rascunho")
    assert "estável" in handover.say("carol", "preview")
    handover.box.click("alice", handover.between(ALICE), draft["ts"], "handoff_post")
    note = handover.note("estável")
    assert "Nada a relatar." in words_of(note)
    handover.draft("A nota foi publicada")
    assert handover.say("bob", "aceitar").startswith("A passagem 1 foi aceita. O plantão é seu a partir de ")
    handover.note("Aceita por bob")
    assert "hands nothing" not in handover.say("alice", "now")
    assert [each.kind.value for each in bot.store.handoffs.posted_handoffs(9)] == ["between", "handover"]


def test_a_bot_that_is_killed_at_the_handover_posts_once(handover: Handover) -> None:
    """Whether it died before or after the post, one note stands there."""
    shifts_of_an_hour(handover.work, seconds=6)
    work = handover.work
    work.start_process()
    handover.draft()
    work.kill()
    work.start_process()
    handover.note("from alice to bob")
    work.kill()
    work.start_process()
    handover.say("alice", "history")
    notes = [
        each
        for each in handover.box.messages("incidents")
        if each.get("metadata", {}).get("event_payload", {}).get("key", "").startswith("handoff:")
    ]
    assert len(notes) == 1


def test_a_terminal_shows_the_note_beside_a_running_bot_and_posts_it_without_one(handover: Handover) -> None:
    """Where the draft stands it is the shift's own, and where the bot runs it is its own affair."""
    work = handover.work
    shifts_of_an_hour(work, seconds=1800)

    def terminal(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, str(ROOT / "app.py"), "handoff", *arguments]
        done = subprocess.run(command, cwd=work.folder, env=work.environment(), capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    status, said = terminal()
    assert (status, said.strip().endswith("Start the bot once.")) == (2, True)
    work.start_process()
    handover.type("bob", "declare P2 search is slow")
    handover.draft("search is slow")
    status, said = terminal()
    assert (status, said.startswith("# Handoff · "), "INC-1 P2 search is slow" in said) == (0, True, True)
    status, said = terminal("--post")
    assert (status, said) == (1, "A bot is running with this record. Type `/handoff now` in Slack.\n")
    work.kill()
    assert terminal("--post")[0] == 0
    assert "from alice to bob" in words_of(handover.note("search is slow"))
