"""One card, one message: whatever goes wrong on the way to Slack."""

from __future__ import annotations

import pytest
from slack_sdk import WebClient

from bot.clock import utc_now
from bot.mrkdwn import Mrkdwn
from bot.slack.blocks import content, section
from bot.slack.outbox import Outbox
from bot.slack.pace import BURST, EDIT_SPACING, Pace
from bot.store import Store

CHANNEL = "C0000000001"


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "plantao.db")
    yield opened
    opened.close()


@pytest.fixture
def outbox(box, store):
    sender = Outbox(store, client(box), utc_now)
    yield sender
    sender.stop(0)


def client(box):
    return WebClient(token=box.bot_token, base_url=box.api_url, timeout=2, retry_handlers=[])


def show(outbox, text, key="alert:1", thread=None):
    outbox.show(key, CHANNEL, thread, content(text, [section(Mrkdwn(text))]))


def shown(box, thread=None):
    return [message["text"] for message in box.messages("alerts", thread)]


def calls(box):
    return [call.method for call in box.calls if call.method.startswith("chat.")]


def test_a_card_is_posted_once_and_then_edited(box, outbox):
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: shown(box) == ["waiting"])
    show(outbox, "running")
    box.wait(lambda: shown(box) == ["running"])
    assert calls(box) == ["chat.postMessage", "chat.update"]


def test_many_changes_before_sending_are_one_post(box, outbox):
    for number in range(20):
        show(outbox, f"state {number}")
    outbox.start()
    box.wait(lambda: shown(box) == ["state 19"])
    assert calls(box) == ["chat.postMessage"]


def test_a_card_stands_in_its_thread(box, outbox):
    ts = box.say("bob", "alerts", "the database is down")
    outbox.start()
    show(outbox, "understood", thread=ts)
    box.wait(lambda: shown(box, ts) == ["the database is down", "understood"])


def test_a_post_that_arrived_although_the_answer_was_lost_is_not_repeated(box, outbox):
    """The fate of the post is in doubt: it is looked up by its metadata first."""
    box.faults.add("chat.postMessage", kind="drop_after")
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: calls(box)[-1:] == ["chat.update"], what="the edit of the message that was found")
    assert (shown(box), calls(box)) == (["waiting"], ["chat.postMessage", "chat.update"])


def test_a_post_in_a_thread_is_found_there(box, outbox):
    ts = box.say("bob", "alerts", "the database is down")
    box.faults.add("chat.postMessage", kind="drop_after")
    outbox.start()
    show(outbox, "understood", thread=ts)
    box.wait(lambda: calls(box)[-1:] == ["chat.update"])
    assert shown(box, ts) == ["the database is down", "understood"]


def test_a_post_that_never_arrived_is_made_again(box, outbox):
    box.faults.add("chat.postMessage", kind="drop_before")
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: shown(box) == ["waiting"])
    assert calls(box).count("chat.postMessage") <= 2


def test_a_post_cut_by_a_crash_is_looked_up_after_the_restart(box, store, outbox):
    """The bot died after Slack took the post and before it wrote so down."""
    show(outbox, "waiting")
    (card,) = store.cards.unsent_cards()
    store.cards.begin_post(card.key)
    client(box).chat_postMessage(
        channel=CHANNEL, text="waiting", metadata={"event_type": "plantao_card", "event_payload": {"key": "alert:1"}}
    )
    outbox.start()
    box.wait(lambda: store.cards.unsent_cards() == [])
    assert shown(box) == ["waiting"]


@pytest.mark.parametrize("kind", ["rate_limited", "server_error"])
def test_a_refused_post_is_tried_again(box, store, outbox, kind):
    box.faults.add("chat.postMessage", kind=kind)
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: store.cards.unsent_cards() == [])
    assert shown(box) == ["waiting"]


def test_a_card_that_somebody_deleted_is_posted_anew(box, store, outbox):
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: store.cards.unsent_cards() == [])
    client(box).chat_delete(channel=CHANNEL, ts=store.cards.find_card("alert:1").ts)
    show(outbox, "running")
    box.wait(lambda: shown(box) == ["running"])


def test_a_card_that_slack_does_not_take_still_says_how_things_stand(box, store, outbox):
    """The next change is tried whole again."""
    outbox.start()
    outbox.show("alert:1", CHANNEL, None, {"text": "too much", "blocks": [{"type": "header"}]})
    box.wait(lambda: shown(box) == ["too much"])
    show(outbox, "fits")
    box.wait(lambda: shown(box) == ["fits"])
    assert box.messages("alerts")[0]["blocks"][0]["type"] == "section"


def test_one_channel_that_refuses_does_not_hold_back_another(box, store, outbox):
    outbox.show("alert:lost", "C0NOWHERE00", None, content("lost", [section(Mrkdwn("lost"))]))
    outbox.start()
    show(outbox, "waiting")
    box.wait(lambda: shown(box) == ["waiting"])
    box.wait(lambda: store.cards.refused_cards() == [("alert:lost", "channel_not_found")])


def test_a_database_that_fails_for_a_while_does_not_silence_the_bot(box, store, outbox):
    """Whatever stumbles in the threads that send, they go on when it heals."""
    store.driver.execute("CREATE TRIGGER broken BEFORE UPDATE ON cards BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END")
    outbox.start()
    for number in range(6):
        show(outbox, f"card {number}", key=f"alert:{number}")
    box.wait(lambda: store.cards.unsent_cards())
    store.driver.execute("DROP TRIGGER broken")
    box.wait(lambda: len(shown(box)) == 6, seconds=30)


def test_stopping_sends_the_last_edits(box, outbox):
    """Waiting for them must not use up the pace that they are sent at."""
    outbox.start()
    keys = ["alert:1", "alert:2", "alert:3"]
    for key in keys:
        show(outbox, "waiting", key)
    box.wait(lambda: shown(box) == ["waiting"] * 3)
    for key in keys:
        show(outbox, "running", key)
    outbox.stop()
    assert shown(box) == ["running"] * 3


def test_stopping_sends_what_can_be_sent(box, outbox):
    outbox.start()
    show(outbox, "waiting")
    outbox.stop()
    assert shown(box) == ["waiting"]


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_posts_to_a_channel_keep_to_one_a_second_after_a_burst():
    clock = Clock()
    pace = Pace(clock)
    for _ in range(BURST):
        assert pace.wait("C1", "card", editing=False) <= 0
        pace.take("C1", "card", editing=False)
    assert pace.wait("C1", "card", editing=False) == pytest.approx(1.0)
    assert pace.wait("C2", "card", editing=False) <= 0
    clock.now += 1.0
    assert pace.wait("C1", "card", editing=False) <= 0


def test_edits_of_one_card_are_spaced_and_a_pause_holds_the_channel():
    clock = Clock()
    pace = Pace(clock)
    pace.take("C1", "card", editing=True)
    assert pace.wait("C1", "card", editing=True) == pytest.approx(EDIT_SPACING)
    assert pace.wait("C1", "other", editing=True) <= 0
    pace.pause("C1", 30.0)
    assert pace.wait("C1", "other", editing=True) == pytest.approx(30.0)
