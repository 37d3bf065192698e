"""manifest.json asks Slack for what the code uses, and for nothing else."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from slack_sdk import WebClient

from bot.slack import manifest

ROOT = Path(__file__).parent.parent
WEB_API = {
    name: name.replace("_", ".")
    for name, _ in inspect.getmembers(WebClient, inspect.isfunction)
    if not name.startswith("_") and "_" in name and name != "api_call"
}


def calls() -> Iterator[ast.Call]:
    for path in sorted((ROOT / "bot" / "slack").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node


def first_text(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def named(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr


def test_the_file_is_current() -> None:
    """What people create their app from is what the code says today."""
    assert (ROOT / "manifest.json").read_text() == manifest.as_json(), "python -m bot.slack.manifest > manifest.json"


def test_every_method_that_is_called_is_listed_and_no_other() -> None:
    """A method without its scope fails in front of people; a scope without a use is a risk for nothing."""
    called = {WEB_API[named(call)] for call in calls() if named(call) in WEB_API}
    called |= {text for call in calls() if named(call) == "api_call" and (text := first_text(call))}
    if "files.upload.v2" in called:  # the SDK's name for two methods
        called = called - {"files.upload.v2"} | {"files.getUploadURLExternal", "files.completeUploadExternal"}
    assert called == set(manifest.METHODS)


def test_every_command_that_is_answered_is_listed_and_no_other() -> None:
    """Slack knows a command only when the manifest has it."""
    nouns = {
        str(node.value.value)
        for path in sorted((ROOT / "bot" / "slack").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["command"]
    }
    assert nouns == set(manifest.COMMANDS)


def test_every_entry_in_the_menu_of_a_message_is_listened_to() -> None:
    listened = {str(call.args[0].value) for call in calls() if named(call) == "message_shortcut"}
    offered = manifest.manifest()["features"]["shortcuts"]
    assert listened == set(manifest.SHORTCUTS) == {each["callback_id"] for each in offered}
    assert [named(call) for call in calls() if named(call) in {"shortcut", "global_shortcut"}] == []


def test_the_home_is_shown_when_it_is_opened() -> None:
    """Slack has a tab for it, tells when somebody opens it, and takes what is published."""
    assert manifest.manifest()["features"]["app_home"]["home_tab_enabled"] is True
    assert "app_home_opened" in manifest.manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert [call for call in calls() if named(call) == "views_publish"] != []


def test_people_can_be_told_things_alone() -> None:
    """Slack takes a direct message only where the app has a tab for them."""
    assert manifest.manifest()["features"]["app_home"]["messages_tab_enabled"] is True


def test_buttons_work() -> None:
    """The code listens to clicks and forms, so interactivity is on; Socket Mode carries them."""
    assert {named(call) for call in calls()} >= {"action", "view"}
    settings = manifest.manifest()["settings"]
    assert (settings["interactivity"]["is_enabled"], settings["socket_mode_enabled"]) == (True, True)


def test_the_scopes_are_the_least_that_do() -> None:
    """Read messages and channels, write as itself, know people and groups, answer commands."""
    assert manifest.scopes() == (
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "reactions:read",
        "usergroups:read",
        "usergroups:write",
        "users:read",
    )


def test_slack_accepts_its_lengths() -> None:
    """Slack's limits: name 35, description 140, a command 32, its hint 1,000, its description 2,000."""
    display = manifest.manifest()["display_information"]
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert all(len(name) <= 32 and len(d) <= 2000 and len(h) <= 1000 for name, (d, h) in manifest.COMMANDS.items())
