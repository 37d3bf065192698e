"""What is missing, and how to mend it: looks at everything that the bot needs, and stops at nothing that is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import settings
from bot.alertmanager import Alertmanager
from bot.calendars.events import Reading, shifts_of
from bot.calendars.kept import AHEAD, BACK
from bot.calendars.source import file_of, place_of, text_of
from bot.checklists import checklists
from bot.classify.llm.checkup import check_up
from bot.clock import utc_now
from bot.deliveries.mail import Mail
from bot.deliveries.ways import missing
from bot.errors import (
    AlertmanagerError,
    CalendarError,
    InputError,
    NotDelivered,
    SettingsError,
    StoreError,
    StoreOutdated,
    TeamError,
    TemplateError,
)
from bot.rota_lint import odd
from bot.runbooks.load import load_folder
from bot.settings import Settings
from bot.store import Store
from bot.team import Team
from bot.team_file import load as load_team
from bot.texts import Texts
from bot.words import Words


@dataclass(frozen=True)
class Finding:
    """`ok` is None where nothing can be said: not looked at, or nothing to worry about by itself."""

    what: str
    ok: bool | None
    said: str
    mend: str = ""


# Without these the bot cannot start. The others are worth mending, and it works without.
NEEDED = frozenset({"settings", "team", "templates", "database", "slack", "bot token", "app token", "channels"})

_OF_THE_MODEL = ("LLM_", "OLLAMA_", "GEMINI_", "GROQ_", "TEMPLATES_")

_SHOWN = 5  # of what was not delivered, the latest

ReadTexts = Callable[[Settings], object]
AskSlack = Callable[[Settings, Team | None], Iterable[Finding]]


def examine(
    environ: Mapping[str, str],
    env_file: Path | None,
    *,
    ask_slack: AskSlack,
    read_runbooks: bool = True,
    ask_others: bool = False,
    more_texts: ReadTexts = lambda _: None,
) -> list[Finding]:
    """Everything found, in the order in which it is best mended. `ask_slack` looks at the workspace itself, and
    `more_texts` reads texts that others own; it may raise TemplateError.

    Reading many runbooks takes a second, and so may asking the language model, the mail server and Alertmanager; none
    of them keeps anything from starting: `read_runbooks` and `ask_others` leave them out.
    """
    return list(_findings(environ, env_file, ask_slack, more_texts, read_runbooks, ask_others))


def _findings(
    environ: Mapping[str, str],
    env_file: Path | None,
    ask_slack: AskSlack,
    more_texts: ReadTexts,
    read_runbooks: bool,
    ask_others: bool,
) -> Iterator[Finding]:
    wrong: set[str] = set()
    try:
        found = settings.load(environ, env_file)
        yield Finding("settings", True, _where(env_file))
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", False, problem)
        wrong = {problem.split()[0] for problem in error.problems}
        rest = _the_rest(environ, env_file, wrong)
        if rest is None:
            yield Finding("the rest", None, "not looked at, because the settings cannot be read")
            return
        found = rest
    team: Team | None = None
    if "TEAM_FILE" not in wrong:
        try:
            team = load_team(found.team_file)
            yield Finding("team", True, f"{found.team_file}: people {len(team.people)}, roles {len(team.roles)}")
            yield from _rota(team, found.team_file.parent, ask_others)
        except TeamError as error:
            yield from _each("team", error)
    if "RUNBOOKS_DIR" not in wrong and read_runbooks:
        yield from _runbooks(found, team, environ)
    if not wrong & {"TEMPLATES_DIR", "LANGUAGE"}:
        try:
            checklists(found.templates_dir, found.language)
            Texts(found.templates_dir, found.language)
            more_texts(found)
            yield Finding("templates", True, f"{Words(found.templates_dir, found.language).file} can be read")
        except TemplateError as error:
            yield from _each("templates", error)
    if "DATABASE_URL" not in wrong:
        yield from _database(found.database)
    if ask_others and "ALERTMANAGER_URL" not in wrong and (url := found.alertmanager_url.get_secret_value()):
        yield _alertmanager(url)
    if ask_others and not any(name.startswith(_OF_THE_MODEL) for name in wrong):
        yield _language_model(found)
    if ask_others and not wrong & {"SMTP_URL", "MAIL_FROM"}:
        yield from _mail(found)
    if team is not None:
        for said, mend in missing(found, team):
            yield Finding("team", None, said, mend)
    in_the_way = sorted(wrong & {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"})
    if in_the_way:
        yield Finding("slack", None, "not asked", f"mend {', '.join(in_the_way)} first")
    else:
        yield from ask_slack(found, team)


def _where(env_file: Path | None) -> str:
    return (
        f"read from the environment and {env_file}" if env_file and env_file.is_file() else "read from the environment"
    )


def _the_rest(environ: Mapping[str, str], env_file: Path | None, wrong: set[str]) -> Settings | None:
    """The settings with the defaults in place of the wrong ones, which nobody then looks at. None if that fails too."""
    fields = Settings.model_fields
    defaults = {name: fields[name.lower()].default for name in settings.NAMES if name in wrong}
    as_text = {name: _as_text(value) for name, value in defaults.items() if not isinstance(value, SecretStr)}
    try:
        return settings.load({**environ, **as_text}, None if wrong - set(settings.NAMES) else env_file, slack=False)
    except SettingsError:
        return None


def _as_text(default: object) -> str:
    """As a person would write it into .env."""
    if isinstance(default, tuple):
        return ",".join(default)
    return f"{default:g}s" if isinstance(default, float) else str(default)


def _each(what: str, error: InputError) -> Iterator[Finding]:
    for problem in error.problems:
        yield Finding(what, False, problem)


def _runbooks(found: Settings, team: Team | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    roles, unattended = (None, None) if team is None else (frozenset(team.roles), team.unattended)
    library = load_folder(found.runbooks_dir, roles, unattended=unattended, today=utc_now().date(), compare=False)
    automated = sum(1 for each in library.runbooks.values() if each.steps)
    usable = f"{len(library.runbooks)} can be used, {automated} of them with steps"
    if not library.runbooks:
        mend = "write one, or set RUNBOOKS_DIR to where they are"
        yield Finding("runbooks", False, f"there is none to use in {found.runbooks_dir}", mend)
    else:
        yield Finding("runbooks", True, f"{found.runbooks_dir}: {usable}")
    wanted = {
        spec.env: each.id for each in library.runbooks.values() for spec in each.params.values() if spec.env is not None
    }
    for variable, runbook in sorted(wanted.items()):
        if not environ.get(variable):
            yield Finding("runbooks", None, f"{variable} is not set, which {runbook} takes a secret from")
    for problem in library.problems:
        said = f"{problem.file}:{problem.line}: {problem.text}"
        if problem.level == "error":
            yield Finding("runbooks", False, said, "until then this runbook is left out, and the others work")
        else:
            yield Finding("runbooks", None, said)


def _rota(team: Team, folder: Path, ask_others: bool) -> Iterator[Finding]:
    """Its calendar, where it has one and may be asked, and what is odd about it."""
    rota = team.rota
    if rota is None:
        return
    reading: Reading | None = None
    now = utc_now()
    if rota.ics is not None and (ask_others or file_of(rota.ics, folder) is not None):
        place = place_of(rota.ics)
        try:
            reading = shifts_of(text_of(rota.ics, folder), team, now - BACK, now + AHEAD)
            coming = sum(1 for each in reading.shifts if each.end > now)
            yield Finding("rota", True, f"the calendar ({place}) has {coming} shifts in the next {AHEAD.days} days")
        except CalendarError as error:
            last = "what was read last goes on counting, and where nothing ever was nobody is on call"
            mend = f"look at `ics` in the team file; until then {last}"
            yield Finding("rota", False, f"the calendar ({place}) cannot be read: {error}", mend)
    for said in odd(rota, now, reading):
        yield Finding("rota", None, said)


def _language_model(found: Settings) -> Finding:
    """Never wrong, since everything works without a model."""
    seen = check_up(found)
    return Finding("model", True if seen.well else None, seen.said, seen.mend)


def _alertmanager(url: str) -> Finding:
    """Not needed for anything but silences, and wrong all the same when it is named and does not answer."""
    asked = Alertmanager(url)
    try:
        return Finding("alertmanager", True, f"version {asked.version()} at {asked.where}")
    except AlertmanagerError as error:
        mend = "look whether it runs and at ALERTMANAGER_URL; until then nothing can be silenced from Slack"
        return Finding("alertmanager", False, f"{asked.where}: {error}", mend)
    finally:
        asked.close()


def _mail(found: Settings) -> Iterator[Finding]:
    """Whether the mail server takes us; nothing is sent."""
    server = found.mail_server
    if server is None:
        return
    try:
        Mail(server, found.sender).check()
        yield Finding("mail", True, f"{server.host}:{server.port} takes mails")
    except NotDelivered as error:
        yield Finding("mail", False, str(error), "look at SMTP_URL and at that server")


def _database(path: Path) -> Iterator[Finding]:
    """Only looked at: a bot may be running with it, of an older version too."""
    if not path.exists():
        folder = next(each for each in path.absolute().parents if each.exists())
        if folder.is_dir() and os.access(folder, os.W_OK):
            yield Finding("database", True, f"{path} is not there yet; the first start creates it")
        else:
            said = f"{path} cannot be created: {folder} cannot be written to"
            yield Finding("database", False, said, "let the bot's user write there")
        return
    try:
        store = Store(path, reading=True)
    except StoreOutdated as error:
        yield Finding("database", None, str(error), "the next start brings it up to date; copy it before")
        return
    except StoreError as error:
        yield Finding("database", False, str(error))
        return
    with closing(store):
        if store.driver.held_elsewhere:
            yield Finding("database", None, f"{path} is in use, so a bot is running with it")
        else:
            yield Finding("database", True, f"{path} can be opened")
        yield from _left_over(store)


def _left_over(store: Store) -> Iterator[Finding]:
    """What the record holds that a person should know of."""
    for failed in store.inbox.failed_events()[-5:]:
        yield Finding("record", None, f"could not be dealt with and was given up: {failed.id}: {failed.error}")
    for key, error in store.cards.refused_cards()[:5]:
        yield Finding("record", None, f"Slack does not show as it should: {key}: {error}")
    for calendar in store.calendars.failing_calendars():
        read = (
            f"; what it said at {calendar.read:%Y-%m-%d %H:%M} UTC counts" if calendar.body else "; it never could be"
        )
        said = f"the rota's calendar cannot be read since {calendar.failing_since:%Y-%m-%d %H:%M} UTC: {calendar.error}"
        yield Finding("record", None, f"{said}{read}")
    undelivered = store.deliveries.undelivered()
    for delivery, given_up in undelivered[:_SHOWN]:
        about = store.incidents.find_incident(delivery.subject)
        what = f"{delivery.way} about {about.name if about else delivery.subject}"
        tried = "given up" if given_up else "it is tried again"
        said = f"{what}{f' to {delivery.target}' if delivery.target else ''} was not taken: {delivery.error}; {tried}"
        yield Finding("record", None, said)
    if (more := len(undelivered) - _SHOWN) > 0:
        yield Finding("record", None, f"{more} more {'was' if more == 1 else 'were'} not taken, older than these")
    broken = store.timeline.first_broken()
    if broken is not None:
        said = f"the timeline was changed at {broken.at:%Y-%m-%d %H:%M:%S} UTC: {broken.what} ({broken.subject})"
        yield Finding("record", None, said, "compare with a copy of the database from before")
