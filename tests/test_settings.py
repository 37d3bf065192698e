"""Settings: what a person gets who writes them right, and what is said to one who does not."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError

EXAMPLE = Path(__file__).parent.parent / ".env.example"
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-b"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Settings that name an existing set of folders and files."""
    for folder in ("runbooks", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "team.yaml").write_text("people: {}\n")
    return {
        "RUNBOOKS_DIR": str(tmp_path / "runbooks"),
        "TEMPLATES_DIR": str(tmp_path / "templates"),
        "TEAM_FILE": str(tmp_path / "team.yaml"),
    }


def problems(environ: dict[str, str], env_file: Path | None = None, *, slack: bool = True) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings.load(environ, env_file, slack=slack)
    return list(caught.value.problems)


def test_two_tokens_are_enough(files: dict[str, str]) -> None:
    """Everything else has a default."""
    found = settings.load(TOKENS | files, None)
    assert found.slack_bot_token.get_secret_value() == "xoxb-1-a"
    assert found.slack_app_token.get_secret_value() == "xapp-1-b"
    assert (found.slack_api_url, found.alerts_channels, found.incidents_channel) == (
        "https://slack.com/api/",
        ("alerts",),
        "incidents",
    )
    assert (found.mode, found.language, found.log_format) == ("act", "en", "console")
    assert found.database == Path("data/plantao.db")


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    """A person mends all of them in one go, instead of meeting them one by one."""
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-1-something",
        "SLACK_API_URL": "http://127.0.0.1:8410/api",
        "ALERTS_CHANNELS": "#alerts,Loud Room",
        "INCIDENTS_CHANNEL": "#",
        "DATABASE_URL": "postgresql://user:hunter2@db/plantao",
        "RUNBOOKS_DIR": str(tmp_path / "none"),
        "TEMPLATES_DIR": str(tmp_path),
        "TEAM_FILE": str(tmp_path),
        "MODE": "fire",
        "LANGUAGE": "pt",
        "LOG_FORMAT": "xml",
    }
    said = problems(wrong)
    assert sorted(line.split()[0] for line in said) == sorted(wrong.keys() - {"TEMPLATES_DIR"} | {"SLACK_APP_TOKEN"})
    assert "SLACK_API_URL must end in a slash" in said
    assert "MODE is 'fire'; it must be act or observe" in said
    assert "LANGUAGE is 'pt'; it must be en or pt_BR" in said
    assert "hunter2" not in "\n".join(said)


@pytest.mark.parametrize(
    ("token", "begins"),
    [
        ("xoxp-8675309-secret", "begins with xoxp- and is 19 characters long"),
        ("my-password", "begins with none of Slack's prefixes and is 11 characters long"),
        ("xoxb-", "begins with xoxb- and is 5 characters long, but is cut off"),
        ("xoxb-12 34", "begins with xoxb- and is 10 characters long, but is cut off or holds a character"),
        ("xoxb-12\nX-Header: 1", "begins with xoxb- and is 19 characters long, but is cut off or holds a character"),
    ],
)
def test_a_wrong_token_is_told_by_prefix_and_length_only(files: dict[str, str], token: str, begins: str) -> None:
    """What is in the wrong place may be another secret."""
    (said,) = problems(TOKENS | files | {"SLACK_BOT_TOKEN": token})
    assert said.startswith(f"SLACK_BOT_TOKEN {begins}")
    assert token[6:] == "" or token[6:] not in said


def test_tokens_are_never_printed(files: dict[str, str]) -> None:
    """A settings object in a log or a traceback holds no secret."""
    found = settings.load(TOKENS | files, None)
    assert "xoxb-1-a" not in repr(found)
    assert "xapp-1-b" not in str(found)


