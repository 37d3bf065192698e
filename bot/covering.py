"""Standing in for another: asked for, taken on by the first who accepts, and taken back. It counts at once.

Whoever asks is on call until somebody accepts, and again once it is taken back: nobody is left without.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import (
    CoverAskedAlready,
    CoverBackwards,
    CoverBegun,
    CoverOver,
    CoverPast,
    CoverTaken,
    CoverTooLong,
    DeclinedAlready,
    NobodyToAsk,
    NoRota,
    NoSuchCover,
    NoSuchPerson,
    NotAsked,
    NothingToCover,
    NotOnCallThen,
    NotOnTheTeam,
    OwnCover,
)
from bot.model import BOT, Cover
from bot.rota import Roster, Shift
from bot.stints import stints

BEGINS = "cover"  # the timer: it begins, or is over
_LONGEST = timedelta(days=60)
_BEGUN = timedelta(hours=1)  # ago; what began before that is not meant to begin now
_AT_LEAST = timedelta(minutes=10)  # for people to answer, before whoever asked is told that nobody has
_ROUND = timedelta(days=60)  # within which a calendar has named everybody
NEXT = timedelta(days=90)  # how far ahead somebody's next shift is looked for


class Covering:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def ask(self, person: str, start: datetime, until: datetime, other: str | None = None) -> Cover:
        """`person` wants somebody to cover: `other`, or else anybody of the rota; Slack ids.

        One that has begun begins now. Raises CoverError, NoSuchPerson and NotOnTheTeam.
        """
        team, now = self._context.team(), self._context.now()
        name = team.name_of(person)
        if name is None:
            raise NotOnTheTeam
        roster = self._roster()
        if until <= now:
            raise CoverPast
        if start < now - _BEGUN:
            raise CoverBegun
        start = max(start, now)
        if until <= start:
            raise CoverBackwards
        if until - start > _LONGEST:
            raise CoverTooLong
        if other == person:
            raise OwnCover
        if other is not None and team.name_of(other) is None:
            raise NoSuchPerson(other)
        if all(shift.who != name for shift in roster.shifts(start, until)):
            after = next_of(roster, name, now)
            raise NotOnCallThen(after.start if after else None, after.end if after else None)
        people = [other] if other is not None else self._others(roster, name, now)
        if not people:
            raise NobodyToAsk
        with self._store.atomic():
            for each in self._store.covers.current_covers(now):
                if each.absent == person and each.waits and each.start < until and start < each.until:
                    raise CoverAskedAlready(each.name)
            cover = self._store.covers.ask_for_cover(person, people, start, until, now)
            said = {"cover": cover.name, "start": start.isoformat(), "until": until.isoformat(), "asked": people}
            self._store.timeline.append(now, person, "cover asked", cover.id, said)
            self._store.timers.set_timer(BEGINS, cover.id, _begins(cover))
        self._context.show(cover.id)
        return cover

    def accept(self, id: str, person: str, *, event: str | None = None) -> None:
        """The first who does has it.

        Raises NotOnTheTeam, NotAsked, CoverTaken, CoverOver, NothingToCover, NoRota and NoSuchCover.
        """
        cover = self._asked(id, person)
        with self._store.atomic():
            now = self._context.now()
            name = self._context.team().name_of(cover.absent) or ""
            if cover.waits and now < cover.until and not pieces_of(self._roster(), name, cover.start, cover.until):
                raise NothingToCover(cover.absent)
            if not self._store.covers.accept_cover(id, person, now):
                raise self._why_not(id)
            self._store.timeline.append(now, person, "cover accepted", id, {"cover": cover.name, "for": cover.absent})
            self._store.timers.set_timer(BEGINS, id, cover.until)
            self._done(event, now)
        self._changed(id)

    def decline(self, id: str, person: str, *, event: str | None = None) -> None:
        """They may accept after all. Raises what `accept` does, and DeclinedAlready."""
        cover = self._asked(id, person)
        with self._store.atomic():
            now = self._context.now()
            if cover.until <= now:
                raise CoverOver
            if not self._store.covers.decline_cover(id, person):
                raise self._why_not(id)
            self._store.timeline.append(now, person, "cover declined", id, {"cover": cover.name})
            self._done(event, now)
        self._context.show(id)

    def end(self, id: str, person: str, *, event: str | None = None) -> None:
        """Whoever asked takes it back at any time, whoever accepted gives it back; what has passed stays.

        Raises NotAsked, CoverOver and NoSuchCover.
        """
        cover = self._found(id)
        if person not in {cover.absent, cover.accepted_by}:
            raise NotAsked
        with self._store.atomic():
            now = self._context.now()
            if not self._store.covers.end_cover(id, person, now):
                raise CoverOver
            self._store.timeline.append(now, person, "cover ended", id, {"cover": cover.name})
            self._done(event, now)
        self._changed(id)

    def numbered(self, number: int) -> Cover:
        """Raises NoSuchCover."""
        found = self._store.covers.numbered(number)
        if found is None:
            raise NoSuchCover
        return found

    def on_time(self, id: str, now: datetime) -> str | None:
        """It begins, or is over; to be called in the transaction that claims the timer. Gives what to show."""
        cover = self._store.covers.find_cover(id)
        if cover is None or cover.ended is not None:
            return None
        if cover.waits and now < cover.until:
            self._store.timeline.append(now, BOT, "cover unanswered", id, {"cover": cover.name})
            self._store.timers.set_timer(BEGINS, id, cover.until)
        return id

    # -- steps ---

    def _roster(self) -> Roster:
        roster = self._context.duty.roster()
        if roster is None:
            raise NoRota
        return roster

    def _others(self, roster: Roster, name: str, now: datetime) -> list[str]:
        """Everybody else who takes turns, by Slack id."""
        team = self._context.team()
        order = team.rota.order if team.rota else None
        names = order or [shift.who for shift in roster.shifts(now - _ROUND, now + _ROUND)]
        return [team.people[each].slack for each in dict.fromkeys(names) if each != name and each in team.people]

    def _asked(self, id: str, person: str) -> Cover:
        cover = self._found(id)
        if self._context.team().name_of(person) is None:
            raise NotOnTheTeam
        if person not in cover.asked:
            raise NotAsked
        if self._context.team().name_of(cover.absent) is None:  # who has left the team since needs nobody
            raise CoverOver
        return cover

    def _found(self, id: str) -> Cover:
        cover = self._store.covers.find_cover(id)
        if cover is None:
            raise NoSuchCover
        return cover

    def _why_not(self, id: str) -> CoverTaken | CoverOver | DeclinedAlready:
        cover = self._found(id)
        if cover.ended is not None or cover.until <= self._context.now():
            return CoverOver()
        return CoverTaken(cover.accepted_by) if cover.accepted_by else DeclinedAlready()

    def _changed(self, id: str) -> None:
        """Who is on call may be another one now: open incidents say who it is."""
        self._context.show(id)
        for incident in self._store.incidents.open_incidents():
            self._context.show(incident.id)

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)


def _begins(cover: Cover) -> datetime:
    """When whoever asked is told that nobody has accepted."""
    return min(max(cover.start, cover.at + _AT_LEAST), cover.until)


def next_of(roster: Roster, name: str, now: datetime) -> Shift | None:
    """This person's shift at `now`, or the next one within a quarter of a year."""
    return next((shift for shift in roster.shifts(now, now + NEXT) if shift.who == name), None)


def nobody_left(cover: Cover) -> bool:
    """Whether all who were asked have declined."""
    return cover.waits and set(cover.asked) <= set(cover.declined)


def pieces_of(roster: Roster, name: str, start: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """When within these two moments this person is on call, or would be if nobody covered."""
    shifts = (each for each in stints(roster, start, until) if name in {each.who, each.absent})
    found: list[tuple[datetime, datetime]] = []
    for each in shifts:
        begin = found.pop()[0] if found and found[-1][1] == each.start else each.start
        found.append((begin, min(each.end, until)))
    return found
