"""Publishes the bot's page to those who look at it: when they open it, when they click on it, and when it changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.duty import Duty
from bot.errors import ApprovalError, CoolingDown, Gone
from bot.flow import Flow
from bot.incidents.past import past_incidents
from bot.incidents.statistics import statistics_of
from bot.incidents.targets import Targets
from bot.model import Proposal, ProposalState
from bot.slack.drawing import Drawing
from bot.slack.home_view import ACTIONS, INCIDENTS, PROPOSALS, HomeStanding, Waiting, draw_home
from bot.slack.standing import Standing, standing_of
from bot.slack.workspace import Workspace
from bot.store import Store

log = structlog.get_logger()

_LOOKS = 600.0  # seconds for which somebody who has opened it is taken to look at it still
_MOST = 20  # people who are kept up to date at a time, the latest
_GATHER = 1.0  # seconds in which changes are drawn together
_PACE = 1.0  # seconds between two that nobody asked for; Slack takes about 100 a minute
_WEEK = timedelta(days=7)


class Home:
    def __init__(
        self,
        client: WebClient,
        store: Store,
        flow: Flow,
        workspace: Workspace,
        draw: Drawing,
        duty: Duty,
        targets: Targets,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._store = store
        self._flow = flow
        self._workspace = workspace
        self._draw = draw
        self._duty = duty
        self._targets = targets
        self._now = now
        self._looked: dict[str, float] = {}  # who has it open, and since when; the latest last
        self._due: dict[str, float] = {}  # who is to get it, and when
        self._asked: set[str] = set()  # of these, who did something for it
        self._shown: dict[str, Mapping[str, Any]] = {}
        self._something = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="home")

    def start(self) -> None:
        self._thread.start()

    def opened(self, person: str) -> None:
        """Somebody looks at it, or has clicked on it: they get it as it is now, soon."""
        with self._something:
            self._looked.pop(person, None)
            self._looked[person] = self._due[person] = time.monotonic()
            self._asked.add(person)
            for other in list(self._looked)[:-_MOST]:
                del self._looked[other]
                self._shown.pop(other, None)
            self._something.notify()

    def changed(self) -> None:
        """Something that may stand on it is different now."""
        now = time.monotonic()
        with self._something:
            for person, looked in self._looked.items():
                if now - looked < _LOOKS:
                    self._due.setdefault(person, now + _GATHER)
            self._something.notify()

    def stop(self) -> None:
        """Returns when the one at hand is published; the others open it again."""
        with self._something:
            self._stopping = True
            self._something.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        pause = 0.0  # until when nothing goes out that nobody asked for
        while True:
            with self._something:
                while not self._stopping and (person := self._next(pause)) is None:
                    self._something.wait(self._seconds(pause))
                if self._stopping:
                    return
                assert person is not None  # noqa: S101  # the loop ended with one
                del self._due[person]
                asked = person in self._asked
                self._asked.discard(person)
            try:
                self._publish(person, asked=asked)
            except Exception:  # the edge of the thread: it must not keep the others from theirs
                log.exception("home not published", person=person)
            if not asked:
                pause = time.monotonic() + _PACE

    def _ripe(self, person: str, pause: float) -> float:
        return self._due[person] if person in self._asked else max(self._due[person], pause)

    def _next(self, pause: float) -> str | None:
        now = time.monotonic()
        return min(
            (each for each in self._due if self._ripe(each, pause) <= now), key=self._due.__getitem__, default=None
        )

    def _seconds(self, pause: float) -> float | None:
        first = min((self._ripe(each, pause) for each in self._due), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def _publish(self, person: str, *, asked: bool) -> None:
        view = draw_home(self._draw, self._standing(person))
        if not asked and self._shown.get(person) == view:
            return
        try:
            self._client.views_publish(user_id=person, view=view)
        except (SlackClientError, OSError) as error:  # who looks opens it again
            log.warning("home not published", person=person, error=str(error))
            return
        self._shown[person] = view

    # -- what stands on it ---

    def _standing(self, person: str) -> HomeStanding:
        now, team = self._now(), self._draw.team()
        roster = self._duty.roster()
        shift = roster.shift_at(now) if roster else None
        week = past_incidents(self._store, now - _WEEK, now)
        opened = self._store.incidents.open_incidents()
        actions = self._store.actions.open_actions(person)
        waiting = [each for each in self._store.proposals.open_proposals() if self._may_approve(each, person)]
        return HomeStanding(
            on_call=(team.people[shift.who].slack, shift.end) if shift else None,
            incidents=[(each, self._card(f"incident:{each.id}")) for each in opened[:INCIDENTS]],
            more_incidents=max(0, len(opened) - INCIDENTS),
            waiting=[
                Waiting(standing, each, self._thread_of(standing))
                for each in waiting[:PROPOSALS]
                if (standing := standing_of(self._store, each.subject, now))
            ],
            more_waiting=max(0, len(waiting) - PROPOSALS),
            actions=[(each, self._name(each.incident)) for each in actions[:ACTIONS]],
            more_actions=max(0, len(actions) - ACTIONS),
            today=self._flow.following_up.today,
            week=statistics_of(week, now - _WEEK, now, self._targets, now),
        )

    def _may_approve(self, proposal: Proposal, person: str) -> bool:
        """Also what has to rest a while: by then they still may."""
        if proposal.state is not ProposalState.WAITING:
            return False
        try:
            self._flow.deciding.may_decide(proposal.id, person, approve=True)
        except CoolingDown:
            return True
        except (ApprovalError, Gone):
            return False
        return True

    def _thread_of(self, standing: Standing) -> str | None:
        if standing.alert is not None:
            return self._workspace.permalink(standing.alert.channel, standing.alert.ts)
        return self._card(f"request:{standing.subject}")

    def _name(self, incident_id: str) -> str:
        incident = self._store.incidents.find_incident(incident_id)
        return incident.name if incident else ""

    def _card(self, key: str) -> str | None:
        card = self._store.cards.find_card(key)
        return self._workspace.permalink(card.channel, card.ts) if card and card.ts else None
