"""The local workspace's Web API, through a real WebClient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbox import Slackbox
from tests.blocks import button

BOT = "U000000B0T1"
ALERTS, INCIDENTS, GENERAL = "C0000000001", "C0000000002", "C0000000003"
LEAST: dict[str, Any] = {
    "display_information": {"name": "Least"},
    "oauth_config": {"scopes": {"bot": ["chat:write"]}},
    "settings": {"event_subscriptions": {"bot_events": []}},
}


@pytest.fixture
def least(box: Slackbox) -> Iterator[WebClient]:
    """A client whose app may only post."""
    with Slackbox(manifest=LEAST) as other:
        yield WebClient(other.bot_token, base_url=other.api_url)


def test_an_app_learns_who_it_is(client: WebClient) -> None:
    """auth.test names the team, the bot user and the bot."""
    who = client.auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == ("T0000000001", BOT, "B0000000001")


def test_the_default_workspace(client: WebClient) -> None:
    """Three people, three channels of which the app is in two, one user group."""
    assert [c["name"] for c in client.conversations_list()["channels"]] == ["alerts", "incidents", "general"]
    assert [c["name"] for c in client.users_conversations()["channels"]] == ["alerts", "incidents"]
    assert [u["name"] for u in client.users_list()["members"] if not u["is_bot"]] == ["alice", "bob", "carol"]
    groups = client.usergroups_list(include_users=True)["usergroups"]
    assert [(g["id"], g["handle"], g["users"]) for g in groups] == [("S0000000001", "oncall", ["U0000000001"])]


def test_a_posted_message_has_slacks_shape(client: WebClient) -> None:
    """A bot's message has a user, a bot_id and a bot_profile, and no subtype; ids and defaults are filled in."""
    blocks = [{"type": "actions", "elements": [button("go", "Go")]}]
    answer = client.chat_postMessage(channel=ALERTS, text="see http://example.com & <b>", blocks=blocks)
    message = answer["message"]
    assert answer["channel"] == ALERTS
    assert message["text"] == "see <http://example.com> &amp; &lt;b&gt;"
    assert (message["user"], message["bot_id"], message["bot_profile"]["app_id"]) == (BOT, "B0000000001", "A0000000001")
    assert "subtype" not in message
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["elements"][0]["text"] == {"type": "plain_text", "text": "Go", "emoji": True}


def test_timestamps_are_unique_and_grow(client: WebClient) -> None:
    """However quickly messages come, each ts is larger than the one before."""
    found = [client.chat_postMessage(channel=ALERTS, text=str(n))["ts"] for n in range(20)]
    assert found == sorted(set(found))


def test_metadata_is_only_for_those_who_ask(client: WebClient) -> None:
    """History and replies give metadata with include_all_metadata, and not without."""
    metadata = {"event_type": "card", "event_payload": {"id": "a1"}}
    ts = client.chat_postMessage(channel=ALERTS, text="x", metadata=metadata)["ts"]
    assert "metadata" not in client.conversations_history(channel=ALERTS)["messages"][0]
    assert (
        client.conversations_history(channel=ALERTS, include_all_metadata=True)["messages"][0]["metadata"] == metadata
    )
    client.chat_postMessage(channel=ALERTS, thread_ts=ts, text="y", metadata=metadata)
    replies = client.conversations_replies(channel=ALERTS, ts=ts, include_all_metadata=True)["messages"]
    assert [each["metadata"] for each in replies] == [metadata, metadata]


def test_a_thread_is_counted_on_its_parent(client: WebClient, box: Slackbox) -> None:
    """The parent knows its replies; history shows it and not them, save those broadcast."""
    ts = box.say("bob", "alerts", "disk full")
    client.chat_postMessage(channel=ALERTS, thread_ts=ts, text="on it")
    last = client.chat_postMessage(channel=ALERTS, thread_ts=ts, text="done", reply_broadcast=True)["ts"]
    history = client.conversations_history(channel=ALERTS)["messages"]
    assert [each["text"] for each in history] == ["done", "disk full"]
    assert history[0]["subtype"] == "thread_broadcast"
    parent = history[1]
    assert (parent["reply_count"], parent["reply_users"], parent["latest_reply"]) == (2, [BOT], last)
    replies = client.conversations_replies(channel=ALERTS, ts=ts)["messages"]
    assert [each["text"] for each in replies] == ["disk full", "on it", "done"]
    assert replies[1]["parent_user_id"] == "U0000000002"


