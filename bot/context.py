"""What every part of the story works with: handed to each of them once, as one value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from bot.alertmanager import Alertmanager
from bot.alerts.correlate import StormRule
from bot.classify.weigh import classify
from bot.clock import utc_now
from bot.duty import Duty
from bot.incidents.facts import FactFinder
from bot.model import Alert, Classification
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.store import Store
from bot.team import Team
from bot.texts import Texts


@dataclass(frozen=True)
class Context:
    store: Store
    shelf: Shelf
    team: Callable[[], Team]  # as it is now
    duty: Duty
    roles_of: Callable[[str], Collection[str]]  # which of the team's roles a Slack user holds at this moment
    surroundings: Surroundings  # what steps work in
    show: Callable[[str], None]  # draws the card of an alert, an incident or a request anew
    facts: FactFinder
    texts: Texts
    ways: Collection[str]  # by which things go out, beside Slack
    deliver: Callable[[], None]  # something new goes out by one of them
    home: str  # the channel where proposals stand that no alert has led to
    observe: bool = False  # nothing may run
    alertmanager: Alertmanager | None = None  # where alerts are silenced, if anywhere
    storm: StormRule = field(default_factory=StormRule)
    now: Callable[[], datetime] = utc_now

    def on_the_team(self, person: str) -> bool:
        """Whether the team file names this person, or a user group of its roles does."""
        return self.team().name_of(person) is not None or bool(self.roles_of(person))

    def classify(self, alert: Alert, *, hurried: bool = False) -> Classification:
        """What it is taken for, with the runbooks, the team and people's corrections as they are now.

        `hurried`: the runbooks may be as they were a second ago.
        """
        library = self.shelf.library_of_late() if hurried else self.shelf.library()
        correction = self.store.corrections.correction_of(alert.fingerprint)
        return classify(alert, library, self.team().policy, correction)
