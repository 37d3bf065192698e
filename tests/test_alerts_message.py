"""What Slack delivers becomes text, pairs, links and buttons; whoever posts it, it brings nothing else along."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.alerts.outage import reports_new_outage
from bot.errors import MessageError
from bot.model import Alert, AlertStatus, Link

MRKDWN = "mrkdwn"


def read(message: Any) -> Alert:
    return read_alert(read_message(message))


def tool(**parts: Any) -> dict[str, Any]:
    return {"bot_id": "B1", "username": "Tool", **parts}


def section(text: str | None = None, *fields: str) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "section", "fields": [{"type": MRKDWN, "text": field} for field in fields]}
    return block if text is None else {**block, "text": {"type": MRKDWN, "text": text}}


def test_blocks_inside_an_attachment_are_read() -> None:
    """Header, pairs, links and buttons, each as what it is."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Disk is full"}},
        section("See <https://wiki.example/disk|the guide>", "*Host*\ndb-1", "*State:* ALARM"),
        {"type": "actions", "elements": [{"type": "button", "text": {"text": "Open"}, "url": "https://a.example/1"}]},
    ]
    message = read_message(tool(attachments=[{"color": "#123456", "blocks": blocks}]))
    assert message.headlines[0] == "Disk is full"
    assert message.listed == (("Host", "db-1"), ("State", "ALARM"))
    assert message.all_links == (("the guide", "https://wiki.example/disk"), ("Open", "https://a.example/1"))
    assert read_alert(message).status is AlertStatus.FIRING


def test_a_table_gives_pairs() -> None:
    """Two cells are a title and its value; one row below a heading gives each column its value."""

    def table(*rows: list[str]) -> dict[str, Any]:
        return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}

    upright = read_message(tool(blocks=[table(["Host", "db-1"], ["Disk", "97 %"], ["State", "CRITICAL"])]))
    across = read_message(tool(blocks=[table(["Host", "Disk", "State"], ["db-1", "97 %", "CRITICAL"])]))
    assert upright.listed == across.listed == (("Host", "db-1"), ("Disk", "97 %"), ("State", "CRITICAL"))


def test_rich_text_is_read_in_order() -> None:
    elements = [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "shop "}, {"type": "emoji", "name": "fire"}],
        },
        {
            "type": "rich_text_list",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "https://a.example"}]}],
        },
    ]
    message = read_message(tool(text="", blocks=[{"type": "rich_text", "elements": elements}]))
    assert (message.text, message.links) == ("shop :fire:\nhttps://a.example", (("https://a.example",) * 2,))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a &lt;b&gt; &amp;lt; c", "a <b> &lt; c"),
        ("<https://a.example/?x=1&amp;copy=2>", "https://a.example/?x=1&copy=2"),
        ("<https://a.example|latency > 2s>", "latency > 2s"),
        ("<!here> <!channel> <!subteam^S1|@infra> <@U1|ana> <#C1|ops>", "  @infra @ana #ops"),
        ("<!date^1700000000^{time}|14:02>", "14:02"),
        ("a\u202eb\u200b\x07\ud800\u00a0c", "ab c"),
        ("Monitor+is+DOWN:+Shop+(+http%3A%2F%2Fshop.example+)", "Monitor is DOWN: Shop ( http://shop.example )"),
        ("c++ and a+b are kept", "c++ and a+b are kept"),
    ],
)
def test_markup_is_undone(sent: str, shown: str) -> None:
    """What people would see, without what calls somebody or cannot be seen."""
    assert read_message({"user": "U1", "text": sent}).text == shown


def test_marks_stay_out_of_names() -> None:
    alert = read(tool(text="*`checkout`* is _very_ ~not~ *down*: **5xx** on snake_case_name and *.example.com"))
    assert alert.name == "checkout is very not down: 5xx on snake_case_name and *.example.com"


def test_an_edited_message_is_what_it_says_now() -> None:
    """Zabbix says that it is over by editing its message."""
    now = tool(text="RESOLVED: disk", ts="1.0")
    edit = {
        "subtype": "message_changed",
        "channel": "C1",
        "ts": "2.0",
        "message": now,
        "previous_message": {"text": "x"},
    }
    message = read_message(edit)
    assert (message.channel, message.ts, message.poster, read_alert(message).status) == (
        "C1",
        "1.0",
        "B1",
        AlertStatus.RESOLVED,
    )


@pytest.mark.parametrize(
    ("event", "by_person"),
    [
        ({"user": "U1", "text": "x"}, True),
        ({"user": "U1", "bot_id": "B1", "text": "x"}, False),
        ({"user": "U1", "text": "x", "attachments": [{"title": "unfolded"}]}, True),
        ({"subtype": "bot_message", "text": "x"}, False),
        ({"attachments": [{"title": "from a webhook"}]}, False),
        ({"blocks": [section("from a webhook")]}, False),
        ({"text": "x"}, True),
    ],
)
def test_who_is_a_person(event: dict[str, Any], by_person: bool) -> None:
    """Slack names a person's id, and no bot's; what a webhook is given has neither."""
    assert read_message(event).by_person is by_person


def test_links_lead_to_where_a_browser_goes() -> None:
    """Other schemes, and addresses with signs of markup, are no links."""
    buttons = [{"text": "a", "url": "javascript:alert(1)"}, {"text": "b", "url": "https://ok.example/<!here>|x"}]
    links = read(tool(attachments=[{"title": "Down", "title_link": "ftp://a", "actions": buttons}])).links
    assert links == ()


