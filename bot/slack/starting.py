"""What comes before the bot and what ends it: everything it needs is looked at, and a signal is waited for."""

from __future__ import annotations

import os
import signal

import structlog

from bot import settings
from bot.at_hand import ENV_FILE
from bot.doctor import NEEDED, examine
from bot.errors import InputError
from bot.logs import set_up_logs
from bot.settings import Settings
from bot.slack.doctor import ask
from bot.team_file import TeamFile
from bot.words import Words
from handoff.texts import read_texts

log = structlog.get_logger()


def prepare() -> tuple[Settings, TeamFile, Words]:
    """What the bot starts with. Raises InputError with all that keeps it from starting, Slack's word included."""
    slack = lambda found, _: ask(found, None)  # noqa: E731
    findings = examine(os.environ, ENV_FILE, ask_slack=slack, read_runbooks=False, more_texts=read_texts)
    problems = [each for each in findings if each.ok is False and each.what in NEEDED]
    if problems:
        raise InputError(*(f"{each.what}: {each.said}{f'; {each.mend}' if each.mend else ''}" for each in problems))
    found = settings.load(os.environ, ENV_FILE)
    set_up_logs(found.log_format)
    for each in findings:
        if each.ok is False or (each.what == "rota" and each.ok is None):
            log.warning(each.said, about=each.what)
    return found, TeamFile(found.team_file), Words(found.templates_dir, found.language)


def wait_for_a_signal() -> None:
    """Ends by what the signal's handler raises. One that came just before is not missed: it stands in the pipe."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    while True:
        os.read(reading, 1)
