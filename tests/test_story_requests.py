"""`/runbook`: asking for a run, looking before, and what there is to read."""

from __future__ import annotations

import pytest

from bot.runbooks.shelf import Shelf
from bot.team_file import load
from tests.at_work import ROOT, AtWork
from tests.note_runbook import NOTE, made


@pytest.fixture
def work(work: AtWork) -> AtWork:
    work.add_runbook("write-note", NOTE)
    return work


def test_a_run_that_is_asked_for_becomes_a_proposal_like_any_other(work: AtWork) -> None:
    work.start()
    said = work.command("alice", "run restart-shop service=cart")
    assert said == "Proposed in <#C0000000001>. It runs when somebody who may approve it says so on the card."
    (posted,) = work.box.wait(lambda: work.box.messages("alerts"), what="the card")
    card = work.waiting(posted["ts"])
    assert card.title == "🔵 Restart the shop"
    for shown in ("Asked for by alice at", "*Proposed:* Restart the shop · risk medium", "service = `cart` (person)"):
        assert shown in card.words
    assert "state  unwell, 1,912 MB" in card.words
    work.press("bob", posted["ts"], "approve")
    card = work.card_with(posted["ts"], "🟢 FIXED · Restart the shop")
    assert card.buttons == ["check_again", "more"]
    assert work.starts == 1


def test_whoever_asks_for_a_run_does_not_approve_it(work: AtWork) -> None:
    work.start()
    ts = work.ask_for("alice", "restart-shop")
    work.approved(ts, "alice")
    refused = "Nothing ran. You asked for this run, so somebody else has to approve it."
    assert work.told("alice", after=1) == refused  # the first: where it is proposed
    work.press("alice", ts, "reject")  # but may take it back
    work.box.submit("alice", work.modal("alice")["id"], {"reason": "not needed"})
    work.card_with(ts, "Rejected by alice")
    assert work.starts == 0


def test_what_runs_by_itself_is_said_to(work: AtWork) -> None:
    """Unless values were chosen for it: then a person decides."""
    work.write_team(("unattended: [daily-health-check]", "unattended: [look]"))
    spec = 'params:\n  word: {type: string, pattern: "[a-z]+", default: well}\n'
    steps = 'steps:\n  - {id: look, run: [cat, "{shop}/state"]}\nrisk: low\napproval: {required: 0}\n'
    work.add_runbook("look", f'{spec}lock: "{{word}}"\n{steps}')
    work.start()
    said = work.command("alice", "run look")
    assert said.endswith("It runs by itself if every check answers as it should; else a person decides on the card.")
    said = work.command("alice", "run look word=ill")
    assert said.endswith("It runs when somebody who may approve it says so on the card.")


def test_where_the_bot_only_observes_nobody_is_told_that_it_runs(work: AtWork) -> None:
    """Neither as a run is asked for, in a line or in a form, nor in the help."""
    work.start(MODE="observe")
    said = "Proposed in <#C0000000001>. The bot only observes here (MODE=observe): nothing will run."
    assert work.command("alice", "run restart-shop") == said
    work.command("alice", "run write-note")
    before = len(work.box.ephemerals("alice", "alerts"))
    work.box.submit("alice", work.modal("alice")["id"], {"note": "x"})
    assert work.told("alice", after=before) == said
    for person in ("alice", "carol"):
        shown = work.command(person, "help")
        assert "The bot only observes here" in shown
        assert "approve" not in shown.replace("Somebody who may approve it decides on the card", "")


def test_a_telephone_begins_with_a_capital(work: AtWork) -> None:
    """And the command is understood all the same."""
    work.start()
    assert work.command("bob", "List") == work.command("bob", "list")
    assert work.command("bob", "HELP") == work.command("bob", "help")
    assert work.command("bob", "Show write-note") == work.command("bob", "show write-note")
    for typed in ("List", "List All"):
        assert "There is no `" not in work.box.command("bob", "alerts", f"/incident {typed}")["text"]
        assert "incident" in work.box.command("bob", "alerts", f"/incident {typed}")["text"]


def test_high_risk_needs_two_other_people(work: AtWork) -> None:
    """The one who asked is neither of them."""
    file = work.runbooks / "restart-shop.yaml"
    work.write_runbook(required=2)
    file.write_text(file.read_text().replace("risk: medium", "risk: high"))
    work.write_team(("approvers: [alice, bob]", "approvers: [alice, bob, carol]"))
    work.start()
    ts = work.approved(work.ask_for("alice", "restart-shop"), "bob")
    work.card_with(ts, "Needs 1 of")
    work.press("alice", ts, "approve")
    assert "You asked for this run" in work.told("alice", after=1)
    work.press("bob", ts, "approve")
    assert "Your approval is counted already" in work.told("bob")
    assert work.starts == 0
    work.press("carol", ts, "approve")
    card = work.card_with(ts, "FIXED")
    assert "Approved by bob" in card.words
    assert "Approved by carol" in card.words


