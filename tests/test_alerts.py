"""What the bot reads in the messages of Alertmanager, of unknown tools and of people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.errors import MessageError
from bot.model import Alert, AlertStatus, Link
from tests.samples import alertmanager


def read(message):
    return read_alert(read_message(message))


def default_style(title, color):
    """Alertmanager's own template: the text is empty, title and fallback say everything."""
    link = "http://alertmanager.example.com:9093/#/alerts?receiver=team"
    attachment = {"title": title, "title_link": link, "text": "", "fallback": f"{title} | {link}", "color": color}
    return {"username": "Alertmanager", "attachments": [attachment]}


def test_a_message_with_details_is_read_whole():
    message = alertmanager(summary="Memory at 95 %, out of memory is near.")
    alert = read(message)
    assert alert == Alert(
        source="alertmanager",
        name="HighMemoryUsage",
        status=AlertStatus.FIRING,
        summary="Memory at 95 %, out of memory is near.",
        labels={"alertname": "HighMemoryUsage", "service": "shop", "instance": "api-1", "severity": "critical"},
        severity_hint="critical",
        links=(Link("Alertmanager", "http://alertmanager.example.com:9093/#/alerts"),),
        fingerprint=alert.fingerprint,
    )


def test_the_default_message_is_read_from_its_title():
    alert = read(default_style("[FIRING:7] HighRequestLatency (api critical)", "danger"))
    assert (alert.name, alert.status, alert.severity_hint) == ("HighRequestLatency", AlertStatus.FIRING, "critical")
    assert alert.summary == "HighRequestLatency (api critical) (7 alerts)"


@pytest.mark.parametrize(
    ("firing", "resolved"),
    [
        (alertmanager(), alertmanager(resolved=True)),
        (
            default_style("[FIRING:1] PodDown (shop warning)", "danger"),
            default_style("[RESOLVED] PodDown (shop warning)", "good"),
        ),
        ({"text": "disk /var is full: 97 %", "bot_id": "B1", "username": "mon"}, None),
    ],
)
def test_firing_and_resolved_have_one_fingerprint(firing, resolved):
    if resolved is not None:
        assert read(resolved).status is AlertStatus.RESOLVED
        assert read(firing).fingerprint == read(resolved).fingerprint
    assert read(firing).status is AlertStatus.FIRING


def test_a_fingerprint_does_not_depend_on_how_bad_it_is():
    worse = alertmanager(labels={"severity": "critical"})
    assert read(alertmanager(labels={"severity": "warning"})).fingerprint == read(worse).fingerprint
    assert read(alertmanager(labels={"service": "cart"})).fingerprint != read(worse).fingerprint


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("checkout is throwing 502s since the 10:00 deploy", AlertStatus.FIRING),
        ("the database is down", AlertStatus.FIRING),
        ("rolled back, error rate is back to normal", AlertStatus.RESOLVED),
        ("thanks, that fixed the errors", AlertStatus.NONE),
        ("lunch?", AlertStatus.NONE),
        ("", AlertStatus.NONE),
    ],
)
def test_people_are_read_by_their_words(text, status):
    alert = read({"user": "U0000000002", "text": text})
    assert (alert.status, alert.source) == (status, "human")


def test_words_may_stand_in_blocks_alone():
    alert = read(
        {
            "bot_id": "B1",
            "username": "Pinger",
            "text": "",
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "shop is &lt;down&gt;"}}],
        }
    )
    assert (alert.source, alert.name, alert.status) == ("pinger", "shop is <down>", AlertStatus.FIRING)


def test_slacks_markup_is_undone_once():
    message = read_message({"text": "see <https://a.example|the &amp; page> &lt;b&gt; <https://b.example>\u202e\x07"})
    assert message.text == "see the & page <b> https://b.example"


def test_a_dash_in_the_prose_is_no_label():
    message = alertmanager(
        labels={"service": "shop"}, summary="the shop fails:\n - service: `cart`\n - severity: `info`"
    )
    assert (read(message).labels["service"], read(message).severity_hint) == ("shop", "critical")


@pytest.mark.parametrize(
    "text", ["- cmd:" + " " * 50_000 + "x`y", "\n" * 100_000, "*Details:*\n" + "- a: `b`\n" * 50_000]
)
def test_no_text_takes_long_to_read(text):
    """A stranger's message must not stop the bot: the work grows with the length and no faster."""
    assert read({"attachments": [{"title": "[FIRING:1] X", "text": text}]}).name == "X"


@pytest.mark.parametrize("message", [{"text": 5.5, "attachments": "none"}, {"attachments": [7]}, {"blocks": {"a": 1}}])
def test_what_is_no_message_is_refused_with_the_place(message):
    with pytest.raises(MessageError, match=next(reversed(message))):
        read_message(message)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.sampled_from(["text", "attachments", "blocks", "user", "bot_id", "ts", "username", "title"]), _json
    )
)
def test_no_message_breaks_the_reader(message):
    """Whatever is posted, it is read or refused in words."""
    try:
        alert = read(json.loads(json.dumps(message)))
    except MessageError:
        return
    assert alert.status in AlertStatus


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_of_an_alert_breaks_the_reader(title, text):
    assert read({"attachments": [{"title": f"[FIRING:1] {title}", "text": text}]}).status in AlertStatus
