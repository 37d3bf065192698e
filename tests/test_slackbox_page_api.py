"""The page's API and the server around it: who may come in, what a person sees and does."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from slackbox import Refused, Slackbox
from tests.blocks import button, plain
from tests.bolt_connection import Connect

ALICE, BOB, ALERTS = "U0000000001", "U0000000002", "C0000000001"


class Page:
    """A browser's side: requests, and a stream that is read on a thread."""

    def __init__(self, box: Slackbox, person: str = ALICE) -> None:
        self.box = box
        self.person = person
        self.told: list[dict[str, Any]] = []
        self._stream = http.client.HTTPConnection("127.0.0.1", box.port)
        self._stream.request("GET", f"/_box/stream?as={person}")
        self._answer = self._stream.getresponse()
        assert self._answer.readline() == b": connected\n"
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in iter(self._answer.readline, b""):
            if line.startswith(b"data: "):
                self.told.append(json.loads(line[6:]))

    def get(self, path: str) -> dict[str, Any]:
        return request(self.box, "GET", path)[1]

    def act(self, do: str, **more: Any) -> dict[str, Any]:
        return request(self.box, "POST", "/_box/act", {"as": self.person, "do": do, **more})[1]

    def messages(self, **where: str) -> list[dict[str, Any]]:
        query = "".join(f"&{key}={value}" for key, value in where.items())
        found: list[dict[str, Any]] = self.get(f"/_box/messages?as={self.person}&channel={ALERTS}{query}")["messages"]
        return found

    def types(self) -> list[str]:
        return [each["type"] for each in self.told]

    def join(self) -> None:
        self._reader.join(timeout=10)
        self._stream.close()


