"""team.yaml changes while the bot is at work: what was shown under another team is not approved under this one."""

from __future__ import annotations

import pytest

from tests.at_work import AtWork

ALL_THREE = ("approvers: [alice, bob]", "approvers: [alice, bob, carol]")


@pytest.mark.parametrize(
    "change",
    [
        ALL_THREE,
        ("self_approval: false", "self_approval: true"),
        ("emergency: {roles: [lead]}", "emergency: {roles: [sre]}"),
        ("unattended: [daily-health-check]", "unattended: []"),
    ],
)
def test_what_was_proposed_under_another_team_is_refused_and_proposed_anew(
    work: AtWork, change: tuple[str, str]
) -> None:
    work.write_team()
    bot = work.start()
    ts = work.fire()
    shown = work.waiting(ts)
    (old,) = bot.store.proposals.open_proposals()
    work.write_team(change)
    work.press("alice", ts, "approve")
    said = "Nothing ran. The runbook, one of its scripts or the team has changed since this was shown."
    assert work.told("alice").startswith(said)
    assert work.starts == 0
    work.box.wait(lambda: work.card(ts).value("approve") not in {"", old.id}, what="the fresh proposal")
    work.box.click("bob", "alerts", shown.ts, "approve", value=old.id)
    assert "This was decided or replaced before" in work.told("bob")
    work.press("bob", ts, "approve")
    work.card_with(ts, "🟢 FIXED")
    assert work.starts == 1


def test_a_change_that_decides_nothing_leaves_proposals_alone(work: AtWork) -> None:
    """A telephone number, the rota, a link."""
    work.write_team()
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.write_team(("+55 11 5550-0101", "+55 11 5550-9999"))
    work.press("alice", ts, "approve")
    work.card_with(ts, "🟢 FIXED")


def test_whoever_has_left_does_not_approve_and_whoever_came_does(work: AtWork) -> None:
    work.write_team()
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.write_team(("approvers: [alice, bob]", "approvers: [carol, bob]"))
    work.press("alice", ts, "approve")
    assert "You may not decide this. Only bob, carol may." in work.told("alice")
    work.press("carol", ts, "approve")
    assert "the team has changed" in work.told("carol")
    work.card_with(ts, "Needs 1 of bob, carol")
    work.approved(ts, "carol")
    work.card_with(ts, "🟢 FIXED")
    assert work.starts == 1


def test_the_first_of_two_approvals_does_not_outlive_the_team_it_was_given_in(work: AtWork) -> None:
    work.write_runbook(required=2)
    work.write_team(ALL_THREE)
    work.start()
    ts = work.approved(work.fire(), "alice")
    work.card_with(ts, "Needs 1 of")
    work.write_team(("approvers: [alice, bob]", "approvers: [carol, bob]"))
    work.press("bob", ts, "approve")
    assert "the team has changed" in work.told("bob")
    work.card_with(ts, "Needs 2 of bob, carol")
    assert work.starts == 0


@pytest.mark.parametrize("broken", ["people: [\n", "people: {}\n", "roles: {approvers: [nobody]}\n", None])
def test_while_the_file_is_broken_the_last_good_one_counts(work: AtWork, broken: str | None) -> None:
    """Or gone. It is said in the log, and once it is mended the mended one counts."""
    work.write_team(("approvers: [alice, bob]", "approvers: [alice]"))
    bot = work.start()
    file = work.folder / "team.yaml"
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    ts = work.fire()
    work.waiting(ts)
    work.press("bob", ts, "approve")
    assert "Only alice may" in work.told("bob")
    work.write_team(("approvers: [alice, bob]", "approvers: [bob]"))
    work.press("bob", ts, "approve")
    work.card_with(ts, "Needs 1 of bob")
    work.approved(ts, "bob")
    work.card_with(ts, "🟢 FIXED")
    assert bot.store.timeline.first_broken() is None


def test_self_approval_covers_low_and_medium_risk_only(work: AtWork) -> None:
    work.write_team(("self_approval: false", "self_approval: true"))
    work.start()
    own = work.ask_for("alice", "restart-shop")
    work.approved(own, "alice")
    work.card_with(own, "🟢 FIXED")
    work.write_runbook(required=2)
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("risk: medium", "risk: high"))
    high = work.ask_for("alice", "restart-shop")
    before = len(work.box.ephemerals("alice", "alerts"))
    work.approved(high, "alice")
    assert "You asked for this run" in work.told("alice", after=before)


def test_a_runbook_may_let_the_one_who_asks_approve(work: AtWork) -> None:
    file = work.runbooks / "restart-shop.yaml"
    file.write_text(file.read_text().replace("roles: [approvers]", "roles: [approvers], self: true"))
    work.start()
    own = work.ask_for("alice", "restart-shop")
    work.approved(own, "alice")
    work.card_with(own, "🟢 FIXED")
