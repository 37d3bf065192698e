"""A question that a runbook asks: a message in the thread with its buttons, and afterwards who said what. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.model import Ask, Proposal, Run, RunState, StepRecord, StepState
from bot.mrkdwn import Mrkdwn, escape, listed, time
from bot.slack.blocks import Content, actions, button, content, context, section
from bot.slack.drawing import Drawing
from bot.slack.outputs import printed_last


def questions(run: Run, proposal: Proposal) -> Sequence[StepRecord]:
    """Those that were asked so far."""
    steps = proposal.plan.steps
    return [each for each in run.steps if not each.undo and isinstance(steps[each.position].action, Ask)]


def draw_question(draw: Drawing, run: Run, proposal: Proposal, record: StepRecord, mentions: Mrkdwn) -> Content:
    """`mentions`: who is called to answer it."""
    words = draw.words
    step = proposal.plan.steps[record.position]
    asked = step.action.question if isinstance(step.action, Ask) else ""
    title = words.plain("question_title", number=record.position + 1, title=proposal.plan.title)
    blocks: list[Block] = [section(words("question", number=record.position + 1, step=step.id, question=asked))]
    if printed := printed_last(run, record.position):
        blocks.append(draw.table("label_printed", printed))
    if record.state is StepState.ASKING and run.state is RunState.ASKING:
        value = f"{run.id}|{record.position}"
        names = listed(draw.holders(proposal.plan.approval.roles)) or words.plain("nobody")
        blocks += [
            context(Mrkdwn(" ".join(filter(None, [mentions, words("question_who", names=names)])))),
            actions(
                button(words.plain("button_yes"), "answer_yes", value, "primary"),
                button(words.plain("button_no"), "answer_no", value),
            ),
        ]
    elif record.state is StepState.ASKING:
        blocks.append(context(words("question_over")))
    else:
        at = time(record.ended) if record.ended else ""
        blocks.append(context(words("question_answered", said=escape(record.said), at=at)))
    return content(title, blocks)
