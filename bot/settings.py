"""The environment and .env become `Settings`, read once. What is wrong is said all at once, and no secret is echoed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot import units
from bot.addresses import is_mail_address, is_web_address
from bot.deliveries.mail_server import MailServer, mail_server
from bot.errors import SettingsError

Provider = Literal["ollama", "gemini", "groq", "none"]
SLACK_API = "https://slack.com/api/"
OLLAMA = "http://127.0.0.1:11434"

# What LLM_MODEL is when nobody names one. The local one answers within the budget on two processor cores.
MODELS = {"ollama": "qwen2.5:1.5b", "gemini": "gemini-flash-lite-latest", "groq": "openai/gpt-oss-20b", "none": ""}

_LONGEST = 60  # seconds that LLM_TIMEOUT may be: an opinion that comes later helps nobody

# Slack: letters of any language in lower case, digits, hyphens and underscores, at most 80.
_CHANNEL = re.compile(r"[\w-]+")
_CHANNEL_LENGTH = 80


def _channel(value: str) -> str:
    """A channel's name without its #; ValueError when Slack could not have a channel of that name."""
    name = value.strip().removeprefix("#")
    if not _CHANNEL.fullmatch(name) or name != name.lower() or len(name) > _CHANNEL_LENGTH:
        raise ValueError(
            f"holds {value.strip()!r}, which is no channel name; write it as Slack shows it, "
            "in lower case and without spaces"
        )
    return name


