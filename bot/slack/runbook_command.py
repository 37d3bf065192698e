"""`/runbook`: the runbooks, what one would do, asking for a run, and the runs that were and are."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping

from slack_sdk import WebClient
from slack_sdk.models.blocks import MarkdownBlock

from bot.errors import AlreadyDecided, NotAllowed, ParameterMissing, PlanError, WindowNotOpened
from bot.flow import Flow
from bot.model import Run, RunState
from bot.mrkdwn import Mrkdwn, clean, listed, time
from bot.proposing import plan_of
from bot.runbooks.described import in_full
from bot.runbooks.format import Runbook
from bot.runbooks.rendered import rendered
from bot.runbooks.shelf import Shelf
from bot.slack.blocks import PLAN, code, content, fitting, header, section
from bot.slack.click import open_modal
from bot.slack.commands import Answer, Typed, say
from bot.slack.drawing import Drawing, short
from bot.slack.modals import parameters_modal
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.words import Words

_MOST = 40  # lines of a list; the words after `list` narrow it
_RUNS = 15  # of a history
_DIGITS = 10  # of a run's number
_DOC = 11_000  # characters of a runbook's text; Slack takes 12,000
_UNDER_WAY = (
    RunState.QUEUED, RunState.RUNNING, RunState.ASKING, RunState.VERIFYING, RunState.UNKNOWN
)  # fmt: skip
# Where people's keyboards put them, a shell's quotes are meant.
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


class RunbookCommand:
    command = "/runbook"

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        flow: Flow,
        workspace: Workspace,
        client: WebClient,
        draw: Drawing,
        roles_of: Callable[[str], Collection[str]],
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._flow = flow
        self._workspace = workspace
        self._client = client
        self._draw = draw
        self._words: Words = draw.words
        self._roles_of = roles_of
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            "list": self._list,
            "show": self._show,
            "plan": self._plan,
            "run": self._run,
            "history": self._history,
            "abort": self._abort,
            "pause": self._pause,
            "resume": self._resume,
            "lint": self._lint,
        }

    def help(self, typed: Typed) -> Answer:
        """What this person may do."""
        held = set(self._roles_of(typed.person))
        runbooks = [each for each in self._shelf.library().runbooks.values() if each.steps]
        risks = [
            risk
            for risk in ("low", "medium", "high")
            if any(each.risk == risk and held & set(each.approval.roles) for each in runbooks)
        ]
        lines = [self._words("help_runbook")]
        if held:
            lines.append(self._words("help_brake"))
        if self._draw.observe:
            lines.append(self._words("observes"))
        elif risks:
            lines.append(self._words("help_may", risks=", ".join(risks), roles=", ".join(sorted(held))))
        if held & set(self._draw.emergency()) and not self._draw.observe:
            lines.append(self._words("help_emergency"))
        if not held:
            lines.append(self._words("help_may_not"))
        return say(*lines)

    # -- reading ---

    def _list(self, typed: Typed) -> Answer:
        wanted = typed.rest.casefold().split()
        library = self._shelf.library()
        found = [
            runbook
            for runbook in library.runbooks.values()
            if all(word in f"{runbook.id} {runbook.title}".casefold() for word in wanted)
        ]
        lines = [self._line(runbook) for runbook in sorted(found, key=lambda each: each.id)[:_MOST]]
        if not found:
            name = "no_such_runbook" if wanted else "no_runbooks"
            lines.append(self._words(name, words=typed.rest, folder=self._shelf.folder))
        if len(found) > _MOST:
            lines.append(self._words("more", count=len(found) - _MOST))
        if library.broken:
            lines.append(self._words("broken_runbooks", count=len(library.broken)))
        return say(*lines)

    def _line(self, runbook: Runbook) -> Mrkdwn:
        count = len(runbook.steps)
        kind = self._words.plain("runbook_steps", count=count) if count else self._words.plain("runbook_prose")
        return self._words("runbook_line", id=runbook.id, title=runbook.title, risk=runbook.risk, kind=kind)

    def _show(self, typed: Typed) -> Answer:
        runbook = self._shelf.library().runbooks.get(typed.rest)
        if runbook is None:
            return self._no_such("show", typed.rest)
        blocks = [header(runbook.title), MarkdownBlock(text=clean(rendered(runbook), _DOC))]
        return {"response_type": "ephemeral", **content(runbook.title, blocks)}

    def _no_such(self, verb: str, id: str) -> Answer:
        library = self._shelf.library()
        broken = [problem for problem in library.problems if problem.level == "error" and problem.file.stem == id]
        if broken:
            return say(self._words("runbook_broken", id=id, problem=str(broken[0])))
        if not id:
            return say(self._words("runbook_how", verb=verb, id=next(iter(sorted(library.runbooks)), "ID")))
        near = [each for each in sorted(library.runbooks) if id.casefold() in each] or sorted(library.runbooks)
        return say(self._words("no_such_runbook_show", id=id, ids=", ".join(near[:10])))

    def _lint(self, typed: Typed) -> Answer:  # noqa: ARG002 - every verb is called alike
        library = self._shelf.lint()
        if not library.problems:
            return say(self._words("lint_clean", count=len(library.runbooks)))
        title = self._words.plain("lint_found", broken=len(library.broken))
        lines = [str(each) for each in library.problems]
        more = self._words.plain("lint_more", count=len(lines) - fitting(lines, PLAN))
        table = code(title, lines, more, PLAN)
        return {"response_type": "ephemeral", **content(title, [table])}

    # -- plans and runs ---

    def _plan(self, typed: Typed) -> Answer:
        id, given, wrong = self._values(typed.rest)
        if wrong is not None:
            return say(wrong)
        runbook = self._shelf.library().runbooks.get(id)
        if runbook is None:
            return self._no_such("plan", id)
        try:
            plan, params = plan_of(runbook, None, given, self._shelf)
        except PlanError as error:
            return say(self._words("refused_plan", why=str(error)))
        title = self._words("plan_shown", title=plan.title, risk=plan.risk, plan=short(plan.hash))
        lines = in_full(plan, params)[1:]
        table = code(self._words.plain("label_will_run"), lines, self._words.plain("cut"), PLAN)
        return {"response_type": "ephemeral", **content(plan.title, [section(title), table])}

    def _run(self, typed: Typed) -> Answer:
        id, given, wrong = self._values(typed.rest)
        if wrong is not None:
            return say(wrong)
        runbook = self._shelf.library().runbooks.get(id)
        if runbook is None:
            return self._no_such("run", id)
        channel = self._place(typed.channel)
        try:
            request = self._flow.proposing.request(typed.person, id, given, channel)
        except ParameterMissing as error:
            return self._ask_for_values(typed, runbook, given, channel, str(error))
        except PlanError as error:
            return say(self._words("refused_plan", why=str(error)))
        alone = self._flow.proposing.runs_alone(request.id)
        place = Mrkdwn(f"<#{channel}>")
        return say(self._words("run_asked", place=place, observe=self._draw.observe, alone=alone))

    def _ask_for_values(
        self, typed: Typed, runbook: Runbook, given: Mapping[str, str], channel: str, missing: str
    ) -> Answer:
        values = {name: spec.preset for name, spec in runbook.params.items() if spec.preset is not None}
        view = parameters_modal(self._words, "run_parameters", runbook, {**values, **given})
        try:
            open_modal(self._client, typed.trigger, view, f"{channel}|||{channel}|{runbook.id}")
        except WindowNotOpened:
            return say(self._words("run_asked_missing", why=missing))
        return {"response_type": "ephemeral", "text": ""}

    def _place(self, channel: str) -> str:
        """Where a proposal stands: where it was asked for, if that is one of the bot's channels."""
        own = [*self._workspace.alerts, self._workspace.incidents]
        return channel if channel in own else own[0]

    def _values(self, text: str) -> tuple[str, dict[str, str], Mrkdwn | None]:
        """The runbook's id, the values, and what is wrong with them."""
        lexer = shlex.shlex(text.translate(_QUOTES), posix=True)
        lexer.whitespace_split = True
        lexer.escape = lexer.commenters = ""  # a backslash is part of a value
        try:
            id, *words = [*lexer] or [""]
        except ValueError:
            return "", {}, self._words("quotes_how")
        given = {}
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                return id, {}, self._words("values_how", word=word)
            if name in given:
                return id, {}, self._words("value_twice", name=name)
            given[name] = value
        return id, given, None

    def _history(self, typed: Typed) -> Answer:
        lines = [self._past(run) for run in self._store.runs.latest_runs(_RUNS, typed.rest or None)]
        # What ran before is told also of a runbook that is broken or gone by now.
        if not lines and typed.rest and typed.rest not in self._shelf.library().runbooks:
            return self._no_such("history", typed.rest)
        return say(*lines) if lines else say(self._words("history_none"))

    def _past(self, run: Run) -> Mrkdwn:
        proposal = self._flow.execution.proposal_of(run)
        people = [self._draw.who(each.person) for each in proposal.decisions if each.approve]
        return self._words(
            "history_line",
            number=run.number,
            runbook=proposal.plan.runbook,
            result=run.verdict or run.state.upper(),
            at=time(run.ended or run.started or run.queued),
            who=listed(people),
            why=self._draw.why(run),
        )

    # -- the brakes ---

    def _abort(self, typed: Typed) -> Answer:
        under_way = self._store.runs.runs_in(*_UNDER_WAY)
        numbers = ", ".join(
            f"{run.number} ({self._flow.execution.proposal_of(run).plan.runbook})" for run in under_way
        ) or self._words.plain("abort_none")
        if not typed.rest:
            only = under_way[0].number if len(under_way) == 1 else None
            return say(self._words("abort_how", runs=numbers, only=only))
        wanted = typed.rest.casefold().removeprefix("run ").strip().lstrip("#")
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < _DIGITS
        run = self._store.runs.numbered(int(wanted)) if is_number else None
        run = run or self._store.runs.find_run(typed.rest)
        if run is None:
            return say(self._words("abort_unknown", run=typed.rest, runs=numbers))
        try:
            self._flow.interventions.abort(run.id, typed.person)
        except NotAllowed:
            proposal = self._flow.execution.proposal_of(run)
            names = listed(self._draw.holders(proposal.plan.approval.roles)) or self._words.plain("nobody")
            return say(self._words("abort_refused", names=names))
        except AlreadyDecided:
            undoing = self._flow.execution.find(run.id).state is RunState.UNDOING
            return say(self._words("abort_undoing" if undoing else "abort_over", number=run.number))
        return say(self._words("abort_done", number=run.number))

    def _pause(self, typed: Typed) -> Answer:
        if not typed.rest:
            return say(self._words("pause_how"))
        try:
            begun = self._flow.interventions.pause(typed.person, typed.rest[:500])
        except NotAllowed:
            return say(self._words("pause_refused"))
        pause = self._store.pauses.pause()
        if begun or pause is None:
            return say(self._words("pause_done"))
        return say(self._words("pause_already", who=self._draw.who(pause.who), why=pause.why))

    def _resume(self, typed: Typed) -> Answer:
        try:
            ended = self._flow.interventions.resume(typed.person)
        except NotAllowed:
            return say(self._words("pause_refused"))
        return say(self._words("resume_done" if ended else "resume_nothing"))
