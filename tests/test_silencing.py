"""Silences are made once and looked after until they are over, whatever is lost on the way; with a clock of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alertmanager import Alertmanager
from bot.context import Context
from bot.duty import Duty
from bot.errors import AlertmanagerInDoubt, AlertmanagerUnavailable, AlertOver, Gone, SilenceOver
from bot.incidents.facts import FactFinder
from bot.incidents.targets import Targets
from bot.model import Silence
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.silencing import LOOK, Silencing
from bot.store import Store
from bot.team_file import load
from bot.texts import SHIPPED, Texts
from bot.words import english
from tests.lost_answers import LostAnswers, losing_answers
from tests.real_alertmanager import RealAlertmanager, running, until
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR

HOUR = timedelta(hours=1)
CLICK = "click:1"


class Desk:
    """People at work on silences. `now` is Alertmanager's own clock, moved on by `later`."""

    def __init__(self, folder: Path, real: RealAlertmanager, between: LostAnswers) -> None:
        self.real, self.between = real, between
        self.store = Store(folder / "plantao.db")
        self.later = timedelta(0)
        self.shown: list[str] = []
        team = load(Path("team.yaml"))
        duty = Duty(lambda: team, self.store)
        self.context = Context(
            self.store,
            Shelf(folder),
            lambda: team,
            duty,
            lambda person: team.roles_of(person),
            Surroundings(folder, {}),
            self.shown.append,
            FactFinder(self.store, lambda: team, english(), Targets(), duty),
            Texts(SHIPPED, "en"),
            (),
            lambda: None,
            home="C1",
            alertmanager=Alertmanager(between.url),
            now=lambda: datetime.now(UTC) + self.later,
        )
        self.silencing = Silencing(self.context)
        now = self.context.now()
        real.fire(ALERT.name, **{key: value for key, value in ALERT.labels.items() if key != "alertname"})
        self.alert = self.store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", "1.0", now).id
        self.store.inbox.record_event(CLICK, {}, now)

    def started_again(self) -> None:
        """Another process of the bot, with the same record."""
        self.silencing = Silencing(self.context)
        self.silencing.recover()

    def draft(self) -> str:
        return self.silencing.draft(self.alert, ALICE).silence.id

    def make(self, id: str, lasts: timedelta = HOUR) -> None:
        self.silencing.make(id, ALICE, lasts, "more memory", event=CLICK)

    def silence(self, id: str) -> Silence:
        found = self.store.silences.find_silence(id)
        assert found is not None
        return found

    def made(self) -> str:
        id = self.draft()
        self.make(id)
        return id

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(each.who, each.what) for each in self.store.timeline.entries(self.alert)]

    def looks(self, id: str) -> bool:
        """The timer fires, if it is due, and what it leads to is done."""
        if not self.store.timers.claim_timer(LOOK, id, self.context.now()):
            return False
        self.silencing.look(id)
        return True


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path / "alertmanager") as real, losing_answers(real.url) as between:
        made = Desk(tmp_path, real, between)
        with closing(made.store):
            yield made
            made.silencing.stop()


def test_a_click_that_is_worked_off_twice_makes_one_silence(desk: Desk) -> None:
    id = desk.draft()
    desk.make(id)
    desk.make(id)
    assert [each["id"] for each in desk.real.standing] == [desk.silence(id).remote]
    assert desk.told == [(ALICE, "silenced")]
    assert desk.between.count("POST") == 1


def test_after_a_crash_it_is_found_by_its_mark(desk: Desk) -> None:
    """Between Alertmanager's yes and our writing it down."""
    id = desk.draft()
    desk.between.lost = {"POST"}
    with pytest.raises(AlertmanagerInDoubt):
        desk.make(id)
    assert (desk.silence(id).by, desk.silence(id).remote) == (ALICE, "")
    desk.started_again()
    desk.make(id)
    assert [each["id"] for each in desk.real.standing] == [desk.silence(id).remote]
    assert desk.between.count("POST") == 1


def test_after_a_crash_before_alertmanager_was_told_it_is_told(desk: Desk) -> None:
    id = desk.draft()
    desk.real.stop()
    desk.between.lost = {"POST"}
    with pytest.raises(AlertmanagerInDoubt):
        desk.make(id)
    desk.real.start()
    desk.between.lost = set()
    desk.started_again()
    desk.make(id)
    assert [each["id"] for each in desk.real.standing] == [desk.silence(id).remote]


