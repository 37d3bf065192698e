"""The language model: what it is asked, what is believed of its answer, and that it never takes more than its time."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.classify.language_model import LanguageModel, Opinion, chat_of, language_model
from bot.classify.llm.breaker import FAILURES
from bot.classify.llm.connection import MOST
from bot.classify.llm.prompt import Prompt
from bot.classify.llm.reply import plain_sentence, read_opinion
from bot.errors import ModelReplyUnusable, SettingsError, TemplateError
from bot.model import Alert, AlertStatus, Category
from bot.runbooks.masking import Mask
from bot.settings import Settings, load
from tests.model_server import (
    KEY,
    MODEL,
    WELL,
    Answer,
    ModelServer,
    breaks_off,
    bursts,
    drips,
    drips_headers,
    hangs,
    hangs_up,
    never_ends,
    redirects,
    refuses,
    says,
    sends,
    words,
)

ROOT = Path(__file__).parent.parent
ALERT = Alert("alertmanager", "HighMemoryUsage", AlertStatus.FIRING, "Memory at 95 %", {"service": "shop"}, "warning")
OFFERED = (("restart-shop", "Restart the shop"), ("clear-memory", "Clear memory"))
OPINION = Opinion(Category.MEMORY, "restart-shop", 0.9, "The shop is out of memory.", MODEL)
PROVIDERS = ("ollama", "gemini", "groq")


def eventually(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def at_work() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(("language-model", "exchange"))]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """And no thread is left over when it has gone."""
    with ModelServer() as server:
        yield server
    eventually(lambda: not at_work(), f"threads go on: {at_work()}")


def settings_for(server: ModelServer, provider: str = "ollama", **changed: str) -> Settings:
    given = {
        "LLM_PROVIDER": provider,
        "LLM_MODEL": MODEL,
        "LLM_TIMEOUT": "60s",  # no test waits for it
        "OLLAMA_HOST": server.url,
        "GEMINI_API_KEY": KEY,
        "GROQ_API_KEY": KEY,
    }
    return load(given | changed, None, slack=False)


def endpoints(server: ModelServer) -> dict[str, str]:
    return dict.fromkeys(("gemini", "groq"), f"{server.url}/v1/")


def model_at(
    server: ModelServer, provider: str = "ollama", secrets: Sequence[bytes] = (), **changed: str
) -> LanguageModel:
    settings = settings_for(server, provider, **changed)
    found = language_model(settings, secrets=secrets, endpoints=endpoints(server))
    assert found is not None
    return found


def by_hand(
    server: ModelServer, provider: str = "ollama", *, timeout: float = 60, now: Callable[[], float] = time.monotonic
) -> LanguageModel:
    settings = settings_for(server, provider)
    chat = chat_of(settings, endpoints(server))
    assert chat is not None
    return LanguageModel(chat, Prompt(settings.templates_dir, "en", Mask()), timeout, now=now)


def hurried(server: ModelServer, provider: str = "ollama") -> LanguageModel:
    """For servers that never answer: what is tested is that we do. A busy machine may load a client for a second."""
    importlib.import_module("ollama" if provider == "ollama" else "openai")
    return by_hand(server, provider, timeout=1.5)


def about(number: int) -> Alert:
    return replace(ALERT, fingerprint=f"f{number}")


# -- a model that works ---


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_picks_from_what_was_offered_and_writes_a_sentence(server: ModelServer, provider: str) -> None:
    """The opinion says who holds it."""
    assert model_at(server, provider).opinion(ALERT, OFFERED) == OPINION


def test_it_may_say_that_no_runbook_fits(server: ModelServer) -> None:
    """Also when none is offered."""
    server.answer = says(**WELL | {"runbook": "none"})
    model = model_at(server)
    assert model.opinion(ALERT, OFFERED) == replace(OPINION, runbook=None)
    assert model.opinion(ALERT, ()) == replace(OPINION, runbook=None)
    assert server.asked[-1].schema["properties"]["runbook"]["enum"] == ["none"]


def test_ollama_is_asked_for_a_short_exact_answer(server: ModelServer) -> None:
    """With the schema both as a grammar and in words, without thinking, and it stays loaded for the next one."""
    model_at(server).opinion(ALERT, OFFERED)
    (asked,) = server.asked
    body = dict(asked.body)
    messages, form = body.pop("messages"), body.pop("format")
    assert body == {
        "model": MODEL,
        "stream": False,
        "think": False,
        "options": {"temperature": 0, "seed": 1, "num_ctx": 4096, "num_predict": 160},
        "keep_alive": "30m",
        "tools": [],
    }
    assert [each["role"] for each in messages] == ["system", "user"]
    assert form["properties"]["category"]["enum"] == [category.value for category in Category]
    assert form["properties"]["runbook"]["enum"] == ["restart-shop", "clear-memory", "none"]
    assert form["additionalProperties"] is False
    assert json.dumps(form) in asked.instructions
    assert "restart-shop: Restart the shop" in asked.instructions
    assert asked.alert == {
        "source": "alertmanager",
        "name": "HighMemoryUsage",
        "status": "firing",
        "level": "warning",
        "summary": "Memory at 95 %",
        "labels": {"service": "shop"},
    }


@pytest.mark.parametrize("provider", ["gemini", "groq"])
def test_the_cloud_is_asked_the_same_with_its_key(server: ModelServer, provider: str) -> None:
    """By the API that both share; nothing in it that one of them would refuse."""
    model_at(server, provider).opinion(ALERT, OFFERED)
    model_at(server).opinion(ALERT, OFFERED)
    cloud, local = server.asked
    assert (cloud.path, local.path) == ("/v1/chat/completions", "/api/chat")
    assert cloud.headers["authorization"] == f"Bearer {KEY}"
    assert (cloud.instructions, cloud.data, cloud.schema) == (local.instructions, local.data, local.schema)
    assert cloud.body.keys() == {"model", "messages", "response_format", "temperature", "max_completion_tokens"}


def test_thinking_is_kept_short_where_a_model_would_think(server: ModelServer) -> None:
    """Models that do not think refuse a request that says how much they should."""
    named = {"gemini": "gemini-flash-lite-latest", "groq": "openai/gpt-oss-20b"}
    for provider, model in named.items():
        model_at(server, provider, LLM_MODEL=model).opinion(ALERT, OFFERED)
    assert [each.body["reasoning_effort"] for each in server.asked] == ["minimal", "low"]
    assert [each.body["response_format"]["json_schema"].get("strict") for each in server.asked] == [None, True]


def test_the_sentence_is_asked_for_in_the_bots_language(server: ModelServer) -> None:
    """The rest of the card is in it too."""
    model_at(server, LANGUAGE="pt_BR").opinion(ALERT, OFFERED)
    assert "one plain sentence in Brazilian Portuguese" in server.asked[0].instructions


# -- a model that does not ---

PROSE = f"Sure, here is the JSON:\n{json.dumps(WELL)}\nHope that helps."
FAULTS: dict[str, tuple[Answer, str]] = {
    "prose around it": (words(PROSE), "not the one JSON object"),
    "a fence around it": (words(f"```json\n{json.dumps(WELL)}\n```"), "not the one JSON object"),
    "thinking aloud": (words(f"<think>Hm.</think>{json.dumps(WELL)}"), "not the one JSON object"),
    "half of it": (words(json.dumps(WELL)[:30]), "not the one JSON object"),
    "two of it": (words(json.dumps(WELL) * 2), "not the one JSON object"),
    "nothing": (words(""), "not the one JSON object"),
    "null": (words(None), "not the one JSON object"),
    "a list": (words(json.dumps([WELL])), "no object"),
    "a number": (words("17"), "no object"),
    "deeply nested": (words("[" * 9000), "not the one JSON object"),
    "very long": (words(json.dumps(WELL | {"summary": "x" * 20000})), "characters long"),
    "a category that does not exist": (says(**WELL | {"category": "gremlins"}), "a category that does not exist"),
    "a category in capitals": (says(**WELL | {"category": "Memory"}), "a category that does not exist"),
    "a runbook that was not offered": (says(**WELL | {"runbook": "drop-database"}), "runbook that was not offered"),
    "two runbooks": (says(**WELL | {"runbook": ["restart-shop", "clear-memory"]}), "not usable: runbook"),
    "too sure": (says(**WELL | {"confidence": 1.5}), "not usable: confidence"),
    "sure in words": (says(**WELL | {"confidence": "high"}), "not usable: confidence"),
    "not a number": (words(json.dumps(WELL | {"confidence": float("nan")})), "not usable: confidence"),
    "no summary": (says(category="memory", runbook="none", confidence=1), "has no summary"),
    "a severity as well": (says(**WELL, severity="P0"), "a field nobody asked for"),
    "a command as well": (says(**WELL, command=["rm", "-rf", "/"]), "a field nobody asked for"),
    "cut off": (words(json.dumps(WELL), "length"), "cut off"),
    "another end": (words(json.dumps(WELL), "content_filter"), "no end"),
    "not pulled": (refuses(404, "model 'small:1b' not found"), "HTTP 404: "),
    "busy": (refuses(503, "server busy, please try again"), "HTTP 503: "),
    "too many questions": (refuses(429, "slow down", Retry_After="3600"), "HTTP 429: "),
    "key refused": (refuses(401, "bad key"), "HTTP 401: "),
    "broken": (refuses(500, "out of memory"), "HTTP 500: "),
    "a proxy's page": (sends(b"<html><h1>Welcome</h1></html>", kind="text/html"), "is not "),
    "a proxy's error": (sends(b"<html>Bad Gateway</html>", 502, "text/html"), "HTTP 502: "),
    "an error that is a list": (sends(b"[1]", 500), ""),
    "JSON of another kind": (sends(b'{"hello": ["world"]}'), ""),
    "JSON that is a list": (sends(b"[]"), ""),
    "not UTF-8": (sends(b'{"message": "\xff\xfe"}'), ""),
    "no body": (sends(b""), ""),
    "another address": (redirects("http://127.0.0.1:9/api/chat"), "HTTP 307: it sends us to another address"),
    "gigabytes": (never_ends, "longer than 256 KiB"),
    "gigabytes, compressed": (bursts, "compressed"),
    "half an answer": (breaks_off, "no whole answer"),
    "a connection that is closed": (hangs_up, "no whole answer"),
}


@pytest.mark.parametrize("provider", ["ollama", "groq"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_an_answer_is_no_opinion(server: ModelServer, provider: str, fault: str) -> None:
    """One line in the log says why, nothing is raised, and what it said is not repeated there."""
    server.answer, why = FAULTS[fault]
    with capture_logs() as lines:
        assert model_at(server, provider).opinion(ALERT, OFFERED) is None
    (line,) = lines
    assert (line["log_level"], line["event"], line["model"]) == (
        "warning",
        "no opinion from the language model",
        MODEL,
    )
    assert why in line["why"]
    assert len(line["why"]) < 400
    assert len(server.asked) == 1


@pytest.mark.parametrize("provider", ["ollama", "groq"])
@pytest.mark.parametrize("slow", [hangs, drips, drips_headers], ids=lambda answer: answer.__name__)
def test_a_server_that_never_ends_is_given_up(server: ModelServer, provider: str, slow: Answer) -> None:
    """The answer to the caller comes while the server is still at it; then it is hung up on, and no thread stays."""
    server.answer = slow
    with capture_logs() as lines:
        assert hurried(server, provider).opinion(ALERT, OFFERED) is None
    # Whoever of the two gives up first: the client, or who bounds the whole.
    assert re.fullmatch(r"no answer (from \S+ )?within 1\.\d+ s", lines[0]["why"])
    assert server.at_work.wait(30)
    assert not server.closing.is_set()
    assert server.left.wait(30), "still connected"


def test_nothing_listens(server: ModelServer) -> None:
    """Said with the address that was tried."""
    server.close()
    for provider, why in (("ollama", f"nothing answers at {server.url}"), ("groq", "no whole answer from")):
        with capture_logs() as lines:
            assert model_at(server, provider).opinion(ALERT, OFFERED) is None
        assert why in lines[0]["why"]


def test_a_name_that_leads_nowhere_is_no_opinion() -> None:
    """One that nobody listens on, and one that no resolver takes."""
    for host in ("http://127.0.0.1:1", f"http://{'x' * 70}.example:1"):
        model = language_model(load({"OLLAMA_HOST": host, "LLM_TIMEOUT": "20s"}, None, slack=False))
        assert model is not None
        assert model.opinion(ALERT, OFFERED) is None


def test_the_cloud_is_reached_through_the_proxy_and_ollama_is_not(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everything else that leaves the network; Ollama is in it."""
    settings = settings_for(server, "groq")
    monkeypatch.setenv("http_proxy", server.url)
    model = language_model(settings, endpoints={"groq": "http://models.example/v1/"})
    assert model is not None
    assert model.opinion(ALERT, OFFERED) == OPINION
    assert [each.path for each in server.asked] == ["http://models.example/v1/chat/completions"]
    for broken in ("http://127.0.0.1:1", "socks5://127.0.0.1:1", "http://[", "ftp://me:hunter2@box"):
        monkeypatch.setenv("http_proxy", broken)
        assert model_at(server).opinion(ALERT, OFFERED) == OPINION
        with capture_logs() as lines:
            assert model.opinion(about(1), OFFERED) is None
        assert "hunter2" not in json.dumps(lines)


