"""The rota's calendar is read from a file or an address; while it cannot be, the last good one goes on counting."""

from __future__ import annotations

import gzip
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.calendars.kept import Calendars, Trouble
from bot.calendars.source import address_of, place_of, text_of
from bot.duty import Duty
from bot.errors import CalendarError, CalendarUnavailable, CalendarUnusable
from bot.store import Store
from bot.team import Team
from tests.dripping import dripping
from tests.far_side import FarSide, far_side
from tests.service_place import until
from tests.services import free_port
from tests.test_calendars import calendar, event

NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)
ALICE_WEEKLY = calendar(event("alice", ":20261102T090000Z", ":20261109T090000Z", "RRULE:FREQ=WEEKLY"))
BOB_WEEKLY = ALICE_WEEKLY.replace("alice", "bob")
PATH = "/private-0f1e2d3c/basic.ics"


def team(ics: str) -> Team:
    people = {"alice": {"slack": "U0000000001"}, "bob": {"slack": "U0000000002"}}
    return Team.model_validate({"people": people, "rota": {"timezone": "UTC", "ics": ics}})


class Place:
    """A bot's calendar on a real database, with a clock of its own; `restart` is what a restart does to it."""

    def __init__(self, folder: Path, ics: str) -> None:
        self.folder = folder
        self.team = team(ics)
        self.now = NOW
        self.told: list[Trouble] = []
        self.store = Store(folder / "plantao.db")
        self.calendars = self._made()

    def _made(self) -> Calendars:
        return Calendars(self.store, lambda: self.team, self.folder, lambda: self.now, self.told.append, patience=1.0)

    def restart(self) -> None:
        self.calendars = self._made()

    @property
    def on_call(self) -> str | None:
        return Duty(lambda: self.team, self.store, self.calendars).on_call(self.now)

    def look(self, minutes: float = 0) -> float:
        self.now += timedelta(minutes=minutes)
        return self.calendars.refresh()

    @property
    def said(self) -> list[tuple[bool, str]]:
        """Of each trouble whether it was over, and what it was."""
        return [(each.over, each.error) for each in self.told]


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as far:
        far.answers[PATH] = (200, ALICE_WEEKLY)
        yield far


@pytest.fixture
def place(tmp_path: Path, far: FarSide) -> Iterator[Place]:
    """One whose calendar is at an address."""
    made = Place(tmp_path, far.url + PATH)
    with closing(made.store):
        yield made


# -- where it is ---


@pytest.mark.parametrize(
    ("ics", "address", "place"),
    [
        ("oncall.ics", None, "oncall.ics"),
        ("webcal://cal.example.com/s3cret.ics", "https://cal.example.com/s3cret.ics", "cal.example.com"),
        ("WEBCAL://cal.example.com/s3cret.ics", "https://cal.example.com/s3cret.ics", "cal.example.com"),
        ("https://u:s3cret@cal.example.com:84/?k=1", "https://u:s3cret@cal.example.com:84/?k=1", "cal.example.com"),
    ],
)
def test_an_address_is_a_secret_of_which_the_host_alone_is_shown(ics: str, address: str | None, place: str) -> None:
    assert (address_of(ics), place_of(ics)) == (address, place)


# -- one exchange ---


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (404, "no", CalendarUnavailable, "HTTP 404: it is not there"),
        (401, "no", CalendarUnavailable, "HTTP 401: it wants a password"),
        (500, "no", CalendarUnavailable, "HTTP 500"),
        (204, "", CalendarUnavailable, "HTTP 204, without a calendar"),
        (200, "x" * (2 * 1024**2 + 1), CalendarUnusable, "it is longer than 2 MiB"),
    ],
)
def test_what_does_not_give_a_calendar_is_told_apart(
    far: FarSide, tmp_path: Path, status: int, body: str, kind: type[CalendarError], said: str
) -> None:
    far.answers[PATH] = (status, body)
    with pytest.raises(kind) as caught:
        text_of(far.url + PATH, tmp_path)
    assert str(caught.value) == said


