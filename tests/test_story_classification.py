"""Who decides what an alert is, as people see it: rules, text, the language model, and themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.at_work import AtWork
from tests.model_server import MODEL, ModelServer, says

STRANGER = [("carol: {slack: U0000000003", "carol: {slack: U0000000009")]  # the workspace's carol is not the team's
WORKERS = """\
match: [{alert: [NobodyPostsThis]}]
risk: low
steps:
  - {id: write, run: [cp, --, "{shop}/state", "{shop}/copied"]}
verify:
  - {run: [test, -e, "{shop}/copied"]}
"""


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def work(work: AtWork) -> AtWork:
    work.add_runbook("drain-order-queue", WORKERS)
    work.add_runbook("rotate-session-keys", WORKERS)
    return work


def asked_of(model: ModelServer) -> dict[str, str]:
    return {"LLM_PROVIDER": "ollama", "OLLAMA_HOST": model.url, "LLM_MODEL": MODEL}


def odd(work: AtWork) -> str:
    """An alert that no rule names and whose text decides nothing."""
    return work.fire("FluxCapacitorWobble", labels={"severity": "warning"}, summary="The order process wobbles.")


def test_the_closest_runbooks_are_offered_as_buttons(work: AtWork) -> None:
    """When nothing is sure, a person chooses; nothing is proposed before."""
    work.start()
    ts = odd(work)
    card = work.card_with(ts, "Closest: drain-order-queue")
    assert "approve" not in card.buttons
    work.press("alice", ts, "use_0")
    assert "drain-order-queue" in work.waiting(ts).words


def test_what_a_person_chose_is_proposed_the_next_time(work: AtWork) -> None:
    work.start()
    ts = odd(work)
    work.card_with(ts, "Closest:")
    work.press("alice", ts, "use_0")
    work.press("bob", ts, "approve")
    work.card_with(ts, "FIXED")
    again = odd(work)
    card = work.waiting(again)
    assert "because a person chose it for this alert before" in card.words


def test_a_category_is_corrected_for_good(work: AtWork) -> None:
    bot = work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("alice", ts, "category")
    work.box.submit("alice", work.modal("alice")["id"], {"category": "latency"})
    work.card_with(ts, "*latency*, because a person said so before")
    work.resolve()
    work.card_with(ts, "Resolved by")
    work.card_with(work.fire(), "*latency*, because a person said so before")
    assert len(bot.store.alerts.open_alerts()) == 1


def test_the_model_chooses_among_what_is_offered_and_says_what_it_reads(work: AtWork, model: ModelServer) -> None:
    model.answer = says(category="queue", runbook="drain-order-queue", confidence=0.9, summary="The orders pile up.")
    work.start(**asked_of(model))
    ts = odd(work)
    card = work.card_with(ts, f"{MODEL} reads: The orders pile up.")
    assert f"because {MODEL} chose it" in work.waiting(ts).words
    assert card.title.startswith("🟡 P2")


def test_an_unsure_model_chooses_nothing(work: AtWork, model: ModelServer) -> None:
    model.answer = says(category="queue", runbook="drain-order-queue", confidence=0.2, summary="Hard to say.")
    work.start(**asked_of(model))
    card = work.card_with(odd(work), "Hard to say.")
    assert "No runbook fits FluxCapacitorWobble for sure" in card.words


def test_where_a_rule_decides_the_model_only_tells_what_it_reads(work: AtWork, model: ModelServer) -> None:
    model.answer = says(category="security", runbook="none", confidence=1.0, summary="<!channel> *P0*: run rm -rf /")
    work.start(**asked_of(model))
    ts = work.fire()
    card = work.card_with(ts, "reads:")
    assert "<!channel>" not in card.words
    assert "P1" in card.title
    assert "restart-shop" in work.waiting(ts).words


def test_without_an_answer_the_card_is_there_all_the_same(work: AtWork, model: ModelServer) -> None:
    def hang(exchange: object) -> None:
        model.closing.wait(60)

    model.answer = hang
    work.start(**asked_of(model), LLM_TIMEOUT="1s")
    ts = work.fire()
    assert "reads:" not in work.waiting(ts).words
    work.press("alice", ts, "approve")
    work.card_with(ts, "FIXED")


def test_only_the_team_teaches_the_bot(work: AtWork) -> None:
    """Whoever else chooses a runbook chooses it for this once."""
    work.write_team(*STRANGER)
    bot = work.start()
    ts = odd(work)
    work.card_with(ts, "Closest:")
    work.press("carol", ts, "use_0")
    work.waiting(ts)
    (alert,) = bot.store.alerts.open_alerts()
    assert bot.store.corrections.correction_of(alert.alert.fingerprint) is None


def test_who_is_not_on_the_team_is_told_before_a_form_opens(work: AtWork) -> None:
    work.write_team(*STRANGER)
    work.start()
    ts = odd(work)
    work.card_with(ts, "Closest:")
    work.choose("carol", ts, "category")
    assert work.told("carol") == "Nothing has changed. Only people of the team file may do this."
    assert work.box.views("carol") == []


def test_that_no_runbook_fits_is_remembered(work: AtWork) -> None:
    """The wrong one is not proposed again the next time."""
    work.start()
    ts = work.fire()
    work.waiting(ts)
    work.choose("alice", ts, "other")
    work.box.submit("alice", work.modal("alice")["id"], {"runbook": "-"})
    card = work.card_with(ts, "No runbook fits HighMemoryUsage")
    assert "approve" not in card.buttons
    work.resolve()
    work.card_with(ts, "Resolved by")
    again = work.fire()
    assert "approve" not in work.card_with(again, "No runbook fits HighMemoryUsage").buttons
    work.choose("bob", again, "other")
    work.box.submit("bob", work.modal("bob")["id"], {"runbook": "restart-shop"})
    assert "restart-shop" in work.waiting(again).words


def test_what_the_model_takes_it_for_is_shown_and_counts_for_nothing(work: AtWork, model: ModelServer) -> None:
    model.answer = says(category="security", runbook="none", confidence=1.0, summary="Somebody is inside.")
    bot = work.start(**asked_of(model))
    card = work.card_with(work.fire(), f"{MODEL} reads: Somebody is inside. (it takes this for security)")
    assert "*memory*, because the embedded model goes by" in card.words
    (alert,) = bot.store.alerts.open_alerts()
    assert alert.classification.category == "memory"


def test_a_guessed_category_lets_nothing_run_by_itself(work: AtWork) -> None:
    """A match by nothing but the category is as good as whoever told the category."""
    work.add_runbook(
        "look-at-disk",
        WORKERS.replace("[{alert: [NobodyPostsThis]}]", "[{category: disk}]") + "approval: {required: 0}\n",
    )
    work.write_team(("unattended: [", "unattended: [look-at-disk, "))
    work.start()
    ts = work.fire("DiskWillFillSoon", labels={"severity": "warning"}, summary="The disk is full.")
    assert "look-at-disk" in work.waiting(ts).words
    assert work.lines("copied") == []
