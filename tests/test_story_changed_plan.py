"""Changing what is proposed: other values, another runbook. Each is a fresh plan; the old buttons are dead."""

from __future__ import annotations

import pytest

from tests.at_work import AtWork
from tests.note_runbook import NOTE, made


@pytest.fixture
def work(work: AtWork) -> AtWork:
    work.add_runbook("write-note", NOTE)
    return work


def test_edited_parameters_are_a_fresh_plan_and_the_old_button_is_dead(work: AtWork) -> None:
    """Also for somebody whose client still shows the old card."""
    bot = work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    (old,) = bot.store.proposals.open_proposals()
    work.choose("alice", ts, "edit")
    view = work.modal("alice")
    assert view["title"]["text"] == "Parameters"
    work.box.submit("alice", view["id"], {"service": "cart"})
    card = work.card_with(ts, "service = `cart` (person)")
    card = work.waiting(ts)
    assert card.words.split("plan `")[1][:7] != shown.words.split("plan `")[1][:7]
    work.box.click("bob", "alerts", shown.ts, "approve", value=old.id)
    assert "This was decided or replaced before" in work.told("bob")
    assert work.starts == 0
    work.press("bob", ts, "approve")
    work.card_with(ts, "FIXED")
    assert work.starts == 1


def test_whoever_edits_asks_for_it_and_so_does_not_approve_it(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("alice", ts, "edit")
    work.box.submit("alice", work.modal("alice")["id"], {"service": "cart"})
    work.card_with(ts, "service = `cart` (person)")
    work.approved(ts, "alice")
    assert "You asked for this run" in work.told("alice")


def test_a_form_shows_the_values_as_they_stand(work: AtWork) -> None:
    work.start()
    ts = work.fire(labels={"service": "cart"})
    work.waiting(ts)
    work.choose("bob", ts, "edit")
    (block,) = [each for each in work.modal("bob")["blocks"] if each["type"] == "input"]
    assert block["element"]["initial_option"]["value"] == "cart"
    work.box.submit("bob", work.modal("bob")["id"])  # as it is
    assert "service = `cart` (alert)" in work.waiting(ts).words


def test_only_who_may_decide_changes_what_is_about_to_be_decided(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    work.waiting(ts)
    for what in ("edit", "other", "check_again"):
        before = len(work.box.ephemerals("carol", "alerts"))
        work.choose("carol", ts, what)
        assert "Only alice, bob may" in work.told("carol", after=before)
    assert work.box.views("carol") == []


def test_another_runbook_can_be_chosen(work: AtWork) -> None:
    """Those that fit come first; what the other needs and nobody gave is asked for."""
    bot = work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    (old,) = bot.store.proposals.open_proposals()
    work.choose("alice", ts, "other")
    view = work.modal("alice")
    block, hint = view["blocks"]
    assert "the next time" in hint["elements"][0]["text"]
    assert [each["value"] for each in block["element"]["options"]] == ["-", "restart-shop", "write-note"]
    work.box.submit("alice", view["id"], {"runbook": "write-note"})
    form = work.box.wait(lambda: [each for each in work.box.views("alice") if each["id"] != view["id"]])[-1]
    work.box.submit("alice", form["id"], {"note": "other"})
    card = work.card_with(ts, "*Proposed:* Write note")
    assert "somebody chose it" in card.words
    work.waiting(ts)
    work.box.click("bob", "alerts", shown.ts, "approve", value=old.id)
    assert "This was decided or replaced before" in work.told("bob")
    work.approved(ts, "bob")
    work.card_with(ts, "FIXED")
    assert (work.starts, made(work)) == (0, ["other"])


def test_where_no_runbook_fits_one_can_be_chosen(work: AtWork) -> None:
    work.start()
    ts = work.fire("FluxCapacitorWobble", labels={"service": "cart"})
    work.card_with(ts, "No runbook fits")
    work.choose("carol", ts, "other")
    work.box.submit("carol", work.modal("carol")["id"], {"runbook": "restart-shop"})
    assert "service = `cart` (alert)" in work.card_with(ts, "*Proposed:* Restart the shop").words
    work.approved(ts, "bob")
    work.card_with(ts, "FIXED")


def test_where_there_is_no_runbook_at_all_nothing_can_be_chosen(work: AtWork) -> None:
    for file in work.runbooks.glob("*.yaml"):
        file.unlink()
    work.start()
    ts = work.fire()
    work.card_with(ts, "No runbook fits")
    work.choose("bob", ts, "other")
    assert work.told("bob") == "There is no runbook with steps to choose from. `/runbook lint` says what is wrong."
