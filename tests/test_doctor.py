"""The doctor names what is missing and how to mend it, against a workspace that answers as Slack does."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from bot.slack import manifest
from bot.slack.doctor import ask, report
from bot.store import Store
from slackbox import Slackbox

ROOT = Path(__file__).parent.parent
RUNBOOK = "runbook: 1\nid: {id}\ntitle: One\ndoc: |\n  ## Meaning\n  Something.\n"


@pytest.fixture
def box() -> Iterator[Slackbox]:
    """A workspace whose app may do what the manifest asks for."""
    with Slackbox(manifest=ROOT / "manifest.json") as box:
        yield box


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a team, a runbook and a place for the database."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "one.yaml").write_text(RUNBOOK.format(id="one"))
    (tmp_path / "team.yaml").write_text("people: {alice: {slack: U0000000001}}\nroles: {approvers: [alice]}\n")
    return tmp_path


def environ(box: Slackbox, home: Path, **changed: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": box.bot_token,
        "SLACK_APP_TOKEN": box.app_token,
        "SLACK_API_URL": box.api_url,
        "RUNBOOKS_DIR": str(home / "runbooks"),
        "TEMPLATES_DIR": str(ROOT / "templates"),
        "TEAM_FILE": str(home / "team.yaml"),
        "DATABASE_URL": f"sqlite:///{home}/bot.db",
        **changed,
    }


def examined(given: dict[str, str]) -> list[Finding]:
    return examine(given, None, ask_slack=ask)


def wrong(given: dict[str, str]) -> list[tuple[str, str]]:
    return [(each.what, each.said) for each in examined(given) if each.ok is False]


def test_a_healthy_set_up_has_nothing_to_mend(box: Slackbox, home: Path) -> None:
    """Every check says what it saw."""
    assert [(each.what, each.ok, each.said) for each in examined(environ(box, home))] == [
        ("settings", True, "read from the environment"),
        ("team", True, f"{home}/team.yaml: people 1, roles 1"),
        ("runbooks", True, f"{home}/runbooks: 1 can be used, 0 of them with steps"),
        ("templates", True, f"{ROOT}/templates/en/words.yaml can be read"),
        ("database", True, f"{home}/bot.db is not there yet; the first start creates it"),
        ("bot token", True, "@plantao in Local workspace"),
        ("scopes", True, "complete"),
        ("channels", True, "the bot is in #alerts, #incidents"),
        ("team", True, "everybody in the team file is in the workspace"),
        ("app token", True, "a Socket Mode connection can be opened"),
    ]


def test_the_report_says_how_it_ended(box: Slackbox, home: Path) -> None:
    """Exit status 0 when nothing has to be mended, 1 when something has."""
    out = io.StringIO()
    assert report(environ(box, home), None, out) == 0
    assert out.getvalue().endswith("\n\nNothing to mend.\n")
    out = io.StringIO()
    assert report(environ(box, home, INCIDENTS_CHANNEL="war-room"), None, out) == 1
    assert out.getvalue().endswith("\n\n1 to mend.\n")


def test_no_secret_is_printed(box: Slackbox, home: Path) -> None:
    """A report is pasted into a chat."""
    out = io.StringIO()
    report(environ(box, home, SLACK_BOT_TOKEN="xoxb-123-topsecret", SLACK_APP_TOKEN="topsecret"), None, out)
    assert "topsecret" not in out.getvalue()


def test_channels_are_named(box: Slackbox, home: Path) -> None:
    """One that does not exist, and one that the bot is not in."""
    assert wrong(environ(box, home, ALERTS_CHANNELS="nope,alerts,general")) == [
        (
            "channels",
            "ALERTS_CHANNELS: there is no channel #nope that the bot can see. "
            "Create it, or if it is private, invite the bot: /invite @plantao",
        ),
        ("channels", "ALERTS_CHANNELS: the bot is not in #general. Write there: /invite @plantao"),
    ]


def test_wrong_tokens_are_told_apart(box: Slackbox, home: Path) -> None:
    """Both are tried, so that one look finds both."""
    given = environ(box, home, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    assert wrong(given) == [
        ("bot token", "Slack refuses it: invalid_auth"),
        ("app token", "Slack refuses: invalid_auth"),
    ]


def test_missing_scopes_are_listed(home: Path) -> None:
    """An app that was made by hand, without the manifest."""
    by_hand = manifest.manifest()
    by_hand["oauth_config"]["scopes"]["bot"] = ["channels:read", "groups:read", "chat:write", "files:read"]
    with Slackbox(manifest=by_hand) as box:
        found = wrong(environ(box, home))
    assert found == [
        ("scopes", "missing: channels:history, commands, files:write, groups:history, usergroups:read, users:read"),
        ("team", "alice, U0000000001: Slack refuses: missing_scope (scope users:read)"),
    ]


def test_people_who_are_not_there_are_named(box: Slackbox, home: Path) -> None:
    """A slip in an id would let nobody approve, at night."""
    (home / "team.yaml").write_text(
        "people: {alice: {slack: U0000000001}, zoe: {slack: U0000000999}, robot: {slack: U000000B0T1}}\n"
        'roles: {sre: "group:S0000000001", approvers: "group:S0000000999"}\n'
    )
    assert wrong(environ(box, home)) == [
        ("team", "zoe, U0000000999: Slack refuses: user_not_found"),
        ("team", "robot, U000000B0T1: is a bot, and not a person"),
        ("team", "Slack refuses: no_such_subteam"),
    ]


def test_later_checks_run_when_an_earlier_one_fails(box: Slackbox, home: Path) -> None:
    """Settings, team, runbooks and database are wrong at once, and each is said."""
    (home / "team.yaml").write_text("people: {alice: {slack: alice}}\n")
    (home / "runbooks" / "two.yaml").write_text(RUNBOOK.format(id="three"))
    (home / "bot.db").write_text("this is no database, however long one looks at it")
    given = environ(box, home, MODE="fire", ALERTS_CHANNELS="alerts")
    found = wrong(given)
    assert [what for what, _ in found] == ["settings", "team", "runbooks", "database"]
    assert [said.removeprefix(f"{home}/").split(";")[0] for _, said in found[:2]] == [
        "MODE is 'fire'",
        'team.yaml:1: `people.alice.slack` is "alice"',
    ]
    assert "channels" in [each.what for each in examined(given)]


def test_missing_tokens_leave_slack_unasked(box: Slackbox, home: Path) -> None:
    """And the rest is looked at."""
    given = environ(box, home, SLACK_BOT_TOKEN="")
    last = examined(given)[-1]
    assert (last.what, last.ok, last.mend) == ("slack", None, "mend SLACK_BOT_TOKEN first")
    assert [what for what, _ in wrong(given)] == ["settings"]


def test_a_database_in_use_is_no_illness(box: Slackbox, home: Path) -> None:
    """The doctor is mostly asked while a bot runs."""
    store = Store(home / "bot.db")
    try:
        found = [each for each in examined(environ(box, home)) if each.what == "database"]
    finally:
        store.close()
    assert found == [Finding("database", None, f"{home}/bot.db is in use, so a bot is running with it")]


def test_an_unreachable_slack_is_said_once(box: Slackbox, home: Path) -> None:
    """With the address that was tried, and without a trace."""
    given = environ(box, home)
    box.close()
    ((what, said),) = wrong(given)
    assert what == "slack"
    assert said.startswith(f"{box.api_url} cannot be reached: ")
