"""The part of a card that shows a proposal: what would run, why believe it, who may say yes, what they said. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock

from bot.approval import missing_approvals
from bot.model import IncidentState, Param, Plan, Proposal, ProposalState
from bot.mrkdwn import Mrkdwn, listed, time
from bot.runbooks.told import evidence
from bot.slack.blocks import PLAN, actions, button, code, context, fits, menu, section
from bot.slack.drawing import Drawing, short
from bot.slack.standing import Standing
from bot.slack.tables import will_run
from bot.words import Words

_OVER = {ProposalState.REJECTED, ProposalState.EXPIRED, ProposalState.SUPERSEDED}


def too_long(draw: Drawing, plan: Plan) -> bool:
    """Whether a card cannot show all of what would run."""
    return not fits(will_run(plan, draw.words))


def proposal_blocks(draw: Drawing, standing: Standing, proposal: Proposal, *, plan_uploaded: bool) -> list[Block]:
    blocks = [DividerBlock(), *plan_blocks(draw, standing, proposal)]
    fit = not too_long(draw, proposal.plan)
    if proposal.state is ProposalState.WAITING and not fit:
        blocks.append(context(draw.words("plan_in_file" if plan_uploaded else "too_long")))
    return blocks + _decision(draw, standing, proposal, whole=fit or plan_uploaded)


def plan_blocks(draw: Drawing, standing: Standing, proposal: Proposal) -> list[Block]:
    """What is proposed, with which values, the evidence, and what exactly would run."""
    plan = proposal.plan
    over = proposal.state in _OVER
    why = standing.alert.classification.runbook_why if standing.alert else None
    heading = draw.words(
        "chosen" if over else "proposed",
        title=plan.title,
        risk=plan.risk,
        plan=short(plan.hash),
        runbook=plan.runbook,
        why=draw.words.reason(why) if why else "",
    )
    blocks: list[Block] = [section(heading)]
    values = [*proposal.params, *(Param(name, f"${env}", "secret") for name, env in plan.secrets.items())]
    if values:
        blocks.append(context(Mrkdwn(" · ".join(draw.param(each) for each in values))))
    if proposal.state is ProposalState.CHECKING and plan.checks:
        blocks.append(context(draw.words("checking", count=len(plan.checks))))
    elif proposal.evidence:
        blocks.append(draw.table("label_evidence", evidence(plan, proposal.evidence)))
    label = "label_would_have_run" if over else "label_will_run"
    return [*blocks, code(draw.words.plain(label), will_run(plan, draw.words), draw.words.plain("cut"), PLAN)]


def said(draw: Drawing, standing: Standing) -> list[Block]:
    """What people decided, and what they said of the run."""
    lines = decisions(draw, standing.proposal) if standing.proposal else []
    lines += [
        draw.words("said", who=draw.who(each.who), at=time(each.at), answer=draw.words.plain(_SAID[each.what]))
        for each in standing.said
    ]
    return [context(Mrkdwn("\n".join(lines)))] if lines else []


_SAID = {
    "settled: ran": "button_ran",
    "settled: did not run": "button_not_run",
    "settled: again": "button_not_run",  # as the first version wrote it
    "settled: go on": "button_go_on",
    "settled: try again": "button_try_again",
    "settled: stop": "button_stop",
    "answered yes": "button_yes",
    "answered no": "button_no",
    "aborted": "button_abort",
    "undo asked for": "button_undo",
}


def decisions(draw: Drawing, proposal: Proposal) -> list[Mrkdwn]:
    return [
        draw.words(
            "approved_alone" if each.emergency else "approved_by" if each.approve else "rejected_by",
            who=draw.who(each.person),
            at=time(each.at),
            reason=each.reason,
            plan=short(proposal.plan.hash),
        )
        for each in proposal.decisions
    ]


def again(draw: Drawing, standing: Standing, *before: ButtonElement) -> list[Block]:
    """What can still be done once nothing is offered or running any more."""
    before = (*before, *undo_earlier(draw, standing))
    if standing.over:
        return [actions(*before)] if before else []
    words = draw.words
    row: list[ButtonElement] = [*before, button(words.plain("button_again"), "check_again", standing.subject)]
    return [actions(*row, menu("more", _changes(draw, standing), words.plain("button_more")))]


def undo_earlier(draw: Drawing, standing: Standing) -> list[ButtonElement]:
    """A fresh proposal does not take away that what was done before can be taken back."""
    run = standing.undoable
    if run is None:
        return []
    return [button(draw.words.plain("button_undo_run", number=run.number), "undo", run.id)]


def _changes(draw: Drawing, standing: Standing) -> Sequence[tuple[str, str]]:
    """Entries of the menu: label, and what it does with which subject."""
    entries = [("button_other", f"other|{standing.subject}")]
    if standing.runbook is not None:
        entries.insert(0, ("button_edit", f"edit|{standing.subject}"))
    if standing.alert is not None:
        entries.append(("button_category", f"category|{standing.subject}"))
    if standing.alert is not None and (standing.incident is None or standing.incident.state is IncidentState.RESOLVED):
        entries.append(("button_declare", f"declare|{standing.subject}"))
    if draw.silencing and standing.alert is not None and not standing.over:
        entries.append(("button_silence", f"silence|{standing.subject}"))
    return [(draw.words.plain(label), value) for label, value in entries]


def _decision(draw: Drawing, standing: Standing, proposal: Proposal, *, whole: bool) -> list[Block]:
    """`whole`: all of what would run is on the card. Nobody approves what they cannot see."""
    words = draw.words
    decided = said(draw, standing)
    if proposal.state is ProposalState.WAITING:
        return decided + _waiting(draw, standing, proposal, whole=whole)
    if proposal.state is ProposalState.EXPIRED:
        decided = [*decided, context(words("expired", at=time(proposal.expires or proposal.created)))]
    elif proposal.state is ProposalState.SUPERSEDED and standing.hindrance:
        decided = [*decided, section(words("hindered", runbook=proposal.plan.runbook, why=standing.hindrance))]
    elif proposal.state is ProposalState.SUPERSEDED:
        decided = [*decided, context(words("withdrawn"))]
    return [*decided, *(again(draw, standing) if proposal.state in _OVER else [])]


def needs(draw: Drawing, proposal: Proposal) -> Mrkdwn:
    """Of a proposal that waits: how many of whom, and until when."""
    assert proposal.expires is not None  # noqa: S101  # set as it began to wait
    roles = proposal.plan.approval.roles
    return draw.words(
        "needs",
        count=missing_approvals(proposal),
        names=listed(draw.holders(roles)) or draw.words.plain("nobody"),
        roles=", ".join(roles),
        until=time(proposal.expires),
    )


def approve_and_reject(words: Words, proposal: Proposal) -> tuple[ButtonElement, ButtonElement]:
    return (
        button(words.plain("button_approve"), "approve", proposal.id, "primary"),
        button(words.plain("button_reject"), "reject", proposal.id, "danger"),
    )


def _waiting(draw: Drawing, standing: Standing, proposal: Proposal, *, whole: bool) -> list[Block]:
    words = draw.words
    plan = proposal.plan
    changes = [*_changes(draw, standing), (words.plain("button_again"), f"check_again|{standing.subject}")]
    approve, reject = approve_and_reject(words, proposal)
    if draw.observe:
        return [
            context(words("observes")),
            actions(reject, *undo_earlier(draw, standing), menu("more", changes, words.plain("button_more"))),
        ]
    if not whole:
        return [actions(reject, *undo_earlier(draw, standing), menu("more", changes, words.plain("button_more")))]
    if draw.emergency():
        changes.append((words.plain("button_emergency"), f"emergency|{proposal.id}"))
    notes = [context(words("unattended_waits"))] if plan.approval.required == 0 else []
    return [
        *notes,
        context(needs(draw, proposal)),
        actions(approve, reject, *undo_earlier(draw, standing), menu("more", changes, words.plain("button_more"))),
    ]
