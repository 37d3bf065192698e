"""Alerts that belong together: edits, recoveries out of order, gaps, flapping, and storms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.clock import utc_now
from bot.incidents.opening import is_grave
from slackbox.workspace import BOT_USER_ID
from tests.at_work import AtWork, Card
from tests.samples import CLASSIFICATION, alertmanager

PROBLEM = {"attachments": [{"color": "danger", "title": "Problem: Disk is full on db-03", "text": "Host: db-03"}]}
OVER = {"attachments": [{"color": "good", "title": "Resolved in 5m: Disk is full on db-03"}]}
ENVELOPE = {"type": "message", "subtype": "bot_message", "bot_id": "B9", "channel": "C0000000001"}
STORM = 25


def post(work: AtWork, payload: dict[str, Any], channel: str = "alerts") -> str:
    """What another tool posts; gives its ts."""
    before = {message["ts"] for message in work.box.messages(channel)}
    httpx.post(work.box.webhook(channel, "Zabbix"), json=payload).raise_for_status()
    (ts,) = [message["ts"] for message in work.box.messages(channel) if message["ts"] not in before]
    return str(ts)


def cards(work: AtWork, channel: str, key: str) -> list[Card]:
    """The bot's top-level messages there, by the beginning of their keys."""
    found = work.box.messages(channel)
    return [
        Card(each) for each in found if each.get("metadata", {}).get("event_payload", {}).get("key", "").startswith(key)
    ]


# -- one alert, several messages ---


def test_a_tool_that_edits_its_message_ends_the_alert(work: AtWork) -> None:
    work.start()
    ts = post(work, PROBLEM)
    work.card_with(ts, "Disk is full")
    work.box.edit_as_tool(
        "alerts", ts, {"attachments": [{"color": "good", "title": "Resolved in 5m: Disk is full on db-03"}]}
    )
    work.card_with(ts, "Resolved by")


def test_an_edit_while_the_bot_was_away_counts_when_it_comes_back(work: AtWork) -> None:
    work.start()
    ts = post(work, PROBLEM)
    work.card_with(ts, "Disk is full")
    work.stop()
    work.box.edit_as_tool(
        "alerts", ts, {"attachments": [{"color": "good", "title": "Resolved in 5m: Disk is full on db-03"}]}
    )
    work.start()
    work.card_with(ts, "Resolved by")


def test_trouble_that_comes_back_by_an_edit_while_the_bot_was_away_is_answered(work: AtWork) -> None:
    """History tells only what the message says now."""
    bot = work.start()
    ts = post(work, PROBLEM)
    work.card_with(ts, "Disk is full")
    work.box.edit_as_tool("alerts", ts, OVER)
    work.card_with(ts, "Resolved by")
    work.stop()
    work.box.edit_as_tool("alerts", ts, PROBLEM)
    bot = work.start()
    work.box.wait(lambda: bot.store.alerts.open_alerts(), what="it to be open again")
    assert [each.ts for each in bot.store.alerts.open_alerts()] == [ts]


def edit(work: AtWork, ts: str, at: float, payload: dict[str, Any], before: dict[str, Any]) -> None:
    """A tool's edit of the message `ts`, `at` seconds after it, whenever it is delivered."""
    assert work.bot is not None
    now, was = (read_message({**ENVELOPE, **said, "ts": ts}) for said in (payload, before))
    work.bot.flow.alerting.on_edit(now, was, f"{float(ts) + at:.6f}", f"edit:{at}")


