"""Silences in Alertmanager: drafted from an alert's card, made, ended, and looked after until they are over.

Alertmanager is told outside of any transaction. What is about to be done is written down before, and a silence bears a
mark in its comment, so that after a crash or a lost answer it is found again and never made twice.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.alertmanager import PATIENCE, Alertmanager
from bot.alerts.matchers import NAME, matchers_of, matches
from bot.context import Context
from bot.errors import (
    AlertmanagerError,
    AlertmanagerInDoubt,
    AlertOver,
    AlertUnknown,
    Gone,
    NotOnTheTeam,
    SilenceAmbiguous,
    SilenceOver,
    SilencesOff,
    SilenceUnknown,
)
from bot.model import BOT, KnownSilence, Silence
from bot.store.alerts import StoredAlert

log = structlog.get_logger()

LOOK = "silence"  # the timer
_EVERY = timedelta(minutes=1)  # a silence is looked at as often, since it can be ended elsewhere
_AFTER = timedelta(seconds=1)  # its end: Alertmanager's clock may be a little behind ours
_SHORTEST = 4  # characters of an id that may stand for it


@dataclass(frozen=True)
class Draft:
    """What a person is shown before they ask for it."""

    silence: Silence
    count: int  # alerts that Alertmanager knows now and that it would cover
    silent: int  # of these, those that a silence covers already


class Silencing:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        # One at a time: whoever looks after a silence must not meet the one who is just making it.
        self._one = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "silences")  # the ticker must not wait for Alertmanager

    # -- what people do ---

    def may_silence(self, alert_id: str, person: str) -> StoredAlert:
        """Raises NotOnTheTeam, SilencesOff, Gone and AlertOver."""
        self._may_change(person)
        _ = self._alertmanager
        alert = self._store.alerts.find_alert(alert_id)
        if alert is None:
            raise Gone("alert")
        if alert.resolved is not None:
            raise AlertOver
        return alert

    def draft(self, alert_id: str, person: str) -> Draft:
        """What would fall silent. Raises what `may_silence` does, AlertUnknown and AlertmanagerError."""
        alert = self.may_silence(alert_id, person).alert
        name = alert.labels.get(NAME, alert.name)
        known = self._alertmanager.alerts(name)
        matchers = matchers_of({**alert.labels, NAME: name}, [each.labels for each in known])
        if not matchers:
            raise AlertUnknown(name)
        covered = [each for each in known if matches(matchers, each.labels)]
        silent = sum(1 for each in covered if each.silenced_by)
        return Draft(self._store.silences.draft_silence(alert_id, matchers), len(covered), silent)

    def make(self, id: str, person: str, lasts: timedelta, comment: str, *, event: str) -> None:
        """Makes what was drafted; once, however often it is called. `event`: the click, which may be worked off again.

        Raises what `may_silence` does, and AlertmanagerError; after AlertmanagerInDoubt it is looked for, and shown on
        the card if it is there.
        """
        with self._one:
            drafted = self._store.silences.find_silence(id)
            if drafted is None:
                raise Gone("silence")
            if not drafted.by:
                self.may_silence(drafted.alert, person)
            now = self._context.now()
            with self._store.atomic():
                ends = (now + lasts).replace(microsecond=0)  # Alertmanager keeps less of them
                first = self._store.silences.ask_for_silence(id, person, comment, ends)
                self._store.timers.set_timer(LOOK, id, now + _EVERY)
            silence = self._found(id)
            remote = silence.remote or ("" if first else self._made_before(silence)) or self._tell(silence)
            self._is_made(silence, remote, event)

    def end(self, id: str, person: str, *, event: str) -> None:
        """Raises NotOnTheTeam, SilencesOff, Gone, SilenceOver and AlertmanagerError."""
        self._may_change(person)
        with self._one:
            silence = self._found(id)
            if not silence.stands:
                raise SilenceOver
            known = self._known(silence)
            if known is not None and not known.over:
                self._end(silence.remote, silence, person, event, PATIENCE)
                return
            self._compare(silence, known)
            if silence.ended_by != person:  # else it was this very click, before a crash
                raise SilenceOver

    def standing(self, within: float = PATIENCE) -> list[KnownSilence]:
        """All that are in force in Alertmanager now, the next to end first. Raises SilencesOff, AlertmanagerError."""
        ours = self._store.silences.standing_silences()
        known = self._alertmanager.silences(within)
        for silence in ours:
            self._compare(silence, next((each for each in known if each.id == silence.remote), None))
        return sorted((each for each in known if each.active), key=lambda each: each.ends)

    def end_named(self, beginning: str, person: str, within: float = PATIENCE) -> KnownSilence:
        """Ends the one in force whose id begins like this, whoever made it; gives what it was.

        Raises NotOnTheTeam, SilencesOff, SilenceUnknown, SilenceAmbiguous and AlertmanagerError.
        """
        self._may_change(person)
        found = [each for each in self.standing(within / 2) if each.id.startswith(beginning.casefold())]
        if not found or len(beginning) < _SHORTEST:
            raise SilenceUnknown(beginning)
        if len(found) > 1:
            raise SilenceAmbiguous(beginning)
        with self._one:
            ours = self._store.silences.silence_known_as(found[0].id)
            self._end(found[0].id, ours, person, None, within / 2)
        return found[0]

    # -- time, start and stop ---

    def look(self, id: str) -> None:
        """Whether it is in Alertmanager as we know it; what is not is written down and shown. Sets the next look."""
        try:
            with self._one:
                silence = self._store.silences.find_silence(id)
                if silence is None or silence.ended is not None or self._context.alertmanager is None:
                    return
                if not silence.remote:
                    # Where it is not there, it was not made; or its click is yet to be worked off again after a crash.
                    if remote := self._made_before(silence):
                        self._is_made(silence, remote, None)
                    return
                self._compare(silence, self._known(silence))
        except AlertmanagerError as error:
            log.warning("a silence could not be looked at", silence=id, error=str(error))
            self._again(id, None)
        except Exception:  # the edge of the thread: the next look may go better
            log.exception("a silence was not looked at", silence=id)
            self._again(id, None)

    def look_soon(self, id: str) -> None:
        """The same on a thread of its own."""
        self._pool.submit(self.look, id)

    def recover(self) -> None:
        """After a start: what stands is looked at."""
        for silence in self._store.silences.standing_silences():
            self._store.timers.add_timer(LOOK, silence.id, self._context.now())

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._context.alertmanager is not None:
            self._context.alertmanager.close()

    # -- steps ---

    @property
    def _alertmanager(self) -> Alertmanager:
        if self._context.alertmanager is None:
            raise SilencesOff
        return self._context.alertmanager

    def _may_change(self, person: str) -> None:
        if not self._context.on_the_team(person):
            raise NotOnTheTeam

    def _found(self, id: str) -> Silence:
        silence = self._store.silences.find_silence(id)
        if silence is None:
            raise Gone("silence")
        return silence

    def _made_before(self, silence: Silence) -> str:
        """Alertmanager's id, when an earlier try came to it; else empty."""
        return next((each.id for each in self._alertmanager.silences() if silence.mark in each.comment), "")

    def _tell(self, silence: Silence) -> str:
        assert silence.ends is not None  # noqa: S101  # it was asked for
        incident = self._store.incidents.incident_of(silence.alert)
        name = self._context.team().name_of(silence.by) or silence.by
        about = f"{name}, {incident.name}" if incident else name
        comment = f"{about}: {silence.comment}" if silence.comment else about
        return self._alertmanager.make(silence.matchers, silence.ends, name, f"{comment} {silence.mark}")

    def _is_made(self, silence: Silence, remote: str, event: str | None) -> None:
        with self._store.atomic():
            now = self._context.now()
            if self._store.silences.made_silence(silence.id, remote):
                what = {
                    "until": f"{silence.ends:%Y-%m-%d %H:%M} UTC",
                    "name": ", ".join(map(str, silence.matchers)),
                    "text": silence.comment,
                    "silence": silence.id,
                }
                self._store.timeline.append(now, silence.by, "silenced", silence.alert, what)
            self._again(silence.id, silence.ends)
            self._done(event, now)
        self._context.show(silence.alert)

    def _known(self, silence: Silence) -> KnownSilence | None:
        """As Alertmanager knows it; None when it does no more."""
        try:
            return self._alertmanager.silence(silence.remote)
        except SilenceUnknown:
            return None

    def _end(self, remote: str, ours: Silence | None, person: str, event: str | None, within: float) -> None:
        """The person is written down before, so that a crash does not forget who it was."""
        if ours is not None:
            self._store.silences.ending_silence(ours.id, person)
        try:
            self._alertmanager.end(remote, within)
        except AlertmanagerInDoubt:
            raise
        except (AlertmanagerError, SilenceUnknown):
            if ours is not None:
                self._store.silences.ending_silence(ours.id, "")
            raise
        if ours is not None:
            self._is_over(ours, person, self._context.now(), event)
        else:
            self._store.timeline.append(self._context.now(), person, "silence ended", remote)

    def _compare(self, silence: Silence, known: KnownSilence | None) -> None:
        """What Alertmanager says of one of ours that stands; None: it knows it no more."""
        now = self._context.now()
        if known is not None and not known.over:
            if self._store.silences.extend_silence(silence.id, known.ends):
                self._context.show(silence.alert)
            self._again(silence.id, known.ends)
            return
        ended = min(known.ends, now) if known is not None else now
        ran_out = silence.ends is not None and ended >= silence.ends
        self._is_over(silence, "" if ran_out else silence.ended_by, ended, None)

    def _is_over(self, silence: Silence, by: str, at: datetime, event: str | None) -> None:
        with self._store.atomic():
            now = self._context.now()
            if self._store.silences.end_silence(silence.id, by, at):
                self._store.timeline.append(now, by or BOT, "silence ended", silence.alert, {"silence": silence.id})
            self._done(event, now)
        self._context.show(silence.alert)

    def _again(self, id: str, ends: datetime | None) -> None:
        """The next look: in a while, or just after it should be over."""
        now = self._context.now()
        look = now + _EVERY
        if ends is not None and now - _AFTER < ends < look - _AFTER:  # nothing is added to the last of all years
            look = ends + _AFTER
        self._store.timers.set_timer(LOOK, id, look)

    def _done(self, event: str | None, now: datetime) -> None:
        if event is not None:
            self._store.inbox.finish_event(event, now)