def test_a_packed_one_is_unpacked_and_a_bomb_is_not(far: FarSide, tmp_path: Path) -> None:
    """A megabyte of it stands for a gigabyte; only as much is unpacked as it takes to see that it is too much."""
    far.packed = {
        "/fine": gzip.compress(ALICE_WEEKLY.encode()),
        "/bomb": gzip.compress(bytes(100 * 1024**2)),
        "/cut": gzip.compress(ALICE_WEEKLY.encode())[:-9],
        "/other": zlib.compress(b"x", wbits=-15) + b"\xff",
    }
    assert text_of(f"{far.url}/fine", tmp_path) == ALICE_WEEKLY
    said = []
    for path in ("/bomb", "/cut", "/other"):
        with pytest.raises(CalendarError) as caught:
            text_of(far.url + path, tmp_path)
        said.append(str(caught.value))
    assert said == [
        "it is longer than 2 MiB",
        "its answer is cut off",
        "it is packed in a way that cannot be undone",
    ]


def test_redirects_lead_to_https_alone(far: FarSide, tmp_path: Path) -> None:
    """Whoever stands in between could else say who is on call; and no file of the bot's machine is ever read."""
    here = f"{far.url}/moved"
    for to in (far.url + PATH, "file:///etc/passwd", "https://", "ftp://127.0.0.1/x"):
        far.moved["/moved"] = to
        with pytest.raises(CalendarUnavailable, match=r"^it sends us to an address that is not https$"):
            text_of(here, tmp_path)
    far.moved["/moved"] = f"https://127.0.0.1:{free_port()}{PATH}"
    with pytest.raises(CalendarUnavailable, match=r"^no connection: "):  # it was followed
        text_of(here, tmp_path)


def test_who_drips_is_cut_off_in_time(tmp_path: Path) -> None:
    begins = b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n"
    late = pytest.raises(CalendarUnavailable, match=r"^no answer within 0\.3 s$")
    with dripping(begins, b"X") as port, late:
        text_of(f"http://127.0.0.1:{port}/s3cret", tmp_path, 0.3)


@pytest.mark.parametrize(
    "ics",
    [
        "cal.example.com/s3cret.ics",
        "//u:s3cret@cal.example.com:84/s3cret",
        "https:/cal.example.com/s3cret.ics",
        "cal.example.com?key=s3cret",
        "cal.example.com/" + "s3cret" * 1000,
    ],
)
def test_an_address_without_its_scheme_is_a_secret_too(tmp_path: Path, ics: str) -> None:
    """It would be taken for a file that is not there, and shown."""
    with pytest.raises(CalendarUnavailable) as caught:
        text_of(ics, tmp_path)
    assert "s3cret" not in str(caught.value)
    assert "cal.example.com" in str(caught.value)
    assert place_of(ics) == "cal.example.com"


def test_a_file_in_a_folder_with_a_dot_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "rota.d").mkdir()
    (tmp_path / "rota.d" / "oncall.ics").write_text("fine")
    assert text_of("rota.d/oncall.ics", tmp_path) == "fine"
    assert text_of("./rota.d/oncall.ics", tmp_path) == "fine"
    assert place_of("./rota.d/oncall.ics") == "./rota.d/oncall.ics"


def test_no_error_tells_the_address(tmp_path: Path) -> None:
    """Nobody there, and a name that is none."""
    for ics in (f"http://127.0.0.1:{free_port()}/s3cret.ics", "https://u:s3cret@nobody.invalid/s3cret.ics"):
        with pytest.raises(CalendarUnavailable) as caught:
            text_of(ics, tmp_path, 5.0)
        assert "s3cret" not in str(caught.value)


def test_a_file_is_named_when_it_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.ics").mkdir()
    (tmp_path / "latin.ics").write_bytes(b"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Plant\xe3o\r\n")
    (tmp_path / "long.ics").write_bytes(bytes(2 * 1024**2 + 1))
    said = {}
    for name in ("none.ics", "folder.ics", "latin.ics", "long.ics"):
        with pytest.raises(CalendarError) as caught:
            text_of(name, tmp_path)
        said[name] = str(caught.value).removeprefix(f"{tmp_path}/")
    assert said == {
        "none.ics": "none.ics is not there",
        "folder.ics": "folder.ics is no file",
        "latin.ics": "it is no text in UTF-8",
        "long.ics": "it is longer than 2 MiB",
    }


# -- an address ---


