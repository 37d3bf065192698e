"""Everything that is remembered: one SQLite file, reached through methods named after what they are for.

`driver.py` has the three verbs that all SQL goes through (over `sqlite.py`), `schema.py` the tables (`findable.py` the
index for searching), and each other file one thing stored:
`inbox.py` (what Slack delivered), `alerts.py`, `storms.py`, `corrections.py` (what people said an alert really is),
`requests.py` (what was asked for without an alert), `proposals.py` (plans and decisions too), `runs.py`, `steps.py`
(the journal), `pauses.py`, `incidents.py`, `escalations.py`, `checklists.py`, `updates.py` (what people were told),
`postmortems.py`, `actions.py` (action items), `covers.py` (who stands in for whom), `calendars.py` (the rota's, as it
could be read last), `handoffs.py`, `notes.py`, `reports.py` (of weeks), `timeline.py` (the append-only record),
`cards.py` (what Slack should show), `files.py` (what it should hold), `silences.py` (what was silenced in
Alertmanager), `deliveries.py` (what goes out by other ways), `search.py` (incidents by words), `timers.py`.
"""

from __future__ import annotations

from pathlib import Path

from bot.store.actions import Actions
from bot.store.alerts import Alerts
from bot.store.calendars import KeptCalendars
from bot.store.cards import Cards
from bot.store.checklists import Checklists
from bot.store.corrections import Corrections
from bot.store.covers import Covers
from bot.store.deliveries import Deliveries
from bot.store.driver import Driver
from bot.store.escalations import Escalations
from bot.store.files import Files
from bot.store.handoffs import Handoffs
from bot.store.ids import later_than
from bot.store.inbox import Inbox
from bot.store.incidents import Incidents
from bot.store.notes import Notes
from bot.store.pauses import Pauses
from bot.store.postmortems import Postmortems
from bot.store.proposals import Proposals
from bot.store.reports import Reports
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.schema import check_up_to_date, migrate
from bot.store.search import Search
from bot.store.silences import Silences
from bot.store.steps import Steps
from bot.store.storms import Storms
from bot.store.timeline import Timeline
from bot.store.timers import Timers
from bot.store.updates import Updates

__all__ = ["Store"]


class Store:
    """The open database. One process at a time may hold one: a second gets StoreLocked."""

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Opens, and creates or brings up to date, the file at `path`. Raises StoreError.

        `reading`: nothing is written, and another process may hold it. Raises StoreOutdated as well.
        """
        self.driver = Driver(path, reading=reading)
        try:
            if reading:
                check_up_to_date(self.driver)
            else:
                migrate(self.driver)
        except BaseException:
            self.driver.close()
            raise
        tables = ("alerts", "requests", "proposals", "runs", "incidents", "timeline", "pauses", "storms")
        for table in (*tables, "postmortems", "actions", "silences", "covers", "handoffs", "notes", "reports"):
            for row in self.driver.query(f"SELECT max(id) AS id FROM {table} HAVING max(id) IS NOT NULL"):  # noqa: S608
                later_than(row["id"])
        self.atomic = self.driver.atomic
        self.inbox = Inbox(self.driver)
        self.alerts = Alerts(self.driver)
        self.storms = Storms(self.driver)
        self.corrections = Corrections(self.driver)
        self.proposals = Proposals(self.driver)
        self.requests = Requests(self.driver)
        self.steps = Steps(self.driver)
        self.runs = Runs(self.driver, self.steps)
        self.pauses = Pauses(self.driver)
        self.incidents = Incidents(self.driver)
        self.escalations = Escalations(self.driver)
        self.checklists = Checklists(self.driver)
        self.updates = Updates(self.driver)
        self.deliveries = Deliveries(self.driver)
        self.postmortems = Postmortems(self.driver)
        self.actions = Actions(self.driver)
        self.covers = Covers(self.driver)
        self.handoffs = Handoffs(self.driver)
        self.notes = Notes(self.driver)
        self.reports = Reports(self.driver)
        self.calendars = KeptCalendars(self.driver)
        self.silences = Silences(self.driver)
        self.timeline = Timeline(self.driver)
        self.cards = Cards(self.driver)
        self.files = Files(self.driver)
        self.search = Search(self.driver)
        self.timers = Timers(self.driver)

    def close(self) -> None:
        self.driver.close()