# -- once is enough ---


def test_the_same_trouble_is_asked_about_once(server: ModelServer) -> None:
    """Same fingerprint and same candidates. Other candidates are another question."""
    model = model_at(server)
    assert model.opinion(about(1), OFFERED) == OPINION
    assert model.opinion(replace(about(1), summary="Memory at 96 %"), OFFERED) == OPINION
    assert len(server.asked) == 1
    model.opinion(about(1), OFFERED[:1])
    model.opinion(about(2), OFFERED)
    assert len(server.asked) == 3


def test_a_failure_is_not_remembered_as_an_answer(server: ModelServer) -> None:
    """The next time may go better."""
    model = model_at(server)
    server.answer = words("rubbish")
    assert model.opinion(about(1), OFFERED) is None
    server.answer = says(**WELL)
    assert model.opinion(about(1), OFFERED) == OPINION


def test_who_waits_for_the_same_gets_the_same_answer(server: ModelServer) -> None:
    """Five at once are one question."""
    model = model_at(server)
    with ThreadPoolExecutor(5) as five:
        found = list(five.map(lambda _: model.opinion(about(1), OFFERED), range(5)))
    assert found == [OPINION] * 5
    assert len(server.asked) == 1


def test_nobody_waits_for_it_once_it_is_given_up(server: ModelServer) -> None:
    """A bot that stops is not held up by a model that thinks, and asks nothing any more."""
    server.answer = hangs
    model = model_at(server)
    with ThreadPoolExecutor(2) as two, capture_logs() as lines:
        asked = [two.submit(model.opinion, about(each), OFFERED) for each in range(2)]
        assert server.at_work.wait(30)
        model.give_up()
        assert [each.result(30) for each in asked] == [None, None]
    assert {line["why"] for line in lines} == {"nobody waits for it any more"}
    assert server.left.wait(30), "still connected"
    with capture_logs():
        assert model.opinion(about(2), OFFERED) is None
    assert len(server.asked) == 1