def test_an_address_is_looked_at_every_few_minutes_and_what_changed_counts(place: Place, far: FarSide) -> None:
    assert (place.on_call, place.calendars.settled(place.team)) == (None, False)
    assert place.look() == 300.0
    assert (place.on_call, place.calendars.settled(place.team)) == ("alice", True)
    far.answers[PATH] = (200, BOB_WEEKLY)
    assert place.on_call == "alice"
    place.look(5)
    assert place.on_call == "bob"
    assert place.told == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, "gone"), "HTTP 404: it is not there"),
        ((200, "<html>Log in"), "it is no iCalendar but a web page, as where one has to log in"),
    ],
)
def test_a_broken_one_leaves_the_last_good_one_in_force_also_across_a_restart(
    place: Place, far: FarSide, answer: tuple[int, str], said: str
) -> None:
    """People are told when it fails twice in a row, and when it is well again; the same trouble keeps its beginning."""
    place.look()
    far.answers[PATH] = answer
    assert place.look(5) == 30.0
    assert (place.on_call, place.told) == ("alice", [])
    place.look(1)
    place.restart()
    assert (place.on_call, place.calendars.settled(place.team)) == ("alice", True)
    place.look(60 * 24 * 9)
    place.look(1)
    assert place.on_call == "alice"
    assert place.said == [(False, said), (False, said)]
    assert {each.since for each in place.told} == {NOW + timedelta(minutes=5)}
    assert {each.last_read for each in place.told} == {NOW}
    assert {each.place for each in place.told} == {"127.0.0.1"}
    far.answers[PATH] = (200, BOB_WEEKLY)
    place.look(1)
    assert (place.on_call, place.said[-1]) == ("bob", (True, said))
    assert place.look(1) == 300.0
    assert len(place.told) == 3


def test_one_that_fails_once_is_no_news(place: Place, far: FarSide) -> None:
    place.look()
    far.answers[PATH] = (503, "")
    place.look(5)
    far.answers[PATH] = (200, ALICE_WEEKLY)
    place.look(1)
    far.answers[PATH] = (503, "")
    place.look(5)
    assert [each for each in place.told if not each.over] == []


def test_one_that_was_never_read_is_said_at_once_and_nobody_is_on_call(place: Place, far: FarSide) -> None:
    far.answers[PATH] = (503, "")
    place.look()
    assert (place.on_call, place.calendars.settled(place.team)) == (None, True)
    assert place.said == [(False, "HTTP 503")]
    assert place.told[0].last_read is None


def test_recurring_shifts_go_on_while_the_calendar_is_away(place: Place, far: FarSide) -> None:
    """What was read lies half a year back, and its rules still hold."""
    place.look()
    far.answers[PATH] = (503, "")
    place.look(60 * 24 * 400)
    assert place.on_call == "alice"


def test_no_address_stands_in_the_database(place: Place, far: FarSide) -> None:
    """Whoever has a copy of it could read the calendar for ever."""
    place.look()
    far.answers[PATH] = (404, "")
    place.look(1)
    (row,) = place.store.driver.query("SELECT key, error FROM calendars")
    assert "0f1e2d3c" not in f"{row}"


def test_the_thread_looks_by_itself_and_ends_at_once(place: Place, far: FarSide) -> None:
    far.slow.add(PATH)
    place.calendars.start()
    assert place.on_call is None  # not even the first time does anybody wait
    place.calendars.stop()
    far.ended.set()


@contextmanager
def held_up(place: Place) -> Iterator[tuple[Calendars, Duty, threading.Semaphore]]:
    """A calendar that has been read once, whose thread is about to read it anew as soon as the semaphore lets it."""
    looked, going = threading.Semaphore(0), threading.Semaphore(0)

    def now() -> datetime:  # the thread asks for it to expand: there it is held up
        if threading.current_thread().name == "calendar":
            looked.release()
            assert going.acquire(timeout=20)
        return NOW

    calendars = Calendars(place.store, lambda: place.team, place.folder, now, place.told.append, patience=5.0)
    duty = Duty(lambda: place.team, place.store, calendars)
    assert duty.on_call(NOW) == "alice"
    calendars.start()
    try:
        assert looked.acquire(timeout=20)
        yield calendars, duty, going
    finally:
        going.release(1000)
        calendars.stop()


