"""`alert: resolved`: whether it worked is also the monitoring tool's to say, within its time."""

from __future__ import annotations

import pytest

from tests.at_work import AtWork


@pytest.fixture
def work(work: AtWork) -> AtWork:
    work.write_runbook(extra="  - {alert: resolved, for: 15s}\n")
    return work


def test_it_is_fixed_once_the_tool_says_that_it_is_over(work: AtWork) -> None:
    """Until then the card says what it waits for, and neither FIXED nor NOT FIXED."""
    work.start()
    ts = work.fire()
    assert "alert resolved within 15 s" in work.waiting(ts).words
    work.press("alice", ts, "approve")
    card = work.card_with(ts, "The steps are done. Looking whether it worked.")
    assert "FIXED" not in card.title
    work.resolve()
    card = work.card_with(ts, "🟢 FIXED")
    assert "the alert is resolved" in card.words
    assert "Resolved by alertmanager at" in card.words


def test_it_is_not_fixed_when_the_tool_says_nothing_in_time(work: AtWork) -> None:
    """Although every step and every other entry holds."""
    work.write_runbook(extra="  - {alert: resolved, for: 1s}\n")
    work.start()
    card = work.card_with(work.approved(work.fire()), "NOT FIXED")
    assert "the verification did not hold: the alert was not resolved within 1 s" in card.words


def test_another_alert_that_is_over_does_not_count(work: AtWork) -> None:
    work.write_runbook(extra="  - {alert: resolved, for: 3s}\n")
    work.start()
    other = work.fire(labels={"instance": "api-2"})
    ts = work.approved(work.fire())
    work.card_with(ts, "Looking whether it worked")
    work.resolve(labels={"instance": "api-2"})
    work.card_with(other, "Withdrawn")
    work.card_with(ts, "NOT FIXED")


def test_it_may_be_over_before_the_steps_are_done(work: AtWork) -> None:
    work.write_script('while [ ! -e "$SHOP/go" ]; do sleep 0.02; done; echo well > "$SHOP/state"')
    work.start()
    ts = work.approved(work.fire())
    work.box.wait(lambda: work.starts == 1)
    work.resolve()
    work.card_with(ts, "Resolved by alertmanager")
    (work.shop / "go").touch()
    work.card_with(ts, "🟢 FIXED")


def test_without_an_alert_there_is_nothing_to_wait_for(work: AtWork) -> None:
    """A run that was asked for is verified by the other entries alone."""
    work.start()
    ts = work.ask_for("alice", "restart-shop")
    assert "alert resolved" not in work.waiting(ts).words
    work.approved(ts, "bob")
    work.card_with(ts, "🟢 FIXED")


def test_looking_goes_on_after_a_kill(work: AtWork) -> None:
    work.start_process()
    ts = work.approved(work.fire())
    work.card_with(ts, "Looking whether it worked")
    work.kill()
    work.start_process()
    work.resolve()
    work.card_with(ts, "🟢 FIXED")
    assert work.starts == 1
