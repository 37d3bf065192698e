"""From a runbook to a proposal: filled in, sealed, checked, offered; replaced by a fresh one when people want it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.approval import may_run_unattended
from bot.classify.weigh import PERSON, RULE
from bot.context import Context
from bot.errors import Gone, NotAllowed, NotOnTheTeam, PlanError, SecretMissing
from bot.model import BOT, NO_RUNBOOK, Alert, Category, Param, Plan, Proposal, ProposalState, Reason, Request
from bot.runbooks.format import Runbook
from bot.runbooks.match import matching
from bot.runbooks.plan import fill, known_values, seal
from bot.runbooks.run import check
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import secrets_of
from bot.runbooks.values import refusal
from bot.store.alerts import StoredAlert

log = structlog.get_logger()


_NEWS = timedelta(minutes=15)  # an alert posted longer ago is not acted on as new


class Proposing:
    def __init__(self, context: Context, start_runs: Callable[[], None]) -> None:
        self._context = context
        self._store = context.store
        self._start_runs = start_runs
        self._checks = ThreadPoolExecutor(8, "check")
        self._cut = threading.Event()

    # -- what is asked for ---

    def request(
        self, person: str, runbook: str, given: Mapping[str, str], channel: str, *, event: str | None = None
    ) -> Request:
        """A runbook that somebody wants to run, whatever the alerts say. Raises PlanError when no plan can be made."""
        found = self.runbook(runbook)
        self._plan_of(found, None, given)
        with self._store.atomic():
            now = self._context.now()
            opened = self._store.incidents.open_incidents()
            incident = opened[0].id if len(opened) == 1 else None  # with several, nobody knows which
            request = self._store.requests.add_request(runbook, person, channel, now, incident)
            self._store.timeline.append(now, person, "run asked for", request.id, {"runbook": runbook})
            self.propose(request.id, found, given, person, now)
            if event is not None:
                self._store.inbox.finish_event(event, now)
        self._context.show(request.id)
        self.start_checks(request.id)
        return request

    def due(self, runbook: str, channel: str, now: datetime) -> str:
        """It is due by its schedule. To be called in the transaction that claims the timer; gives the request's id."""
        request = self._store.requests.add_request(runbook, BOT, channel, now)
        self._store.timeline.append(now, BOT, "run due", request.id, {"runbook": runbook})
        self.propose(request.id, self.runbook(runbook), {}, BOT, now)
        return request.id

    def edit(self, subject: str, person: str, runbook: str, given: Mapping[str, str], *, event: str) -> None:
        """Another runbook or other values: a fresh proposal, asked for by this person. The old one's buttons are dead.

        Raises PlanError, and Gone or NotAllowed as `check_again` does.
        """
        roles = self._context.roles_of(person)
        with self._store.atomic():
            now = self._context.now()
            self._may_replace(subject, person, roles)
            found = self.runbook(runbook)
            self._plan_of(found, self.alert_of(subject), given)
            self._remember(subject, runbook, person, now)
            self.propose(subject, found, given, person, now)
            what = {"runbook": runbook, "given": sorted(given)}
            self._store.timeline.append(now, person, "chose", subject, what)
            self._store.inbox.finish_event(event, now)
        self._context.show(subject)
        self.start_checks(subject)

    def correct_category(self, subject: str, person: str, category: Category, *, event: str) -> None:
        """A person says what it is about; so it is from now on, and a runbook that fits better takes its place.

        Raises NotOnTheTeam, and Gone or NotAllowed as `check_again` does.
        """
        with self._store.atomic():
            now, stored = self._context.now(), self.may_correct(subject, person)
            self._store.corrections.correct(stored.alert.fingerprint, person, now, category=category)
            self._store.timeline.append(now, person, "category corrected", subject, {"category": category})
            self._classify_again(stored)
            self.renew(subject)
            self._store.inbox.finish_event(event, now)
        self._context.show(subject)
        self.start_checks(subject)

    def no_runbook(self, subject: str, person: str, *, event: str) -> None:
        """A person says that none fits: none is proposed, the next time as well. Raises as `correct_category` does."""
        with self._store.atomic():
            now, stored = self._context.now(), self.may_correct(subject, person)
            self._store.corrections.correct(stored.alert.fingerprint, person, now, runbook=NO_RUNBOOK)
            self._store.timeline.append(now, person, "no runbook fits", subject)
            self._classify_again(stored)
            self._store.alerts.hinder(subject, "")
            if (latest := self._store.proposals.latest_proposal(subject)) is not None:
                self._store.proposals.close_proposal(latest.id, ProposalState.SUPERSEDED)
            self._store.inbox.finish_event(event, now)
        self._context.show(subject)

    def may_correct(self, subject: str, person: str) -> StoredAlert:
        """The alert. Raises NotOnTheTeam, and Gone or NotAllowed as `check_again` does."""
        if not self._context.on_the_team(person):
            raise NotOnTheTeam
        self._may_replace(subject, person, self._context.roles_of(person))
        stored = self._store.alerts.find_alert(subject)
        if stored is None:
            raise Gone("alert")
        return stored

    def _remember(self, subject: str, runbook: str, person: str, now: datetime) -> None:
        """Another runbook than the bot had found is proposed the next time as well, if the team says so."""
        stored = self._store.alerts.find_alert(subject)
        taught = self._context.on_the_team(person)
        if taught and stored is not None and stored.classification.runbook != runbook:
            self._store.corrections.correct(stored.alert.fingerprint, person, now, runbook=runbook)

    def check_again(self, subject: str, person: str, *, event: str) -> None:
        """A fresh proposal, sealed anew. Raises Gone when the alert is over or a run of it is under way.

        One that people are about to decide is replaced only by those who may decide it: else NotAllowed.
        """
        roles = self._context.roles_of(person)
        with self._store.atomic():
            self._may_replace(subject, person, roles)
            self.renew(subject)
            self._store.timeline.append(self._context.now(), person, "checked again", subject)
            self._store.inbox.finish_event(event, self._context.now())
        self._context.show(subject)
        self.start_checks(subject)

    def may_replace(self, subject: str, person: str) -> None:
        """Asked before a form is opened. Raises as `edit` does."""
        self._may_replace(subject, person, self._context.roles_of(person))

    def _may_replace(self, subject: str, person: str, roles: Collection[str]) -> None:
        alert = self._store.alerts.find_alert(subject)
        if alert is not None and alert.resolved is not None:
            raise Gone("resolved")
        if alert is None and self._store.requests.find_request(subject) is None:
            raise Gone("subject")
        latest = self._store.proposals.latest_proposal(subject)
        run = self._store.runs.run_of(latest.id) if latest else None
        if run is not None and run.ended is None:
            raise Gone("running")
        if latest is None or latest.state is not ProposalState.WAITING or person == latest.asked_by:
            return
        if not set(roles) & set(latest.plan.approval.roles):
            raise NotAllowed

    # -- what people choose from ---

    def candidates(self, subject: str) -> list[Runbook]:
        """The runbooks that can be run: those that fit the alert first, the most narrowly written one before others."""
        library = self._context.shelf.library()
        stored = self._store.alerts.find_alert(subject)
        fitting = matching(library, stored.alert, stored.classification.category) if stored else ()
        order = {match.runbook: at for at, match in enumerate(fitting)}
        usable = [each for each in library.runbooks.values() if each.steps]
        return sorted(usable, key=lambda each: (order.get(each.id, len(order)), each.id))

    def values_of(self, subject: str, runbook: str | None = None) -> tuple[Runbook, dict[str, str]]:
        """A runbook, by default the one that is proposed, and the values that are known for it. Raises PlanError."""
        latest = self._store.proposals.latest_proposal(subject)
        request = self._store.requests.find_request(subject)
        stored = self._store.alerts.find_alert(subject)
        fits = request.runbook if request else stored.classification.runbook if stored else None
        found = self.runbook(runbook or (latest.plan.runbook if latest else fits) or "")
        given = latest.given if latest is not None and latest.plan.runbook == found.id else {}
        return found, {**known_values(found, self.alert_of(subject)), **given}

    def chosen(self, subject: str | None, runbook: str, answers: Mapping[str, str]) -> dict[str, str]:
        """What a person gave in a form: neither left empty nor what the alert or the default says anyway."""
        known = known_values(self.runbook(runbook), self.alert_of(subject) if subject else None)
        latest = self._store.proposals.latest_proposal(subject) if subject else None
        before = latest.given if latest and latest.plan.runbook == runbook else {}
        # A form cannot tell an empty value from none: what was empty before stays so.
        empty = {name: "" for name, value in answers.items() if not value and before.get(name) == ""}
        return empty | {name: value for name, value in answers.items() if value and value != known.get(name)}

    def mistakes(self, runbook: str, answers: Mapping[str, str]) -> dict[str, str]:
        """Why values of a form cannot be used, by parameter."""
        try:
            params = self.runbook(runbook).params
        except PlanError:
            return {}  # the runbook is gone or broken, which is said once the form is closed
        found = {name: refusal(params[name], value) for name, value in answers.items() if value and name in params}
        return {name: why for name, why in found.items() if why}

    # -- sealing, within the transaction of whoever asks ---

    def propose_for_alert(self, alert_id: str, now: datetime, *, asked_by: str | None = None) -> Proposal | None:
        """A sealed plan for the alert's runbook, or None: none fits, it has no steps, or a value is missing.

        It is the alert's poster who asks for it, unless somebody else does.
        """
        stored = self._store.alerts.find_alert(alert_id)
        runbook = self._context.shelf.library().runbooks.get(stored.classification.runbook or "") if stored else None
        if stored is None or runbook is None or not runbook.steps:
            return None
        return self.propose(alert_id, runbook, {}, asked_by or stored.poster, now)

    def renew(self, subject: str) -> Proposal | None:
        """The same once more, with the files as they are now. What people chose stays chosen."""
        now = self._context.now()
        latest = self._store.proposals.latest_proposal(subject)
        stored = self._store.alerts.find_alert(subject)
        if latest is not None and (stored is None or latest.asked_by != stored.poster):
            runbook = self._context.shelf.library().runbooks.get(latest.plan.runbook)
            fresh = self.propose(subject, runbook, latest.given, latest.asked_by, now) if runbook else None
        elif stored is not None:
            self._classify_again(stored)
            fresh = self.propose_for_alert(subject, now)
        else:
            request = self._store.requests.find_request(subject)
            runbook = self._context.shelf.library().runbooks.get(request.runbook) if request else None
            fresh = self.propose(subject, runbook, {}, request.asked_by, now) if request and runbook else None
        if fresh is None and latest is not None:
            self._store.proposals.close_proposal(latest.id, ProposalState.SUPERSEDED)
        return fresh

    def _classify_again(self, stored: StoredAlert) -> None:
        """With the files as they are now; what the language model said of it stays said."""
        known, fresh = stored.classification, self._context.classify(stored.alert)
        fresh = replace(
            fresh, summary=known.summary, summary_by=known.summary_by, summary_category=known.summary_category
        )
        if fresh.runbook is None and fresh.by != PERSON and known.by == known.summary_by:
            fresh = replace(fresh, runbook=known.runbook, by=known.by, runbook_why=known.runbook_why)
        self._store.alerts.classify_again(stored.id, fresh)

    def propose(
        self, subject: str, runbook: Runbook, given: Mapping[str, str], asked_by: str, now: datetime
    ) -> Proposal | None:
        """Sealed and stored, its checks yet to run. None when no plan can be made; the card says why."""
        alert = self.alert_of(subject)
        hinder = self._store.requests.hinder if alert is None else self._store.alerts.hinder
        stored = self._store.alerts.find_alert(subject)
        if stored is not None and stored.classification.runbook != runbook.id:
            chosen = replace(stored.classification, runbook=runbook.id, by=PERSON, runbook_why=Reason("why_chosen"))
            self._store.alerts.classify_again(subject, chosen)
        if alert is None:
            self._store.requests.choose_runbook(subject, runbook.id)
        try:
            plan, params = self._plan_of(runbook, alert, given)
        except PlanError as error:
            hinder(subject, str(error))
            return None
        hinder(subject, "")
        proposal = self._store.proposals.propose(subject, plan, params, asked_by, self._context.team().authority, now)
        self._store.timeline.append(
            now, BOT, "proposed", subject, {"proposal": proposal.id, "runbook": plan.runbook, "plan": plan.hash}
        )
        return proposal

    def origin_of(self, subject: str) -> str:
        """Who posted the alert or asked for the run in the first place."""
        stored = self._store.alerts.find_alert(subject)
        request = self._store.requests.find_request(subject)
        return stored.poster if stored else request.asked_by if request else ""

    def alert_of(self, subject: str) -> Alert | None:
        stored = self._store.alerts.find_alert(subject)
        return stored.alert if stored else None

    def runbook(self, id: str) -> Runbook:
        """Raises PlanError for one that is not there, is broken, or has nothing to run."""
        library = self._context.shelf.library()
        if id not in library.runbooks:
            broken = [str(each) for each in library.problems if each.level == "error" and each.file.stem == id]
            raise PlanError(broken[0] if broken else f"There is no runbook {id}.")
        if not library.runbooks[id].steps:
            raise PlanError(f"{id} has no steps; it is there to be read.")
        return library.runbooks[id]

    def _plan_of(
        self, runbook: Runbook, alert: Alert | None, given: Mapping[str, str]
    ) -> tuple[Plan, tuple[Param, ...]]:
        """A plan that could run now: its secrets are there too. Raises PlanError."""
        plan, params = plan_of(runbook, alert, given, self._context.shelf)
        try:
            secrets_of(plan, self._context.surroundings.environ)
        except SecretMissing as missing:
            raise PlanError(str(missing)) from missing
        return plan, params

    def changed_since(self, proposal: Proposal) -> bool:
        """Whether the files now give another plan than the one that was shown, or the team is another one."""
        if proposal.authority != self._context.team().authority:
            return True
        runbook = self._context.shelf.library().runbooks.get(proposal.plan.runbook)
        if runbook is None:
            return True
        try:
            plan, _ = plan_of(runbook, self.alert_of(proposal.subject), proposal.given, self._context.shelf)
        except PlanError:
            return True
        return plan.hash != proposal.plan.hash

    # -- evidence, on threads of its own ---

    def start_checks(self, subject: str) -> None:
        proposal = self._store.proposals.latest_proposal(subject)
        if proposal is not None and proposal.state is ProposalState.CHECKING:
            self._checks.submit(self._check, proposal)

    def _check(self, proposal: Proposal) -> None:
        """The edge of the thread: a proposal whose checks cannot be run is not offered, and the card says why."""
        try:
            self._gather_evidence(proposal)
        except Exception as error:
            log.exception("checks broke off", proposal=proposal.id)
            with self._store.atomic():
                self._store.proposals.close_proposal(proposal.id, ProposalState.SUPERSEDED)
                hinder = self._store.alerts.hinder if self.alert_of(proposal.subject) else self._store.requests.hinder
                hinder(proposal.subject, f"its checks could not be run ({error})")
            self._context.show(proposal.subject)

    def _gather_evidence(self, proposal: Proposal) -> None:
        """Read-only: what the checks say is the evidence, and only then may anyone decide."""
        readings = check(proposal.plan, self._context.surroundings, stop=self._cut)
        if self._cut.is_set():  # the bot is stopping; they run again after the next start
            return
        with self._store.atomic():
            now = self._context.now()
            expires = now + timedelta(seconds=proposal.plan.approval.expires)
            if self._store.proposals.offer(proposal.id, readings, expires):
                self._store.timers.set_timer("expire", proposal.id, expires)
                self._run_unattended(proposal.id, now)
        self._start_runs()
        self._context.show(proposal.subject)

    def _run_unattended(self, proposal_id: str, now: datetime) -> None:
        proposal = self._store.proposals.find_proposal(proposal_id)
        if proposal is None or not self._may_run_unattended(proposal, now):
            return
        if self.changed_since(proposal):  # between its making and now: a person is asked
            return
        self._store.proposals.close_proposal(proposal_id, ProposalState.APPROVED)
        run = self._store.runs.queue_run(proposal_id, proposal.plan.lock, now)
        self._store.timeline.append(now, BOT, "queued unattended", proposal.subject, {"run": run.id})

    def _may_run_unattended(self, proposal: Proposal, now: datetime) -> bool:
        """For an alert, only what a rule has found, and only while the alert is news."""
        stored = self._store.alerts.find_alert(proposal.subject)
        if stored is not None:
            decided = stored.classification.by == RULE and stored.storm is None
            if not decided or age_of(stored.ts, now) > _NEWS:
                return False
        return may_run_unattended(proposal, self._context.team().unattended, observe=self._context.observe)

    def runs_alone(self, subject: str) -> bool:
        """Whether what is proposed runs on nobody's word, if its checks answer as they should."""
        latest = self._store.proposals.latest_proposal(subject)
        return latest is not None and self._may_run_unattended(latest, self._context.now())

    def recover(self) -> None:
        """Checks that a stop has cut run again."""
        for proposal in self._store.proposals.open_proposals():
            if proposal.state is ProposalState.CHECKING:
                self._checks.submit(self._check, proposal)

    def stop(self) -> None:
        self._cut.set()
        self._checks.shutdown(wait=True, cancel_futures=True)


def age_of(ts: str, now: datetime) -> timedelta:
    """Since a message was posted, which may have been while the bot was away."""
    return timedelta(seconds=now.timestamp() - float(ts))


def plan_of(
    runbook: Runbook, alert: Alert | None, given: Mapping[str, str], shelf: Shelf
) -> tuple[Plan, tuple[Param, ...]]:
    """The sealed plan of a runbook and its filled parameters. Raises PlanError."""
    params = fill(runbook, alert, given)
    return seal(runbook, params, shelf.folder, for_alert=alert is not None), params
