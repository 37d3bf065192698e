"""Buttons and modals: what was clicked is done, and when it cannot be, the person alone is told why and who can."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.alerts.message import read_message
from bot.checklists import Checklist
from bot.errors import (
    AlertmanagerError,
    AlreadyCounted,
    AlreadyDecided,
    ApprovalError,
    ApprovalExpired,
    CoolingDown,
    CoverError,
    Gone,
    Locked,
    MoveNotAllowed,
    NotAllowed,
    NotOnTheTeam,
    ObserveMode,
    OwnRequest,
    ParameterMissing,
    PlanChanged,
    PlanError,
    SilenceError,
    StillChecking,
    TemplateError,
    WindowNotOpened,
)
from bot.interventions import Answer
from bot.model import Category
from bot.mrkdwn import Mrkdwn, escape, listed, time
from bot.slack.click import MENU, Click, open_modal, read_click
from bot.slack.handoffs.clicks import HANDOFF_ACTIONS, HANDOFF_VIEWS, HandoffClicks
from bot.slack.incidents.clicks import INCIDENT_ACTIONS, INCIDENT_VIEWS, IncidentClicks
from bot.slack.incidents.means import Means
from bot.slack.modals import (
    NONE_FITS,
    category_modal,
    emergency_modal,
    parameters_modal,
    reason_modal,
    runbooks_modal,
)
from bot.slack.oncall.clicks import COVER_ACTIONS, CoverClicks
from bot.slack.oncall.clicks import why_not as why_no_cover
from bot.slack.screen import SlackScreen
from bot.slack.silence_clicks import SILENCE_ACTIONS, SILENCE_VIEWS, SilenceClicks
from bot.slack.silences import why_not
from bot.slack.telling import Telling
from handoff.handing_over import HandingOver

REFUSALS: dict[type[Exception], str] = {
    NotAllowed: "refused_role",
    OwnRequest: "refused_own",
    AlreadyDecided: "refused_decided",
    AlreadyCounted: "refused_counted",
    ApprovalExpired: "refused_expired",
    PlanChanged: "refused_changed",
    StillChecking: "refused_checking",
    ObserveMode: "refused_observe",
    Locked: "refused_locked",
    Gone: "refused_gone",
    NotOnTheTeam: "refused_team",
}
_SETTLE: dict[str, Answer] = {"settle_ran": "ran", "settle_again": "again", "settle_stop": "stop"}
_RUN = ["abort", "undo", "answer_yes", "answer_no"]
ACTIONS = re.compile(
    "|".join(
        [
            *("approve", "reject", "check_again", "edit", r"use_\d", MENU),
            *(*_SETTLE, *_RUN, *INCIDENT_ACTIONS, *SILENCE_ACTIONS, *HANDOFF_ACTIONS, *COVER_ACTIONS),
        ]
    )
)
_FORMS = ("reject_reason", "emergency_reason", "edit_parameters", "run_parameters", "other_runbook", "right_category")
VIEWS = re.compile("|".join([*_FORMS, *INCIDENT_VIEWS, *SILENCE_VIEWS, *HANDOFF_VIEWS]))
_OF_INCIDENTS = ("incident_", "update_", "postmortem_", "action_", "declare", "tick")
_VALUES = {"edit_parameters", "run_parameters"}
_REASONS = {"reject_reason", "emergency_reason"}


class Clicks:
    def __init__(
        self,
        means: Means,
        screen: SlackScreen,
        handing_over: HandingOver,
        checklists: Callable[[], Mapping[str, Checklist]],
        redraw_home: Callable[[str], None],
    ) -> None:
        """`screen` names the people who may decide, for the one who may not; `checklists` are those of the team, by
        name; `redraw_home` shows a person the bot's page as it is now."""
        self._telling = Telling(means.client, means.words)
        self._redraw_home = redraw_home
        self._flow = means.flow
        self._client = means.client
        self._workspace = means.workspace
        self._words = means.words
        self._screen = screen
        self._incidents = IncidentClicks(means, checklists, self._tell)
        self._silences = SilenceClicks(means.flow.silencing, means.client, means.words)
        self._handoffs = HandoffClicks(handing_over, means.client, means.words, means.draw.who, self._tell)
        self._covers = CoverClicks(means.flow.covering)

    def mistakes(self, body: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with the values of a submitted form, by block: said in the form, while it is still open."""
        click = read_click(body)
        if click.action in _REASONS and not click.answers["reason"].strip():
            return {"reason": self._words.plain("refused_blank")}
        if click.action in HANDOFF_VIEWS:
            return self._handoffs.mistakes(click)
        if click.action not in _VALUES:
            return self._incidents.mistakes(click)
        runbook = click.value.rpartition("|")[2]
        return self._flow.proposing.mistakes(runbook, click.answers)

    def answer(self, body: Mapping[str, Any], event: str) -> None:
        """`event` is the delivery's id: what the click changes and that it is done with are written together."""
        click = read_click(body)
        try:
            self._do(click, event)
        except CoolingDown as error:
            self._tell(click, "refused_cooldown", until=time(error.until))
        except NotAllowed:
            self._refuse(click)
        except MoveNotAllowed as error:
            self._tell(click, "incident_cannot_move", state=self._words.plain(f"state_{error.state}"))
        except (ApprovalError, Gone, NotOnTheTeam) as error:
            of_incident = isinstance(error, Gone) and click.action.startswith(_OF_INCIDENTS)
            self._tell(click, "incident_gone" if of_incident else REFUSALS[type(error)])
        except PlanError as error:
            self._tell(click, "refused_plan", why=str(error))
        except (SilenceError, AlertmanagerError) as error:
            sentence, values = why_not(error)
            self._tell(click, sentence, **values)
        except CoverError as error:
            sentence, known = why_no_cover(error, click.person, self._screen.drawing.who)
            self._tell(click, sentence, **known)
        except TemplateError as error:  # a file that was edited since the start
            self._telling.tell(click, escape(str(error)))
        except WindowNotOpened:
            self._tell(click, "refused_late")
        finally:
            if click.on_the_home:
                self._redraw_home(click.person)

    def _do(self, click: Click, event: str) -> None:
        deciding, people = self._flow.deciding, self._flow.interventions
        match click.action:
            case "approve":
                deciding.decide(click.value, click.person, approve=True, event=event)
            case "reject":
                deciding.may_decide(click.value, click.person, approve=False)
                self._open(click, reason_modal(self._words), click.value)
            case "reject_reason":
                deciding.decide(click.value, click.person, approve=False, reason=click.answers["reason"], event=event)
            case "emergency":
                deciding.may_decide(click.value, click.person, approve=True, emergency=True)
                self._open(click, emergency_modal(self._words), click.value)
            case "emergency_reason":
                reason = click.answers["reason"]
                deciding.decide(click.value, click.person, approve=True, emergency=True, reason=reason, event=event)
            case "respond":
                self._respond(click, event)
            case "check_again":
                self._flow.proposing.check_again(click.value, click.person, event=event)
            case "category":
                known = self._flow.proposing.may_correct(click.value, click.person).classification
                self._open(click, category_modal(self._words, known.category), click.value)
            case "right_category":
                category = Category(click.answers["category"])
                self._flow.proposing.correct_category(click.value, click.person, category, event=event)
            case "edit" | "other" | "use" | "edit_parameters" | "other_runbook" | "run_parameters":
                self._choose(click, event)
            case "settle_ran" | "settle_again" | "settle_stop" as answer:
                run, _, asked = click.value.partition("|")
                people.settle(run, click.person, _SETTLE[answer], asked, event=event)
            case "answer_yes" | "answer_no":
                run, _, position = click.value.partition("|")
                people.answer(run, click.person, int(position), yes=click.action == "answer_yes", event=event)
            case "abort":
                people.abort(click.value, click.person, event=event)
            case "undo":
                people.undo(click.value, click.person, event=event)
            case "silence" | "silence_asked" | "silence_end":
                self._silences.act(click, event)
            case action if action in {*HANDOFF_ACTIONS, *HANDOFF_VIEWS}:
                self._handoffs.act(click, event)
            case "cover_accept" | "cover_decline" | "cover_end":
                self._covers.act(click, event)
            case _:
                self._incidents.act(click, event)

    def _respond(self, click: Click, event: str) -> None:
        """Somebody wants this very message answered, whatever the bot makes of it."""
        workspace = self._workspace
        if click.channel not in workspace.watched:
            channels = listed([Mrkdwn(f"<#{id}>") for id in workspace.watched])
            self._tell_anywhere(click, "refused_elsewhere", channels=channels)
        elif workspace.wrote(click.about):
            self._tell(click, "refused_own_message")
        else:
            try:
                message = read_message({**click.about, "channel": click.channel})
                self._flow.alerting.respond(message, click.person, event)
            except AlreadyDecided:
                self._tell(click, "refused_answered")

    def _choose(self, click: Click, event: str) -> None:
        """Another runbook, or other values: each leads to a fresh plan."""
        proposing = self._flow.proposing
        match click.action:
            case "edit":
                proposing.may_replace(click.value, click.person)
                runbook, values = proposing.values_of(click.value)
                view = parameters_modal(self._words, "edit_parameters", runbook, values)
                self._open(click, view, f"{click.value}|{runbook.id}")
            case "other":
                proposing.may_replace(click.value, click.person)
                if candidates := proposing.candidates(click.value):
                    none = proposing.alert_of(click.value) is not None
                    self._open(click, runbooks_modal(self._words, candidates, none_fits=none), click.value)
                else:
                    self._tell(click, "refused_no_runbook")
            case "other_runbook" if click.answers["runbook"] == NONE_FITS:
                proposing.no_runbook(click.value, click.person, event=event)
            case "other_runbook":
                self._use(click, click.value, click.answers["runbook"], event)
            case "use":
                self._use(click, *click.value.rpartition("|")[::2], event)
            case "edit_parameters":
                subject, _, chosen = click.value.rpartition("|")
                given = proposing.chosen(subject, chosen, click.answers)
                proposing.edit(subject, click.person, chosen, given, event=event)
            case "run_parameters":
                channel, _, chosen = click.value.rpartition("|")
                given = proposing.chosen(None, chosen, click.answers)
                request = proposing.request(click.person, chosen, given, channel, event=event)
                place, alone = Mrkdwn(f"<#{channel}>"), proposing.runs_alone(request.id)
                # A form may have been opened from a channel where the card does not stand.
                self._tell(click, "run_asked", place=place, observe=self._screen.drawing.observe, alone=alone)

    def _use(self, click: Click, subject: str, runbook: str, event: str) -> None:
        """The runbook that a person has chosen; what it needs to know is asked for."""
        proposing = self._flow.proposing
        try:
            proposing.edit(subject, click.person, runbook, {}, event=event)
        except ParameterMissing:
            found, values = proposing.values_of(subject, runbook)
            view = parameters_modal(self._words, "edit_parameters", found, values)
            self._open(click, view, f"{subject}|{runbook}")

    def _refuse(self, click: Click) -> None:
        """The person may not; who may is said."""
        alone = click.action.startswith("emergency")
        names = self._screen.emergency_deciders() if alone else self._screen.deciders(click.value)
        sentence = "refused_emergency" if alone else "abort_refused" if click.action == "abort" else "refused_role"
        self._tell(click, sentence, names=names or self._words.plain("nobody"))

    def _open(self, click: Click, view: dict[str, Any], about: str) -> None:
        """The modal remembers, by ids alone, what it is about."""
        metadata = "|".join((click.channel, click.message, click.thread or "", about))
        open_modal(self._client, click.trigger, view, metadata)

    def _tell_anywhere(self, click: Click, sentence: str, **values: object) -> None:
        """Also in a channel that the bot is not in."""
        self._telling.tell_where_it_is_not(click, self._words(sentence, **values))

    def _tell(self, click: Click, sentence: str, **values: object) -> None:
        """Only to the person who clicked, where they clicked or else directly. Never raises."""
        self._telling.tell(click, self._words(sentence, **values))