def test_while_the_thread_expands_a_changed_team_file_the_old_reading_counts(place: Place, far: FarSide) -> None:
    """Whoever asks does not expand it, and nobody who left is on call meanwhile; then the thread's reading counts."""
    both = calendar(
        event("alice", ":20261102T090000Z", ":20261109T090000Z", "RRULE:FREQ=WEEKLY"),
        event("roberto", ":20261116T120000Z", ":20261117T090000Z"),
    )
    far.answers[PATH] = (200, both)
    place.look()  # kept in the database
    with held_up(place) as (calendars, duty, going):
        people = {
            "alice": {"slack": "U0000000001"},
            "bob": {"slack": "U0000000002", "calendar": "roberto"},
        }
        place.team = place.team.model_copy(update={"people": Team.model_validate({"people": people}).people})
        assert duty.on_call(NOW) == "alice"
        place.team = place.team.model_copy(update={"people": {"bob": place.team.people["bob"]}})
        assert (duty.on_call(NOW), calendars.settled(place.team)) == (None, False)
        going.release(1000)
        until(lambda: duty.on_call(NOW) == "bob", "the thread's reading counts")
        assert calendars.settled(place.team)


def test_another_calendar_is_left_to_the_thread_too(place: Place, far: FarSide) -> None:
    """A file and then an address: who was on call by the one before is on call until the thread knows who is now."""
    far.answers["/next"] = (200, ALICE_WEEKLY)
    (place.folder / "other.ics").write_text(BOB_WEEKLY)
    place.look()
    with held_up(place) as (calendars, duty, going):
        place.team = team("other.ics")
        assert (duty.on_call(NOW), calendars.settled(place.team)) == ("alice", False)
        going.release(1000)
        until(lambda: duty.on_call(NOW) == "bob", "the file counts")
        far.slow.add("/next")
        place.team = team(f"{far.url}/next")
        assert (duty.on_call(NOW), calendars.settled(place.team)) == ("bob", False)
        until(lambda: "/next" in {each.path for each in far.asked}, "the address is asked")
        assert (duty.on_call(NOW), calendars.settled(place.team)) == ("bob", False)
        far.ended.set()
        until(lambda: duty.on_call(NOW) == "alice", "what the address says counts")


def test_another_address_that_does_not_answer_ends_the_reading_of_before(place: Place, far: FarSide) -> None:
    """It has never been read, and people are told that nobody is on call by it."""
    place.look()
    place.team = team(f"{far.url}/none.ics")
    assert (place.on_call, place.calendars.settled(place.team)) == ("alice", False)
    place.look()
    assert (place.on_call, place.calendars.settled(place.team)) == (None, True)
    assert place.said == [(False, "HTTP 404: it is not there")]


# -- a file ---


def test_a_file_counts_as_soon_as_it_has_changed_and_stays_when_it_is_broken(tmp_path: Path) -> None:
    """Next to the team file; also when the bot comes back while it is broken. People are told at once."""
    file = tmp_path / "oncall.ics"
    file.write_text(ALICE_WEEKLY)
    place = Place(tmp_path, "oncall.ics")
    with closing(place.store):
        assert place.on_call == "alice"
        place.look()
        file.write_text(BOB_WEEKLY + "\r\n")
        assert place.on_call == "bob"
        place.look()
        file.write_text("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")
        assert place.on_call == "bob"
        place.look()
        assert [over for over, _ in place.said] == [False]
        place.restart()
        assert place.on_call == "bob"
        file.write_text(ALICE_WEEKLY)
        assert place.on_call == "alice"
        place.look()
        assert [over for over, _ in place.said] == [False, True]
        file.unlink()
        assert place.on_call == "alice"
        place.look()
        assert place.said[-1] == (False, f"{file} is not there")


def test_a_team_file_that_changes_counts_at_once(place: Place) -> None:
    """Somebody who left is on call no more; another calendar is another one; an order needs none."""
    place.look()
    without = {"people": {"bob": {"slack": "U0000000002"}}, "rota": {"timezone": "UTC", "ics": place.team.rota.ics}}  # type: ignore[union-attr]
    place.team = Team.model_validate(without)
    assert place.on_call is None
    (place.folder / "other.ics").write_text(BOB_WEEKLY)
    place.team = team("other.ics")
    assert place.on_call == "bob"
    order = {"timezone": "UTC", "start": NOW.replace(tzinfo=None), "every": "1w", "order": ("bob",)}
    place.team = Team.model_validate({"people": without["people"], "rota": order})
    assert (place.calendars(place.team), place.on_call, place.look()) == (None, "bob", 30.0)