def test_what_a_stranger_brings_is_bounded() -> None:
    """A name, a summary, labels and links of a size that a card and a row can hold."""
    fields = [{"title": f"Key {number}", "value": "v" * 190} for number in range(500)]
    buttons = [{"text": "t" * 999, "url": f"https://a.example/{number}"} for number in range(99)]
    alert = read(tool(attachments=[{"title": "D" * 9999, "text": "x" * 99999, "fields": fields, "actions": buttons}]))
    sizes = (len(alert.name), len(alert.summary), len(alert.labels), len(alert.links), len(alert.links[0].title))
    assert all(size <= most for size, most in zip(sizes, (200, 2000, 40, 10, 100), strict=True))
    assert read(tool(text="down " + "y" * 5_000_000)).status is AlertStatus.FIRING


def test_the_same_button_twice_is_one_link() -> None:
    twice = [{"text": "Open", "url": "https://a.example"}] * 2
    assert read(tool(attachments=[{"title": "Down", "actions": twice}])).links == (Link("Open", "https://a.example"),)


@pytest.mark.parametrize("kind", ["section", "rich_text", "context", "table", "card", "unheard_of"])
def test_blocks_nested_without_end_are_read_to_a_depth(kind: str) -> None:
    """The bot neither hangs nor runs out of stack."""
    nested: Any = {"type": "text", "text": "down"}
    for _ in range(20_000):
        nested = {"type": kind, "elements": [nested], "fields": [nested], "rows": [[nested]], "text": nested}
    assert read(tool(text="shop is down", blocks=[nested])).status is AlertStatus.FIRING
    assert read(tool(attachments=[{"title": "shop is down", "blocks": [nested] * 50}])).status is AlertStatus.FIRING


@pytest.mark.parametrize("event", [[], "text", None, 7, [{"text": "x"}]])
def test_what_is_no_object_is_refused_in_words(event: Any) -> None:
    with pytest.raises(MessageError, match="This is not a Slack message"):
        read_message(event)


def test_the_refusal_names_every_wrong_place() -> None:
    with pytest.raises(MessageError, match=r"user: an object .*; attachments\.1: a text .*; blocks: a number"):
        read_message({"user": {}, "attachments": [{}, "x"], "blocks": 3})


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "title", "value", "url", "elements", "fields", "rows", "color", "name", "blocks"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
_TOOLS = [
    "Tool",
    "Datadog",
    "Sentry",
    "PagerDuty",
    "Opsgenie",
    "Zabbix",
    "New Relic",
    "Nagios",
    "GitHub",
    "Grafana",
    "AWS",
]


@settings(max_examples=300)
@given(st.sampled_from(_TOOLS), st.lists(_ODD, max_size=3), st.lists(_ODD, max_size=3), _ODD)
def test_wrong_types_anywhere_are_tolerated_or_refused(name: str, blocks: Any, inner: Any, odd: Any) -> None:
    """An attachment or a block of odd things is read for what it still says."""
    keys = ("title", "title_link", "text", "fallback", "pretext", "color", "fields", "actions", "footer", "author_name")
    attachment = {**dict.fromkeys(keys, odd), "blocks": inner}
    for event in (
        {"bot_id": "B1", "username": name, "blocks": blocks, "attachments": [attachment]},
        {"bot_id": "B1", "username": name, "text": odd},
        {"user": "U1", "ts": odd, "bot_profile": odd, "message": odd, "event": odd},
    ):
        try:
            alert = read(event)
        except MessageError:
            continue
        json.dumps([alert.name, alert.summary, dict(alert.labels)]).encode()
        f"{alert.source}{alert.name}{alert.summary}{alert.labels}{alert.links}{alert.severity_hint}".encode()


@settings(max_examples=300)
@given(st.sampled_from(_TOOLS), st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_no_words_break_a_reader(name: str, title: str, text: str) -> None:
    """Half characters, marks and signs of all kinds: a status comes out, and text that can be stored."""
    alert = read({"bot_id": "B1", "username": name, "text": text, "attachments": [{"title": title, "text": text}]})
    assert alert.status in AlertStatus
    alert.summary.encode()
    reports_new_outage(read_message({"user": "U1", "text": text}))


_PIECES = [
    *("a ", "is not ", "<", " <a|", "*", "* a", "[", "](", "CRITICAL -> ", "users are ", "backup ", "was 1 ", "a+b+"),
    *("\n", "[a][", "#1 ", "a:b ", "- a = b\n", "HOST: a ", "“a", "no 1 ", "&lt;", "😀", "\u202e", "getting a a "),
]


@pytest.mark.parametrize("name", _TOOLS)
def test_megabytes_of_anything_are_read(name: str) -> None:
    """The work is bounded: this would not end if any pattern went back and forth over what it reads."""
    chance = random.Random(7)
    texts = [piece * (2_000_000 // len(piece)) for piece in _PIECES]
    texts.append("".join(chance.choice(_PIECES) * chance.randint(1, 99) for _ in range(9999)))
    for text in texts:
        attachment = {"title": text, "text": text, "fallback": text, "fields": [{"title": text, "value": text}] * 99}
        assert read({"bot_id": "B1", "username": name, "text": text, "attachments": [attachment] * 60}).status
        assert read({"user": "U1", "text": text}).status