def test_one_question_at_a_time(server: ModelServer) -> None:
    """Parallel questions to one machine only make each other late. Who gets no turn in time goes without."""
    server.answer = hangs
    model = hurried(server)
    model.wake()
    assert server.at_work.wait(30)
    with capture_logs() as lines:
        assert model.opinion(ALERT, OFFERED) is None
    assert [line["why"] for line in lines] == ["it is still answering others"]
    assert server.questions == []


# -- left alone while it is broken ---


def test_a_broken_model_is_left_alone_and_tried_again_later(server: ModelServer) -> None:
    """Nobody waits for it meanwhile. One trial decides."""
    now = [0.0]
    model = by_hand(server, now=lambda: now[0])
    server.answer = refuses(500, "broken")
    for number in range(FAILURES):
        assert model.opinion(about(number), OFFERED) is None
    with capture_logs() as lines:
        assert model.opinion(about(100), OFFERED) is None
    assert lines[0]["why"] == "it failed too often and is left alone, for 30 s more"
    assert len(server.asked) == FAILURES
    server.answer = says(**WELL)
    assert model.opinion(about(101), OFFERED) is None
    now[0] = 31.0
    assert model.opinion(about(102), OFFERED) == OPINION
    assert model.opinion(about(103), OFFERED) == OPINION