def test_edits_that_are_delivered_in_another_order_come_to_the_same(work: AtWork) -> None:
    bot = work.start()
    ts = f"{utc_now().timestamp() - 60:.6f}"
    original = read_message({**ENVELOPE, **PROBLEM, "ts": ts})
    edit(work, ts, 2, PROBLEM, PROBLEM)
    bot.flow.alerting.on_message(original, "message:late")
    assert [each.times for each in bot.store.alerts.open_alerts()] == [1]
    edit(work, ts, 5, OVER, PROBLEM)
    assert bot.store.alerts.open_alerts() == []
    edit(work, ts, 4, PROBLEM, OVER)  # older than the end that is known
    assert bot.store.alerts.open_alerts() == []
    edit(work, ts, 8, PROBLEM, OVER)
    edit(work, ts, 7, OVER, PROBLEM)  # older than the new beginning
    assert [each.ts for each in bot.store.alerts.open_alerts()] == [ts]


def test_an_end_by_an_edit_is_known_when_its_message_comes_later(work: AtWork) -> None:
    """Also where the words of the end name it differently."""
    bot = work.start()
    ts = f"{utc_now().timestamp() - 60:.6f}"
    edit(work, ts, 5, {"attachments": [{"color": "good", "title": "Resolved: the volume has room again"}]}, PROBLEM)
    bot.flow.alerting.on_message(read_message({**ENVELOPE, **PROBLEM, "ts": ts}), "message:late")
    assert bot.store.alerts.open_alerts() == []


def test_an_end_counts_however_late_it_is_read(work: AtWork) -> None:
    """The bot may have been away for a weekend: the beginning is no news any more, and the end is."""
    bot = work.start()
    began, over = (f"{utc_now().timestamp() - hours * 3600:.6f}" for hours in (40, 30))
    firing, resolved = (
        read_message({**ENVELOPE, **alertmanager("Weekend", resolved=each), "ts": ts})
        for each, ts in ((False, began), (True, over))
    )
    bot.store.alerts.open_alert(read_alert(firing), CLASSIFICATION, firing.poster, firing.channel, began, utc_now())
    bot.flow.alerting.on_message(resolved, "message:over")
    assert bot.store.alerts.open_alerts() == []


def test_slacks_own_edits_are_no_second_firing(work: AtWork) -> None:
    """It unfolds links by editing the message."""
    bot = work.start()
    ts = work.fire()
    work.waiting(ts)
    work.box.edit_as_tool("alerts", ts, {"text": "an unfolded link"})
    later = work.fire("FluxCapacitorWobble")
    work.card_with(later, "No runbook fits")
    (known,) = [each for each in bot.store.alerts.open_alerts() if each.ts == ts]
    assert known.times == 1


def test_what_people_edit_stays_as_it_was_taken(work: AtWork) -> None:
    work.start()
    ts = work.box.say("alice", "alerts", "checkout is down, every request fails")
    work.card_with(ts, "No runbook fits")
    work.box.edit("alice", "alerts", ts, "resolved, all is well again")
    work.waiting(work.fire())
    assert "Resolved" not in work.card(ts).words


def test_what_fired_and_ended_while_the_bot_was_away_calls_nobody(work: AtWork) -> None:
    """And what fired and goes on is answered, once."""
    work.start()
    work.stop()
    over = work.fire(labels={"instance": "api-2"})
    work.resolve(labels={"instance": "api-2"})
    ts = work.fire()
    work.start()
    work.waiting(ts)
    assert work.box.messages("alerts", over)[1:] == []
    work.box.wait(lambda: cards(work, "incidents", "incident:"), what="the incident")
    assert len(cards(work, "incidents", "incident:")) == 1


def test_an_end_that_comes_before_its_beginning_is_believed(work: AtWork) -> None:
    """Slack delivers again what was not acknowledged, after what was posted later."""
    bot = work.start()
    marker = work.fire("Marker", labels={"severity": "warning"})
    work.card_with(marker, "Marker")
    for resolved, later in ((True, 0.2), (False, 0.1)):
        payload = alertmanager("LateNews", resolved=resolved)
        event = {"type": "message", "subtype": "bot_message", "bot_id": "B9", "channel": "C0000000001", **payload}
        bot.flow.alerting.on_message(
            read_message({**event, "ts": f"{float(marker) + later:.6f}"}), f"message:late:{later}"
        )
    assert [each.alert.name for each in bot.store.alerts.open_alerts()] == ["Marker"]
    assert bot.store.incidents.open_incidents() == []


