"""From an alert to a fix: what people see in Slack, and what runs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.at_work import ROOT
from tests.samples import alertmanager


def test_an_alert_is_understood_and_a_plan_proposed_in_its_thread(work):
    """What happened, how bad, what is proposed, why believe it, what exactly will run, who may say yes."""
    work.start()
    card = work.waiting(work.fire(summary="Memory at 95 %, out of memory is near."))
    assert card.title == "🟠 P1 · HighMemoryUsage · shop on api-1"
    for said in (
        "Memory at 95 %, out of memory is near.",
        "*memory*",
        "*Proposed:* Restart the shop · risk medium · plan `",
        "service = `shop` (alert)",
        "state  unwell, 1,912 MB",
        "1 restart  scripts/restart.sh",
        "Needs 1 of alice, bob (approvers) · until",
    ):
        assert said in card.words
    assert card.buttons == ["approve", "reject", "more"]
    assert work.starts == 0


def test_an_approved_plan_runs_and_is_fixed_because_the_verification_holds(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    card = work.card_with(ts, "🟢 FIXED")
    for said in ("Approved by alice", "✔ 1 restart", "state  unwell, 1,912 MB → well, 212 MB", "✔ verify"):
        assert said in card.words
    assert (card.buttons, work.starts) == (["check_again", "more"], 1)
    work.resolve()
    assert work.card_with(ts, "Resolved by alertmanager at").buttons == []


def test_a_step_that_ended_well_does_not_make_it_fixed(work):
    """The exit code was 0, and the shop is as unwell as before."""
    work.write_script("true")
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("bob", ts, "approve")
    card = work.card_with(ts, "NOT FIXED")
    assert "The steps came to their end, but the verification did not hold" in card.words
    assert card.buttons == ["check_again", "more"]


def test_a_failed_step_stops_the_run_and_says_so(work):
    work.write_script("echo no such shop >&2; exit 3")
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("bob", ts, "approve")
    card = work.card_with(ts, "FAILED")
    assert "no such shop" in card.words
    assert "✖ 1 restart" in card.words


def test_a_rejection_asks_for_the_reason_and_shows_it(work):
    bot = work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("bob", ts, "reject")
    (view,) = work.box.wait(lambda: work.box.views("bob"))
    work.box.submit("bob", view["id"], {"reason": "a <deploy> is running"})
    card = work.card_with(ts, "Rejected by bob at")
    assert "a &lt;deploy&gt; is running" in card.words
    assert (card.buttons, work.starts) == (["check_again", "more"], 0)
    rejected = next(entry for entry in bot.store.timeline.entries() if entry.what == "rejected")
    assert (rejected.who, rejected.data["reason"]) == ("U0000000002", "a <deploy> is running")


def test_the_wrong_person_is_told_who_may(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("carol", ts, "approve")
    assert work.told("carol") == "You may not decide this. Only alice, bob may. Ask them in the thread."
    assert (work.card(ts).buttons, work.starts) == (["approve", "reject", "more"], 0)


def test_a_role_may_be_held_by_a_user_group(work):
    """Whoever is in the group at that moment: alice is, bob is not."""
    team = (ROOT / "team.yaml").read_text().replace("approvers: [alice, bob]", 'approvers: ["group:S0000000001"]')
    (work.folder / "team.yaml").write_text(team)
    work.start(TEAM_FILE=str(work.folder / "team.yaml"))
    ts = work.fire()
    work.waiting(ts)
    work.press("bob", ts, "approve")
    assert "You may not decide this. Only <!subteam^S0000000001> may." in work.told("bob")
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")


def test_who_may_not_reject_is_not_asked_why(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("carol", ts, "reject")
    assert "You may not decide this" in work.told("carol")
    assert work.box.views("carol") == []


def test_of_two_clicks_at_once_one_counts(work):
    """A second click on Approve runs nothing, and the person is told."""
    work.write_script('sleep 1; echo well > "$SHOP/state"')
    work.start()
    ts = work.fire()
    card = work.waiting(ts)
    with ThreadPoolExecutor(2) as pool:  # both saw the buttons
        for person in ("alice", "bob"):
            pool.submit(work.box.click, person, "alerts", card.ts, "approve")
    work.card_with(ts, "FIXED")
    assert work.starts == 1
    assert (
        "This was decided or replaced before"
        in (work.box.ephemerals("alice", "alerts") + work.box.ephemerals("bob", "alerts"))[0]["text"]
    )


def test_a_plan_that_changed_since_it_was_shown_does_not_run(work):
    work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    work.write_script('echo other; echo well > "$SHOP/state"')
    work.press("alice", ts, "approve")
    assert "has changed since this was shown" in work.told("alice")
    assert work.starts == 0
    work.box.wait(lambda: work.card(ts).words != shown.words and "approve" in work.card(ts).buttons)
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")


def test_an_approval_after_the_time_runs_nothing(work):
    work.write_runbook(expires="1s")
    work.start()
    ts = work.fire()
    card = work.card_with(ts, "Expired at")
    assert (card.buttons, work.starts) == (["check_again", "more"], 0)


def test_two_people_where_the_runbook_asks_for_two(work):
    work.write_runbook(required=2)
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    work.card_with(ts, "Needs 1 of")
    work.press("alice", ts, "approve")
    assert "Your approval is counted already" in work.told("alice")
    assert work.starts == 0
    work.press("bob", ts, "approve")
    work.card_with(ts, "FIXED")
    assert work.starts == 1


def test_an_alert_that_no_runbook_fits_says_what_it_would_need(work):
    work.start()
    card = work.card_with(work.fire("FluxCapacitorWobble", labels={"severity": "warning"}), "No runbook fits")
    assert card.title == "🟡 P2 · FluxCapacitorWobble · shop on api-1"
    assert 'match:\n  - alert: ["FluxCapacitorWobble"]' in card.words
    assert card.buttons == ["use_0", "check_again", "more"]


def test_a_runbook_written_afterwards_is_found_by_checking_again(work):
    (work.runbooks / "restart-shop.yaml").rename(work.folder / "later.yaml")
    work.start()
    ts = work.fire()
    work.card_with(ts, "No runbook fits")
    (work.folder / "later.yaml").rename(work.runbooks / "restart-shop.yaml")
    work.press("carol", ts, "check_again")
    work.waiting(ts)


def test_the_same_alert_again_is_counted_on_the_card(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    again = work.fire()
    work.card_with(ts, "2 times")
    assert work.box.messages("alerts", again)[1:] == []


def test_only_the_poster_that_fired_can_resolve(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    own, work.monitor = work.monitor, work.box.webhook("alerts", "Somebody else")
    work.resolve()
    work.monitor = own
    sentinel = work.fire("FluxCapacitorWobble")
    work.card_with(sentinel, "No runbook fits")  # worked off after the false resolve
    assert "approve" in work.card(ts).buttons
    work.resolve()
    assert work.card_with(ts, "Withdrawn").buttons == []


def test_a_p1_alert_opens_an_incident_that_people_end(work):
    work.start()
    ts = work.fire(summary="Memory at 95 %")
    (posted,) = work.box.wait(lambda: work.box.messages("incidents"))
    assert posted["text"] == "🟠 P1 · INC-1 · Memory at 95 %"
    assert "P1 · Memory at 95 % · Open" in work.box.command("alice", "alerts", "/incident list")["text"]
    work.box.click("carol", "incidents", posted["ts"], "incident_acknowledge")
    work.box.wait(lambda: "Acknowledged · carol" in str(work.box.messages("incidents")))
    work.box.click("carol", "incidents", posted["ts"], "incident_resolve")
    (view,) = work.box.wait(lambda: work.box.views("carol"))
    work.box.submit("carol", view["id"], {"root_cause": "a leak", "fix": "restarted"})
    work.box.wait(lambda: "fixed by: restarted · carol" in str(work.box.messages("incidents")))
    assert work.box.command("alice", "alerts", "/incident list")["text"] == "No incident is open."
    assert len(work.box.messages("incidents")) == 1
    work.card_with(ts, "Incident INC-1")


def test_commands_answer_the_person_alone(work):
    work.start()
    listed = work.box.command("bob", "alerts", "/runbook list")
    assert listed["response_type"] == "ephemeral"
    assert listed["text"] == "`restart-shop` · Restart the shop · risk medium · 1 step"
    assert "The shop is unwell." in str(work.box.command("bob", "alerts", "/runbook show restart-shop")["blocks"])
    assert (
        "There is no runbook `nope`. There are: restart-shop."
        in work.box.command("bob", "alerts", "/runbook show nope")["text"]
    )
    assert "There is no `/runbook frob`" in work.box.command("bob", "alerts", "/runbook frob")["text"]
    assert "/incident list" in work.box.command("bob", "alerts", "/incident")["text"]


def test_a_broken_runbook_disables_itself_alone_and_is_said(work):
    (work.runbooks / "broken.yaml").write_text("runbook: 1\nid: broken\ntitel: x\n")
    work.start()
    assert "1 file is broken and cannot be used" in work.box.command("bob", "alerts", "/runbook list")["text"]
    assert "broken.yaml:1" in work.box.command("bob", "alerts", "/runbook show broken")["text"]
    work.waiting(work.fire())


def test_an_observing_bot_proposes_and_never_runs(work):
    """The card says so before anybody clicks, and a click on an older card is refused."""
    work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    work.stop()
    work.box.faults.add("chat.update", times=100)  # the old card stays as it is
    work.start(MODE="observe")
    work.box.click("alice", "alerts", shown.ts, "approve")
    assert "The bot only observes here" in work.told("alice")
    work.box.faults.clear()
    card = work.card_with(ts, "nothing will run", seconds=40)
    assert (card.buttons, work.starts) == (["reject", "more"], 0)


def test_trouble_that_comes_again_after_a_run_is_news(work):
    """Not every tool says that something is over: the next firing has a card of its own."""
    work.start()
    first = work.fire()
    work.waiting(first)
    work.press("alice", first, "approve")
    work.card_with(first, "FIXED")
    (work.shop / "state").write_text("unwell again\n")
    second = work.fire()
    work.waiting(second)
    assert work.card_with(first, "It fired again later").buttons == []
    work.press("alice", second, "approve")
    work.card_with(second, "FIXED")
    assert work.starts == 2


def test_what_was_decided_before_stays_on_the_card(work):
    work.write_script("echo cannot reach db-1 >&2; exit 3")
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.press("alice", ts, "approve")
    assert "cannot reach db-1" in work.card_with(ts, "What the failed step printed last").words
    work.press("bob", ts, "check_again")
    card = work.card_with(ts, "Before this:")
    assert "Approved by alice" in card.words
    assert "FAILED at" in card.words
    assert "step restart: exit code 3" in card.words


def test_a_click_that_slack_delivers_twice_counts_once_and_is_not_answered_twice(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.box.faults.deliver("duplicate", type="interactive")
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")
    assert (work.starts, work.box.ephemerals("alice", "alerts")) == (1, [])


def test_a_refusal_waits_until_slack_takes_it(work):
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.box.faults.add("chat.postEphemeral", kind="rate_limited", retry_after=1)
    work.press("carol", ts, "approve")
    assert "You may not decide this" in work.told("carol")


def test_a_group_of_alerts_that_disagree_names_no_one_of_them(work):
    """Two hosts in one message: acting on either of them would be a guess."""
    work.start()
    message = alertmanager(labels={"service": "shop"})
    message["attachments"][0]["text"] += alertmanager(labels={"service": "cart"})["attachments"][0]["text"]
    httpx.post(work.monitor, json=message).raise_for_status()
    (posted,) = work.box.messages("alerts")
    card = work.waiting(posted["ts"])
    assert "service = `shop` (default)" in card.words


def test_a_plan_too_long_for_a_card_comes_as_a_file_and_approve_with_it(work):
    """Nobody approves what they cannot see: the last of very many steps would be cut off on the card."""
    steps = "".join(f"  - {{id: s{n}, run: [touch, {'x' * 200}-{n}]}}\n" for n in range(40))
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("steps:\n", "steps:\n" + steps))
    work.start()
    ts = work.fire()
    card = work.card_with(ts, "the whole plan is in the file in this thread")
    assert card.buttons == ["approve", "reject", "more"]
    (shared,) = [each["files"][0] for each in work.in_thread(ts) if each.get("files")]
    assert shared["name"].startswith("plan-")
    assert f"touch {'x' * 200}-39" in work.box.file_text(shared["id"])


def test_an_alert_that_grows_worse_opens_an_incident(work):
    work.start()
    ts = work.fire(labels={"severity": "warning"})
    work.card_with(ts, "P2, because")
    assert work.box.messages("incidents") == []
    work.fire(labels={"severity": "critical"})
    assert work.card_with(ts, "P1, because").title.startswith("🟠 P1")
    work.box.wait(lambda: work.box.messages("incidents"), what="the incident")


def test_a_token_that_a_check_prints_is_not_shown(work):
    (work.shop / "state").write_text("SLACK_BOT_TOKEN=xoxb-123-abcDEF\n")
    work.start()
    card = work.waiting(work.fire())
    assert "SLACK_BOT_TOKEN=xoxb-…" in card.words
    assert "abcDEF" not in card.words


def test_a_title_mentions_nobody_in_a_notification(work):
    work.start()
    work.fire(summary="&lt;!here&gt; &lt;@U0000000001&gt; down")
    (posted,) = work.box.wait(lambda: work.box.messages("incidents"))
    assert posted["text"] == "🟠 P1 · INC-1 · &lt;!here&gt; &lt;@U0000000001&gt; down"


def test_checks_that_cannot_be_run_are_said_and_can_be_run_again(work):
    """The folder for their work was taken away: no buttons to decide, and a way on."""
    bot = work.start()
    scratch = work.folder / "plantao.db.runs"
    scratch.rmdir()
    ts = work.fire()
    card = work.card_with(ts, "its checks could not be run")
    assert card.buttons == ["check_again", "more"]
    scratch.mkdir()
    work.press("alice", ts, "check_again")
    work.waiting(ts)
    assert bot.store.alerts.open_alerts()[0].hindrance == ""


def test_broken_runbooks_are_said_where_one_is_missed(work):
    text = (work.runbooks / "restart-shop.yaml").read_text()
    (work.runbooks / "restart-shop.yaml").write_text(text.replace("risk: medium", "risk: medum"))
    work.start()
    assert "1 file is broken and cannot be used" in work.card_with(work.fire(), "No runbook fits").words
    assert "1 file is broken" in work.box.command("bob", "alerts", "/runbook list")["text"]


def test_hostile_text_mentions_nobody_and_runs_nothing(work):
    work.start()
    ts = work.fire(
        summary="<!channel> *bold* {{ 7*7 }} `$(touch pwned)` <http://evil.example|click>",
        labels={"service": "$(touch pwned)"},
    )
    card = work.card_with(ts, "fits, but no plan could be made")
    assert "<!channel>" not in str([b for b in card.blocks if "plain_text" not in str(b)])
    assert work.starts == 0


def test_an_unreadable_message_is_kept_and_the_next_one_answered(work):
    bot = work.start()
    work.box.say("bob", "alerts", "hello")
    bot._intake.receive(
        {"event_id": "Ev1", "event": {"type": "message", "channel": "C0000000001", "ts": "1.5", "attachments": 7}}
    )
    work.waiting(work.fire())
    assert [each.id for each in bot.store.inbox.failed_events()] == ["message:C0000000001:1.5"]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "text": "no ts at all"},
        *({"type": "message", "ts": ts} for ts in ("abc", "nan", "1e400", "", 7, ["1.5"], None)),
        {"type": "message", "subtype": {"a": 1}, "ts": "1700000000.000100"},
        {"type": "message", "subtype": "message_changed", "ts": "x", "message": {"ts": "1700000000.000100"}},
        {"type": "message", "subtype": "message_changed", "message": {"ts": "nan"}},
        "message",
        ["message"],
    ],
    ids=str,
)
def test_what_is_no_event_of_slacks_is_kept_and_holds_up_nothing(work, event):
    """Nothing is tried twice of what cannot heal."""
    bot = work.start()
    where = {"channel": "C0000000001"}
    bot._intake.receive({"event_id": "Ev1", "event": {**event, **where} if isinstance(event, dict) else event})
    work.waiting(work.fire())
    assert [each.attempts for each in bot.store.inbox.failed_events()] in ([1], [])
    assert bot.store.inbox.waiting_events() == []


def test_pictures_that_a_tool_spells_stay_words(work):
    work.start()
    card = work.card_with(work.fire(summary="all :fire: now", labels={"service": "sh:fire:op"}), ":")
    assert not any(block["text"].get("emoji") for block in card.blocks if block["type"] == "header")
    mrkdwn = json.dumps([block for block in card.blocks if "mrkdwn" in json.dumps(block)])
    assert ":fire:" not in mrkdwn


def test_portuguese(work):
    work.start(LANGUAGE="pt_BR")
    card = work.waiting(work.fire())
    assert "*Proposta:* Restart the shop" in card.words
    assert 'porque o nível é "critical"' in card.words
    assert "porque o rótulo alertname corresponde a HighMemoryUsage" in card.words