def test_no_tokens_are_needed_without_slack() -> None:
    """Linting a runbook needs no Slack, and a folder that is not there is left to the command that reads it."""
    found = settings.load({"RUNBOOKS_DIR": "nowhere", "SLACK_BOT_TOKEN": "rubbish"}, None, slack=False)
    assert found.runbooks_dir == Path("nowhere")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """What is set for one start is not undone by a file that was forgotten."""
    env_file = tmp_path / ".env"
    env_file.write_text("MODE=observe\nLANGUAGE=pt_BR\nLOG_FORMAT=\nSOMEBODY_ELSES=1\n")
    found = settings.load({"MODE": "act", "LANGUAGE": ""}, env_file, slack=False)
    assert (found.mode, found.language, found.log_format) == ("act", "pt_BR", "console")


def test_the_process_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is passed in counts."""
    monkeypatch.setenv("MODE", "observe")
    assert settings.load({}, None, slack=False).mode == "act"


def test_a_missing_env_file_is_an_empty_one(tmp_path: Path) -> None:
    """A container has its settings in the environment and no file."""
    assert settings.load({}, tmp_path / ".env", slack=False).mode == "act"


def test_a_slip_in_the_env_file_is_said(tmp_path: Path) -> None:
    """A setting that is silently not read costs an hour."""
    env_file = tmp_path / ".env"
    env_file.write_text("ALERT_CHANNELS=ops\nLOGFORMAT=json\nKUBECONFIG=/root/.kube/config\n")
    assert problems({}, env_file, slack=False) == [
        f"ALERT_CHANNELS in {env_file} is no setting; did you mean ALERTS_CHANNELS?",
        f"LOGFORMAT in {env_file} is no setting; did you mean LOG_FORMAT?",
    ]


def test_an_env_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    """A file saved by an old editor is no traceback."""
    env_file = tmp_path / ".env"
    env_file.write_bytes("ALERTS_CHANNELS=ação\n".encode("latin-1"))
    assert problems({}, env_file, slack=False) == [f"{env_file} is not UTF-8 text; save it again as UTF-8"]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/plantao.db", "data/plantao.db"),
        ("sqlite:////var/lib/plantao/plantao.db", "/var/lib/plantao/plantao.db"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(url: str, path: str) -> None:
    """As in SQLAlchemy."""
    assert settings.load({"DATABASE_URL": url}, None, slack=False).database == Path(path)


@pytest.mark.parametrize("url", ["data/plantao.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///data/"])
def test_a_database_that_is_no_file_is_refused(url: str) -> None:
    """What the bot knows has to outlive its process."""
    (said,) = problems({"DATABASE_URL": url}, slack=False)
    assert said.startswith("DATABASE_URL must ")


def test_channels_are_read_as_people_write_them() -> None:
    """With or without the #, with spaces after the commas, in any language, each once."""
    given = {"ALERTS_CHANNELS": "#alerts, alerts-db,ação_1,alerts,", "INCIDENTS_CHANNEL": "#war-room"}
    found = settings.load(given, None, slack=False)
    assert found.alerts_channels == ("alerts", "alerts-db", "ação_1")
    assert found.incidents_channel == "war-room"


@pytest.mark.parametrize(
    ("desktop", "language"),
    [("en_US:en", "en"), ("en_GB", "en"), ("pt_BR:pt:en", "pt_BR"), ("pt_PT:pt", "pt_BR"), ("de_DE:de", "en")],
)
def test_a_desktops_language_list_is_understood(desktop: str, language: str) -> None:
    """The variable is older than this program, and many desktops set it."""
    assert settings.load({"LANGUAGE": desktop}, None, slack=False).language == language


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        (":9999", "http://127.0.0.1:9999"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("[::]:11434", "http://[::1]:11434"),
        ("gpu-box", "http://gpu-box:11434"),
        ("http://gpu-box", "http://gpu-box:80"),
        ("https://models.example.com/ollama/", "https://models.example.com:443/ollama"),
    ],
)
def test_ollamas_address_is_read_as_ollama_reads_it(written: str, asked: str) -> None:
    """The variable is Ollama's own; where its server listens is turned into where one asks it."""
    assert settings.load({"OLLAMA_HOST": written}, None, slack=False).ollama_host == asked


