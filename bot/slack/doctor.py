"""The part of the doctor that asks Slack: tokens, scopes, channels, and the people of the team file."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.doctor import Finding, examine
from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack import manifest
from bot.slack.workspace import find_workspace, web_client
from bot.team import Team
from handoff.texts import read_texts

_REINSTALL = "add what is missing on your app's page (OAuth & Permissions), then install the app again"
_MARKS = {True: "ok     ", False: "wrong  ", None: "note   "}


def report(environ: Mapping[str, str], env_file: Path | None, out: TextIO = sys.stdout) -> int:
    """Writes every finding, a line or two each. The exit status: 1 when something has to be mended, else 0."""
    findings = examine(environ, env_file, ask_slack=ask, ask_others=True, more_texts=read_texts)
    for each in findings:
        out.write(f"{_MARKS[each.ok]}{each.what:<12} {each.said}\n")
        if each.mend:
            out.write(f"{'':<20}{each.mend}\n")
    wrong = sum(1 for each in findings if each.ok is False)
    out.write(f"\n{wrong} to mend.\n" if wrong else "\nNothing to mend.\n")
    return 1 if wrong else 0


def ask(settings: Settings, team: Team | None) -> Iterator[Finding]:
    """What Slack says of the tokens, the channels and the team. Reads only."""
    # The SDK logs what it raises as well; here the findings say it.
    logging.getLogger("slack_sdk").addHandler(logging.NullHandler())
    client = web_client(settings)
    try:
        me = client.auth_test()
    except SlackApiError as error:
        yield Finding("bot token", False, f"Slack refuses it: {_code(error)}", "copy the Bot User OAuth Token again")
    except OSError as error:
        said = f"{settings.slack_api_url} cannot be reached: {_reason(error)}"
        yield Finding("slack", False, said, "look at the network, the proxy (HTTPS_PROXY) and SLACK_API_URL")
        return
    else:
        yield Finding("bot token", True, f"@{me['user']} in {me['team']}")
        yield _scopes(me.headers)
        yield from _asked("channels", "", partial(_channels, client, settings, team))
        if team is not None:
            yield from _team(client, team)
    yield from _asked(
        "app token",
        "make an app-level token with the scope connections:write (Basic Information), and turn Socket Mode on",
        partial(_app_token, client, settings),
    )


def _asked(what: str, mend: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The answer, or the refusal as a finding of its own, so that the next question is asked all the same."""
    try:
        yield from question()
    except SlackApiError as error:
        code = _code(error)
        needed = f" (scope {error.response.get('needed')})" if code == "missing_scope" else ""
        busy = code == "ratelimited" or error.response.status_code >= 500
        better = "Slack is busy; try again in a minute" if busy else _REINSTALL if needed else mend
        yield Finding(what, False, f"Slack refuses: {code}{needed}", better)
    except OSError as error:
        yield Finding(what, False, f"no answer from Slack: {_reason(error)}", "try again")


def _scopes(headers: Mapping[str, Any]) -> Finding:
    """Slack names a token's scopes in a header of every answer."""
    sent = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if not sent:
        return Finding("scopes", None, "Slack did not say which ones the token has")
    given = {scope.strip() for scope in (sent if isinstance(sent, str) else ",".join(sent)).split(",")}
    missing = [scope for scope in manifest.scopes() if scope not in given]
    if missing:
        return Finding("scopes", False, f"missing: {', '.join(missing)}", _REINSTALL)
    unused = sorted(given - set(manifest.scopes()))
    if unused:
        return Finding("scopes", None, f"complete; never used: {', '.join(unused)}", "take them away again if you can")
    return Finding("scopes", True, "complete")


def _channels(client: WebClient, settings: Settings, team: Team | None) -> Iterator[Finding]:
    try:
        workspace = find_workspace(client, settings)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("channels", False, problem)
    else:
        names = dict.fromkeys((*settings.alerts_channels, settings.incidents_channel))
        yield Finding("channels", True, f"the bot is in {', '.join(f'#{name}' for name in names)}")
        named = team is not None and "handoff" in team.model_fields_set
        wanted = team.handoff.channel.removeprefix("#") if team is not None and named else ""
        if wanted and wanted not in workspace.joined:
            said = f"the bot is not in #{wanted}, where handoffs are to be posted; they go to the incidents channel"
            yield Finding("channels", None, said, "invite it there, or mend `handoff` in the team file")


def _team(client: WebClient, team: Team) -> Iterator[Finding]:
    """Every id of the team file exists in this workspace."""
    known = 0
    for name, person in team.people.items():
        mend = f"copy the member ID from the Slack profile of {name}, or take {name} out of the team file"
        for finding in _asked("team", mend, partial(_person, client, name, person.slack)):
            known += finding.ok is True
            if finding.ok is False:
                yield Finding("team", False, f"{name}, {person.slack}: {finding.said}", finding.mend or mend)
    groups = {held for role in team.roles for held in team.holders(role) if held.startswith("S")}
    for group in sorted(groups):
        yield from _asked("team", f"mend the group {group} in the team file", partial(_group, client, group))
    if team.rota is not None and (kept := team.rota.user_group) is not None:
        mend = f"mend rota.user_group, {kept}, in the team file, or make that group in Slack"
        yield from _asked("rota", mend, partial(_kept_group, client, kept))
    if known == len(team.people):
        yield Finding("team", True, "everybody in the team file is in the workspace")


def _person(client: WebClient, name: str, slack_id: str) -> Iterator[Finding]:
    user = client.users_info(user=slack_id)["user"]
    if user.get("deleted"):
        yield Finding("team", False, "is no longer active in Slack")
    elif user.get("is_bot"):
        yield Finding("team", False, "is a bot, and not a person")
    else:
        yield Finding("team", True, name)


def _group(client: WebClient, group: str) -> Iterator[Finding]:
    members = client.usergroups_users_list(usergroup=group)["users"]
    if members:
        yield Finding("team", True, f"group {group}: {len(members)} people")
    else:
        yield Finding(
            "team", False, f"group {group} is empty, so nobody holds its roles", "put people into it in Slack"
        )


def _kept_group(client: WebClient, group: str) -> Iterator[Finding]:
    """Whoever is in it, the bot puts who is on call there."""
    client.usergroups_users_list(usergroup=group)
    yield Finding("rota", True, f"group {group} is there, and is kept equal to who is on call")


def _app_token(client: WebClient, settings: Settings) -> Iterator[Finding]:
    client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    yield Finding("app token", True, "a Socket Mode connection can be opened")


def _code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error")) if isinstance(data, dict) else f"HTTP {error.response.status_code}"


def _reason(error: OSError) -> str:
    """The network's own words, without Python's wrapping."""
    return str(getattr(error, "reason", None) or error.strerror or error)
