"""The card of an alert or of a run that was asked for, drawn from how it stands. Pure: in a Standing, out a message.

In this order: what happened, how bad, what is proposed, why believe it, what exactly will run, who may say yes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block, DividerBlock

from bot.alerts.correlate import is_flapping
from bot.model import BOT, Proposal, ProposalState, Run, RunState, Verdict
from bot.mrkdwn import Mrkdwn, time
from bot.runbooks.told import seconds
from bot.slack.blocks import Content, actions, button, content, context, header, literal, section
from bot.slack.drawing import SIGNS, Drawing
from bot.slack.proposal_blocks import again, decisions, proposal_blocks
from bot.slack.run_blocks import run_blocks
from bot.slack.silences import silence_blocks
from bot.slack.standing import Standing
from bot.store.alerts import StoredAlert


def title_of(standing: Standing) -> str:
    """ "HighMemoryUsage · shop on api-1": the alert's name and where it is, as its labels say; else the runbook."""
    if standing.alert is None:
        return standing.proposal.plan.title if standing.proposal else standing.runbook or ""
    alert = standing.alert.alert
    where = f"{alert.service} on {alert.place}" if alert.service and alert.place else alert.service or alert.place
    return f"{alert.name} · {where}" if where else alert.name


def draw_card(draw: Drawing, standing: Standing, *, plan_uploaded: bool = False) -> Content:
    """`plan_uploaded`: the whole plan can be read as a file in the thread."""
    title = _title(draw, standing)
    blocks: list[Block] = [header(title)]
    if standing.alert is not None:
        blocks.append(literal(standing.alert.alert.summary))
        known = standing.alert.classification
        if known.summary:
            other = known.summary_category if known.summary_category is not known.category else ""
            said = draw.words("model_says", name=known.summary_by, said=known.summary, category=other or "")
            blocks.append(context(said))
        blocks.append(context(Mrkdwn(" · ".join(_understood(draw, standing, standing.alert)))))
    elif standing.request is not None:
        key = "request_due" if standing.request.asked_by == BOT else "request_by"
        who = draw.who(standing.request.asked_by)
        blocks.append(context(draw.words(key, who=who, at=time(standing.request.created))))
    blocks += silence_blocks(draw, standing.silences)
    blocks += _earlier(draw, standing)
    if standing.proposal is not None and standing.run is not None:
        blocks += run_blocks(draw, standing, standing.proposal, standing.run)
    elif standing.proposal is not None and not _of_no_runbook(standing, standing.proposal):
        blocks += proposal_blocks(draw, standing, standing.proposal, plan_uploaded=plan_uploaded)
    else:
        blocks += _no_plan(draw, standing)
    return content(title, blocks)


def _of_no_runbook(standing: Standing, proposal: Proposal) -> bool:
    """Whether it was taken back because none fits any more, as somebody said."""
    return proposal.state is ProposalState.SUPERSEDED and standing.runbook is None


def _title(draw: Drawing, standing: Standing) -> str:
    run = standing.run
    subject = title_of(standing)
    if run is not None and run.state is RunState.UNKNOWN:
        return f"⚠ UNKNOWN · {subject}"
    if run is not None and run.state is RunState.ASKING:
        return f"❓ {draw.words.plain('label_asks')} · {subject}"
    if run is not None and run.ended is not None:
        return _verdict(draw, standing, run)
    if standing.over and not standing.fired_anew:
        return f"🟢 {draw.words.plain('label_resolved')} · {subject}"
    if standing.alert is None:
        return f"🔵 {subject}"
    severity = standing.alert.classification.severity
    return f"{SIGNS[severity]} {severity} · {subject}"


def _verdict(draw: Drawing, standing: Standing, run: Run) -> str:
    decisions = standing.proposal.decisions if standing.proposal else ()
    since = decisions[-1].at if decisions else run.queued
    after = seconds((run.ended - since).total_seconds()) if run.ended else ""
    label = "label_after_approval" if decisions else "label_took"
    took = f" · {draw.words.plain(label, time=after)}" if after else ""
    subject = title_of(standing)
    if run.state is RunState.SUCCEEDED and run.verdict is not None:
        sign = "🟠" if run.verdict is Verdict.NOT_FIXED else "🟢"
        return f"{sign} {run.verdict} · {subject}{took}"
    sign = "🟠" if run.state is RunState.UNDONE else "🔴"
    return f"{sign} {run.state.upper()} · {subject}{took}"


def _understood(draw: Drawing, standing: Standing, alert: StoredAlert) -> list[Mrkdwn]:
    words = draw.words
    known = alert.classification
    lines = [
        words("seen", since=time(alert.first), times=alert.times, last=time(alert.last)),
        words("understood", category=known.category, why=words.reason(known.why)),
        words("how_bad", severity=known.severity, why=words.reason(known.severity_why)),
    ]
    if standing.incident is not None:
        lines.append(words("part_of", number=standing.incident.number))
    if is_flapping(standing.episodes):
        lines.append(words("flapping", times=standing.episodes))
    if standing.fired_anew:
        lines.append(words("fired_anew"))
    elif alert.resolved is not None:
        lines.append(words("resolved_by", source=alert.alert.source, at=time(alert.resolved)))
    return lines


def _earlier(draw: Drawing, standing: Standing) -> list[Block]:
    """What became of the proposals before: a fresh one does not make them forgotten."""
    lines = []
    for each in standing.earlier:
        lines += decisions(draw, each.proposal)
        if each.run is not None and each.run.ended is not None:
            result = each.run.verdict or each.run.state.upper()
            lines.append(draw.words("earlier_run", result=result, at=time(each.run.ended), why=draw.why(each.run)))
    return [context(Mrkdwn("\n".join([draw.words("earlier"), *lines[-8:]])))] if lines else []


def _no_runbook(draw: Drawing, stored: StoredAlert) -> list[Block]:
    """What comes closest, to be chosen by a person; or how one would be found next time."""
    words, alert = draw.words, stored.alert
    closest = stored.classification.candidates
    kind = "text" if alert.source == "human" else "alert"
    needs = ["match:", f"  - {kind}: [{json.dumps(alert.name, ensure_ascii=False)}]"]
    if closest:
        blocks: list[Block] = [section(words("no_runbook_closest", name=alert.name, closest=_scores(closest)))]
        # Slack wants a name of its own for each button.
        blocks.append(actions(*(button(id, f"use_{at}", f"{stored.id}|{id}") for at, (id, _) in enumerate(closest))))
    else:
        blocks = [section(words("no_runbook", name=alert.name))]
    blocks.append(draw.table("no_runbook_needs", needs))
    if broken := draw.broken():
        blocks.append(context(words("broken_runbooks", count=broken)))
    return blocks


def _scores(candidates: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{id} ({score:.2f})" for id, score in candidates)


def _no_plan(draw: Drawing, standing: Standing) -> list[Block]:
    words = draw.words
    if standing.hindrance:
        blocks: list[Block] = [section(words("hindered", runbook=standing.runbook, why=standing.hindrance))]
    elif standing.runbook is not None or standing.alert is None:
        blocks = [section(words("prose_only", runbook=standing.runbook))]
    else:
        blocks = _no_runbook(draw, standing.alert)
    fill = [button(words.plain("button_fill"), "edit", standing.subject, "primary")] if standing.hindrance else []
    return [DividerBlock(), *blocks, *again(draw, standing, *fill)]
