"""The doctor names what is missing and how to mend it, against a workspace that answers as Slack does."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from bot import settings
from bot.classify.llm.checkup import Checkup, check_up
from bot.doctor import Finding, examine
from bot.slack import manifest
from bot.slack.doctor import ask, report
from bot.store import Store
from bot.store.driver import Driver
from slackbox import Slackbox
from tests.far_side import far_side
from tests.model_server import KEY, MODEL, ModelServer, refuses, sends
from tests.samples import NOW
from tests.services import free_port

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
        "LLM_PROVIDER": "none",
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


MISSING = (
    "channels:history, commands, files:write, groups:history, im:history, im:write, reactions:read, usergroups:read, "
    "usergroups:write, users:read"
)


def test_missing_scopes_are_listed(home: Path) -> None:
    """An app that was made by hand, without the manifest."""
    by_hand = manifest.manifest()
    by_hand["oauth_config"]["scopes"]["bot"] = ["channels:read", "groups:read", "chat:write", "files:read"]
    with Slackbox(manifest=by_hand) as box:
        found = wrong(environ(box, home))
    assert found == [
        ("scopes", f"missing: {MISSING}"),
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


@pytest.mark.parametrize("running", [False, True])
def test_a_database_of_an_older_version_is_left_as_it_is(box: Slackbox, home: Path, running: bool) -> None:
    """Between an update and the restart: the next start brings it up to date, and nothing before."""
    with closing(sqlite3.connect(home / "bot.db")) as database:
        database.executescript((ROOT / "tests" / "first_version.sql").read_text())
        before = list(database.iterdump())
        with closing(Driver(home / "bot.db")) if running else nullcontext():
            found = [each for each in examined(environ(box, home)) if each.what in {"database", "record"}]
        assert list(database.iterdump()) == before
    (only,) = found
    assert only.ok is None
    assert only.said.startswith(f"{home}/bot.db was written by an older version of the bot (it has no runbooks,")
    assert only.mend == "the next start brings it up to date; copy it before"


def test_a_database_of_a_newer_version_is_named(box: Slackbox, home: Path) -> None:
    with closing(Store(home / "bot.db")) as store:
        store.driver.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('plantao', 'tomorrow', '')"
        )
    ((what, said),) = wrong(environ(box, home))
    assert (what, "was written by a newer version of the bot (tomorrow)" in said) == ("database", True)


def test_what_could_not_be_sent_is_listed_also_while_a_bot_runs(box: Slackbox, home: Path) -> None:
    """Mails and pages that were not taken, and whether they are tried again."""
    with closing(Store(home / "bot.db")) as store:
        for key, way, target in (("1", "mail", "ops@example.com"), ("2", "page", "")):
            store.deliveries.add_delivery(key, way, "incident_1", target, {}, NOW)
        store.deliveries.delivery_failed("1", NOW, "the mail server cannot be reached")
        store.deliveries.give_up_delivery("2", "pager.example.com answers 404", NOW)
        found = [each.said for each in examined(environ(box, home)) if each.what == "record"]
        for number in range(3, 10):
            store.deliveries.add_delivery(str(number), "mail", "incident_2", "", {}, NOW)
            store.deliveries.delivery_failed(str(number), NOW, "the mail server cannot be reached")
        assert "4 more were not taken, older than these" in [each.said for each in examined(environ(box, home))]
    assert found == [
        "mail about incident_1 to ops@example.com was not taken: the mail server cannot be reached; it is tried again",
        "page about incident_1 was not taken: pager.example.com answers 404; given up",
    ]


def test_a_mail_server_that_takes_nobody_is_found(box: Slackbox, home: Path) -> None:
    """And stakeholders who would get nothing because there is none."""
    (home / "team.yaml").write_text(
        "people: {alice: {slack: U0000000001}}\nroles: {approvers: [alice]}\nstakeholders: {P0: [ops@example.com]}\n"
    )
    given = environ(box, home, SMTP_URL=f"smtp://127.0.0.1:{free_port()}", MAIL_FROM="plantao@example.com")
    found = examine(given, None, ask_slack=lambda *_: (), ask_others=True)
    mail = Finding(
        "mail", False, "the mail server cannot be reached: Connection refused", "look at SMTP_URL and at that server"
    )
    assert mail in found
    idle = [each for each in examined(environ(box, home)) if each.what == "team" and each.ok is None]
    assert [each.said for each in idle] == ["stakeholders are named, and no mail goes to them"]


def test_an_unreachable_slack_is_said_once(box: Slackbox, home: Path) -> None:
    """With the address that was tried, and without a trace."""
    given = environ(box, home)
    box.close()
    ((what, said),) = wrong(given)
    assert what == "slack"
    assert said.startswith(f"{box.api_url} cannot be reached: ")


def test_alertmanager_is_asked_where_it_is_set(box: Slackbox, home: Path) -> None:
    """What is named and does not answer is wrong, though only silences need it; its password is not printed."""
    with far_side() as far:
        url = far.url.replace("//", "//ops:hunter2@")

        def seen(**changed: str) -> list[Finding]:
            found = examine(environ(box, home, **changed), None, ask_slack=lambda *_: (), ask_others=True)
            return [each for each in found if each.what == "alertmanager"]

        far.answers["/api/v2/status"] = (200, '{"versionInfo": {"version": "0.25.0"}, "uptime": ""}')
        assert seen() == []
        assert seen(ALERTMANAGER_URL=url) == [Finding("alertmanager", True, f"version 0.25.0 at {far.url}")]
        far.answers["/api/v2/status"] = (401, "who are you?")
        (refused,) = seen(ALERTMANAGER_URL=url)
        assert (refused.ok, refused.said) == (False, f"{far.url}: HTTP 401: who are you?")
        (wrong,) = (each for each in examined(environ(box, home, ALERTMANAGER_URL="hunter2")) if each.ok is False)
    (away,) = seen(ALERTMANAGER_URL=url)
    assert (away.ok, away.said.split(": ")[:2]) == (False, [far.url, "no connection"])
    assert away.mend.startswith("look whether it runs and at ALERTMANAGER_URL")
    assert "hunter2" not in str([refused, away, wrong])


def of_the_model(box: Slackbox, home: Path, **changed: str) -> Finding:
    found = examine(environ(box, home, **changed), None, ask_slack=lambda *_: (), ask_others=True)
    (seen,) = (each for each in found if each.what == "model")
    return seen


def test_a_model_that_can_be_asked_is_well(box: Slackbox, home: Path) -> None:
    """It is asked what models it has, and nothing else."""
    with ModelServer() as server:
        given = {"LLM_PROVIDER": "ollama", "LLM_MODEL": MODEL, "OLLAMA_HOST": server.url}
        assert of_the_model(box, home, **given) == Finding("model", True, f"ollama has {MODEL}")
        server.models = [f"{MODEL}-plain:latest"]
        assert of_the_model(box, home, **given | {"LLM_MODEL": f"{MODEL}-plain"}).ok is True
        assert [each.path for each in server.asked] == ["/api/tags"] * 2


def test_what_is_wrong_with_the_model_is_a_note(box: Slackbox, home: Path) -> None:
    """It is told apart and can be mended, and it keeps nothing from working."""
    with ModelServer() as server:
        given = {"LLM_PROVIDER": "ollama", "LLM_MODEL": MODEL, "OLLAMA_HOST": server.url}
        server.models = ["another:7b"]
        assert of_the_model(box, home, **given) == Finding(
            "model", None, f"ollama does not have the model {MODEL}", f"ollama pull {MODEL}, or set LLM_MODEL"
        )
        server.answer = sends(b"<html>", kind="text/html")
        assert of_the_model(box, home, **given).said == f"what answers at {server.url} is not Ollama"
        server.answer = refuses(503, "busy")
        assert of_the_model(box, home, **given) == Finding("model", None, "ollama is busy: HTTP 503: busy")
    assert of_the_model(box, home, **given) == Finding(
        "model",
        None,
        f"nothing answers at {server.url}",
        "start Ollama (ollama serve), set OLLAMA_HOST to where it runs, or set LLM_PROVIDER=none",
    )
    assert of_the_model(box, home, LLM_PROVIDER="none").said == (
        "LLM_PROVIDER=none: rules and the embedded model classify alone"
    )


@pytest.mark.parametrize("provider", ["gemini", "groq"])
def test_a_key_that_is_refused_is_told_from_a_model_that_is_not_there(provider: str) -> None:
    """And is not repeated, though providers do."""
    key = f"{provider.upper()}_API_KEY"
    given = settings.load({"LLM_PROVIDER": provider, "LLM_MODEL": MODEL, key: KEY}, None, slack=False)
    with ModelServer() as server:
        endpoints = {provider: f"{server.url}/v1/"}
        assert check_up(given, endpoints) == Checkup(True, f"{provider} has {MODEL}")
        server.models = []
        assert check_up(given, endpoints).mend == "take one that it lists, and set LLM_MODEL"
        for refusal in (refuses(401, f"wrong key {KEY}"), refuses(400, "API key not valid")):
            server.answer = refusal
            seen = check_up(given, endpoints)
            assert seen.well is False
            assert seen.said.startswith(f"{provider} refuses the key: HTTP 40")
            assert seen.mend == f"make a new one, as {key}"
            assert KEY not in seen.said


def test_a_broken_prompt_is_a_note_about_the_model(box: Slackbox, home: Path) -> None:
    """With its place, like every template."""
    folder = home / "templates"
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "classify.txt").write_text("{{ nonsense }}")
    seen = of_the_model(box, home, TEMPLATES_DIR=str(folder), LLM_PROVIDER="ollama")
    assert seen.ok is None
    assert seen.said.startswith(f"{folder}/prompts/classify.txt: 'nonsense' is undefined. It may use: ")


# -- the rota ---

OUR_ROTA = "people: {alice: {slack: U0000000001}}\nrota: {timezone: UTC, %s}\n"
ALICE_ALWAYS = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:alice\r\nDTSTART:20200101T000000Z\r\n"
    "DTEND:20991231T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def about_the_rota(given: dict[str, str], *, ask_others: bool = False) -> list[tuple[bool | None, str]]:
    found = examine(given, None, ask_slack=ask, ask_others=ask_others)
    return [(each.ok, each.said) for each in found if each.what == "rota"]


def test_what_is_odd_about_the_rota_is_a_note(box: Slackbox, home: Path) -> None:
    order = "start: 2099-01-01T09:00, every: 1w, order: [alice]"
    over = "cover: [{who: alice, from: 2020-01-01T09:00, to: 2020-01-02T09:00}]"
    (home / "team.yaml").write_text(OUR_ROTA % f"{order}, {over}")
    (begins, past) = about_the_rota(environ(box, home))
    assert begins[0] is past[0] is None
    assert begins[1].startswith("the rota begins only on 2099-01-01 09:00; until then its order counts backwards")
    assert past[1] == "the cover of alice from 2020-01-01 09:00 to 2020-01-02 09:00 is over; it can be taken out"


def test_a_calendar_is_fetched_only_by_the_doctor_and_never_shown(box: Slackbox, home: Path) -> None:
    """At the start nobody waits for it; its host alone is said, whether it answers or not."""
    with far_side() as far:
        (home / "team.yaml").write_text(OUR_ROTA % f"ics: '{far.url}/s3cret.ics'")
        assert about_the_rota(environ(box, home)) == []
        assert far.asked == []
        broken = [(False, "the calendar (127.0.0.1) cannot be read: HTTP 404: it is not there")]
        assert [each for each in about_the_rota(environ(box, home), ask_others=True) if each[0] is False] == broken
        far.answers["/s3cret.ics"] = (200, ALICE_ALWAYS)
        well = [(True, "the calendar (127.0.0.1) has 1 shifts in the next 180 days")]
        assert about_the_rota(environ(box, home), ask_others=True) == well
        far.answers["/s3cret.ics"] = (200, ALICE_ALWAYS.replace("alice", "dora"))
        assert about_the_rota(environ(box, home), ask_others=True)[1:2] == [
            (None, '"dora" names nobody of the team file')
        ]
        out = io.StringIO()
        report(environ(box, home), None, out)
        assert "s3cret" not in out.getvalue()


def test_a_calendars_file_is_read_at_the_start_too(box: Slackbox, home: Path) -> None:
    (home / "team.yaml").write_text(OUR_ROTA % "ics: oncall.ics")
    assert about_the_rota(environ(box, home))[0] == (
        False,
        f"the calendar (oncall.ics) cannot be read: {home}/oncall.ics is not there",
    )
    (found,) = (each for each in examine(environ(box, home), None, ask_slack=ask) if each.mend and each.what == "rota")
    assert found.mend == (
        "look at `ics` in the team file; until then what was read last goes on counting, "
        "and where nothing ever was nobody is on call"
    )
    (home / "oncall.ics").write_text(ALICE_ALWAYS)
    assert about_the_rota(environ(box, home)) == [(True, "the calendar (oncall.ics) has 1 shifts in the next 180 days")]


def test_a_calendar_that_fails_while_the_bot_runs_is_on_the_record(box: Slackbox, home: Path) -> None:
    with closing(Store(home / "bot.db")) as store:
        store.calendars.calendar_read("k", ALICE_ALWAYS, NOW)
        store.calendars.calendar_failed("k", "HTTP 404: it is not there", NOW)
    said = [each.said for each in examined(environ(box, home)) if each.what == "record"]
    assert said == [
        "the rota's calendar cannot be read since 2026-11-16 14:02 UTC: HTTP 404: it is not there; "
        "what it said at 2026-11-16 14:02 UTC counts"
    ]


def test_a_user_group_that_slack_does_not_have_is_named(box: Slackbox, home: Path) -> None:
    order = "start: 2020-01-01T09:00, every: 1w, order: [alice]"
    (home / "team.yaml").write_text(OUR_ROTA % f"{order}, user_group: S0000000001")
    assert about_the_rota(environ(box, home)) == [
        (True, "group S0000000001 is there, and is kept equal to who is on call")
    ]
    (home / "team.yaml").write_text(OUR_ROTA % f"{order}, user_group: S0NONE")
    assert about_the_rota(environ(box, home)) == [(False, "Slack refuses: no_such_subteam")]
