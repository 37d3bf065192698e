"""`/oncall`: who is on call now, next and then, the shifts ahead, and asking somebody to cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.markup import plain_text
from bot.covering import next_of
from bot.duty import Duty
from bot.errors import CoverError, NoSuchCover, NoSuchPerson, NotOnCallThen, NotOnTheTeam
from bot.model import Cover
from bot.moments import LONGEST, moment_of, span_of
from bot.mrkdwn import Mrkdwn, clean, moment
from bot.rota import Roster, Shift
from bot.slack.commands import Answer, Typed, say
from bot.slack.incidents.asked import period
from bot.slack.incidents.means import Means
from bot.slack.oncall.asked import read_at, read_cover, read_number
from bot.slack.oncall.card import cover_line
from bot.slack.oncall.clicks import why_not
from bot.slack.oncall.zones import Zones
from bot.stints import Stint, stints

_NEVER = datetime.max.replace(tzinfo=UTC)
_AHEAD = timedelta(weeks=4)  # of `schedule`, where nothing is said
_FARTHEST = timedelta(days=366)
_MOST = 30  # lines of a list
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_END = {"end", "encerrar", "cancelar", "retirar"}
_ACCEPT = {"accept", "aceitar"}
_DECLINE = {"decline", "recusar"}


class OnCallCommand:
    command = "/oncall"

    def __init__(
        self,
        means: Means,
        duty: Duty,
        zones: Zones,
        now: Callable[[], datetime],
        *,
        day_first: bool,
    ) -> None:
        """`day_first`: where the team writes 3/12 it is in December."""
        self._means = means
        self._words = means.words
        self._draw = means.draw
        self._covering = means.flow.covering
        self._duty = duty
        self._zones = zones
        self._now = now
        self._day_first = day_first
        acts: Mapping[tuple[str, ...], Callable[[Typed], Answer]] = {
            ("now", "", "agora"): self._now_and_next,
            ("next", "próximo", "proximo", "próxima", "proxima"): self._next,
            ("who", "quem"): self._who,
            ("schedule", "escala"): self._schedule,
            ("cover", "cobrir", "cobertura"): self._cover,
            ("covers", "coberturas"): self._covers,
        }
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            verb: each for verbs, act in acts.items() for each in [self._safely(act)] for verb in verbs
        }

    def help(self, typed: Typed) -> Answer:  # noqa: ARG002 - everybody may do the same
        return say(self._words("help_oncall"))

    # -- looking ---

    def _now_and_next(self, _: Typed) -> Answer:
        roster = self._duty.roster()
        if roster is None:
            return say(self._words("oncall_no_rota"))
        now = self._now()
        return say(self._on_call(roster, now), self._after(roster, now))

    def _next(self, typed: Typed) -> Answer:
        roster = self._duty.roster()
        if roster is None:
            return say(self._words("oncall_no_rota"))
        now = self._now()
        lines = [self._after(roster, now)]
        name = self._draw.team().name_of(typed.person)
        own = next_of(roster, name, now) if name else None
        if own is not None:
            lines.append(
                self._words("oncall_yours", start=moment(own.start), until=moment(own.end), now=own.start <= now)
            )
        return say(*lines)

    def _who(self, typed: Typed) -> Answer:
        """At a moment; without one, now."""
        said = read_at(plain_text(typed.rest))
        if not said:
            return self._now_and_next(typed)
        roster = self._duty.roster()
        if roster is None:
            return say(self._words("oncall_no_rota"))
        zone = self._zones.of(typed.person)
        at = moment_of(said, self._now(), zone, day_first=self._day_first)
        if at is None:
            return say(self._not_understood(said))
        understood = self._words("oncall_understood", there=self._there(at, zone), zone=zone.key)
        shift = roster.shift_at(at)
        not_read = self._not_read(roster, at)
        if shift is not None:
            return say(understood, self._shift("oncall_then", roster, shift, at), *not_read)
        if not_read:
            return say(understood, *not_read)
        return say(understood, self._words("oncall_nobody_then"), self._after(roster, at))

    def _schedule(self, typed: Typed) -> Answer:
        roster = self._duty.roster()
        if roster is None:
            return say(self._words("oncall_no_rota"))
        ahead = period(typed.rest) if typed.rest else _AHEAD
        if ahead is None or ahead > _FARTHEST:
            return say(self._words("oncall_schedule_how"))
        now, zone = self._now(), self._zones.of(typed.person)
        last = roster.known[1] if roster.known else _NEVER
        until, cut = min(now + ahead, last), now + ahead > last
        lines: list[Mrkdwn] = []
        for stint in stints(roster, now, until):
            if len(lines) == _MOST:
                lines.append(self._words("oncall_schedule_more", start=moment(stint.start)))
                break
            if stint.who is None and stint.end > last:
                stint, cut = replace(stint, end=last), True
            lines.append(self._stint(stint, now, zone))
        lines += self._not_read(roster, last) if cut else []
        return say(self._words("oncall_schedule", until=moment(until)), *lines, *self._without_effect(now))

    def _covers(self, _: Typed) -> Answer:
        covers = self._means.store.covers.current_covers(self._now())
        if not covers:
            return say(self._words("cover_none"))
        more = [self._words("cover_more", count=len(covers) - _MOST)] if len(covers) > _MOST else []
        lines = [cover_line(self._draw, each) for each in covers[:_MOST]]
        return say(*lines, *more, *self._without_effect(self._now()), self._words("cover_end_how"))

    # -- covering ---

    def _cover(self, typed: Typed) -> Answer:
        first, _, rest = typed.rest.partition(" ")
        if first.casefold() in _END | _ACCEPT | _DECLINE:
            return self._change(typed, first.casefold(), rest)
        asked = read_cover(typed.rest)
        if asked is None:
            return say(self._words("cover_how"))
        other = self._means.person(asked.by, typed.person) if asked.by else (None, True)
        if not other[1]:
            return say(self._no_such_person(asked.by))
        zone = self._zones.of(typed.person)
        begin, end = plain_text(asked.start), plain_text(asked.end)
        start, until = span_of(begin, end, self._now(), zone, day_first=self._day_first)
        if start is None or until is None:
            return say(self._not_understood(begin if start is None else end))
        try:
            cover = self._covering.ask(typed.person, start, until, other[0])
        except CoverError as error:
            there = {"start": self._there(start, zone), "until": self._there(until, zone), "zone": zone.key}
            why = self._why_not_then(error, typed, start, until)
            return say(*why, self._words("cover_understood", **there))
        names = Mrkdwn(", ".join(self._draw.who(each) for each in cover.asked))
        when = {"start": self._there(cover.start, zone), "until": self._there(cover.until, zone), "zone": zone.key}
        return say(self._words("cover_asked", name=cover.name, asked=names, **when))

    def _change(self, typed: Typed, verb: str, which: str) -> Answer:
        number = read_number(which)
        if number is None:
            raise NoSuchCover
        cover = self._covering.numbered(number)
        if verb in _END:
            self._covering.end(cover.id, typed.person)
            return say(
                self._words("cover_ended", name=cover.name, waited=cover.waits, absent=self._draw.who(cover.absent))
            )
        if verb in _ACCEPT:
            self._covering.accept(cover.id, typed.person)
            return say(self._words("cover_accepted", name=cover.name, absent=self._draw.who(cover.absent)))
        self._covering.decline(cover.id, typed.person)
        return say(self._words("cover_declined", name=cover.name))

    # -- saying ---

    def _on_call(self, roster: Roster, now: datetime) -> Mrkdwn:
        shift = roster.shift_at(now)
        return self._shift("oncall_now", roster, shift, now) if shift else self._words("oncall_nobody")

    def _after(self, roster: Roster, at: datetime) -> Mrkdwn:
        shift = roster.next_after(at + timedelta(microseconds=1))
        if shift is None:
            return self._words("oncall_no_next", until=moment(roster.known[1]) if roster.known else "")
        return self._shift("oncall_next", roster, shift, shift.start)

    def _not_read(self, roster: Roster, at: datetime) -> list[Mrkdwn]:
        """That the rota's calendar is not read so far; nothing where it is."""
        if roster.known is None or roster.known[0] <= at < roster.known[1]:
            return []
        start, until = roster.known
        return [self._words("oncall_calendar_read", start=moment(start), until=moment(until))]

    def _shift(self, sentence: str, roster: Roster, shift: Shift, at: datetime) -> Mrkdwn:
        turn = roster.turns.at(at).who
        who = self._person(shift.who)
        absent = self._person(turn) if turn is not None and turn != shift.who else ""
        return self._words(sentence, who=who, absent=absent, start=moment(shift.start), until=moment(shift.end))

    def _stint(self, stint: Stint, now: datetime, zone: ZoneInfo) -> Mrkdwn:
        start = "" if stint.start <= now else moment(stint.start)
        when = {"day": self._day(stint.start, zone), "start": start, "until": _until(stint)}
        if stint.who is None:
            return self._words("oncall_stint_nobody", **when)
        absent = self._person(stint.absent) if stint.absent else ""
        return self._words("oncall_stint", **when, who=self._person(stint.who), absent=absent)

    def _day(self, at: datetime, zone: ZoneInfo) -> str:
        """Of the week, in short."""
        return self._words.plain(f"short_{_DAYS[at.astimezone(zone).weekday()]}")

    def _there(self, at: datetime, zone: ZoneInfo) -> str:
        """By the clock that the person has in mind, said in full: a wrong moment is seen at once."""
        return f"{self._day(at, zone)} {at.astimezone(zone):%Y-%m-%d %H:%M}"

    def _without_effect(self, now: datetime) -> list[Mrkdwn]:
        """Accepted by or for somebody whom the team file does not know any more: it counts for nothing."""
        team = self._draw.team()
        lost: list[Cover] = [
            each
            for each in self._means.store.covers.current_covers(now)
            if each.accepted_by is not None and None in {team.name_of(each.absent), team.name_of(each.accepted_by)}
        ]
        return [
            self._words(
                "cover_without_effect",
                name=each.name,
                by=self._draw.who(each.accepted_by or ""),
                absent=self._draw.who(each.absent),
            )
            for each in lost
        ]

    def _person(self, name: str) -> str:
        """A name in the team file as people are shown everywhere."""
        known = self._draw.team().people.get(name)
        return self._draw.who(known.slack) if known else name

    def _not_understood(self, said: str) -> Mrkdwn:
        return self._words("oncall_not_understood", said=clean(said, LONGEST))

    def _no_such_person(self, said: str) -> Mrkdwn:
        return self._words("cover_no_such_person", said=said, names=", ".join(self._means.people()))

    def _why_not(self, error: CoverError, typed: Typed) -> Mrkdwn:
        sentence, values = why_not(error, typed.person, self._draw.who)
        return self._words(sentence, **values)

    def _why_not_then(self, error: CoverError, typed: Typed, start: datetime, until: datetime) -> list[Mrkdwn]:
        """Nobody is told that they are not on call in a time of which that is not known."""
        roster = self._duty.roster()
        not_read = self._not_read(roster, until) if roster is not None and isinstance(error, NotOnCallThen) else []
        if roster is not None and not_read and self._not_read(roster, start):
            return [self._words("cover_not_known"), *not_read]
        return [self._why_not(error, typed), *not_read]

    def _safely(self, act: Callable[[Typed], Answer]) -> Callable[[Typed], Answer]:
        """What cannot be done is said to the one who typed, and nothing has changed."""

        def answer(typed: Typed) -> Answer:
            try:
                return act(typed)
            except CoverError as error:
                return say(self._why_not(error, typed))
            except NoSuchPerson as error:
                return say(self._no_such_person(self._draw.who(error.said)))
            except NotOnTheTeam:
                return say(self._words("refused_team"))

        return answer


def _until(stint: Stint) -> Mrkdwn | str:
    """Empty where it never ends, as after the last entry of a calendar."""
    return moment(stint.end) if stint.end.year < 9999 else ""
