"""Shows the record in Slack: draws what changed and hands it to the outbox, which sends it when Slack lets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bot.duty import Duty
from bot.incidents.opening import is_grave
from bot.incidents.targets import Targets
from bot.interventions import PAUSE
from bot.model import Proposal, Run, RunState
from bot.mrkdwn import Mrkdwn, listed, person
from bot.runbooks.described import in_full
from bot.runbooks.progress import left_half_done
from bot.slack.blocks import content as content_of
from bot.slack.blocks import section
from bot.slack.cards import draw_card
from bot.slack.drawing import Drawing, short
from bot.slack.incidents.showing import ShowingIncidents
from bot.slack.mentions import called
from bot.slack.outbox import Outbox
from bot.slack.outputs import whole_output
from bot.slack.proposal_blocks import too_long
from bot.slack.question import draw_question, questions
from bot.slack.standing import Standing, standing_of
from bot.slack.storm_card import draw_storm
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.store.storms import Storm
from bot.team import Team
from bot.updating import Updating
from bot.words import Words

log = structlog.get_logger()

_SPACING = 0.2  # seconds between two drawings of the same card


class SlackScreen:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        workspace: Workspace,
        team: Callable[[], Team],
        duty: Duty,
        words: Words,
        now: Callable[[], datetime],
        broken: Callable[[], int],
        uploads: Uploads,
        *,
        observe: bool,
        silencing: bool,
        targets: Targets,
        updating: Callable[[], Updating],
    ) -> None:
        """`broken` counts the runbook files that cannot be used."""
        self._uploads = uploads
        self._store = store
        self._outbox = outbox
        self._workspace = workspace
        self._team = team
        self._duty = duty
        self._words = words
        self._now = now
        emergency = lambda: team().emergency.roles  # noqa: E731
        self.drawing = Drawing(
            words=words,
            team=team,
            who=self._who,
            holders=self._holders,
            broken=broken,
            emergency=emergency,
            observe=observe,
            silencing=silencing,
        )
        self.incidents = ShowingIncidents(store, outbox, uploads, workspace, self.drawing, targets, duty, updating, now)
        self.others: dict[str, Callable[[str], None]] = {}  # the beginning of an id → what draws such a thing
        self._changed: dict[str, None] = {}  # what is to be drawn, in order, each once
        self._something = threading.Condition()
        self._stopping = False
        self._painter = threading.Thread(target=self._paint, name="screen")

    def changed(self, subject: str) -> None:
        """Draws soon, on a thread of its own: a run's steps do not wait for their picture."""
        with self._something:
            self._changed[subject] = None
            self._something.notify()

    def posted(self, key: str) -> None:
        """A card has come to stand: what belongs into its thread can be drawn now."""
        kind, _, subject = key.partition(":")
        if kind in {"incident", "request", *self.others}:
            self.changed(subject)

    def start(self) -> None:
        self._painter.start()

    def stop(self) -> None:
        """Returns when all that changed is drawn."""
        with self._something:
            self._stopping = True
            self._something.notify()
        if self._painter.is_alive():
            self._painter.join()

    def _paint(self) -> None:
        drawn: dict[str, float] = {}
        while True:
            with self._something:
                while (subject := self._ripe(drawn)) is None:
                    if self._stopping and not self._changed:
                        return
                    self._something.wait(_SPACING if self._changed else None)
                del self._changed[subject]
            drawn = {each: at for each, at in drawn.items() if time.monotonic() - at < _SPACING}
            drawn[subject] = time.monotonic()
            try:
                self._subject(subject)
                incident = self._store.incidents.incident_of(subject) or self._store.incidents.find_incident(subject)
                if incident is not None:
                    self.incidents.show(incident)
            except Exception:  # the edge of the thread: a card that cannot be drawn must not stop the others
                log.exception("card not drawn", subject=subject)

    def _ripe(self, drawn: Mapping[str, float]) -> str | None:
        """The longest changed that was not drawn a moment ago: fast steps are drawn together."""
        now = time.monotonic()
        ripe = (each for each in self._changed if self._stopping or now - drawn.get(each, 0.0) >= _SPACING)
        return next(ripe, None)

    def _subject(self, subject: str) -> None:
        """An alert's card stands in the thread of its message; a request's is a message with a thread of its own."""
        if (draw := self.others.get(subject.partition("_")[0])) is not None:
            draw(subject)
            return
        if subject == PAUSE:
            self._show_pause()
        storm = self._store.storms.find_storm(subject)
        if storm is not None:
            self._show_storm(storm)
        standing = standing_of(self._store, subject, self._now())
        if standing is None or self._drowned(standing):
            return
        proposal, run = standing.proposal, standing.run
        plan_file = f"plan:{proposal.id}" if proposal else ""
        card = draw_card(self.drawing, standing, plan_uploaded=self._store.files.stands(plan_file))
        urgent = run is not None and run.state in {RunState.UNKNOWN, RunState.ASKING}
        if standing.alert is not None:
            urgent = urgent or is_grave(standing.alert)
            channel, thread = standing.alert.channel, standing.alert.ts
            self._outbox.show(f"alert:{subject}", channel, thread, card, urgent=urgent)
        else:
            assert standing.request is not None  # noqa: S101  # it is about one or the other
            key = f"request:{subject}"
            channel = standing.request.channel
            self._outbox.show(key, channel, None, card, urgent=urgent)
            posted = self._store.cards.find_card(key)
            if posted is None or posted.ts is None:
                return  # what belongs into its thread is drawn with the next change
            thread = posted.ts
        if proposal is not None and too_long(self.drawing, proposal.plan):
            name = f"plan-{short(proposal.plan.hash)}-{proposal.id[-8:]}.txt"
            lines = in_full(proposal.plan, proposal.params)
            self._uploads.put(plan_file, subject, channel, thread, name, "\n".join(lines) + "\n")
        if proposal is not None and run is not None:
            self._in_thread(proposal, run, channel, thread)

    def _drowned(self, standing: Standing) -> bool:
        """Whether the alert is one of a storm's many and has no card of its own; one not yet posted is taken back."""
        alert = standing.alert
        if alert is None or alert.storm is None or is_grave(alert) or standing.run:
            return False
        return self.incidents.unseen(f"alert:{alert.id}")

    def _show_storm(self, storm: Storm) -> None:
        incident = self._store.incidents.find_incident(storm.incident)
        content = draw_storm(storm, self._store.storms.groups(storm.id), incident, self._words)
        self._outbox.show(f"storm:{storm.id}", storm.channel, None, content, urgent=True)

    def _in_thread(self, proposal: Proposal, run: Run, channel: str, thread: str) -> None:
        """What a person has to notice is a message of its own: questions, and an undo that failed."""
        for record in questions(run, proposal):
            mentions = called(self._team(), proposal, self._duty.slack_id(record.started))
            content = draw_question(self.drawing, run, proposal, record, mentions)
            self._outbox.show(f"ask:{run.id}:{record.position}", channel, thread, content, urgent=True)
        waits = run.state in {RunState.ASKING, RunState.UNKNOWN}  # for a person, who may want to read it all
        if (run.state.over or waits) and (output := whole_output(proposal.plan, run)):
            part = f"-{len(run.steps)}" if waits else ""
            name = f"run-{run.number}{f'-so-far{part}' if waits else ''}.txt"
            self._uploads.put(f"output:{run.id}{part}", proposal.subject, channel, thread, name, output)
        if left_half_done(proposal.plan, run):
            who = called(self._team(), proposal, self._duty.slack_id(run.ended or run.queued))
            which = {"title": proposal.plan.title, "number": run.number}
            said = self._words("notice_undo_failed", **which, why=self.drawing.why(run))
            title = self._words.plain("title_undo_failed", **which)
            notice = content_of(title, [section(Mrkdwn(f"{who} {said}".strip()))])
            self._outbox.show(f"undo-failed:{run.id}", channel, thread, notice, urgent=True)

    def _show_pause(self) -> None:
        pause = self._store.pauses.latest_pause()
        if pause is None:
            return
        if pause.ended_by is None:
            title = self._words.plain("title_paused", why=pause.why)
            said = self._words("notice_paused", who=self._who(pause.who), why=pause.why)
        else:
            title = self._words.plain("title_resumed")
            said = self._words("notice_resumed", who=self._who(pause.ended_by))
        content = content_of(title, [section(said)])
        self._outbox.show(f"pause:{pause.id}", self._workspace.incidents, None, content, urgent=True)

    def _who(self, slack_id: str) -> str:
        """The name in the team file, or a mention of a stranger."""
        return self._team().name_of(slack_id) or person(slack_id)

    def _holders(self, roles: Sequence[str]) -> Sequence[str]:
        """Who is in these roles, each once: names of people, mentions of user groups."""
        team = self._team()
        ids = sorted({slack_id for role in roles for slack_id in team.holders(role)})
        return [team.name_of(each) or Mrkdwn(f"<!subteam^{each}>") for each in ids]

    def deciders(self, subject: str) -> str:
        """Who may decide a proposal, given its id, its run's or its alert's; what follows a | is of no account."""
        subject = subject.partition("|")[0]
        run = self._store.runs.find_run(subject)
        proposal = self._store.proposals.find_proposal(run.proposal if run else subject)
        proposal = proposal or self._store.proposals.latest_proposal(subject)
        return listed(self._holders(proposal.plan.approval.roles)) if proposal else ""

    def emergency_deciders(self) -> str:
        """Who may approve alone."""
        return listed(self._holders(self._team().emergency.roles))
