"""The rota's calendar, read again every few minutes. While it cannot be read, the last good one goes on counting."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.calendars.events import Reading, shifts_of
from bot.calendars.source import PATIENCE, file_of, place_of, text_of
from bot.errors import CalendarError
from bot.rota import Calendar
from bot.store import Store
from bot.store.calendars import KeptCalendar
from bot.team import Team

log = structlog.get_logger()

BACK, AHEAD = timedelta(days=60), timedelta(days=180)  # the window whose shifts are known
_EVERY = 300.0  # seconds between two looks at an address
_SOON = 30.0  # after one that failed, and between two looks at a file
_STALE = timedelta(hours=12)  # after which the window is moved on

Stamp = tuple[int, int, int] | None


@dataclass(frozen=True)
class Trouble:
    """A calendar that cannot be read, or (`over`) can be again. `place` is what may be shown of where it is."""

    key: str
    place: str
    error: str
    since: datetime
    last_read: datetime | None  # when it said what counts now; None: never
    over: bool = False


@dataclass(frozen=True)
class _Held:
    """What counts. `reading` is None while nothing could ever be read; `error` is why a file cannot be now.

    `late`: it is the reading of before a change, also of another calendar, until the thread has read what counts now.
    """

    team: Team
    stamp: Stamp
    body: str
    reading: Reading | None
    expanded: datetime
    error: CalendarError | None = None
    late: bool = False


class Calendars:
    """Gives a team's shifts as its calendar has them; asked often, from any thread, and never waits for an address."""

    def __init__(
        self,
        store: Store,
        team: Callable[[], Team],
        folder: Path,
        now: Callable[[], datetime],
        tell: Callable[[Trouble], None] = lambda trouble: None,  # noqa: ARG005
        patience: float = PATIENCE,
    ) -> None:
        """`folder` is where the team file is. `tell` says a trouble to people; the same one may come again."""
        self._store = store
        self._team = team
        self._folder = folder
        self._now = now
        self._tell = tell
        self._patience = patience
        self._lock = threading.Lock()
        self._expanding = threading.Lock()  # one at a time; whoever holds it asks the store for nothing
        self._changed = threading.Event()
        self._held: _Held | None = None
        self._tried: set[str] = set()  # calendars that were looked at since the start
        self._failures = 0  # of an address, one after the other
        self._logged: tuple[str, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="calendar", daemon=True)

    def __call__(self, team: Team) -> Calendar | None:
        """None while it has never been read."""
        if team.rota is None or team.rota.ics is None:
            return None
        reading = self._known(team, team.rota.ics).reading
        return reading.calendar if reading else None

    def settled(self, team: Team) -> bool:
        """Whether what is known of the rota is all that can be known: not while what changed is yet to be looked at."""
        if team.rota is None or team.rota.ics is None:
            return True
        held, is_file = self._known(team, team.rota.ics), file_of(team.rota.ics, self._folder) is not None
        return not held.late and (is_file or held.reading is not None or _key(team.rota.ics) in self._tried)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Does not wait for an address that does not answer."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(0.5)

    def refresh(self) -> float:
        """Looks at the calendar once, and says what changed. Gives the seconds until the next look."""
        team = self._team()
        if team.rota is None or team.rota.ics is None:
            self._held = None
            return _SOON
        ics, key = team.rota.ics, _key(team.rota.ics)
        is_file = file_of(ics, self._folder) is not None
        try:
            held = self._read_file(team, ics) if is_file else self._fetch(team, ics)
            if self._stopping.is_set():
                return 0.0
        except CalendarError as error:
            if self._stopping.is_set():
                return 0.0
            self._failures += 1
            self._failed(key, place_of(ics), error, at_once=is_file)
            self._tried.add(key)
            self._keep_window(team, ics)
            return _SOON
        self._failures = 0
        self._came(key, place_of(ics), held)
        self._tried.add(key)
        return _SOON if is_file else _EVERY

    # -- what is known ---

    def _known(self, team: Team, ics: str) -> _Held:
        """Expanded by whoever asks only where nothing is known yet, or nobody else does it: it may take seconds."""
        held, stamp = self._held, self._stamp(ics)
        if held is not None and _fits(held, team, stamp) and (not held.late or self._left_to_others()):
            return held
        if held is not None and self._left_to_others():
            return self._for_now(held, team, ics, stamp)
        # Before the lock: who has a transaction open may wait for it below.
        kept = self._store.calendars.find_calendar(_key(ics))
        with self._expanding:
            held = self._held
            if held is not None and _fits(held, team, stamp) and not held.late:
                return held  # somebody else was quicker
            fresh = self._anew(team, ics, stamp, held, kept)
            with self._lock:
                if self._held is held:  # else the thread knows something newer
                    self._held = fresh
        return fresh

    def _left_to_others(self) -> bool:
        return self._thread.is_alive() and threading.current_thread() is not self._thread

    def _for_now(self, held: _Held, team: Team, ics: str, stamp: Stamp) -> _Held:
        """The reading of before a change goes on counting; the thread is called."""
        late = _late(held, team, ics, stamp)
        with self._lock:
            if self._held is held:
                self._held = late
        self._changed.set()
        return late

    def _anew(self, team: Team, ics: str, stamp: Stamp, held: _Held | None, kept: KeptCalendar | None) -> _Held:
        """A file as it is now, or what was kept: read in here, so that a changed file counts at once."""
        error: CalendarError | None = None
        if file_of(ics, self._folder) is not None:
            try:
                body = text_of(ics, self._folder)
                return _Held(team, stamp, body, self._expanded(body, team), self._now())
            except CalendarError as found:
                error = found
        bodies = [held.body if held and _of(held.team, ics) else "", kept.body if kept else ""]
        for body in filter(None, bodies):
            try:
                return _Held(team, stamp, body, self._expanded(body, team), self._now(), error)
            except CalendarError as found:  # an earlier version could read it
                error = found
        if held is not None and file_of(ics, self._folder) is None and _key(ics) not in self._tried:
            return _late(held, team, ics, stamp)  # until this address has answered, or has not
        return _Held(team, stamp, "", None, self._now(), error)

    def _expanded(self, body: str, team: Team) -> Reading:
        now = self._now()
        return shifts_of(body, team, now - BACK, now + AHEAD)

    def _stamp(self, ics: str) -> Stamp:
        """Changes when a file does. None for an address, and for a file that is not there."""
        file = file_of(ics, self._folder)
        if file is None:
            return None
        try:
            found = file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    # -- one look ---

    def _read_file(self, team: Team, ics: str) -> _Held:
        held = self._known(team, ics)
        if held.error is not None or held.reading is None:
            # Once more: what kept it from being read may have been no change of the file.
            body = text_of(ics, self._folder)
            held = _Held(team, self._stamp(ics), body, self._expanded(body, team), self._now())
            self._held = held
        return self._moved_on(held)

    def _fetch(self, team: Team, ics: str) -> _Held:
        self._known(team, ics)  # a changed team file first: the address may be slow
        body = text_of(ics, self._folder, self._patience)
        held = self._held
        if held is not None and _fits(held, team, None) and not held.late and held.body == body and held.reading:
            return self._moved_on(held)
        held = _Held(team, None, body, self._expanded(body, team), self._now())
        self._held = held
        return held

    def _keep_window(self, team: Team, ics: str) -> None:
        """What counts goes on counting, and its recurrences go on too."""
        held = self._known(team, ics)
        if held.reading is not None:
            self._moved_on(held)

    def _moved_on(self, held: _Held) -> _Held:
        if self._now() - held.expanded > _STALE:
            moved = _Held(
                held.team, held.stamp, held.body, self._expanded(held.body, held.team), self._now(), held.error
            )
            with self._lock:
                if self._held is held:
                    self._held = moved
            return moved
        return held

    # -- what came of it ---

    def _came(self, key: str, place: str, held: _Held) -> None:
        kept = self._store.calendars.find_calendar(key)
        if kept is not None and kept.failing_since is not None:
            log.info("the rota's calendar can be read again", place=place)
            # Before it is noted: after a crash in between it is said once more, which changes nothing.
            self._tell(_trouble(kept, place, over=True))
        self._store.calendars.calendar_read(key, held.body, self._now())
        problems = held.reading.problems if held.reading else ()
        if problems and problems != self._logged:
            log.warning("the rota's calendar is odd", place=place, problems=list(problems))
        self._logged = problems

    def _failed(self, key: str, place: str, error: CalendarError, *, at_once: bool) -> None:
        kept = self._store.calendars.find_calendar(key)
        if kept is None or kept.error != str(error):
            read = (
                f"the one read at {kept.read:%Y-%m-%d %H:%M} UTC counts" if kept and kept.body else "nobody is on call"
            )
            log.error("the rota's calendar cannot be read", place=place, error=str(error), meanwhile=read)
        self._store.calendars.calendar_failed(key, str(error), self._now())
        kept = self._store.calendars.find_calendar(key)
        # An address may fail once and answer the next time; people are told when it fails twice in a row.
        if kept is not None and (at_once or not kept.body or self._failures > 1):
            self._tell(_trouble(kept, place))

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            if self._stopping.is_set():  # said just before it was cleared
                return
            try:
                pause = self.refresh()
            except Exception:  # the edge of the thread: the next look may go better
                log.exception("calendar not looked at")
                pause = _SOON
            self._changed.wait(pause)


def _fits(held: _Held, team: Team, stamp: Stamp) -> bool:
    return held.team is team and held.stamp == stamp


def _late(held: _Held, team: Team, ics: str, stamp: Stamp) -> _Held:
    """The reading of before a change, without those who left."""
    reading = held.reading
    if reading is not None:
        staying = tuple(each for each in reading.shifts if each.who in team.people)
        reading = replace(reading, shifts=staying)
    same = _of(held.team, ics)
    body, error = (held.body, held.error) if same else ("", None)  # what another calendar said is none of this one
    return replace(held, team=team, stamp=stamp, body=body, reading=reading, error=error, late=True)


def _of(team: Team, ics: str) -> bool:
    return team.rota is not None and team.rota.ics == ics


def _trouble(kept: KeptCalendar, place: str, *, over: bool = False) -> Trouble:
    since = kept.failing_since or kept.read
    return Trouble(kept.key, place, kept.error or "", since, kept.read if kept.body else None, over)


def _key(ics: str) -> str:
    return hashlib.sha256(ics.encode()).hexdigest()