def test_what_was_posted_days_ago_is_history(work: AtWork) -> None:
    bot = work.start()
    old = f"{utc_now().timestamp() - 2 * 86_400:.6f}"
    event = {"type": "message", "bot_id": "B9", "channel": "C0000000001", **alertmanager("OldNews"), "ts": old}
    bot.flow.alerting.on_message(read_message(event), "message:old")
    assert bot.store.alerts.open_alerts() == []


def test_a_tool_that_edits_its_message_to_something_worse_is_heard(work: AtWork) -> None:
    bot = work.start()
    payload = alertmanager("TargetDown", labels={"severity": "warning"})
    ts = post(work, payload)
    work.card_with(ts, "P2")
    work.box.edit_as_tool("alerts", ts, alertmanager("TargetDown", labels={"severity": "critical"}))
    assert work.card_with(ts, "Incident INC-1").title.startswith("🟠 P1")
    work.press("alice", ts, "check_again")
    said = lambda: {each.what for each in bot.store.timeline.entries()}  # noqa: E731
    work.box.wait(lambda: "checked again" in said(), what="the click")
    assert work.card_with(ts, "P1").title.startswith("🟠 P1")


def test_an_alert_that_comes_and_goes_is_called_flapping(work: AtWork) -> None:
    work.start()
    for _ in range(2):
        ts = work.fire()
        work.waiting(ts)
        work.resolve()
        work.card_with(ts, "Resolved by")
    card = work.card_with(work.fire(), "*Flapping:* it began 3 times within an hour")
    assert "Incident INC-1" in card.words  # which nobody has closed
    incident = cards(work, "incidents", "incident:")[0]
    work.box.click("alice", "incidents", incident.ts, "incident_acknowledge")
    work.box.wait(lambda: "Acknowledged" in cards(work, "incidents", "incident:")[0].words, what="its card to follow")


# -- people ---


def test_chat_in_the_incidents_channel_is_left_alone(work: AtWork) -> None:
    work.start()
    for text in ("thanks, looks good now", "lunch?", "is anybody looking at the errors from yesterday?"):
        work.box.say("alice", "incidents", text)
    ts = work.box.say("alice", "incidents", "checkout is down, all requests fail with 502")
    work.box.wait(lambda: work.box.messages("incidents", ts)[1:], what="the card")
    threads = [work.box.messages("incidents", each["ts"])[1:] for each in work.box.messages("incidents")]
    assert sum(map(bool, threads)) == 1


def test_a_mention_is_heard(work: AtWork) -> None:
    """In the incidents channel too, and whatever somebody writes there."""
    work.start()
    thanks = work.box.say("alice", "incidents", f"<@{BOT_USER_ID}> thanks, that was quick")
    for text in ("the search is slow today", "can you look at the search please?"):
        ts = work.box.say("alice", "incidents", f"<@{BOT_USER_ID}> {text}")
        work.box.wait(lambda ts=ts: work.box.messages("incidents", ts)[1:], what="the card")
    assert work.box.messages("incidents", thanks)[1:] == []


