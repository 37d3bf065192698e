"""The card of an alert, drawn from how it stands. Pure: a Standing comes in, a Slack message goes out.

In this order: what happened, how bad, what is proposed, why believe it, what exactly will run, who may say yes.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from slack_sdk.models.blocks import Block, DividerBlock

from bot.approval import missing_approvals
from bot.model import (
    Command,
    Http,
    ProposalState,
    Reading,
    Run,
    RunState,
    Script,
    Severity,
    Step,
    StepRecord,
    StepState,
    Tcp,
    Verdict,
    Wait,
)
from bot.mrkdwn import Mrkdwn, listed, time
from bot.slack.blocks import Content, actions, button, code, content, context, header, literal, section
from bot.slack.standing import Standing
from bot.words import Words

SIGNS = {Severity.P0: "🔴", Severity.P1: "🟠", Severity.P2: "🟡", Severity.P3: "⚪"}
_OVER = {ProposalState.REJECTED, ProposalState.EXPIRED, ProposalState.SUPERSEDED}
_STEP_SIGNS = {
    StepState.RUNNING: "▸",
    StepState.OK: "✔",
    StepState.DECLARED: "✔",
    StepState.FAILED: "✖",
    StepState.TIMED_OUT: "✖",
    StepState.UNKNOWN: "?",
}


def short(plan_hash: str) -> str:
    return plan_hash[:7]


def subject(standing: Standing) -> str:
    """ "HighMemoryUsage · shop on api-1": the alert's name and where it is, as far as its labels say."""
    alert = standing.alert.alert
    labels = alert.labels
    service = labels.get("service") or labels.get("job") or labels.get("namespace") or ""
    place = labels.get("instance") or labels.get("host") or labels.get("pod") or ""
    where = f"{service} on {place}" if service and place else service or place
    return f"{alert.name} · {where}" if where else alert.name


def describe(step: Step) -> str:
    """What one step does, exactly, in one line."""
    match step.action:
        case Command(argv=argv):
            return shlex.join(argv)
        case Script(path=path):
            return path
        case Http(url=url, method=method, status=status):
            return f"http {method} {url}, expecting {status}" if method != "GET" else f"http {status} from {url}"
        case Tcp(host=host, port=port):
            return f"tcp {host}:{port}"
        case Wait(probe=probe, limit=limit):
            inner = describe(Step(step.id, "", probe, step.timeout))
            return f"wait for {inner}, at most {limit:g} s"


