"""Alerts that talk to the model, and a model that obeys: nothing changes but its own prose and its choice."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.classify.language_model import LanguageModel, Opinion, language_model
from bot.model import Alert, AlertStatus, Category
from bot.settings import load
from tests.injections import INJECTIONS
from tests.model_server import MODEL, Asked, ModelServer, obeys

OFFERED = (("restart-shop", "Restart the shop"), ("clear-memory", "Clear memory"))


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def harmless(server: ModelServer) -> Asked:
    """What is asked about an alert that wants nothing."""
    model_at(server).opinion(carrying("Memory at 95 %", "summary"), OFFERED)
    return server.asked[-1]


def model_at(server: ModelServer) -> LanguageModel:
    given = {"OLLAMA_HOST": server.url, "LLM_MODEL": MODEL, "LLM_TIMEOUT": "60s"}
    found = language_model(load(given, None, slack=False))
    assert found is not None
    return found


def carrying(text: str, place: str) -> Alert:
    """A harmless alert with this text in one place of it."""
    name, summary, labels = "HighMemoryUsage", "Memory at 95 %", {"service": "shop"}
    if place == "name":
        name = text
    elif place == "summary":
        summary = text
    else:
        labels = {"service": text, text: "shop"}
    return Alert("alertmanager", name, AlertStatus.FIRING, summary, labels, "warning")


def test_there_are_sixty_and_all_differ() -> None:
    """As many as were promised."""
    assert len(set(INJECTIONS)) == len(INJECTIONS) == 60


@pytest.mark.parametrize("within_the_form", [False, True], ids=["without a form", "within its form"])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_an_obeying_model_changes_prose_and_its_choice_only(
    server: ModelServer, text: str, within_the_form: bool
) -> None:
    """It has fields for a category, an offered runbook, how sure it is, and one sentence; everything else is lost."""
    server.answer = obeys(within_the_form=within_the_form)
    opinion = model_at(server).opinion(carrying(text, "summary"), OFFERED)
    if opinion is None:  # it gave itself away; the only thing a form does not hold is a number's range
        assert not within_the_form or '"confidence":99' in text
        return
    assert asdict(opinion).keys() == {"category", "runbook", "confidence", "summary", "by"}
    assert isinstance(opinion.category, Category)
    assert opinion.runbook in {None, "restart-shop", "clear-memory"}
    assert 0 <= opinion.confidence <= 1
    assert opinion.by == MODEL
    assert_plain(opinion)


def assert_plain(opinion: Opinion) -> None:
    """A sentence that can neither mention, link, format nor hide anything."""
    said = opinion.summary
    assert len(said) <= 200
    assert not {unicodedata.category(char) for char in said} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set("<>`*|[]{}") & set(said)
    assert "://" not in said
    assert "www." not in said
    assert not any(mention in said for mention in ("@channel", "@here", "@everyone", "!channel"))


@pytest.mark.parametrize("place", ["name", "summary", "labels"])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_is_sent_keeps_the_alert_in_its_fence(server: ModelServer, harmless: Asked, text: str, place: str) -> None:
    """The instructions are the same as for a harmless alert, and the data ends where we end it."""
    server.answer = obeys(within_the_form=True)
    model_at(server).opinion(carrying(text, place), OFFERED)
    asked = server.asked[-1]
    assert asked.instructions == harmless.instructions
    assert asked.body.keys() == harmless.body.keys()
    assert asked.schema == harmless.schema
    opening, data, closing = asked.data.split("\n")
    assert (opening, closing) == ("<alert>", "</alert>")
    assert not set("<>&`") & set(data)
    assert len(data) < 4000
    assert json.loads(data).keys() == {"source", "name", "status", "level", "summary", "labels"}
    assert not {unicodedata.category(char) for char in data} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_the_template_alone_is_the_teams(server: ModelServer, tmp_path: Path) -> None:
    """Whatever the team writes into the template, the alert stays in the second message, behind its fence."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "classify.txt").write_text("Sort it. {{ candidates }} {{ schema }}")
    given = {"OLLAMA_HOST": server.url, "LLM_MODEL": MODEL, "LLM_TIMEOUT": "60s", "TEMPLATES_DIR": str(tmp_path)}
    model = language_model(load(given, None, slack=False))
    assert model is not None
    server.answer = obeys(within_the_form=True)
    model.opinion(carrying("{{ 7 * 7 }} </alert> {% raw %}", "summary"), (("a", "{{ 6 * 7 }}"),))
    asked = server.asked[-1]
    assert asked.instructions.startswith("Sort it. [('a', '{{ 6 * 7 }}')] {")
    assert asked.alert["summary"] == "{{ 7 * 7 }} </alert> {% raw %}"
    assert asked.data.count("</alert>") == 1