def request(box: Slackbox, verb: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", box.port)
    data = None if body is None else json.dumps(body)
    connection.request(verb, path, data, {"Content-Type": "application/json"} | headers)
    answer = connection.getresponse()
    raw = answer.read()
    connection.close()
    is_json = (answer.headers["content-type"] or "").startswith("application/json")
    return answer.status, json.loads(raw) if is_json else {"text": raw.decode()}


@pytest.fixture
def page(box: Slackbox) -> Iterator[Page]:
    page = Page(box)
    yield page
    box.close()
    page.join()


def test_the_state_is_the_whole_workspace(page: Page) -> None:
    """Team, people, app, channels, groups, and what is open for me."""
    state = page.get(f"/_box/state?as={ALICE}")
    assert state["me"] == ALICE
    assert [each["name"] for each in state["people"]] == ["alice", "bob", "carol", "localapp"]
    assert [each["name"] for each in state["channels"]] == ["alerts", "incidents", "general"]
    assert (state["apps"][0]["connected"], state["views"], state["homes"]) == (False, [], {"A0000000001": None})
    assert state["usergroups"] == [{"id": "S0000000001", "handle": "oncall", "name": "On call", "users": [ALICE]}]


def test_what_happens_is_told_at_once(page: Page, box: Slackbox) -> None:
    """A message, a reply with its parent counted anew, an edit, a reaction, a deletion; the author stands in each."""
    ts = page.act("say", channel=ALERTS, text="one")["ts"]
    page.act("say", channel=ALERTS, text="two", thread_ts=ts)
    page.act("edit", channel=ALERTS, ts=ts, text="three")
    page.act("react", channel=ALERTS, ts=ts, name="eyes")
    page.act("unreact", channel=ALERTS, ts=ts, name="eyes")
    other = page.act("say", channel=ALERTS, text="four")["ts"]
    page.act("delete", channel=ALERTS, ts=other)
    box.wait(lambda: len(page.told) == 8, what="eight changes")
    assert page.types() == ["message"] * 2 + ["message_changed"] * 4 + ["message", "message_deleted"]
    assert page.told[2]["message"]["reply_count"] == 1
    assert page.told[3]["message"]["text"] == "three"
    assert page.told[-1]["message"] == {"ts": other}
    assert page.told[0]["message"]["author"] == {"name": "Alice", "color": "9f69e7", "is_bot": False}
    assert [m["text"] for m in page.messages()] == ["three"]
    assert [m["text"] for m in page.messages(thread_ts=ts)] == ["three", "two"]


def test_an_ephemeral_is_told_to_its_person_alone(page: Page, box: Slackbox, client: WebClient) -> None:
    """Others neither hear of it nor find it."""
    client.chat_postEphemeral(channel=ALERTS, user=BOB, text="for bob")
    client.chat_postEphemeral(channel=ALERTS, user=ALICE, text="for alice")
    box.wait(lambda: page.told, what="the ephemeral")
    assert [(each["type"], each["message"]["text"]) for each in page.told] == [("ephemeral", "for alice")]
    assert [(m["text"], m["is_ephemeral"]) for m in page.messages()] == [("for alice", True)]


def test_a_person_works_with_an_app(page: Page, box: Slackbox, app: App, connect: Connect) -> None:
    """A command opens a form, which is told; it is filled in with state values and submitted; a button is clicked."""
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": "why",
                "label": plain("Why"),
                "element": {"type": "plain_text_input", "action_id": "typed"},
            }
        ],
    }
    app.command("/form")(lambda ack, client, body: [ack(), client.views_open(trigger_id=body["trigger_id"], view=view)])

    @app.view("form")
    def submitted(ack: Any, view: dict[str, Any], client: WebClient) -> None:
        ack()
        typed = view["state"]["values"]["why"]["typed"]["value"]
        blocks = [{"type": "actions", "block_id": "b", "elements": [button("go", "Go")]}]
        client.chat_postMessage(channel=ALERTS, text=typed, blocks=blocks)

    @app.action("go")
    def go(ack: Any, client: WebClient) -> None:
        ack()
        client.chat_postMessage(channel=ALERTS, text="gone")

    connect(app)
    assert page.act("command", channel=ALERTS, text="/form") == {"ok": True}
    told = box.wait(lambda: [each for each in page.told if each["type"] == "views"], what="the form")
    view_id = told[0]["views"][0]["id"]
    empty = {"why": {"typed": {"type": "plain_text_input", "value": ""}}}
    refused = page.act("submit", view_id=view_id, state={"values": empty})
    assert refused["response"]["errors"] == {"why": "Please complete this required field."}
    filled = {"why": {"typed": {"type": "plain_text_input", "value": "because"}}}
    assert page.act("submit", view_id=view_id, state={"values": filled}) == {"ok": True, "response": {}}
    (message,) = box.wait(page.messages, what="the app's message")
    where = {"type": "message", "channel": ALERTS, "ts": message["ts"]}
    assert page.act("action", container=where, block_id="b", action_id="go", action={"value": "1"}) == {"ok": True}
    box.wait(lambda: len(page.messages()) == 2, what="the answer")
    assert {"type": "app", "app_id": "A0000000001", "connected": True} in page.told


def test_a_refusal_is_in_words_for_a_person(page: Page) -> None:
    """ok is false and error says what is wrong."""
    no = [
        page.act("say", channel="C0404", text="x"),
        page.act("say", channel=ALERTS, text=" "),
        page.act("edit", channel=ALERTS, ts="1.1", text="x"),
        page.act("command", channel=ALERTS, text="/incident list"),
        page.act("fly"),
        page.act("say"),
    ]
    assert [each["error"] for each in no] == [
        "There is no such channel.",
        "There is nothing to send.",
        "That message is gone.",
        "/incident failed with the error “dispatch_failed”",
        "That is not something a person can do here.",
        "'channel' is missing.",
    ]


def test_controls_run_and_say_what_they_did(page: Page, box: Slackbox) -> None:
    """The returned text is a toast, an exception an error toast; the state is told again."""
    broken = threading.Event()

    def break_it() -> str:
        broken.set()
        return "It is broken."

    def fail() -> None:
        raise OSError("no such service")

    box.control("break", "Break it", "Breaks it.", break_it, lambda: "broken" if broken.is_set() else "well")
    box.control("fail", "Fail", "Fails.", fail)
    page.act("control", id="break")
    page.act("control", id="fail")
    box.wait(lambda: page.types().count("toast") == 2, what="two toasts")
    toasts = [(each["text"], each["error"]) for each in page.told if each["type"] == "toast"]
    assert toasts == [("It is broken.", False), ("Fail: no such service", True)]
    controls = [each["controls"] for each in page.told if each["type"] == "controls"]
    words = {"label": "Break it", "short": "Break it", "group": "", "help": "Breaks it."}
    assert controls[0][0] == {"id": "break", **words, "state": "well"}
    assert controls[-1][0]["state"] == "broken"
    assert page.act("control", id="none")["error"] == "no control 'none'"


