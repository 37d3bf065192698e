"""It must be now and nobody else is there: one person approves alone, with a reason that everyone sees."""

from __future__ import annotations


def emergency(work, person: str, ts: str, reason: str):
    work.waiting(ts)
    work.choose(person, ts, "emergency")
    return work.box.submit(person, work.modal(person)["id"], {"reason": reason})


def test_an_emergency_role_approves_alone_with_a_reason(work):
    """Two would be needed; carol, the lead, is alone."""
    work.write_runbook(required=2)
    work.start()
    ts = work.fire()
    emergency(work, "carol", ts, "Nobody answers the phone")
    card = work.card_with(ts, "FIXED")
    assert "Approved alone, in an emergency, by carol" in card.words
    assert "Nobody answers the phone" in card.words
    assert work.starts == 1


def test_a_blank_reason_is_none(work):
    work.start()
    ts = work.fire()
    answer = emergency(work, "carol", ts, "   ")
    assert answer["errors"] == {"reason": "Say why; spaces alone tell nobody anything."}
    assert work.starts == 0


def test_an_approver_is_no_emergency_role(work):
    """Who may, is said; the form does not even open."""
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("alice", ts, "emergency")
    assert "Only carol may, in an emergency" in work.told("alice")
    assert (work.box.views("alice"), work.starts) == ([], 0)


def test_one_who_has_approved_may_still_do_it_alone(work):
    """Carol's word counted as one of two; nobody else came."""
    work.write_team(("approvers: [alice, bob]", "approvers: [alice, carol]"))
    work.write_runbook(required=2)
    work.start(TEAM_FILE=str(work.folder / "team.yaml"))
    ts = work.fire()
    work.approved(ts, "carol")
    work.card_with(ts, "Approved by carol")
    emergency(work, "carol", ts, "Alice is on a plane")
    card = work.card_with(ts, "FIXED")
    assert "Alice is on a plane" in card.words


def test_an_observer_runs_nothing_in_an_emergency_either(work):
    work.start(MODE="observe")
    ts = work.fire()
    card = work.card_with(ts, "only observes")
    assert not [each for each in card.menu if each.startswith("emergency")]


def test_a_team_without_emergency_roles_has_no_such_entry(work):
    work.write_team(("emergency: {roles: [lead]}", "emergency: {roles: []}"))
    work.start(TEAM_FILE=str(work.folder / "team.yaml"))
    card = work.waiting(work.fire())
    assert sorted(each.partition("|")[0] for each in card.menu) == ["check_again", "edit", "other"]
