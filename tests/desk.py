"""People at work on incidents, on a real database, with a clock of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from bot.checklists import checklists
from bot.context import Context
from bot.duty import Duty
from bot.flow import Flow
from bot.incidents.chronicle import chronicle
from bot.incidents.facts import FactFinder
from bot.incidents.targets import Targets
from bot.model import Incident, Severity
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.store import Store
from bot.team_file import load
from bot.texts import SHIPPED, Texts
from bot.words import english
from handoff.handing_over import HandingOver
from handoff.note_writer import NoteWriter
from handoff.noting import Noting
from handoff.summarizing import Summarizing
from handoff.texts import OF_HANDOFFS
from tests.samples import ALICE, NOW


class Desk:
    """People at work on incidents, with a clock of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "plantao.db")
        self.now = NOW
        self.shown: list[str] = []
        self.team = load(Path("team.yaml"))
        duty = Duty(lambda: self.team, self.store)
        context = self.context = Context(
            self.store,
            Shelf(folder),
            lambda: self.team,
            duty,
            lambda person: self.roles_of(person),
            Surroundings(folder, {}),
            self.shown.append,
            FactFinder(self.store, lambda: self.team, english(), Targets(), duty),
            Texts(SHIPPED, "en"),
            {"mail", "status", "page"},
            lambda: None,
            home="C1",
            now=lambda: self.now,
        )
        self.noting = Noting(context, lambda: self.handing_over.redraw())
        self.writer = NoteWriter(self.store, lambda: self.team, duty, context.facts, Texts(SHIPPED, "en", OF_HANDOFFS))
        self.handing_over = HandingOver(
            context,
            self.writer,
            self.noting,
            Summarizing(self.store, None, self.shown.append),
            lambda: checklists(SHIPPED, "en"),
        )
        self.flow = Flow(context, also=(self.handing_over,))
        self.coordinating = self.flow.coordinating
        self.escalating = self.flow.escalating
        self.updating = self.flow.updating

    def roles_of(self, person: str) -> frozenset[str]:
        """Also by Slack's user groups, which the bot asks Slack for."""
        return self.team.roles_of(person)

    def declared(self, title: str = "Checkout is down", severity: Severity = Severity.P1) -> Incident:
        return self.coordinating.declare(title, severity, ALICE)

    def incident(self, id: str) -> Incident:
        found = self.store.incidents.find_incident(id)
        assert found is not None
        return found

    def told(self, id: str) -> list[tuple[str, str]]:
        """Who did what, in plain words."""
        return [
            (line.who, english().plain(line.what.sentence, **line.what.values))
            for line in chronicle(self.store, self.incident(id))
        ]


def pass_time(desk: Desk, minutes: float) -> None:
    """The clock goes on, and the timers that are due fire, as the ticker does it."""
    until = desk.now + timedelta(minutes=minutes)
    while True:
        due = [row["due"] for row in desk.store.driver.query("SELECT due FROM timers WHERE fired IS NULL ORDER BY due")]
        moment = datetime.fromisoformat(due[0]) if due else until
        if moment > until or not due:
            break
        desk.now = max(desk.now, moment)
        for kind, subject in desk.store.timers.due_timers(desk.now):
            desk.flow.on_timer(kind, subject)
    desk.now = until