def test_direct_messages_are_between_two(page: Page, box: Slackbox) -> None:
    """open_dm gives the channel; a third person does not see it."""
    channel = page.act("open_dm", user=BOB)["channel"]
    page.act("say", channel=channel, text="psst")
    mine = page.get(f"/_box/state?as={ALICE}")["channels"][-1]
    assert (mine["id"], mine["is_im"], mine["im_with"]) == (channel, True, BOB)
    carol = "U0000000003"
    assert len(page.get(f"/_box/state?as={carol}")["channels"]) == 3
    assert request(box, "GET", f"/_box/messages?as={carol}&channel={channel}")[0] == 404


STATE = f"/_box/state?as={ALICE}"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (STATE, {"Host": "evil.example.com"}),
        (STATE, {"Host": "127.0.0.1:1"}),
        (STATE, {"Origin": "http://evil.example.com"}),
        (STATE, {"Sec-Fetch-Site": "cross-site"}),
        ("/", {"Host": "evil.example.com"}),
        ("/api/auth.test", {"Origin": "http://evil.example.com"}),
    ],
)
def test_other_web_pages_are_kept_out(box: Slackbox, path: str, headers: dict[str, str]) -> None:
    """A foreign name or Origin gets 403: no DNS rebinding, no requests from elsewhere."""
    assert request(box, "GET", path, **headers)[0] == 403


def test_the_pages_own_requests_come_through(box: Slackbox) -> None:
    """With its own Host and Origin, by address or as localhost."""
    for name in ("127.0.0.1", "localhost"):
        own = {"Host": f"{name}:{box.port}", "Origin": f"http://{name}:{box.port}"}
        assert request(box, "GET", STATE, **own)[0] == 200


def test_an_act_must_be_json(box: Slackbox) -> None:
    """A form on another site cannot act."""
    headers = {"Content-Type": "text/plain"}
    assert request(box, "POST", "/_box/act", {"as": ALICE, "do": "open_home"}, **headers)[0] == 415


def test_only_loopback_unless_it_is_said() -> None:
    """Another address needs allow_remote."""
    with pytest.raises(ValueError, match="not a loopback address"):
        Slackbox(host="0.0.0.0")


def test_closing_ends_everything_and_may_be_done_twice(box: Slackbox) -> None:
    """The port is free afterwards, and acts say that it is not running."""
    box.close()
    box.close()
    with pytest.raises(RuntimeError, match="not running"):
        box.say("alice", "alerts", "x")
    with Slackbox(port=box.port) as again:
        assert again.say("alice", "alerts", "x")


def test_a_wait_that_ends_says_what_is_there(box: Slackbox) -> None:
    """The failure names what was waited for and shows the latest messages."""
    box.say("bob", "alerts", "here I am")
    with pytest.raises(AssertionError, match=r"(?s)waited 0\.05 s for a reply.*here I am"):
        box.wait(lambda: False, seconds=0.05, what="a reply")


def test_people_refused_in_python(box: Slackbox) -> None:
    """Acts raise Refused with Slack's code."""
    ts = box.say("bob", "alerts", "mine")
    with pytest.raises(Refused, match="cant_update_message"):
        box.edit("alice", "alerts", ts, "yours")
    with pytest.raises(Refused, match="user_not_found"):
        box.say("dave", "alerts", "x")


def test_a_controls_state_may_look_at_the_workspace(page: Page, box: Slackbox) -> None:
    """It runs off the server's thread; one that fails is shown as unknown."""
    box.say("bob", "alerts", "one")
    box.control("count", "Count", "Counts.", lambda: None, lambda: f"{len(box.messages('alerts'))} said")
    box.control("odd", "Odd", "Fails.", lambda: None, lambda: str(1 // 0))
    controls = page.get(f"/_box/state?as={ALICE}")["controls"]
    assert [each["state"] for each in controls] == ["1 said", "unknown"]
