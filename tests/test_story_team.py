"""The team file is part of what was shown: when it changes, an approval is asked for anew."""

from __future__ import annotations


def start(work) -> None:
    work.write_team()
    work.start(TEAM_FILE=str(work.folder / "team.yaml"))


def change(work, old: str, new: str) -> None:
    """As an editor saves it: in one step."""
    file = work.folder / "team.yaml"
    text = file.read_text()
    assert old in text
    fresh = file.with_suffix(".new")
    fresh.write_text(text.replace(old, new))
    fresh.replace(file)


def test_a_changed_team_is_asked_anew(work):
    """Who may approve was part of the card; the fresh one names those of now, and the old button starts nothing."""
    start(work)
    ts = work.fire()
    shown = work.waiting(ts)
    assert "Needs 1 of alice, bob (approvers)" in shown.words
    change(work, "approvers: [alice, bob]", "approvers: [alice, carol]")
    work.press("alice", ts, "approve")
    assert "the team has changed since this was shown" in work.told("alice")
    assert work.starts == 0
    work.card_with(ts, "Needs 1 of alice, carol (approvers)")
    work.press("bob", ts, "approve")
    assert "Only alice, carol may" in work.told("bob")
    work.press("carol", ts, "approve")
    work.card_with(ts, "FIXED")
    assert work.starts == 1


def test_what_changes_nobodys_say_changes_no_proposal(work):
    """A new phone number does not make people approve twice."""
    start(work)
    ts = work.fire()
    work.waiting(ts)
    change(work, "+55 11 5550-0101", "+55 11 5550-0199")
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")


def test_while_the_file_is_broken_the_last_good_one_counts(work):
    """Somebody saves half a file at three in the morning: those who could decide still can."""
    start(work)
    ts = work.fire()
    work.waiting(ts)
    change(work, "roles: ", "roles: [")
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")