def test_one_whose_answer_was_lost_comes_onto_the_card_by_itself(desk: Desk) -> None:
    """Nobody has to press anything again; nothing that was not made is shown."""
    id, other = desk.draft(), desk.draft()
    desk.between.lost = {"POST"}
    with pytest.raises(AlertmanagerInDoubt):
        desk.make(id)
    desk.between.lost = {"POST", "GET"}
    with pytest.raises(AlertmanagerInDoubt):
        desk.make(other)
    desk.real.end(next(each["id"] for each in desk.real.standing if other in each["comment"]))
    assert not desk.looks(id)
    desk.later = timedelta(seconds=61)
    assert desk.looks(id)
    assert desk.told == []  # it could not be asked, and will be again
    desk.between.lost = set()
    desk.later *= 2
    assert desk.looks(id)
    assert desk.told == [(ALICE, "silenced")]
    assert desk.shown == [desk.alert]
    assert desk.silence(id).stands


def test_it_runs_out(desk: Desk) -> None:
    id = desk.draft()
    desk.make(id, timedelta(seconds=2))
    until(lambda: desk.real.standing == [], "its end")
    assert until(lambda: desk.looks(id), "the timer")
    assert desk.told == [(ALICE, "silenced"), ("plantao", "silence ended")]
    silence = desk.silence(id)
    assert (silence.ended, silence.ended_by, silence.stands) == (silence.ends, "", False)
    desk.later = timedelta(days=1)
    assert not desk.looks(id)


def test_one_that_was_ended_in_alertmanager_is_over_within_a_minute(desk: Desk) -> None:
    id = desk.made()
    desk.later = timedelta(minutes=1)
    assert desk.looks(id)
    assert desk.silence(id).stands
    desk.real.end(desk.silence(id).remote)
    desk.later *= 2
    assert desk.looks(id)
    assert desk.told == [(ALICE, "silenced"), ("plantao", "silence ended")]


def test_one_that_was_extended_in_alertmanager_goes_on(desk: Desk) -> None:
    id = desk.made()
    (known,) = desk.real.standing
    later = "2099-01-01T00:00:00.000Z"
    desk.real.post(
        "silences",
        {**{key: known[key] for key in ("id", "matchers", "startsAt", "createdBy", "comment")}, "endsAt": later},
    )
    desk.later = timedelta(minutes=1)
    assert desk.looks(id)
    assert desk.silence(id).ends == datetime(2099, 1, 1, tzinfo=UTC)
    assert desk.silence(id).stands


def test_one_that_was_extended_to_the_last_of_all_years_goes_on(desk: Desk) -> None:
    id = desk.made()
    (known,) = desk.real.standing
    kept = {key: known[key] for key in ("id", "matchers", "startsAt", "createdBy", "comment")}
    desk.real.post("silences", {**kept, "endsAt": "9999-12-20T00:00:00.000Z"})  # it takes no later one
    (silence,) = desk.silencing.standing()
    assert silence.ends == desk.silence(id).ends == datetime(9999, 1, 1, tzinfo=UTC)
    desk.later = timedelta(minutes=1)
    assert desk.looks(id)
    assert desk.silence(id).stands


def test_one_that_alertmanager_has_forgotten_is_over(desk: Desk) -> None:
    """As after it has lost its disk."""
    id = desk.made()
    desk.real.stop()
    (desk.real.folder / "data" / "silences").unlink(missing_ok=True)
    desk.real.start()
    with pytest.raises(SilenceOver):
        desk.silencing.end(id, BOB, event=CLICK)
    assert desk.told == [(ALICE, "silenced"), ("plantao", "silence ended")]
    with pytest.raises(SilenceOver):
        desk.silencing.end(id, BOB, event=CLICK)


def test_who_ended_it_is_known_after_a_crash_too(desk: Desk) -> None:
    """Between Alertmanager's yes and our writing it down; the click is then worked off again."""
    id = desk.made()
    desk.between.lost = {"DELETE"}
    with pytest.raises(AlertmanagerInDoubt):
        desk.silencing.end(id, BOB, event=CLICK)
    desk.started_again()
    desk.silencing.end(id, BOB, event=CLICK)
    assert desk.told == [(ALICE, "silenced"), (BOB, "silence ended")]
    assert desk.silence(id).ended_by == BOB


def test_while_alertmanager_is_away_nothing_is_taken_for_over(desk: Desk) -> None:
    id = desk.made()
    desk.real.stop()
    desk.later = timedelta(hours=2)
    assert desk.looks(id)
    assert desk.silence(id).stands
    desk.between.lost = {"GET"}
    with pytest.raises(AlertmanagerUnavailable):
        desk.silencing.end(id, BOB, event=CLICK)
    assert desk.silence(id).ended_by == ""


def test_what_is_over_or_unknown_is_not_silenced(desk: Desk) -> None:
    id = desk.draft()
    with pytest.raises(Gone):
        desk.make("silence_unknown")
    desk.store.alerts.resolve_alert(ALERT.fingerprint, MONITOR, "2.0", desk.context.now())
    with pytest.raises(AlertOver):
        desk.make(id)
    assert desk.real.standing == []
    assert desk.silence(id).by == ""