@pytest.mark.parametrize("harmless", [refuses(503, "busy"), refuses(429, "slow down"), words("rubbish")])
def test_a_busy_model_is_not_a_broken_one(server: ModelServer, harmless: Answer) -> None:
    """Nor is one that talks rubbish about one alert: it is asked about the next."""
    model = model_at(server)
    server.answer = harmless
    for number in range(FAILURES * 2):
        assert model.opinion(about(number), OFFERED) is None
    assert len(server.asked) == FAILURES * 2
    server.answer = says(**WELL)
    assert model.opinion(about(100), OFFERED) == OPINION


def test_what_it_knows_is_said_while_it_is_broken(server: ModelServer) -> None:
    """An answer that is there needs no model."""
    model = model_at(server)
    assert model.opinion(about(0), OFFERED) == OPINION
    server.answer = refuses(500)
    for number in range(1, FAILURES + 2):
        model.opinion(about(number), OFFERED)
    assert model.opinion(about(0), OFFERED) == OPINION


# -- awake ---


def test_it_is_woken_at_the_start(server: ModelServer) -> None:
    """A question without words has Ollama load it; nobody waits."""
    model_at(server).wake()
    eventually(lambda: server.asked, "not woken")
    (asked,) = server.asked
    assert (asked.path, asked.body["messages"], asked.body["keep_alive"]) == ("/api/chat", [], "30m")
    assert asked.body["options"] == {"num_ctx": 4096}  # as in a question, or it would be loaded anew for one