@pytest.mark.parametrize(
    "written", ["ftp://box", "http://a b", "box:99999", "http://me:pw@box", "box;rm", "http://[::1"]
)
def test_what_is_no_address_of_ollama_is_refused(written: str) -> None:
    """Before anything starts, and not at the first alert at night."""
    assert problems({"OLLAMA_HOST": written}, slack=False) == [
        "OLLAMA_HOST is no address; write one like http://127.0.0.1:11434"
    ]


def test_a_key_is_needed_only_for_its_own_provider(files: dict[str, str]) -> None:
    """And it is said with everything else that is wrong."""
    assert settings.load(TOKENS | files | {"GROQ_API_KEY": "not, asked"}, None).model == "qwen2.5:1.5b"
    said = problems(TOKENS | files | {"LLM_PROVIDER": "gemini", "GROQ_API_KEY": "gsk-1", "LLM_TIMEOUT": "4"})
    assert said == [
        "LLM_TIMEOUT is '4'; write a number and a unit, like 4s",
        "GEMINI_API_KEY is missing, which LLM_PROVIDER=gemini needs; set it, or set LLM_PROVIDER=none to do without a "
        "model",
    ]


def test_a_key_that_no_header_can_hold_is_not_repeated(files: dict[str, str]) -> None:
    """A line break would let it write headers of its own."""
    (said,) = problems(TOKENS | files | {"LLM_PROVIDER": "groq", "GROQ_API_KEY": "gsk-topsecret\nX-Evil: 1"})
    assert said == (
        "GROQ_API_KEY is 23 characters long and holds a space, a line break or a letter that no key has; copy it again"
    )


def test_a_named_model_wins_over_the_providers_default() -> None:
    """Each provider has one that will do."""
    given = {"LLM_PROVIDER": "groq"}
    assert settings.load(given, None, slack=False).model == "openai/gpt-oss-20b"
    assert settings.load(given | {"LLM_MODEL": "qwen/qwen3-32b"}, None, slack=False).model == "qwen/qwen3-32b"
    assert problems({"LLM_MODEL": "two words"}, slack=False) == [
        "LLM_MODEL holds a character that no model's name has; write it as its provider lists it"
    ]


def test_alertmanagers_address_is_kept_as_it_is_and_its_password_to_itself(files: dict[str, str]) -> None:
    """With a prefix where there is one."""
    found = settings.load(TOKENS | files | {"ALERTMANAGER_URL": "https://ops:hunter2@am.example/prefix/"}, None)
    assert found.alertmanager_url.get_secret_value() == "https://ops:hunter2@am.example/prefix/"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "ops:hunter2@am:9093",
            "hunter2",
            "ftp://hunter2@am",
            "http://",
            "http://ops:hunter2@",
            "http://am:0/hunter2",
        ),
        *("http://am:99999/hunter2", "http://am/?token=hunter2", "http://am/#hunter2", "http://a m/hunter2"),
    ],
)
def test_what_is_no_address_of_alertmanager_is_refused_and_not_repeated(files: dict[str, str], written: str) -> None:
    (said,) = problems(TOKENS | files | {"ALERTMANAGER_URL": written})
    assert said == "ALERTMANAGER_URL is no web address; write one like http://127.0.0.1:9093, or leave it out"


@pytest.mark.parametrize("written", ["0s", "2m", "1h"])
def test_an_answer_is_waited_for_between_a_second_and_a_minute(written: str) -> None:
    """Later than that it helps nobody."""
    (said,) = problems({"LLM_TIMEOUT": written}, slack=False)
    assert said == f"LLM_TIMEOUT is {written!r}; it must be from 1s to 60s"


def test_the_example_file_names_every_setting_with_its_default() -> None:
    """Who copies it finds everything, and nothing that does not exist."""
    written = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.M))
    assert tuple(written) == settings.NAMES
    by_default = settings.load({}, None, slack=False)
    assert settings.load(written, None, slack=False) == by_default


def test_every_setting_in_the_example_file_has_a_comment() -> None:
    """A name alone does not say what to write."""
    lines = EXAMPLE.read_text().splitlines()
    bare = [line for before, line in pairwise(lines) if re.match(r"#?[A-Z_]+=", line) and not before.startswith("# ")]
    assert bare == []
