"""What each tool posts is read to what it means. Where the forms come from: tests/payloads/README.md."""

import json
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.classify.embedded import embedded
from bot.model import Alert, AlertStatus

PAYLOADS = Path(__file__).parent / "payloads"
EXPECTED = [json.loads(line) for line in (PAYLOADS / "expected.jsonl").read_text().splitlines()]
UNKNOWN = [json.loads(line) for line in (PAYLOADS / "unknown.jsonl").read_text().splitlines()]
PAIRS = [json.loads(line) for line in (PAYLOADS / "pairs.jsonl").read_text().splitlines()]


def read(file: str) -> Alert:
    return read_alert(read_message(json.loads((PAYLOADS / file).read_text())))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["file"])
def test_a_tools_message_is_read(expected: dict[str, Any]) -> None:
    """Who says it, whether it is trouble, what it is about, and the tool's own word for how bad it is."""
    alert = read(expected["file"])
    wanted = {key: expected[key] for key in ("source", "status", "name", "severity_hint")}
    assert {
        "source": alert.source,
        "status": alert.status.value,
        "name": alert.name,
        "severity_hint": alert.severity_hint,
    } == wanted


@pytest.mark.parametrize(
    "expected", [each for each in EXPECTED if each.get("same_as")], ids=lambda expected: expected["file"]
)
def test_what_happens_to_an_alert_has_its_fingerprint(expected: dict[str, Any]) -> None:
    """Resolved, acknowledged, edited: it is about the same thing as the message that fired."""
    assert read(expected["file"]).fingerprint == read(expected["same_as"]).fingerprint


def test_different_alerts_have_different_fingerprints() -> None:
    """No two of the firing messages here are about one thing."""
    firing = Counter(read(each["file"]).fingerprint for each in EXPECTED if each["status"] == "firing")
    assert set(firing.values()) == {1}


UNSURE = {"alertmanager_words_firing.json"}  # "Nightly export has failed" may be many things


@pytest.mark.parametrize(
    "expected",
    [each for each in EXPECTED if each["status"] == "firing" and each.get("category")],
    ids=lambda expected: expected["file"],
)
def test_name_and_summary_hold_what_a_category_needs(expected: dict[str, Any]) -> None:
    """The embedded model finds a category that a reasonable engineer accepts, or says that it is not sure."""
    category, chance = embedded().category(read(expected["file"]))
    accepted = category.value in [expected["category"], *expected.get("also_ok", [])]
    assert accepted or (expected["file"] in UNSURE and chance < 0.5)


def test_labels_and_links_are_taken_along() -> None:
    """A field is a label, and a button or a title is a link."""
    alert = read("pagerduty_firing.json")
    assert alert.labels == {"service": "checkout-api", "urgency": "High", "assigned": "Alice Ng"}
    assert [(link.title, link.url) for link in alert.links] == [
        ("#48213: Checkout API latency p95 > 2s", "https://acme.pagerduty.com/incidents/Q1UEOA2CBT90GM"),
        ("checkout-api", "https://acme.pagerduty.com/services/PIJ90N7"),
    ]


@pytest.mark.parametrize("case", UNKNOWN, ids=lambda case: json.dumps(case["message"], ensure_ascii=False)[45:130])
def test_a_tool_never_seen_before_has_its_status_read(case: dict[str, Any]) -> None:
    """By fields, titles, colours, emoji and words, whatever says it best."""
    assert read_alert(read_message(case["message"])).status is AlertStatus(case["status"])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: json.dumps(pair["other"], ensure_ascii=False)[30:110])
def test_a_recovery_finds_its_alert_whatever_the_tool(pair: dict[str, Any]) -> None:
    """Its words and its fields are others than those of the trouble, and two troubles of one host are two."""
    one, other = (read_alert(read_message(pair[which])).fingerprint for which in ("one", "other"))
    assert (one == other) is pair["same"]


def test_every_payload_says_where_its_form_comes_from() -> None:
    readme = (PAYLOADS / "README.md").read_text()
    shapes = [
        word.strip("`,:") for word in readme.split() if (word.startswith("`") and "*" in word) or "_info`" in word
    ]
    files = {path.stem for path in PAYLOADS.glob("*.json")}
    assert {file for file in files if not any(fnmatch(file, shape) for shape in shapes)} == set()
    assert {each["file"] for each in EXPECTED} == {path.name for path in PAYLOADS.glob("*.json")}
