"""The part of a card that shows a run: its steps as they go, what it waits for, and what came of it. Pure."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock

from bot.model import Plan, Proposal, Run, RunState, Verdict
from bot.mrkdwn import Mrkdwn, time
from bot.runbooks.progress import about, left_half_done, progress_of
from bot.runbooks.told import before_and_after, evidence
from bot.slack.blocks import actions, button, context, section
from bot.slack.drawing import Drawing, short
from bot.slack.outputs import printed_by_failure, printed_last
from bot.slack.proposal_blocks import again, said
from bot.slack.standing import Standing, Waiting
from bot.slack.tables import progress, undone
from bot.words import Words


def run_blocks(draw: Drawing, standing: Standing, proposal: Proposal, run: Run) -> list[Block]:
    plan = proposal.plan
    heading = draw.words("chosen", title=plan.title, risk=plan.risk, plan=short(plan.hash), runbook=plan.runbook)
    blocks: list[Block] = [DividerBlock(), section(heading)]
    if run.after:
        blocks.append(draw.table("label_before_after", before_and_after(plan, proposal.evidence, run.after)))
    elif proposal.evidence:
        blocks.append(draw.table("label_evidence", evidence(plan, proposal.evidence)))
    blocks.append(draw.table("label_steps", progress(plan, run, draw.words)))
    if taken_back := undone(plan, run, draw.words):
        blocks.append(draw.table("label_undo", taken_back))
    if printed := printed_by_failure(run):
        blocks.append(draw.table("label_output", printed))
    elif printed := printed_last(run):
        blocks.append(draw.table("label_printed", printed))
    if not proposal.decisions:
        blocks.append(context(draw.words("unattended")))
    return [*blocks, *said(draw, standing), *_state(draw, standing, plan, run)]


def _state(draw: Drawing, standing: Standing, plan: Plan, run: Run) -> list[Block]:
    words = draw.words
    abort = button(words.plain("button_abort"), "abort", run.id, "danger", confirm=_sure(words, plan))
    if run.stopped_by and run.state in {RunState.RUNNING, RunState.VERIFYING}:
        return [context(words("aborting"))]
    match run.state:
        case RunState.QUEUED:
            waits = [context(words("observes"))] if draw.observe else []
            waits = waits or [context(line) for line in _waits(draw, standing.waiting, run)]
            return [*waits, actions(abort)]
        case RunState.RUNNING:
            began = max((each.started for each in run.steps), default=run.started or run.queued)
            return [context(words("running", number=run.number, since=time(began))), actions(abort)]
        case RunState.VERIFYING:
            return [context(words("verifying")), actions(abort)]
        case RunState.UNDOING:
            return [context(words("undoing", why=draw.why(run)))]
        case RunState.ASKING:
            return _asking(draw, plan, run, abort)
        case RunState.UNKNOWN:
            return _unknown(draw, plan, run)
        case RunState.SUCCEEDED if run.verdict is Verdict.NOT_FIXED:
            failed = "; ".join(each.outcome.said for each in run.verified if not each.outcome.ok)
            return [section(words("not_fixed", said=failed)), *again(draw, standing, *_undo(words, plan, run))]
        case RunState.FAILED:
            loud = left_half_done(plan, run)
            return [
                section(words("undo_failed" if loud else "failed", why=draw.why(run))),
                *again(draw, standing, *_undo(words, plan, run)),
            ]
        case RunState.UNDONE:
            return [section(words("undone", why=draw.why(run))), *again(draw, standing)]
        case RunState.ABORTED:
            return [section(words("aborted", why=draw.why(run))), *again(draw, standing, *_undo(words, plan, run))]
    return again(draw, standing)


def _waits(draw: Drawing, waiting: Waiting | None, run: Run) -> list[Mrkdwn]:
    words = draw.words
    if waiting is None:
        return [words("queued")]
    lines = []
    if waiting.pause is not None:
        lines.append(words("paused", who=draw.who(waiting.pause.who), why=waiting.pause.why))
    if waiting.run is not None:
        by = draw.who(waiting.by) if waiting.by else words.plain("the_bot")
        holds = waiting.run.state is not RunState.QUEUED or waiting.run.started is not None
        lines.append(words("waits", number=waiting.run.number, who=by, lock=run.lock or "", holds=holds))
    elif waiting.rests is not None:
        lines.append(words("rests", lock=run.lock or "", until=time(waiting.rests)))
    return lines or [words("queued")]


def _asking(draw: Drawing, plan: Plan, run: Run, abort: ButtonElement) -> list[Block]:
    """A question stands in the thread with its buttons; how to go on after a failure is asked here."""
    words = draw.words
    progress = progress_of(plan, run.steps)
    go_on = (
        [button(words.plain("button_go_on"), "settle_ran", f"{run.id}|{about(progress)}")]
        if progress.failed is not None
        else []
    )
    if progress.asking is not None:
        step = plan.steps[progress.asking.position]
        return [context(words("asks", number=progress.asking.position + 1, step=step.id)), actions(abort)]
    return [
        section(words("failed_asks", why=run.why)),
        actions(
            *_undo(words, plan, run),
            button(words.plain("button_try_again"), "settle_again", f"{run.id}|{about(progress)}"),
            *go_on,
            button(words.plain("button_stop"), "settle_stop", f"{run.id}|{about(progress)}", "danger"),
        ),
    ]


def _undo(words: Words, plan: Plan, run: Run) -> list[ButtonElement]:
    if not progress_of(plan, run.steps).to_undo:
        return []
    return [button(words.plain("button_undo"), "undo", run.id)]


def _unknown(draw: Drawing, plan: Plan, run: Run) -> list[Block]:
    words = draw.words
    progress = progress_of(plan, run.steps)
    caught = progress.caught
    asked = f"{run.id}|{about(progress)}"
    if caught is None:
        text = words("unknown_between", why=run.why, lock=run.lock or "")
        buttons = [button(words.plain("button_go_on"), "settle_again", asked, "primary")]
    else:
        text = words(
            "unknown_undo" if caught.undo else "unknown_step",
            number=caught.position + 1,
            step=plan.steps[caught.position].id,
            at=time(caught.started),
            lock=run.lock or "",
            why=run.why,
        )
        buttons = [
            button(words.plain("button_ran"), "settle_ran", asked),
            button(words.plain("button_not_run"), "settle_again", asked),
        ]
    stop = button(words.plain("button_stop"), "settle_stop", asked, "danger")
    undo = [] if caught is not None and caught.undo else _undo(words, plan, run)
    return [section(text), actions(*buttons, stop, *undo)]


def _sure(words: Words, plan: Plan) -> tuple[str, str, str, str]:
    """A slip of the finger must not cut a run: title, text, yes, no."""
    then = "confirm_abort_undo" if plan.on_failure == "undo" else "confirm_abort"
    return tuple(words.plain(each) for each in ("confirm_abort_title", then, "button_abort", "button_leave"))  # type: ignore[return-value]
