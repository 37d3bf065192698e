"""Approving alone: a lead at night, with a reason that everyone sees."""

from __future__ import annotations

from tests.at_work import AtWork

CAROL = "U0000000003"


def high_risk(work: AtWork) -> None:
    work.write_runbook(required=2)
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("risk: medium", "risk: high"))


def approve_alone(work: AtWork, person: str, ts: str, reason: str = "nobody answers, and orders are lost") -> None:
    work.choose(person, ts, "emergency")
    view = work.modal(person)
    assert view["title"]["text"] == "Approve alone"
    work.box.submit(person, view["id"], {"reason": reason})


def test_in_an_emergency_one_person_is_enough_with_a_reason_that_everyone_sees(work: AtWork) -> None:
    """Although the risk is high and asks for two others."""
    high_risk(work)
    bot = work.start()
    ts = work.fire()
    assert "Needs 2 of alice, bob" in work.waiting(ts).words
    approve_alone(work, "carol", ts, "nobody answers <!here>, and orders are lost")
    card = work.card_with(ts, "🟢 FIXED")
    assert "Approved alone, in an emergency, by carol at" in card.words
    assert "nobody answers &lt;!here&gt;, and orders are lost" in card.words
    assert work.starts == 1
    (entry,) = [each for each in bot.store.timeline.entries() if each.what == "approved in an emergency"]
    assert (entry.who, entry.data["reason"]) == (CAROL, "nobody answers <!here>, and orders are lost")


def test_a_reason_has_to_be_given(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("carol", ts, "emergency")
    view = work.modal("carol")
    assert work.box.submit("carol", view["id"])["response_action"] == "errors"
    blank = work.box.submit("carol", view["id"], {"reason": "  \n "})
    assert blank["errors"] == {"reason": "Say why; spaces alone tell nobody anything."}
    assert work.starts == 0
    work.box.submit("carol", view["id"], {"reason": "the shop is down"})
    work.card_with(ts, "🟢 FIXED")


def test_who_holds_no_emergency_role_is_told_who_does(work: AtWork) -> None:
    """Approvers too: for them there is Approve."""
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("alice", ts, "emergency")
    assert work.told("alice") == "You may not approve alone. Only carol may, in an emergency."
    assert work.box.views("alice") == []
    assert work.starts == 0


def test_it_is_looked_at_once_more_as_the_reason_is_given(work: AtWork) -> None:
    """Whoever has lost the role while the form was open approves nothing."""
    work.write_team()
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("carol", ts, "emergency")
    view = work.modal("carol")
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: [sre]}"))
    work.box.submit("carol", view["id"], {"reason": "the shop is down"})
    assert "You may not approve alone. Only alice, bob may" in work.told("carol")
    assert work.starts == 0


def test_without_emergency_roles_it_is_not_offered(work: AtWork) -> None:
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    work.start()
    assert not [each for each in work.waiting(work.fire()).menu if each.startswith("emergency|")]


def test_one_who_asked_may_approve_alone_in_an_emergency(work: AtWork) -> None:
    work.start()
    ts = work.ask_for("carol", "restart-shop")
    work.waiting(ts)
    approve_alone(work, "carol", ts)
    work.card_with(ts, "🟢 FIXED")


def test_a_plan_that_has_changed_is_not_run_in_an_emergency_either(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    work.write_script('echo other; echo well > "$SHOP/state"')
    approve_alone(work, "carol", ts)
    assert "has changed since this was shown" in work.told("carol")
    assert work.starts == 0
    work.box.wait(lambda: work.card(ts).words != shown.words and "approve" in work.card(ts).buttons)


def test_an_observing_bot_runs_nothing_in_an_emergency(work: AtWork) -> None:
    work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    (value,) = [each for each in shown.menu if each.startswith("emergency|")]
    work.stop()
    work.box.faults.add("chat.update", times=100)  # the old card stays as it is
    work.start(MODE="observe")
    work.box.click("carol", "alerts", shown.ts, "more", option=value)
    assert "The bot only observes here" in work.told("carol")
    work.box.faults.clear()
    assert work.starts == 0


def test_whoever_approved_already_may_still_approve_alone(work: AtWork) -> None:
    """The second of two cannot be reached, and the first holds an emergency role."""
    high_risk(work)
    work.write_team(("approvers: [alice, bob]", "approvers: [alice, bob, carol]"))
    work.start()
    ts = work.approved(work.fire(), "carol")
    work.card_with(ts, "Needs 1 of")
    approve_alone(work, "carol", ts, "bob and alice are asleep")
    card = work.card_with(ts, "🟢 FIXED")
    assert "bob and alice are asleep" in card.words
    assert work.starts == 1
