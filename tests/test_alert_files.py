"""Alerts from files: every shape is read, and what is none is refused with the file and what is wrong."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alert_files import FiledAlert, alerts_of, read_file
from bot.classify.weigh import classify
from bot.errors import MessageError
from bot.model import Alert, AlertStatus, Category, Link, Severity
from bot.runbooks.load import load_folder

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "alerts").glob("*.json"))


def one(**raw: Any) -> FiledAlert:
    (filed,) = alerts_of(json.dumps(raw).encode(), "a.json")
    return filed


def refused(data: bytes) -> str:
    with pytest.raises(MessageError) as caught:
        alerts_of(data, "a.json")
    return str(caught.value)


# -- the shapes ---


def test_a_tools_alert_is_read_whole() -> None:
    """In the shape of examples/alerts: what is not known becomes a label, and figures are for people."""
    filed = one(
        alert_id="alert-001",
        timestamp="2026-11-21T14:02:11Z",
        severity="critical",
        type="high_memory",
        message="Memory is at 95 %",
        service="shop",
        replicas=3,
        metrics={"memory_percent": 95},
        url="https://grafana.example.com/d/1",
    )
    assert filed == FiledAlert(
        "a.json",
        "alert-001",
        Alert(
            source="file",
            name="high_memory",
            status=AlertStatus.FIRING,
            summary="Memory is at 95 %",
            labels={"service": "shop", "replicas": "3"},
            severity_hint="critical",
            links=(Link("Open", "https://grafana.example.com/d/1"),),
            fingerprint=filed.alert.fingerprint,
        ),
        (("timestamp", "2026-11-21T14:02:11Z"), ("memory_percent", "95")),
    )


@pytest.mark.parametrize(
    ("path", "category", "severity", "runbook"),
    [
        ("high_memory", Category.MEMORY, Severity.P1, "clear-memory"),
        ("database_down", Category.AVAILABILITY, Severity.P0, "database-down"),
        ("high_cpu", Category.CPU, Severity.P2, "high-cpu"),
    ],
)
def test_each_example_leads_to_a_shipped_runbook(
    path: str, category: Category, severity: Severity, runbook: str
) -> None:
    """Who tries them gets somewhere."""
    (filed,) = read_file(str(ROOT / "examples" / "alerts" / f"{path}.json"))
    found = classify(filed.alert, load_folder(ROOT / "runbooks", compare=False), ())
    assert (found.category, found.severity, found.runbook) == (category, severity, runbook)
    assert len(EXAMPLES) == 3


def test_what_detect_prints_is_read() -> None:
    """Its counts and its example are told to people and are no labels: they change while the trouble is the same."""
    raw = {
        "alert_id": "logs-1",
        "source": "logs",
        "name": "MultipleFailedLogins",
        "status": "firing",
        "severity_hint": "high",
        "summary": "Failed logins: 7 in /var/log/auth.log",
        "labels": {"filename": "/var/log/auth.log", "service": "sshd"},
    }
    filed, more = one(**raw, count=7, example="Failed password"), one(**raw, count=8, example="Failed login")
    assert (filed.id, filed.alert.source, filed.alert.severity_hint) == ("logs-1", "logs", "high")
    assert filed.alert.labels == {"filename": "/var/log/auth.log", "service": "sshd"}
    assert filed.facts == (("count", "7"), ("example", "Failed password"))
    assert filed.alert == more.alert


def test_firing_and_resolved_are_about_the_same_thing() -> None:
    """Whatever word the tool has for it."""
    fired = one(type="high_memory", message="at 95 %", service="shop", state="alerting").alert
    over = one(type="high_memory", message="at 40 %", service="shop", status="OK").alert
    assert (fired.status, over.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert fired.fingerprint == over.fingerprint != one(type="high_memory", service="cart").alert.fingerprint


def test_alertmanagers_webhook_is_read() -> None:
    """Each of its alerts is one."""
    sent = {
        "version": "4",
        "alerts": [
            {
                "status": status,
                "labels": {"alertname": "ServiceDown", "service": "shop", "severity": "critical"},
                "annotations": {"summary": "shop does not answer"},
                "startsAt": "2026-11-21T14:02:11Z",
            }
            for status in ("firing", "resolved")
        ],
    }
    first, second = alerts_of(json.dumps(sent).encode(), "a.json")
    assert first.alert.name == second.alert.name == "ServiceDown"
    assert (first.alert.status, second.alert.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert (first.alert.summary, first.alert.severity_hint) == ("shop does not answer", "critical")


def test_a_slack_message_is_read_as_if_it_stood_in_the_channel() -> None:
    """`ts` and `channel` may be missing."""
    attachment = {"title": "[FIRING:1] ServiceDown (shop critical)", "color": "danger"}
    filed = one(username="Alertmanager", text="", attachments=[attachment])
    assert (filed.alert.source, filed.alert.name, filed.alert.status) == ("alertmanager", "ServiceDown", "firing")
    assert one(text="checkout is down for everybody", user="U1", ts="1795269731.000100").id == "1795269731.000100"
    assert one(text="thanks a lot").alert.status is AlertStatus.NONE


def test_a_file_may_hold_several() -> None:
    """A list, or one a line, as `detect` prints them."""
    each = [{"type": "high_cpu"}, {"type": "high_memory"}, {"text": "checkout is down"}]
    lines = "\n".join(map(json.dumps, each)) + "\n\n"
    listed = alerts_of(json.dumps(each).encode(), "a.json")
    assert listed == alerts_of(lines.encode(), "a.json")
    assert [filed.alert.name for filed in listed] == ["high_cpu", "high_memory", "checkout is down"]


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `app.py detect app.log | app.py classify -`."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"type": "high_cpu"}')))
    assert [filed.alert.name for filed in read_file("-")] == ["high_cpu"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252"])
def test_a_file_may_be_in_any_encoding(encoding: str) -> None:
    """Windows writes UTF-16 and marks, old programs Latin-1."""
    raw = '{"type": "memória alta", "message": "serviço sem memória"}'
    (filed,) = alerts_of(raw.encode(encoding), "a.json")
    assert (filed.alert.name, filed.alert.summary) == ("memória alta", "serviço sem memória")


def test_nothing_unseen_comes_in() -> None:
    """Escape sequences, half characters and right-to-left marks would act on a terminal or break an answer."""
    bad = "\x1b[31m\ud800\u202e\x00\x07"
    filed = one(type=f"high{bad}", message=f"a{bad}b", service=f"sh{bad}op", alert_id=f"a{bad}\n1", metrics={bad: bad})
    told = json.dumps(
        [filed.id, filed.alert.name, filed.alert.summary, dict(filed.alert.labels), filed.facts], ensure_ascii=False
    )
    assert told.encode().decode().isprintable()


# -- what is no alert ---


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.json: it is empty"),
        (b"  \n ", "a.json: it is empty"),
        (b"{", "a.json: this is not JSON: Expecting property name enclosed in double quotes in line 1, column 2"),
        (b"memory is high", "a.json: this is not JSON: Expecting value in line 1, column 1"),
        (b'{"type": "a"}\n{"type":', "a.json: line 2 is not JSON: Expecting value in column 9"),
        (b"[]", "a.json: there is no alert in it"),
        (b"7", "a.json: 7 stands where an object should: {…}"),
        (b'["high_memory"]', "a.json: 'high_memory' stands where an object should: {…}"),
        (b"null", "a.json: null stands where an object should: {…}"),
        (b"{}", "a.json: it says neither what happened (`type`) nor what is wrong (`message`)"),
        (b'{"type": " "}', "a.json: it says neither what happened (`type`) nor what is wrong (`message`)"),
        (b'{"type": ["a"]}', "a.json: `type` is a list; it must be a text"),
        (b'{"type": "a", "labels": "x"}', "a.json: `labels` is 'x'; it must be an object: {…}"),
        (b'{"type": "a", "labels": {"b": {}}}', "a.json: the label 'b' is an object; a label is a text or a number"),
        (b'{"ts": "1", "attachments": 7}',
         "a.json: This is not a Slack message: attachments: a number stands where a list should"),
        (b"[" * 100_000, "a.json: it is nested too deeply to be an alert"),
        (b'{"n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "a.json: it is nested too deeply to be an alert"),
        (b"\xff\xfe\x00", "a.json: it looks like utf-16 and is not; save it as UTF-8"),
        (b'{"type": ' + b"9" * 5000 + b"}", "a.json: this is not JSON that can be read: Exceeds the limit"),
        (b" " * (33 * 1024 * 1024), "a.json is larger than 32 MB; an alert is not"),
        (b"[" + b"{}," * 10_001 + b"{}]", "a.json: it holds more than 10,000 alerts"),
    ],
    ids=range(21),
)  # fmt: skip
def test_what_is_no_alert_is_refused(data: bytes, said: str) -> None:
    """With the file and what is wrong with it, so that one can mend it."""
    assert refused(data).startswith(said)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, a folder, or no name at all."""
    for name, said in (
        (str(tmp_path / "none.json"), "No such file or directory"),
        (str(tmp_path), "Is a directory"),
        ("a\x00b", "embedded null byte"),
    ):
        with pytest.raises(MessageError, match=said):
            read_file(name)


def test_a_message_of_five_megabytes_is_read() -> None:
    """What it is about stands at its beginning."""
    filed = one(text="checkout is down " + "x" * 5_000_000, username="monitor")
    assert filed.alert.status is AlertStatus.FIRING
    assert len(filed.alert.summary) <= 2000


KEYS = """type name message text labels status severity alert_id metrics attachments blocks ts fields title event user
alerts annotations url""".split()  # noqa: SIM905 - easier to read
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(JSON, max_size=3).map(lambda values: "\n".join(map(json.dumps, values)).encode())
    | st.binary(max_size=200)
)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    """Never a crash, and what comes out can be written anywhere."""
    try:
        filed = alerts_of(data, "a.json")
    except MessageError as refusal:
        filed = ()
        told = str(refusal)
        assert told.startswith("a.json")
    for each in filed:
        assert each.alert.name or each.alert.status is AlertStatus.NONE
        told = json.dumps([each.id, each.facts, each.alert.name, dict(each.alert.labels)], ensure_ascii=False)
        assert told.encode().decode() == told