def _channels(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """ "alerts, #alerts-db" → ("alerts", "alerts-db"), each once, in the order given."""
    names = value.split(",") if isinstance(value, str) else value
    found = tuple(dict.fromkeys(_channel(name) for name in names if name.strip()))
    if not found:
        raise ValueError("names no channel; write one or more, separated by commas")
    return found


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is no web address; leave it out for Slack itself ({SLACK_API})")
    if not value.endswith("/"):
        raise ValueError("must end in a slash")
    return value


def _database_url(value: str) -> str:
    scheme, sep, path = value.partition(":///")
    if scheme != "sqlite" or not sep:
        raise ValueError(
            "must be a SQLite file, like sqlite:///data/plantao.db, or with four slashes sqlite:////var/lib/plantao.db "
            "for an absolute path"
        )
    if not path or path == ":memory:" or "?" in path or path.endswith("/"):
        raise ValueError(
            "must name a file, like sqlite:///data/plantao.db; the bot's memory has to outlive its process"
        )
    return value


def _token(prefix: str, where: str) -> AfterValidator:
    """A Slack token by its prefix. A wrong one is described by prefix and length only: it may be another secret."""

    def checked(value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text.startswith(prefix):
            kind = re.match(r"xox[a-z]-|xapp-|xoxe\.", text)
            begins = f"begins with {kind[0]}" if kind else "begins with none of Slack's prefixes"
            raise ValueError(
                f"{begins} and is {len(text)} characters long; the right one begins with {prefix} ({where})"
            )
        if not re.fullmatch(r"[A-Za-z0-9-]+", text[len(prefix) :]):
            raise ValueError(
                f"begins with {prefix} and is {len(text)} characters long, but is cut off or holds a character that "
                f"no token has, such as a space or a quotation mark; copy it again ({where})"
            )
        return value

    return AfterValidator(checked)


_BOT_TOKEN = "your app's page, OAuth & Permissions, Bot User OAuth Token"  # noqa: S105 - where to find it
_APP_TOKEN = "your app's page, Basic Information, App-Level Tokens, scope connections:write"  # noqa: S105


_LONGEST_WINDOW = 3600  # seconds


def _llm_timeout(value: str | float) -> float:
    seconds = units.seconds(value) if isinstance(value, str) else value
    if seconds is None:
        raise ValueError(f"is {value!r}; write a number and a unit, like 4s")
    if not 1 <= seconds <= _LONGEST:
        raise ValueError(f"is {value!r}; it must be from 1s to {_LONGEST}s")
    return seconds


def _window(value: str | timedelta) -> timedelta:
    seconds = units.seconds(value) if isinstance(value, str) else value.total_seconds()
    if not seconds or seconds > _LONGEST_WINDOW:
        raise ValueError(f"is {value!r}; write a number and a unit, from 1s to 1h, like 60s")
    return timedelta(seconds=seconds)


def _target(value: str | timedelta | None) -> timedelta | None:
    if value == "off" or not isinstance(value, str):
        return None if isinstance(value, str) else value
    seconds = units.seconds(value)
    if not seconds:
        raise ValueError(f"is {value!r}; write a number and a unit, like 5m, or off")
    return timedelta(seconds=seconds)


Target = Annotated[timedelta | None, BeforeValidator(_target)]


def _smtp_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        mail_server(value.get_secret_value())
    return value


def _address(value: str) -> str:
    if value and not is_mail_address(value):
        raise ValueError("is no mail address; write one like plantao@example.com")
    return value


def _webhook(value: SecretStr) -> SecretStr:
    """Its address may be a secret, and is not repeated."""
    text = value.get_secret_value()
    if text and not is_web_address(text):
        raise ValueError("is no web address; write one that begins with https://")
    return value


def _model_name(value: str) -> str:
    if not re.fullmatch(r"[\w./:@-]{0,200}", value):
        raise ValueError("holds a character that no model's name has; write it as its provider lists it")
    return value


def _ollama_host(value: str) -> str:
    """As Ollama itself reads it: a name, a port or both will do. What a server listens on is not where one asks it."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        if parts.scheme not in {"http", "https"} or parts.username or parts.query or parts.fragment:
            raise ValueError
        port, host = parts.port, parts.hostname or "127.0.0.1"
    except ValueError:
        raise ValueError(f"is no address; write one like {OLLAMA}") from None
    if host in {"0.0.0.0", "::"}:
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    if not re.fullmatch(r"[\w.:-]+", host):
        raise ValueError(f"is no address; write one like {OLLAMA}")
    usual = 11434 if "://" not in value else 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port or usual}{parts.path.rstrip('/')}"


def _alertmanager_url(value: SecretStr) -> SecretStr:
    """It may hold a password, so nothing of it is repeated."""
    try:
        parts = urlsplit(value.get_secret_value())
        asks = parts.query or parts.fragment or parts.port == 0
        good = parts.scheme in {"http", "https"} and re.fullmatch(r"[\w.:-]+", parts.hostname or "") and not asks
    except ValueError:
        good = False
    if value.get_secret_value() and not good:
        raise ValueError("is no web address; write one like http://127.0.0.1:9093, or leave it out")
    return value


def check_key(provider: str, key: SecretStr) -> None:
    """ValueError when a provider cannot be asked with this key; nothing of the key is repeated."""
    text = key.get_secret_value()
    if not text:
        raise ValueError(
            f"is missing, which LLM_PROVIDER={provider} needs; set it, or set LLM_PROVIDER=none to do without a model"
        )
    if not re.fullmatch(r"[!-~]+", text):  # what a header may hold
        raise ValueError(
            f"is {len(text)} characters long and holds a space, a line break or a letter that no key has; copy it again"
        )


def _key_for(provider: str) -> AfterValidator:
    """A key that is only looked at when its provider is the one to be asked."""

    def checked(value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("llm_provider") == provider:
            check_key(provider, value)
        return value

    return AfterValidator(checked)


def _language(value: str) -> str:
    """gettext uses LANGUAGE too: a desktop sets it to "pt_BR:pt:en" or "en_GB". The first one we have counts."""
    if ":" not in value and not value.startswith("en_"):
        return value
    known = {"en": "en", "pt": "pt_BR"}
    return next((known[part[:2]] for part in value.split(":") if part[:2] in known), "en")


class Settings(BaseSettings):
    """Every setting, checked. Names in the environment are the same in capitals."""

    # The sources are the two arguments of `load`, never the process's own environment: see the method below.
    model_config = SettingsConfigDict(
        alias_generator=str.upper, extra="ignore", frozen=True, env_ignore_empty=True, env_file_encoding="utf-8"
    )

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = SLACK_API
    alerts_channels: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_channels)] = ("alerts",)
    incidents_channel: Annotated[str, AfterValidator(_channel)] = "incidents"
    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///data/plantao.db"
    runbooks_dir: Path = Path("runbooks")
    templates_dir: Path = Path("templates")
    team_file: Path = Path("team.yaml")
    mode: Literal["act", "observe"] = "act"
    language: Annotated[Literal["en", "pt_BR"], BeforeValidator(_language)] = "en"
    log_format: Literal["console", "json"] = "console"
    storm_alerts: Annotated[int, Field(ge=2, le=10_000)] = 20
    storm_window: Annotated[timedelta, BeforeValidator(_window)] = timedelta(seconds=60)
    target_acknowledge: Target = timedelta(minutes=5)
    target_assess: Target = timedelta(minutes=10)
    target_mitigate: Target = timedelta(minutes=30)
    target_resolve: Target = None
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] = SecretStr("")
    mail_from: Annotated[str, AfterValidator(_address)] = ""
    status_webhook_url: Annotated[SecretStr, AfterValidator(_webhook)] = SecretStr("")
    pager_key: SecretStr = SecretStr("")
    llm_provider: Provider = "ollama"
    llm_model: Annotated[str, AfterValidator(_model_name)] = ""
    llm_timeout: Annotated[float, BeforeValidator(_llm_timeout)] = 4.0
    ollama_host: Annotated[str, AfterValidator(_ollama_host)] = OLLAMA
    gemini_api_key: SecretStr = SecretStr("")
    groq_api_key: SecretStr = SecretStr("")
    alertmanager_url: SecretStr = SecretStr("")  # a password may be part of it

    @property
    def model(self) -> str:
        """The language model to ask: the named one, or the provider's default."""
        return self.llm_model or MODELS[self.llm_provider]

    @property
    def mail_server(self) -> MailServer | None:
        """None: no mail is sent."""
        url = self.smtp_url.get_secret_value()
        return mail_server(url) if url else None

    @property
    def sender(self) -> str:
        """The address that mails come from; where none is named, the one that logs in."""
        server = self.mail_server
        return self.mail_from or (server.user if server else "")

    @property
    def database(self) -> Path:
        """The SQLite file that DATABASE_URL names; three slashes are relative, four absolute."""
        return Path(self.database_url.partition(":///")[2])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The environment comes in as arguments, so that a test passes a dict; it wins over the file.
        return init_settings, dotenv_settings


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError(
            f"names a folder that is not there: {path} (looked in {Path.cwd()}); create it or name another"
        )
    return path


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"names a file that is not there: {path} (looked in {Path.cwd()}); create it or name another")
    return path


def _needed_for_mail(value: str, info: ValidationInfo) -> str:
    url = info.data.get("smtp_url", SecretStr("")).get_secret_value()
    if url and not value and not is_mail_address(mail_server(url).user):
        raise ValueError("is missing, which SMTP_URL needs: the address that mails come from")
    return value


class _ServingSettings(Settings):
    """What the bot needs before it connects to Slack: tokens, and the files it works from."""

    slack_bot_token: Annotated[SecretStr, _token("xoxb-", _BOT_TOKEN)]
    slack_app_token: Annotated[SecretStr, _token("xapp-", _APP_TOKEN)]
    runbooks_dir: Annotated[Path, AfterValidator(_folder)] = Path("runbooks")
    templates_dir: Annotated[Path, AfterValidator(_folder)] = Path("templates")
    team_file: Annotated[Path, AfterValidator(_file)] = Path("team.yaml")
    gemini_api_key: Annotated[SecretStr, _key_for("gemini")] = SecretStr("")
    groq_api_key: Annotated[SecretStr, _key_for("groq")] = SecretStr("")
    alertmanager_url: Annotated[SecretStr, AfterValidator(_alertmanager_url)] = SecretStr("")

    mail_from: Annotated[str, AfterValidator(_address), AfterValidator(_needed_for_mail)] = ""

    model_config = SettingsConfigDict(validate_default=True)


NAMES = tuple(name.upper() for name in Settings.model_fields)


def load(environ: Mapping[str, str], env_file: Path | None, *, slack: bool = True) -> Settings:
    """Settings from `environ` and, for what is not there, from `env_file` (a missing file is an empty one).

    With `slack=False` tokens are not needed, and files and folders are left to the command that reads them.
    An empty value counts as not set. Raises SettingsError with every problem and how to mend it.
    """
    given: dict[str, Any] = {name: environ[name] for name in NAMES if environ.get(name)}
    given["_env_file"] = env_file
    problems = list(_misspelt(env_file)) if env_file else []
    try:
        settings = (_ServingSettings if slack else Settings)(**given)
    except ValidationError as error:
        problems += [_in_words(str(one["loc"][0]), one) for one in error.errors()]
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} is not UTF-8 text; save it again as UTF-8") from None
    if problems:
        raise SettingsError(*problems)
    return settings


def _in_words(name: str, problem: Any) -> str:
    """One of pydantic's errors as a sentence that begins with the setting's name."""
    name = name.upper()  # a bad default comes under the field's own name
    if problem["type"] == "missing":
        where = _BOT_TOKEN if name == "SLACK_BOT_TOKEN" else _APP_TOKEN
        return f"{name} is missing; find it at {where}, and put it into .env or the environment (see docs/install.md)"
    if problem["type"] == "literal_error":
        return f"{name} is {problem['input']!r}; it must be {problem['ctx']['expected'].replace(chr(39), '')}"
    if problem["type"] == "value_error":
        return f"{name} {problem['ctx']['error']}"
    return f"{name}: {problem['msg']}"


def _misspelt(env_file: Path) -> list[str]:
    """Names in the file that look like a setting with a slip. Others are left alone: a .env may serve others."""
    if not env_file.is_file():
        return []
    found = re.findall(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", env_file.read_text("utf-8", errors="replace"), re.M)
    problems = []
    for name in found:
        near = get_close_matches(name.upper(), NAMES, n=1, cutoff=0.87)
        if name.upper() not in NAMES and near:
            problems.append(f"{name} in {env_file} is no setting; did you mean {near[0]}?")
    return problems