def test_history_is_read_in_pages_and_between_times(client: WebClient, box: Slackbox) -> None:
    """limit and cursor page newest first; oldest and latest are exclusive unless inclusive is said."""
    stamps = [box.say("bob", "alerts", f"m{n}") for n in range(5)]
    pages = [[m["text"] for m in page["messages"]] for page in client.conversations_history(channel=ALERTS, limit=2)]
    assert pages == [["m4", "m3"], ["m2", "m1"], ["m0"]]

    def between(**more: Any) -> list[str]:
        found = client.conversations_history(channel=ALERTS, oldest=stamps[1], latest=stamps[3], **more)
        return [message["text"] for message in found["messages"]]

    assert between() == ["m2"]
    assert between(inclusive=True) == ["m3", "m2", "m1"]


def test_an_edit_keeps_what_it_does_not_name(client: WebClient) -> None:
    """chat.update changes the text, keeps blocks that are not named, and drops them for an empty list."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*b*"}}]
    ts = client.chat_postMessage(channel=ALERTS, text="a", blocks=blocks)["ts"]
    kept = client.chat_update(channel=ALERTS, ts=ts, text="b")["message"]
    assert (kept["text"], len(kept["blocks"]), kept["edited"]["user"]) == ("b", 1, BOT)
    assert "blocks" not in client.chat_update(channel=ALERTS, ts=ts, text="c", blocks=[])["message"]


def test_deleting_a_parent_leaves_a_tombstone(client: WebClient, box: Slackbox) -> None:
    """A message with replies becomes a tombstone; one without is gone."""
    ts = client.chat_postMessage(channel=ALERTS, text="parent")["ts"]
    reply = client.chat_postMessage(channel=ALERTS, text="reply", thread_ts=ts)["ts"]
    client.chat_delete(channel=ALERTS, ts=ts)
    assert [m.get("subtype") for m in box.messages("alerts", thread_ts=ts)] == ["tombstone", None]
    client.chat_delete(channel=ALERTS, ts=reply)
    assert "reply_count" not in box.messages("alerts")[0]


def test_a_direct_message_is_opened_by_naming_a_person(client: WebClient) -> None:
    """Posting to a person's id lands in the same direct message that conversations.open gives."""
    posted = client.chat_postMessage(channel="U0000000001", text="psst")["channel"]
    assert posted.startswith("D")
    assert client.conversations_open(users="U0000000001")["channel"]["id"] == posted
    assert [c["user"] for c in client.conversations_list(types="im")["channels"]] == ["U0000000001"]


def test_reactions_pins_and_bookmarks(client: WebClient) -> None:
    """What is put on a message or a channel is listed, and gone after it is taken off."""
    ts = client.chat_postMessage(channel=ALERTS, text="x")["ts"]
    client.reactions_add(channel=ALERTS, timestamp=ts, name="eyes")
    message = client.reactions_get(channel=ALERTS, timestamp=ts)["message"]
    assert message["reactions"] == [{"name": "eyes", "users": [BOT], "count": 1}]
    client.reactions_remove(channel=ALERTS, timestamp=ts, name="eyes")
    assert "reactions" not in client.reactions_get(channel=ALERTS, timestamp=ts)["message"]
    client.pins_add(channel=ALERTS, timestamp=ts)
    assert [pin["message"]["ts"] for pin in client.pins_list(channel=ALERTS)["items"]] == [ts]
    client.pins_remove(channel=ALERTS, timestamp=ts)
    assert client.pins_list(channel=ALERTS)["items"] == []
    mark = client.bookmarks_add(channel_id=ALERTS, title="Wiki", type="link", link="https://example.com")["bookmark"]
    client.bookmarks_edit(channel_id=ALERTS, bookmark_id=mark["id"], title="Docs")
    assert [each["title"] for each in client.bookmarks_list(channel_id=ALERTS)["bookmarks"]] == ["Docs"]
    client.bookmarks_remove(channel_id=ALERTS, bookmark_id=mark["id"])
    assert client.bookmarks_list(channel_id=ALERTS)["bookmarks"] == []


