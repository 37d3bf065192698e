"""The note for a terminal: as it would be posted now, read from the record beside a bot that may be running."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from bot.calendars.kept import Calendars
from bot.duty import Duty
from bot.errors import StoreError
from bot.incidents.facts import FactFinder
from bot.incidents.targets import Targets
from bot.settings import Settings
from bot.store import Store
from bot.team_file import TeamFile
from bot.words import Words
from handoff.note_writer import NoteWriter
from handoff.texts import read_texts


def note_now(found: Settings, people: TeamFile, words: Words, now: datetime) -> str:
    """In Markdown and in the team's language. Raises StoreError, TemplateError and NothingToHandOver."""
    if not found.database.exists():
        raise StoreError(f"{found.database} is not there yet, so there is no record to tell of. Start the bot once.")
    with closing(Store(found.database, reading=True)) as store:
        calendars = Calendars(store, lambda: people.now, people.path.parent, lambda: now, lambda _: None)
        duty = Duty(lambda: people.now, store, calendars)
        facts = FactFinder(store, lambda: people.now, words, Targets(), duty)
        writer = NoteWriter(store, lambda: people.now, duty, facts, read_texts(found))
        return writer.write(writer.due(now), now).text