def test_values_with_spaces_stand_in_quotes(work: AtWork) -> None:
    """Those that a keyboard has made round are quotes as well, and the value itself is not trimmed."""
    work.start()
    for typed, written in (
        ('note="two words"', "two words"),
        ("note=“round ones”", "round ones"),
        ("note=' x '", " x "),
        ("note=a=b", "a=b"),
    ):
        ts = work.approved(work.ask_for("alice", f"write-note {typed}"), "bob")
        work.card_with(ts, "FIXED")
        assert written in made(work)


def test_what_a_command_has_wrong_is_said_with_how_to_write_it(work: AtWork) -> None:
    work.start()
    for typed, said in (
        ("run", "Write `/runbook run ID`, such as `/runbook run restart-shop`."),
        ("run nope", "There is no runbook `nope`. There are: restart-shop, write-note."),
        ('run write-note note="open', "A quote is not closed. Close it, or leave it out."),
        ("run write-note note=x note=y", "`note` is given twice; give it once."),
        ("plan write-note note=x note=x", "`note` is given twice; give it once."),
        ("run write-note two words", "Write each value as name=value, such as `service=shop`"),
        ("run write-note note=/etc", "No plan could be made: note (person) does not fit"),
        ("run write-note note=x times=4", "times (person) is above 3"),
        ("run write-note note=x colour=red", '"colour": write-note has no such parameter'),
    ):
        assert said in work.command("alice", typed), typed
    assert work.box.messages("alerts") == []


def test_a_missing_value_is_asked_for_in_a_form(work: AtWork) -> None:
    work.start()
    assert work.command("alice", "run write-note times=2").strip() == ""
    view = work.modal("alice")
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert list(inputs) == ["note", "times"]
    assert inputs["times"]["element"]["initial_value"] == "2"
    assert "a whole number (1 – 3); default: 1" in inputs["times"]["hint"]["text"]
    work.box.submit("alice", view["id"], {"note": "hello"})
    (posted,) = work.box.wait(lambda: work.box.messages("alerts"), what="the card")
    card = work.waiting(posted["ts"])
    assert "note = `hello` (person) · times = `2` (person)" in card.words


def test_a_value_that_does_not_fit_is_said_in_the_form(work: AtWork) -> None:
    work.start()
    work.command("alice", "run write-note")
    view = work.modal("alice")
    answer = work.box.submit("alice", view["id"], {"note": "/etc", "times": "four"})
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"note", "times"}
    assert answer["errors"]["times"].startswith("is no whole number")
    assert work.box.messages("alerts") == []
    work.box.submit("alice", view["id"], {"note": "mended", "times": "3"})
    (posted,) = work.box.wait(lambda: work.box.messages("alerts"), what="the card")
    assert "times = `3` (person)" in work.waiting(posted["ts"]).words


def test_from_elsewhere_it_is_proposed_where_the_bot_is(work: AtWork) -> None:
    """In #general, where the bot is not: the card stands in the alerts channel, and the person is told so."""
    work.start()
    ts = work.ask_for("bob", "restart-shop", channel="general")
    assert "Asked for by bob" in work.waiting(ts).words
    before = {ts}
    work.box.command("bob", "general", "/runbook run write-note")
    work.box.submit("bob", work.modal("bob")["id"], {"note": "x"})
    assert "note = `x` (person)" in work.waiting(work.new_card(before)).words
    assert "Proposed in <#C0000000001>" in work.told("bob")


def test_a_dry_run_shows_the_sealed_plan_and_runs_nothing(work: AtWork) -> None:
    work.start()
    said = work.command("carol", "plan restart-shop service=cart")
    for shown in (
        "*Restart the shop* · risk medium · plan `",
        "Nothing ran.",
        "service = cart (person)",
        "step 1  restart   scripts/restart.sh",
        "lock        service:cart",
        "approvals   1 of approvers, not the one who asks, within 15m",
    ):
        assert shown in said
    assert "No plan could be made: No value for note" in work.command("carol", "plan write-note")
    assert work.box.messages("alerts") == []
    assert work.starts == 0


def test_the_plan_of_a_dry_run_is_the_one_that_is_proposed(work: AtWork) -> None:
    """The same values give the same hash."""
    work.start()
    (hash_,) = {line.split()[1] for line in work.command("bob", "plan restart-shop").splitlines() if "hash  " in line}
    card = work.waiting(work.ask_for("bob", "restart-shop"))
    assert f"plan `{hash_[:7]}`" in card.words