def test_a_channel_from_creation_to_archive(client: WebClient, box: Slackbox) -> None:
    """create, setTopic, setPurpose, invite, rename, archive; and then nothing can be posted."""
    channel = client.conversations_create(name="inc-7")["channel"]["id"]
    client.conversations_setTopic(channel=channel, topic="checkout")
    client.conversations_setPurpose(channel=channel, purpose="INC-7")
    client.conversations_invite(channel=channel, users="U0000000001,U0000000002")
    client.conversations_rename(channel=channel, name="inc-7-done")
    info = client.conversations_info(channel=channel, include_num_members=True)["channel"]
    assert (info["name"], info["topic"]["value"], info["num_members"]) == ("inc-7-done", "checkout", 3)
    assert client.conversations_members(channel=channel)["members"] == [BOT, "U0000000001", "U0000000002"]
    subtypes = [m["subtype"] for m in box.messages(channel)]
    assert subtypes == ["channel_topic", "channel_purpose", "channel_join", "channel_join"]
    client.conversations_archive(channel=channel)
    assert error_of(lambda: client.chat_postMessage(channel=channel, text="x")) == "is_archived"


def test_user_groups_are_made_and_filled(client: WebClient) -> None:
    """create, update, users.update, users.list."""
    group = client.usergroups_create(name="Database", handle="dba")["usergroup"]["id"]
    client.usergroups_update(usergroup=group, description="they know")
    client.usergroups_users_update(usergroup=group, users=["U0000000002"])
    assert client.usergroups_users_list(usergroup=group)["users"] == ["U0000000002"]


def test_a_file_is_uploaded_in_three_steps(client: WebClient, box: Slackbox) -> None:
    """files_upload_v2 works; the file stands in the thread, can be read with the token, and not without."""
    ts = box.say("bob", "alerts", "logs?")
    done = client.files_upload_v2(
        channel=ALERTS, thread_ts=ts, filename="out.log", content="boom", initial_comment="here", alt_txt="a boom"
    )
    info = client.files_info(file=done["file"]["id"])["file"]
    message = box.messages("alerts", thread_ts=ts)[1]
    assert (message["text"], message["subtype"], message["files"][0]["id"]) == ("here", "file_share", info["id"])
    assert (info["alt_txt"], message["files"][0]["alt_txt"]) == ("a boom", "a boom")
    owner = {"Authorization": f"Bearer {box.bot_token}"}
    assert httpx.get(info["url_private"], headers=owner).content == b"boom"
    assert httpx.get(info["url_private"]).status_code == 403
    assert [each["name"] for each in client.files_list()["files"]] == ["out.log"]
    client.files_delete(file=info["id"])
    assert box.files() == []