def test_a_reply_starts_nothing(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.box.say("alice", "alerts", "checkout is down, everything fails", thread_ts=ts)
    work.waiting(work.fire(labels={"instance": "api-2"}))
    assert len(work.in_thread(ts, "alert:")) == 1


def test_any_message_can_be_answered_by_its_menu(work: AtWork) -> None:
    work.start()
    ts = work.box.say("bob", "alerts", "lunch?")
    work.box.shortcut("alice", "respond", "alerts", ts)
    assert "No runbook fits" in work.card_with(ts, "lunch?").words
    work.box.shortcut("alice", "respond", "alerts", ts)
    assert "has its answer already" in work.told("alice")
    work.box.shortcut("alice", "respond", "alerts", work.card(ts).ts)
    assert "one of the bot's own" in work.told("alice", after=1)


def test_what_is_over_is_not_answered_any_more(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.resolve()
    work.card_with(ts, "Resolved by")
    work.box.shortcut("alice", "respond", "alerts", ts)
    assert "is over" in work.told("alice")


# -- storms ---


def flood(work: AtWork, count: int = STORM, severity: str = "warning") -> list[str]:
    for number in range(count):
        payload = alertmanager("TargetDown", labels={"instance": f"host-{number}", "severity": severity})
        httpx.post(work.monitor, json=payload).raise_for_status()
    return [each["ts"] for each in work.box.messages("alerts") if each.get("username") == "Alertmanager"]


def storm_card(work: AtWork, text: str) -> Card:
    def found() -> list[Card]:
        return [card for card in cards(work, "alerts", "storm:") if text in card.words]

    return work.box.wait(found, 30, f"a storm's card with {text!r}")[0]


def test_a_storm_is_one_card_and_one_incident(work: AtWork) -> None:
    bot = work.start(STORM_ALERTS="20")
    flood(work)
    card = storm_card(work, f"{STORM} alerts at once")
    assert "TargetDown" not in card.title
    assert f"{STORM} alerts" in card.words
    assert len(bot.store.incidents.open_incidents()) == 1
    assert len(bot.store.alerts.open_alerts()) == STORM
    work.box.wait(lambda: cards(work, "incidents", "incident:"), what="the incident")
    (incident,) = cards(work, "incidents", "incident:")
    assert "alerts at once" in incident.title


def test_in_a_storm_the_grave_ones_have_cards_of_their_own(work: AtWork) -> None:
    """And belong to the storm's incident."""
    bot = work.start(STORM_ALERTS="20")
    flood(work)
    storm_card(work, f"{STORM} alerts at once")
    ts = work.fire()
    assert "P1" in work.waiting(ts).title
    assert len(bot.store.incidents.open_incidents()) == 1
    assert "Incident INC-1" in work.card(ts).words


def test_hundreds_at_a_time_are_all_kept_and_a_grave_one_is_not_lost_among_them(work: AtWork) -> None:
    """They come over many connections in no order; `make bench` does the same with ten thousand."""
    bot = work.start(STORM_ALERTS="20")
    many = 200

    def post(number: int) -> None:
        grave = number == many // 2
        labels = {"instance": f"host-{number}", "severity": "critical" if grave else "warning"}
        httpx.post(work.monitor, json=alertmanager("TargetDown", labels=labels)).raise_for_status()

    with ThreadPoolExecutor(8) as tools:
        list(tools.map(post, range(many)))
    storm_card(work, f"{many} alerts at once")
    (grave,) = [each for each in bot.store.alerts.open_alerts() if is_grave(each)]
    assert work.card_with(grave.ts, "TargetDown").title.startswith("🟠 P1")
    assert len(bot.store.alerts.open_alerts()) == many
    assert [each.number for each in bot.store.incidents.open_incidents()] == [1]
    cards_of_their_own = [each for each in bot.store.alerts.open_alerts() if work.in_thread(each.ts, "alert:")]
    assert len(cards_of_their_own) <= 21  # those from before it was a storm, and the grave one


@pytest.mark.parametrize("severity", ["critical"])
def test_forty_grave_alerts_are_one_incident(work: AtWork, severity: str) -> None:
    """Those that were opened before the storm was seen as one are merged into the first."""
    bot = work.start(STORM_ALERTS="20")
    flood(work, 40, severity)
    storm_card(work, "40 alerts")
    assert [each.number for each in bot.store.incidents.open_incidents()] == [1]
    work.box.wait(
        lambda: (
            [card for card in cards(work, "incidents", "incident:") if "incident_resolve" in card.buttons][1:] == []
        ),
        what="the merged ones to be shown as such",
    )
    work.box.wait(lambda: cards(work, "incidents", "escalation:"), what="the call")
    assert [each.title for each in cards(work, "incidents", "escalation:")] == [
        "INC-1 is escalated to the person on call"
    ]


def test_what_grows_worse_in_a_storm_joins_its_incident(work: AtWork) -> None:
    """And has a card of its own from then on; a graver one makes the incident graver."""
    bot = work.start(STORM_ALERTS="3")
    *_, last = flood(work, 6)
    storm_card(work, "6 alerts at once")
    flood(work, 6, "critical")
    work.box.wait(lambda: "P1" in Card(work.in_thread(last, "alert:")[0]).title if work.in_thread(last) else False)
    assert [each.number for each in bot.store.incidents.open_incidents()] == [1]


def test_a_storm_of_an_hour_ago_does_not_swallow_what_comes_now(work: AtWork) -> None:
    """It is read from the history of a gap, and one more alert is nothing that people cannot read."""
    bot = work.start(STORM_ALERTS="3")
    then = utc_now().timestamp() - 3600
    for number in range(6):
        payload = alertmanager("TargetDown", labels={"instance": f"host-{number}", "severity": "warning"})
        old = read_message({**ENVELOPE, **payload, "ts": f"{then + number:.6f}"})
        bot.flow.alerting.on_message(old, f"message:old:{number}")
    assert bot.store.storms.storm_now() is not None
    work.box.wait(lambda: cards(work, "alerts", "storm:"), what="the storm's card")
    work.card_with(work.fire("FluxCapacitorWobble"), "No runbook fits")


def test_a_storm_is_not_over_while_its_messages_wait_to_be_worked_off(work: AtWork) -> None:
    bot = work.start(STORM_ALERTS="3", STORM_WINDOW="1s")
    flood(work, 6)
    storm_card(work, "6 alerts at once")
    storm = bot.store.storms.storm_now()
    assert storm is not None
    later = utc_now() + timedelta(minutes=1)
    bot.store.inbox.record_event("message:waiting", {"event": {}}, utc_now())
    assert bot.flow.storming.watch(storm.id, later) == storm.id
    assert bot.store.storms.storm_now() == storm
    bot.store.inbox.finish_event("message:waiting", later)
    bot.flow.storming.watch(storm.id, later)
    assert bot.store.storms.storm_now() is None


def test_alerts_that_came_one_after_the_other_are_no_storm(work: AtWork) -> None:
    """Also when a tool edits the first of them long after."""
    bot = work.start(STORM_ALERTS="3", STORM_WINDOW="1s")
    note = post(work, {"attachments": [{"color": "good", "title": "Backup done", "text": "all is well"}]})
    for number in range(5):
        work.box.wait(lambda: bot.store.alerts.posted_between(f"{utc_now().timestamp() - 1:.6f}", "9") < 2)
        work.fire("TargetDown", labels={"instance": f"host-{number}", "severity": "warning"})
    work.box.edit_as_tool("alerts", note, PROBLEM)
    work.card_with(note, "Disk is full")
    assert bot.store.storms.storm_now() is None


def test_one_of_many_can_be_taken_out_of_the_storm(work: AtWork) -> None:
    work.start(STORM_ALERTS="20")
    *_, last = flood(work)
    storm_card(work, f"{STORM} alerts at once")
    work.box.shortcut("alice", "respond", "alerts", last)
    work.card_with(last, "TargetDown")


def test_a_storm_ends_when_little_new_comes(work: AtWork) -> None:
    work.start(STORM_ALERTS="3", STORM_WINDOW="3s")
    flood(work, 5)
    assert "The storm is over" in storm_card(work, "The storm is over").title
    ts = work.fire("FluxCapacitorWobble", labels={"severity": "warning"})
    work.card_with(ts, "No runbook fits")