def test_the_list_is_narrowed_by_words(work: AtWork) -> None:
    work.start()
    everything = work.command("bob", "list")
    assert "`restart-shop` · Restart the shop · risk medium · 1 step" in everything
    assert "`write-note` · Write note · risk low · 1 step" in everything
    assert work.command("bob", "list NOTE write") == "`write-note` · Write note · risk low · 1 step"
    assert "No runbook's id or title has these words: cake" in work.command("bob", "list cake")


def test_help_says_what_this_person_may_do(work: AtWork) -> None:
    work.start()
    ours = work.command("alice", "help")
    assert "You may approve low, medium here (approvers, sre)." in ours
    assert "`/runbook pause WHY`" in ours
    leads = work.command("carol", "help")
    assert "You may approve" not in leads
    assert "In an emergency you may approve alone, with a reason that everyone sees." in leads
    assert "`/runbook pause WHY`" in leads


def test_help_for_somebody_without_a_role(work: AtWork) -> None:
    work.write_team(("lead: [carol]", "lead: [bob]"), ("manager: [carol]", "manager: [bob]"))
    work.start()
    said = work.command("carol", "")
    assert "You hold no role in the team file" in said
    assert "`/runbook run ID [name=value …]`" in said
    assert "pause" not in said


def test_history_tells_what_came_of_each_run(work: AtWork) -> None:
    work.start()
    assert work.command("bob", "history") == "No run yet."
    fixed = work.approved(work.ask_for("alice", "restart-shop"), "bob")
    work.card_with(fixed, "FIXED")
    work.write_script("exit 3")
    failed = work.approved(work.ask_for("alice", "restart-shop"), "bob")
    work.card_with(failed, "FAILED")
    noted = work.approved(work.ask_for("bob", "write-note note=x"), "alice")
    work.card_with(noted, "FIXED")
    first, second, third = work.command("carol", "history").splitlines()
    assert first.startswith("*Run 3* · `write-note` · FIXED · ")
    assert first.endswith(" · approved by alice")
    assert second.startswith("*Run 2* · `restart-shop` · FAILED · ")
    assert second.endswith(" · approved by bob · step restart: exit code 3")
    assert third.startswith("*Run 1* · `restart-shop` · FIXED · ")
    assert len(work.command("carol", "history write-note").splitlines()) == 1
    assert "There is no runbook `nope`" in work.command("carol", "history nope")
    past = work.command("carol", "history restart-shop")
    file = work.runbooks / "restart-shop.yaml"
    file.write_text("runbook: 1\n")
    assert work.command("carol", "history restart-shop") == past
    file.unlink()
    assert work.command("carol", "history restart-shop") == past


def test_lint_lists_what_is_wrong(work: AtWork) -> None:
    work.start()
    (work.runbooks / "broken.yaml").write_text("runbook: 1\nid: broken\ntitel: x\n")
    said = work.command("bob", "lint")
    assert "1 file cannot be used until mended. What lint says:" in said
    assert "broken.yaml:3: error: `titel`" in said


def test_lint_says_how_many_more_problems_there_are(work: AtWork) -> None:
    """And where they are all listed."""
    work.start()
    for number in range(60):
        (work.runbooks / f"broken-{number:02}.yaml").write_text("runbook: 1\n")
    lines = work.command("bob", "lint").splitlines()
    shown = [line for line in lines if ": error: " in line or ": warning: " in line]
    found = len(Shelf(work.runbooks, lambda: load(ROOT / "team.yaml")).lint().problems)
    assert 8 < len(shown) < found
    assert lines[-1] == f"… and {found - len(shown)} more. `app.py runbook lint` in a terminal shows all of them."


def test_lint_says_when_it_only_warns_and_when_nothing_is_wrong(work: AtWork) -> None:
    work.start()
    said = work.command("bob", "lint")
    assert "Every runbook can be used." in said
    assert "write-note.yaml" in said
    (work.runbooks / "write-note.yaml").unlink()
    work.write_runbook(extra="")
    assert work.command("bob", "lint") == "Nothing is wrong with the 1 runbook."


def test_portuguese_requests(work: AtWork) -> None:
    work.start(LANGUAGE="pt_BR")
    said = work.command("alice", "run restart-shop")
    assert said.startswith("Proposto em <#C0000000001>.")
    (posted,) = work.box.wait(lambda: work.box.messages("alerts"), what="the card")
    assert "Pedido por alice às" in work.waiting(posted["ts"]).words