def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call()
    return str(refused.value.response["error"])


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("files.getUploadURLExternal", {"filename": "x.png", "length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ("chat.postMessage", {"channel": "C0404", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": ALERTS}, "no_text"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": ALERTS, "text": "x" * 40_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": ALERTS, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ("chat.postMessage", {"channel": ALERTS, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": ALERTS, "blocks": "[not json"}, "invalid_blocks"),
    ("chat.postMessage", {"channel": ALERTS, "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postEphemeral", {"channel": ALERTS, "user": "U0404", "text": "x"}, "user_not_found"),
    ("chat.update", {"channel": ALERTS, "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": ALERTS, "ts": "1.000001"}, "message_not_found"),
    ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
    ("conversations.history", {"channel": ALERTS, "cursor": "??"}, "invalid_cursor"),
    ("conversations.replies", {"channel": ALERTS, "ts": "1.000001"}, "thread_not_found"),
    ("conversations.info", {"channel": "C0404"}, "channel_not_found"),
    ("conversations.create", {"name": "alerts"}, "name_taken"),
    ("conversations.create", {"name": "Not A Name"}, "invalid_name_specials"),
    ("conversations.open", {"users": "U0404"}, "user_not_found"),
    ("conversations.invite", {"channel": ALERTS, "users": "U0000000001"}, "already_in_channel"),
    ("users.info", {"user": "U0404"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S0404"}, "no_such_subteam"),
    ("usergroups.create", {"name": "x", "handle": "oncall"}, "handle_already_exists"),
    ("reactions.add", {"channel": ALERTS, "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
    ("pins.add", {"channel": ALERTS, "timestamp": "1.000001"}, "message_not_found"),
    ("bookmarks.add", {"channel_id": ALERTS, "title": "x", "type": "link", "link": "ftp:x"}, "invalid_link"),
    ("files.info", {"file": "F0404"}, "file_not_found"),
    ("views.update", {"view_id": "V0404", "view": {}}, "not_found"),
    ("views.publish", {"user_id": "U0404", "view": {}}, "user_not_found"),
    ("chat.meMessage", {}, "unknown_method"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSALS)
def test_what_slack_refuses(client: WebClient, method: str, arguments: dict[str, Any], error: str) -> None:
    """Each refusal comes with Slack's own error code."""
    assert error_of(lambda: client.api_call(method, json=arguments)) == error


def test_what_was_done_already_is_refused(client: WebClient, box: Slackbox) -> None:
    """already_reacted, no_reaction, already_pinned, no_pin; and other people's messages are theirs."""
    ts = box.say("bob", "alerts", "mine")
    at = {"channel": ALERTS, "timestamp": ts}
    client.reactions_add(**at, name="eyes")
    client.pins_add(**at)
    assert error_of(lambda: client.reactions_add(**at, name="eyes")) == "already_reacted"
    assert error_of(lambda: client.pins_add(**at)) == "already_pinned"
    client.pins_remove(**at)
    assert error_of(lambda: client.reactions_remove(**at, name="tada")) == "no_reaction"
    assert error_of(lambda: client.pins_remove(**at)) == "no_pin"
    assert error_of(lambda: client.chat_update(channel=ALERTS, ts=ts, text="x")) == "cant_update_message"
    assert error_of(lambda: client.chat_delete(channel=ALERTS, ts=ts)) == "cant_delete_message"


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-slackbox", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(box: Slackbox, token: str | None, error: str) -> None:
    """No token, an unknown one, and one of the wrong kind are three errors."""
    assert error_of(WebClient(token, base_url=box.api_url).auth_test) == error


def test_a_missing_scope_is_named(least: WebClient) -> None:
    """missing_scope says what is needed and what there is."""
    with pytest.raises(SlackApiError) as refused:
        least.reactions_add(channel=ALERTS, timestamp="1.1", name="eyes")
    answer = refused.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "reactions:write", "chat:write")
    assert error_of(lambda: least.conversations_history(channel=ALERTS)) == "missing_scope"
    assert error_of(lambda: least.chat_postMessage(channel=ALERTS, text="x", username="me")) == "missing_scope"


def test_an_app_without_a_messages_tab_cannot_write_to_people() -> None:
    """messages_tab_disabled, by the manifest; and its user name is made from its display name."""
    features = {"bot_user": {"display_name": "Shift Bot"}, "app_home": {"messages_tab_enabled": False}}
    with Slackbox(manifest={**LEAST, "features": features}) as box:
        client = WebClient(box.bot_token, base_url=box.api_url)
        assert client.auth_test()["user"] == "shift_bot"
        assert error_of(lambda: client.chat_postMessage(channel="U0000000001", text="x")) == "messages_tab_disabled"


def test_arguments_come_as_json_form_or_query(box: Slackbox) -> None:
    """The same call in each way Slack takes it; bad JSON is named."""

    def call(data: bytes | None, kind: str = "", query: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {box.bot_token}", "Content-Type": kind}
        verb = "GET" if data is None else "POST"
        found: dict[str, Any] = httpx.request(
            verb, f"{box.api_url}users.info{query}", content=data, headers=headers
        ).json()
        return found

    assert call(b'{"user": "U0000000001"}', "application/json; charset=utf-8")["user"]["name"] == "alice"
    assert call(b"user=U0000000001", "application/x-www-form-urlencoded")["user"]["name"] == "alice"
    assert call(None, query="?user=U0000000001")["user"]["name"] == "alice"
    assert call(b"{", "application/json")["error"] == "invalid_json"
    assert call(b"[]", "application/json")["error"] == "json_not_object"


def test_every_call_is_written_down(client: WebClient, box: Slackbox) -> None:
    """box.calls has each call with its arguments and its end."""
    client.chat_postMessage(channel=ALERTS, text="x")
    error_of(lambda: client.chat_postMessage(channel="C0404", text="y"))
    assert [(call.method, call.args["text"], call.status, call.error) for call in box.calls] == [
        ("chat.postMessage", "x", 200, None),
        ("chat.postMessage", "y", 200, "channel_not_found"),
    ]