class AlertCard:
    """Draws with the team's words; `who` turns a Slack id into a name."""

    def __init__(
        self, words: Words, who: Callable[[str], str], roles: Callable[[Sequence[str]], Sequence[str]]
    ) -> None:
        """`roles` gives the names of the people who hold any of these roles."""
        self._words = words
        self._who = who
        self._holders = roles

    def draw(self, standing: Standing) -> Content:
        title = self._title(standing)
        blocks: list[Block] = [
            header(title),
            literal(standing.alert.alert.summary),
            context(*self._understood(standing)),
        ]
        if standing.run is not None:
            blocks += self._run(standing, standing.run)
        elif standing.proposal is not None:
            blocks += self._proposal(standing)
        else:
            blocks += self._no_plan(standing)
        return content(title, blocks)

    # -- what happened ---

    def _title(self, standing: Standing) -> str:
        severity = standing.alert.classification.severity
        run = standing.run
        if run is not None and run.state is RunState.UNKNOWN:
            return f"⚠ UNKNOWN · {subject(standing)}"
        if run is not None and run.ended is not None:
            return self._verdict(standing, run)
        if standing.alert.resolved is not None:
            return f"🟢 {self._words.plain('label_resolved')} · {subject(standing)}"
        return f"{SIGNS[severity]} {severity} · {subject(standing)}"

    def _verdict(self, standing: Standing, run: Run) -> str:
        decided = (
            standing.proposal.decisions[-1].at if standing.proposal and standing.proposal.decisions else run.queued
        )
        took = f" · {_seconds((run.ended - decided).total_seconds())} after approval" if run.ended else ""
        if run.state is RunState.SUCCEEDED and run.verdict is not None:
            sign = "🟠" if run.verdict is Verdict.NOT_FIXED else "🟢"
            return f"{sign} {run.verdict} · {subject(standing)}{took}"
        return f"🔴 {run.state.upper()} · {subject(standing)}{took}"

    def _understood(self, standing: Standing) -> list[Mrkdwn]:
        alert = standing.alert
        seen = self._words("seen", since=time(alert.first), times=alert.times, last=time(alert.last))
        what = self._words("understood", category=alert.classification.category, why=alert.classification.why)
        lines = [seen, what]
        if standing.incident is not None:
            lines.append(self._words("part_of", number=standing.incident.number))
        if alert.resolved is not None:
            lines.append(self._words("resolved_by", source=alert.alert.source, at=time(alert.resolved)))
        return lines

    # -- what is proposed ---

    def _no_plan(self, standing: Standing) -> list[Block]:
        alert = standing.alert
        runbook = alert.classification.runbook
        if runbook is None:
            said = self._words("no_runbook", name=alert.alert.name)
            needs = ["match:", f"  - alert: [{alert.alert.name}]"]
            blocks = [section(said), code(self._words.plain("no_runbook_needs"), needs, "…")]
        elif alert.hindrance:
            blocks = [section(self._words("hindered", runbook=runbook, why=alert.hindrance))]
        else:
            blocks = [section(self._words("prose_only", runbook=runbook))]
        return [DividerBlock(), *blocks, *self._again(standing)]

    def _proposal(self, standing: Standing) -> list[Block]:
        proposal = standing.proposal
        assert proposal is not None  # noqa: S101
        plan = proposal.plan
        blocks: list[Block] = [
            DividerBlock(),
            section(
                self._words("proposed", title=plan.title, risk=plan.risk, plan=short(plan.hash), runbook=plan.runbook)
            ),
        ]
        if proposal.params:
            blocks.append(
                context(
                    *(
                        self._words(
                            "parameter",
                            name=each.name,
                            value=each.value,
                            origin=self._words.plain(f"origin_{each.origin}"),
                        )
                        for each in proposal.params[:10]
                    )
                )
            )
        if proposal.state is ProposalState.CHECKING:
            if plan.checks:
                blocks.append(context(self._words("checking", count=len(plan.checks))))
        elif proposal.evidence:
            blocks.append(
                code(
                    self._words.plain("label_evidence"),
                    _columns([(each.id, each.line) for each in proposal.evidence]),
                    self._cut,
                )
            )
        blocks.append(code(self._words.plain("label_will_run"), self._will_run(standing), self._cut))
        return blocks + self._decision(standing)

    def _will_run(self, standing: Standing) -> list[str]:
        assert standing.proposal is not None  # noqa: S101
        plan = standing.proposal.plan
        rows = [(f"{number} {step.id}", describe(step)) for number, step in enumerate(plan.steps, 1)]
        rows += [(self._words.plain("label_verify"), describe(step)) for step in plan.verify]
        given = " ".join(f"RUNBOOK_{name.upper()}={shlex.quote(value)}" for name, value in plan.params.items())
        if given and any(isinstance(step.action, Script) for step in plan.steps):
            rows.append((self._words.plain("label_with"), given))
        return _columns(rows)

    def _decision(self, standing: Standing) -> list[Block]:
        proposal = standing.proposal
        assert proposal is not None  # noqa: S101
        state = proposal.state
        said = self._decided(standing)
        if state is ProposalState.WAITING:
            names = listed(self._holders(proposal.plan.approval.roles)) or self._words.plain("nobody")
            assert proposal.expires is not None  # noqa: S101
            needs = self._words(
                "needs",
                count=missing_approvals(proposal),
                names=names,
                roles=", ".join(proposal.plan.approval.roles),
                until=time(proposal.expires),
            )
            return [
                *said,
                context(needs),
                actions(
                    button(self._words.plain("button_approve"), "approve", proposal.id, "primary"),
                    button(self._words.plain("button_reject"), "reject", proposal.id, "danger"),
                    button(self._words.plain("button_again"), "check_again", standing.alert.id),
                ),
            ]
        if state is ProposalState.EXPIRED:
            said = [*said, context(self._words("expired", at=time(proposal.expires or proposal.created)))]
        elif state is ProposalState.SUPERSEDED:
            said = [*said, context(self._words("withdrawn"))]
        return [*said, *(self._again(standing) if state in _OVER else [])]

    def _decided(self, standing: Standing) -> list[Block]:
        assert standing.proposal is not None  # noqa: S101
        lines = []
        for each in standing.proposal.decisions:
            name = "approved_by" if each.approve else "rejected_by"
            lines.append(
                self._words(
                    name,
                    who=self._who(each.person),
                    at=time(each.at),
                    reason=each.reason,
                    plan=short(standing.proposal.plan.hash),
                )
            )
        return [context(*lines)] if lines else []

    def _again(self, standing: Standing) -> list[Block]:
        if standing.alert.resolved is not None:
            return []
        return [actions(button(self._words.plain("button_again"), "check_again", standing.alert.id))]

    # -- what runs and what came of it ---

    def _run(self, standing: Standing, run: Run) -> list[Block]:
        proposal = standing.proposal
        assert proposal is not None  # noqa: S101
        plan = proposal.plan
        blocks: list[Block] = [
            DividerBlock(),
            section(
                self._words("proposed", title=plan.title, risk=plan.risk, plan=short(plan.hash), runbook=plan.runbook)
            ),
        ]
        before = {each.id: each for each in proposal.evidence}
        if run.after:
            rows = [
                (each.id, f"{before[each.id].line if each.id in before else '–'} → {each.line}") for each in run.after
            ]
            blocks.append(code(self._words.plain("label_before_after"), _columns(rows), self._cut))
        elif proposal.evidence:
            blocks.append(
                code(
                    self._words.plain("label_evidence"),
                    _columns([(each.id, each.line) for each in proposal.evidence]),
                    self._cut,
                )
            )
        done = {record.position: record for record in run.steps}
        rows = [self._step_row(number, step, done.get(number)) for number, step in enumerate(plan.steps)]
        rows += [
            (f"{'✔' if each.outcome.ok else '✖'} {self._words.plain('label_verify')}", _took(each))
            for each in run.verified
        ]
        blocks.append(code(self._words.plain("label_steps"), _columns(rows), self._cut))
        blocks += self._decided(standing)
        return blocks + self._state(standing, run)

    def _step_row(self, number: int, step: Step, record: StepRecord | None) -> tuple[str, str]:
        if record is None:
            return f"· {number + 1} {step.id}", ""
        name = f"{_STEP_SIGNS[record.state]} {number + 1} {step.id}"
        if record.state is StepState.RUNNING:
            return name, self._words.plain("step_running")
        if record.state is StepState.DECLARED:
            return name, self._words.plain("step_declared")
        took = _seconds((record.ended - record.started).total_seconds()) if record.ended else ""
        if record.state is StepState.OK:
            return name, took
        if record.state is StepState.UNKNOWN:
            last = record.output.strip().splitlines()[-1:] or [self._words.plain("no_output")]
            return name, self._words.plain("step_unknown", last=last[0])
        last = record.output.strip().splitlines()[-1:]
        return name, f"{took}  {record.said}" + (f": {last[0]}" if last else "")

    def _state(self, standing: Standing, run: Run) -> list[Block]:
        plan = standing.proposal.plan if standing.proposal else None
        if run.state is RunState.QUEUED and standing.waits_for is not None:
            return [context(self._words("waits", lock=run.lock or ""))]
        if run.state is RunState.QUEUED:
            return [context(self._words("queued"))]
        if run.state is RunState.RUNNING:
            return [context(self._words("running"))]
        if run.state is RunState.VERIFYING:
            return [context(self._words("verifying"))]
        if run.state is RunState.UNKNOWN:
            return self._unknown(run, [step.id for step in plan.steps] if plan else [])
        if run.state is RunState.SUCCEEDED and run.verdict is Verdict.NOT_FIXED:
            failed = [each for each in run.verified if not each.outcome.ok]
            return [
                section(self._words("not_fixed", said="; ".join(each.outcome.said for each in failed))),
                *self._again(standing),
            ]
        if run.state in {RunState.FAILED, RunState.ABORTED}:
            return [
                section(self._words("failed" if run.state is RunState.FAILED else "aborted", why=run.why)),
                *self._again(standing),
            ]
        return []

    def _unknown(self, run: Run, ids: list[str]) -> list[Block]:
        cut = next((step for step in run.steps if step.state is StepState.UNKNOWN), None)
        if cut is None:
            said = self._words("unknown_between")
            buttons = [button(self._words.plain("button_go_on"), "settle_again", run.id, "primary")]
        else:
            said = self._words(
                "unknown_step",
                number=cut.position + 1,
                step=ids[cut.position],
                at=time(cut.started),
                lock=run.lock or "",
            )
            buttons = [
                button(self._words.plain("button_ran"), "settle_ran", run.id),
                button(self._words.plain("button_not_run"), "settle_again", run.id),
            ]
        return [
            section(said),
            actions(*buttons, button(self._words.plain("button_stop"), "settle_stop", run.id, "danger")),
        ]

    @property
    def _cut(self) -> str:
        return self._words.plain("cut")


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Two columns in a fixed-width font."""
    width = max((len(left) for left, _ in rows), default=0)
    return [f"{left:<{width}}  {right}".rstrip() for left, right in rows]


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _took(reading: Reading) -> str:
    return f"{reading.outcome.said} · {_seconds(reading.outcome.seconds)}"
