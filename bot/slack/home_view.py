"""The bot's own page in Slack, as one person sees it: what is wrong, what waits for them, how the week was. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock

from bot.incidents.statistics import MEASURES, Statistics
from bot.model import ActionItem, Incident, Proposal
from bot.mrkdwn import Mrkdwn, link, moment
from bot.slack.blocks import actions, context, header, section
from bot.slack.cards import title_of
from bot.slack.drawing import SIGNS, Drawing
from bot.slack.incidents.figures import in_short
from bot.slack.incidents.means import incident_line
from bot.slack.incidents.postmortem import item_line
from bot.slack.proposal_blocks import approve_and_reject, needs, plan_blocks, too_long
from bot.slack.standing import Standing

# Slack shows 100 blocks; an incident and an action item take one, a proposal up to eight.
INCIDENTS = 15
PROPOSALS = 5
ACTIONS = 10


@dataclass(frozen=True)
class Waiting:
    """A proposal that this person may approve. `link` leads to its card."""

    standing: Standing
    proposal: Proposal
    link: str | None


@dataclass(frozen=True)
class HomeStanding:
    on_call: tuple[str, datetime] | None  # who, by Slack id, and until when
    incidents: Sequence[tuple[Incident, str | None]]  # the worst of the open ones, with the address of their cards
    more_incidents: int
    waiting: Sequence[Waiting]  # those that waited longest
    more_waiting: int
    actions: Sequence[tuple[ActionItem, str]]  # the first due of this person's, with the names of their incidents
    more_actions: int
    today: date  # where the team works
    week: Statistics  # of the last seven days


def draw_home(draw: Drawing, standing: HomeStanding) -> dict[str, Any]:
    """A view for views.publish."""
    parts = (_on_call, _incidents, _waiting, _actions, _week)
    return {"type": "home", "blocks": [block.to_dict() for part in parts for block in part(draw, standing)]}


def _on_call(draw: Drawing, standing: HomeStanding) -> list[Block]:
    if standing.on_call is None:
        return [section(draw.words("home_no_rota" if draw.team().rota is None else "home_nobody_on_call"))]
    who, until = standing.on_call
    return [section(draw.words("home_on_call", who=draw.who(who), until=moment(until)))]


def _incidents(draw: Drawing, standing: HomeStanding) -> list[Block]:
    words = draw.words
    blocks = [header(words.plain("home_incidents"))]
    for incident, address in standing.incidents:
        line = Mrkdwn(f"{SIGNS[incident.severity]} {incident_line(words, incident)}")
        blocks.append(section(_linked(line, address, words.plain("home_card"))))
    if standing.more_incidents:
        blocks.append(context(words("home_more_incidents", count=standing.more_incidents)))
    if not standing.incidents:
        blocks.append(section(words("no_incident")))
    return blocks


def _waiting(draw: Drawing, standing: HomeStanding) -> list[Block]:
    words = draw.words
    if not standing.waiting:
        return [context(words("home_nothing_waits"))]
    blocks = [header(words.plain("home_waiting"))]
    for at, each in enumerate(standing.waiting):
        blocks += [DividerBlock()] if at else []
        blocks += _proposal(draw, each)
    if standing.more_waiting:
        blocks.append(context(words("home_more_waiting", count=standing.more_waiting)))
    return blocks


def _proposal(draw: Drawing, waiting: Waiting) -> list[Block]:
    """With all that would run, as on its card; where there is no room for it, it is decided there."""
    standing, proposal, words = waiting.standing, waiting.proposal, draw.words
    sign = f"{SIGNS[standing.alert.classification.severity]} " if standing.alert else ""
    title = words("home_about", sign=sign, title=title_of(standing))
    blocks: list[Block] = [section(_linked(title, waiting.link, words.plain("home_card")))]
    if too_long(draw, proposal.plan):
        return [*blocks, section(words("home_too_long", title=proposal.plan.title, risk=proposal.plan.risk))]
    blocks += plan_blocks(draw, standing, proposal)
    return [*blocks, context(needs(draw, proposal)), actions(*approve_and_reject(words, proposal))]


def _actions(draw: Drawing, standing: HomeStanding) -> list[Block]:
    if not standing.actions:
        return []
    words = draw.words
    blocks = [header(words.plain("home_actions"))]
    for item, incident in standing.actions:
        line = item_line(item, words, draw.who, overdue=item.overdue(standing.today))
        blocks.append(section(Mrkdwn(f"{line} · {incident}")))
    if standing.more_actions:
        blocks.append(context(words("home_more_actions", count=standing.more_actions)))
    return blocks


def _week(draw: Drawing, standing: HomeStanding) -> list[Block]:
    words, week = draw.words, standing.week
    blocks = [header(words.plain("home_week"))]
    if not week.count:
        return [*blocks, section(words("no_incident_then"))]
    counts = [
        words("home_count", severity=severity, count=count) for severity, count in week.by_severity.items() if count
    ]
    blocks.append(section(words("home_counts", count=week.count, by_severity=Mrkdwn(" · ".join(counts)))))
    times = [
        words("home_time", what=words.plain(f"target_{what}"), took=in_short(week.times[what]))
        for what in MEASURES
        if week.times[what].count
    ]
    return [*blocks, context(words("home_times", times=Mrkdwn(" · ".join(times))))] if times else blocks


def _linked(line: Mrkdwn, address: str | None, label: str) -> Mrkdwn:
    return Mrkdwn(f"{line} · {link(address, label)}") if address else line