def test_it_is_woken_after_a_question_that_took_too_long(server: ModelServer) -> None:
    """Ollama stops loading when the one who asked hangs up, so that a sleeping model would stay asleep for ever."""
    model = hurried(server)
    server.answer = hangs
    assert model.opinion(about(1), OFFERED) is None
    server.answer = says(**WELL)
    # Whether the first question came before its time was over is no matter, on a busy machine.
    eventually(lambda: [each for each in server.asked if each.body.get("messages") == []], "not woken")


# -- secrets ---


def test_no_secret_reaches_a_model(server: ModelServer) -> None:
    """Neither the bot's own, nor a runbook's, nor what an alert lets slip."""
    slips = {
        "db_password": "hunter2-in-a-label",
        "url": "postgresql://shop:hunter2-in-a-url@db/shop",
        "header": "Authorization: Bearer hunter2.in.a.header",
        "basic": "authorization=Basic aHVudGVyMjppbi1iYXNl",
        "aws": "AKIAHUNTER2HUNTER2HU",
        "pem": "-----BEGIN RSA PRIVATE KEY-----\nhunter2inapem\n-----END RSA PRIVATE KEY-----",
        "slack": "xoxb-1234-hunter2slack",
        "hook": "https://hooks.slack.com/services/T0/B0/hunter2hook",
    }
    said = (
        f"login failed: password=hunter2-assigned token: 'hunter2 quoted' api_key=\"hunter2-key\" senha=hunter2-pt; "
        f"bot key {KEY}, runbook hunter2-of-a-runbook and hunt\u200ber2-of-a-runbook"
    )
    model = model_at(server, secrets=[b"hunter2-of-a-runbook"])
    model.opinion(replace(ALERT, summary=said, labels=slips), (("a", f"Use {KEY}"),))
    sent = json.dumps(server.asked[0].body)
    assert "hunter2" not in sent
    assert "HUNTER2" not in sent
    assert "aHVudGVy" not in sent
    assert KEY not in sent
    assert server.asked[0].alert["summary"].startswith("login failed: password=[secret] token: [secret] api_key=")


def test_a_server_that_repeats_the_key_does_not_get_it_into_the_log(server: ModelServer) -> None:
    """Providers do, in what they say of a wrong one."""
    server.answer = refuses(401, f"Incorrect API key provided: {KEY}")
    with capture_logs() as lines:
        model_at(server, "groq").opinion(ALERT, OFFERED)
    assert KEY not in json.dumps(lines)
    assert "[secret]" in lines[0]["why"]


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=5))
def test_any_alert_can_be_asked_about(name: str, summary: str, labels: dict[str, str]) -> None:
    """Whatever characters are in it; nothing listens here, and None comes back."""
    model = LONELY
    assert model.opinion(Alert("plain", name, AlertStatus.FIRING, summary, labels), OFFERED) is None


def _lonely() -> LanguageModel:
    found = language_model(load({"OLLAMA_HOST": "127.0.0.1:1", "LLM_TIMEOUT": "60s"}, None, slack=False))
    assert found is not None
    return found


LONELY = _lonely()


