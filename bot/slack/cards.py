"""The card of an alert, drawn from how it stands. Pure: a Standing comes in, a Slack message goes out.

In this order: what happened, how bad, what is proposed, why believe it, what exactly will run, who may say yes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from slack_sdk.models.blocks import Block, DividerBlock

from bot.approval import missing_approvals
from bot.model import Param, Proposal, ProposalState, Run, RunState, Severity, StepState, Verdict
from bot.mrkdwn import Mrkdwn, clean, listed, time
from bot.runbooks.told import before_and_after, evidence, seconds
from bot.slack.blocks import PLAN, Content, actions, button, code, content, context, fits, header, literal, section
from bot.slack.standing import Standing
from bot.slack.tables import printed_by_failure, progress, will_run
from bot.words import Words

SIGNS = {Severity.P0: "🔴", Severity.P1: "🟠", Severity.P2: "🟡", Severity.P3: "⚪"}
_OVER = {ProposalState.REJECTED, ProposalState.EXPIRED, ProposalState.SUPERSEDED}

_ANSWERS = {"ran": "ran", "again": "not_run", "stop": "stop"}  # what people say of an unknown step → its button's words


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


class AlertCard:
    """Draws with the team's words."""

    def __init__(
        self,
        words: Words,
        who: Callable[[str], str],
        holders: Callable[[Sequence[str]], Sequence[str]],
        broken: Callable[[], int],
        *,
        observe: bool,
    ) -> None:
        """`who` turns a Slack id into a name, `holders` roles into names; `broken` counts unusable runbook files."""
        self._words = words
        self._who = who
        self._holders = holders
        self._broken = broken
        self._observe = observe

    def draw(self, standing: Standing) -> Content:
        title = self._title(standing)
        blocks: list[Block] = [
            header(title),
            literal(standing.alert.alert.summary),
            context(Mrkdwn(" · ".join(self._understood(standing)))),
            *self._earlier(standing),
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
        if standing.alert.resolved is not None and not standing.fired_anew:
            return f"🟢 {self._words.plain('label_resolved')} · {subject(standing)}"
        return f"{SIGNS[severity]} {severity} · {subject(standing)}"

    def _verdict(self, standing: Standing, run: Run) -> str:
        decided = (
            standing.proposal.decisions[-1].at if standing.proposal and standing.proposal.decisions else run.queued
        )
        after = seconds((run.ended - decided).total_seconds()) if run.ended else ""
        took = f" · {self._words.plain('label_after_approval', time=after)}" if after else ""
        if run.state is RunState.SUCCEEDED and run.verdict is not None:
            sign = "🟠" if run.verdict is Verdict.NOT_FIXED else "🟢"
            return f"{sign} {run.verdict} · {subject(standing)}{took}"
        return f"🔴 {run.state.upper()} · {subject(standing)}{took}"

    def _understood(self, standing: Standing) -> list[Mrkdwn]:
        alert = standing.alert
        seen = self._words("seen", since=time(alert.first), times=alert.times, last=time(alert.last))
        known = alert.classification
        lines = [
            seen,
            self._words("understood", category=known.category, why=known.why),
            self._words("how_bad", severity=known.severity, why=known.severity_why),
        ]
        if standing.incident is not None:
            lines.append(self._words("part_of", number=standing.incident.number))
        if standing.fired_anew:
            lines.append(self._words("fired_anew"))
        elif alert.resolved is not None:
            lines.append(self._words("resolved_by", source=alert.alert.source, at=time(alert.resolved)))
        return lines

    def _earlier(self, standing: Standing) -> list[Block]:
        """What became of the proposals before: a fresh one does not make them forgotten."""
        lines = []
        for each in standing.earlier:
            lines += self._decisions(each.proposal)
            if each.run is not None and each.run.ended is not None:
                result = each.run.verdict or each.run.state.upper()
                lines.append(self._words("earlier_run", result=result, at=time(each.run.ended), why=each.run.why))
        return [context(Mrkdwn("\n".join([self._words("earlier"), *lines[-8:]])))] if lines else []

    # -- what is proposed ---

    def _no_plan(self, standing: Standing) -> list[Block]:
        alert = standing.alert
        runbook = alert.classification.runbook
        if runbook is None:
            kind = "text" if alert.alert.source == "human" else "alert"
            needs = ["match:", f"  - {kind}: [{json.dumps(alert.alert.name, ensure_ascii=False)}]"]
            blocks = [
                section(self._words("no_runbook", name=alert.alert.name)),
                self._table("no_runbook_needs", needs),
            ]
            if broken := self._broken():
                blocks.append(context(self._words("broken_runbooks", count=broken)))
        elif alert.hindrance:
            blocks = [section(self._words("hindered", runbook=runbook, why=alert.hindrance))]
        else:
            blocks = [section(self._words("prose_only", runbook=runbook))]
        return [DividerBlock(), *blocks, *self._again(standing)]

    def _proposal(self, standing: Standing) -> list[Block]:
        proposal = standing.proposal
        assert proposal is not None  # noqa: S101
        plan = proposal.plan
        over = proposal.state in _OVER
        heading = self._words(
            "chosen" if over else "proposed",
            title=plan.title,
            risk=plan.risk,
            plan=short(plan.hash),
            runbook=plan.runbook,
            why=standing.alert.classification.runbook_why,
        )
        blocks: list[Block] = [DividerBlock(), section(heading)]
        if proposal.params:
            blocks.append(context(Mrkdwn(" · ".join(self._param(each) for each in proposal.params))))
        if proposal.state is ProposalState.CHECKING and plan.checks:
            blocks.append(context(self._words("checking", count=len(plan.checks))))
        elif proposal.evidence:
            blocks.append(self._table("label_evidence", evidence(plan, proposal.evidence)))
        label = "label_would_have_run" if over else "label_will_run"
        lines = will_run(plan, self._words)
        blocks.append(code(self._words.plain(label), lines, self._words.plain("cut"), PLAN))
        return blocks + self._decision(standing, whole=fits(lines))

    def _param(self, param: Param) -> Mrkdwn:
        origin = self._words.plain(f"origin_{param.origin}")
        return self._words("parameter", name=param.name, value=clean(param.value, 100), origin=origin)

    def _decision(self, standing: Standing, *, whole: bool) -> list[Block]:
        """`whole`: all of what would run is on the card. Nobody approves what they cannot see."""
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
            buttons = [
                button(self._words.plain("button_reject"), "reject", proposal.id, "danger"),
                button(self._words.plain("button_again"), "check_again", standing.alert.id),
            ]
            if self._observe:
                return [*said, context(self._words("observes")), actions(*buttons)]
            if not whole:
                return [*said, section(self._words("too_long")), actions(*buttons)]
            approve = button(self._words.plain("button_approve"), "approve", proposal.id, "primary")
            return [*said, context(needs), actions(approve, *buttons)]
        if state is ProposalState.EXPIRED:
            said = [*said, context(self._words("expired", at=time(proposal.expires or proposal.created)))]
        elif state is ProposalState.SUPERSEDED and standing.alert.hindrance:
            why = self._words("hindered", runbook=proposal.plan.runbook, why=standing.alert.hindrance)
            said = [*said, section(why)]
        elif state is ProposalState.SUPERSEDED:
            said = [*said, context(self._words("withdrawn"))]
        return [*said, *(self._again(standing) if state in _OVER else [])]

    def _decided(self, standing: Standing) -> list[Block]:
        lines = self._decisions(standing.proposal) if standing.proposal else []
        lines += [
            self._words(
                "settled",
                who=self._who(each.who),
                at=time(each.at),
                answer=self._words.plain("button_" + _ANSWERS[each.what.removeprefix("settled: ")]),
            )
            for each in standing.settled
        ]
        return [context(Mrkdwn("\n".join(lines)))] if lines else []

    def _decisions(self, proposal: Proposal) -> list[Mrkdwn]:
        return [
            self._words(
                "approved_by" if each.approve else "rejected_by",
                who=self._who(each.person),
                at=time(each.at),
                reason=each.reason,
                plan=short(proposal.plan.hash),
            )
            for each in proposal.decisions
        ]

    def _again(self, standing: Standing) -> list[Block]:
        if standing.alert.resolved is not None:
            return []
        return [actions(button(self._words.plain("button_again"), "check_again", standing.alert.id))]

    # -- what runs and what came of it ---

    def _run(self, standing: Standing, run: Run) -> list[Block]:
        proposal = standing.proposal
        assert proposal is not None  # noqa: S101
        plan = proposal.plan
        heading = self._words("chosen", title=plan.title, risk=plan.risk, plan=short(plan.hash), runbook=plan.runbook)
        blocks: list[Block] = [DividerBlock(), section(heading)]
        if run.after:
            blocks.append(self._table("label_before_after", before_and_after(plan, proposal.evidence, run.after)))
        elif proposal.evidence:
            blocks.append(self._table("label_evidence", evidence(plan, proposal.evidence)))
        blocks.append(self._table("label_steps", progress(plan, run, self._words)))
        if printed := printed_by_failure(run):
            blocks.append(self._table("label_output", printed))
        return [*blocks, *self._decided(standing), *self._state(standing, run)]

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
        return self._again(standing)

    def _unknown(self, run: Run, ids: list[str]) -> list[Block]:
        cut = next((step for step in run.steps if step.state is StepState.UNKNOWN), None)
        if cut is None:
            said = self._words("unknown_between", why=run.why, lock=run.lock or "")
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

    def _table(self, label: str, lines: Sequence[str]) -> Block:
        return code(self._words.plain(label), lines, self._words.plain("cut"))