# -- replies ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)
CLOSE = st.fixed_dictionaries(
    {
        "category": st.sampled_from([*Category, "pwned"]) | JSON,
        "runbook": st.sampled_from(["restart-shop", "none", "drop-database"]) | JSON,
        "confidence": st.floats() | JSON,
        "summary": st.text() | JSON,
    },
    optional={"severity": JSON, "command": JSON},
)


@given(JSON.map(json.dumps) | CLOSE.map(json.dumps) | st.text())
def test_whatever_it_replies_is_an_opinion_within_bounds_or_none(text: str) -> None:
    """Arbitrary JSON, JSON that is nearly right, and arbitrary text."""
    try:
        opinion = read_opinion(["restart-shop"], text, MODEL)
    except ModelReplyUnusable:
        return
    assert isinstance(opinion.category, Category)
    assert opinion.runbook in {None, "restart-shop"}
    assert 0 <= opinion.confidence <= 1
    assert len(opinion.summary) <= 200


@hypothesis(max_examples=30)
@given(body=st.binary(max_size=300))
def test_whatever_bytes_it_answers_nothing_is_raised(far_side: ModelServer, body: bytes) -> None:
    """Over the wire, by both APIs."""
    far_side.answer = sends(body)
    for provider in ("ollama", "groq"):
        assert model_at(far_side, provider).opinion(ALERT, OFFERED) is None


@pytest.fixture(scope="module")
def far_side() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The shop is out of memory. Restart it now. Approve!", "The shop is out of memory."),
        ("  Memory\n\tis  full\u2028now ", "Memory is full now"),
        ("<!channel> *bold* `code` <https://evil.example|here>", "channel bold code"),
        ("@here see https://evil.example/x and www.evil.example", "here see and"),
        ("safe \u202eelpmis\u202c \u200bword\u0000", "safe elpmis word"),
        ("node_exporter on api-1:9100 uses 95 % of /var", "node_exporter on api-1:9100 uses 95 % of /var"),
        ("x" * 500, "x" * 199 + "…"),
        ("", ""),
    ],
)
def test_a_summary_is_one_plain_sentence(said: str, shown: str) -> None:
    """It can neither mention, link, format nor hide anything."""
    assert plain_sentence(said) == shown


# -- set up ---


def test_none_asks_nobody() -> None:
    """Everything works without a model."""
    assert language_model(load({"LLM_PROVIDER": "none"}, None, slack=False)) is None


@pytest.mark.parametrize("provider", ["gemini", "groq"])
def test_a_provider_without_its_key_is_said(provider: str) -> None:
    """Also where the settings are read without Slack, at the command line."""
    with pytest.raises(SettingsError, match=rf"{provider.upper()}_API_KEY is missing"):
        language_model(load({"LLM_PROVIDER": provider}, None, slack=False))


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ alert }}", "'alert' is undefined. It may use: candidates, categories, closing, language, opening, schema"),
        ("\n{% if %}", "classify.txt:2: Expected an expression"),
        ("{{ 1 / 0 }}", "division by zero. Mend the template."),
        ("{{ schema.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("x" * 9000, "makes 9000 characters, and 8000 are the most. Shorten it."),
    ],
)
def test_a_prompt_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, template: str, problem: str) -> None:
    """And not at the first alert at night."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "classify.txt").write_text(template)
    with pytest.raises(TemplateError) as caught:
        language_model(load({"TEMPLATES_DIR": str(tmp_path)}, None, slack=False))
    assert problem in str(caught.value)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_client_is_imported_before_it_is_used(provider: str) -> None:
    """They take a third of a second and more, which no start has to wait for."""
    code = (
        "import sys; from bot.settings import load; from bot.classify.language_model import language_model; "
        f"language_model(load({{'LLM_PROVIDER': '{provider}', 'GEMINI_API_KEY': 'k', 'GROQ_API_KEY': 'k'}}, None, "
        "slack=False)); print(sorted({'ollama', 'openai'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_answer_just_within_the_limit_is_read(server: ModelServer) -> None:
    """The limit is on the whole body, whatever is in it."""
    body = json.dumps({"pad": "x" * (MOST - 1000), "message": {"role": "assistant", "content": json.dumps(WELL)}})
    server.answer = sends(json.dumps(json.loads(body) | {"model": MODEL, "done": True}).encode())
    assert model_at(server).opinion(ALERT, OFFERED) == OPINION
