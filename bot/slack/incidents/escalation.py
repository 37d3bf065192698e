"""The message by which an incident is brought to somebody: what they need to help at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.incidents.said import named
from bot.model import BOT, Escalation, Incident
from bot.mrkdwn import Mrkdwn, escape, link, listed, person, time
from bot.runbooks.told import seconds
from bot.slack.blocks import Content, content, context, header, section
from bot.slack.drawing import SIGNS
from bot.team import ON_CALL, PAGER
from bot.words import Words

_MOST = 8  # things tried that are listed, the last ones
_EVIDENCE = 6  # lines


@dataclass(frozen=True)
class Plight:
    """What is known of an incident at the moment when it is brought to somebody."""

    incident: Incident
    escalation: Escalation
    tried: Sequence[tuple[str, str]]  # a run's title, and what came of it
    evidence: Sequence[str]  # lines that the latest checks said
    next: tuple[datetime, str] | None  # when somebody else is told, and who
    instead: str | None  # who was called with it because nobody is on call
    specialists: Sequence[tuple[str, str]]  # of the contacts: role, and how to reach them
    links: Sequence[tuple[str, str]]  # title and address; that of the incident's card first


def draw_escalation(plight: Plight, words: Words, who: Callable[[str], str]) -> Content:
    incident, escalation = plight.incident, plight.escalation
    to = named(escalation.to, words, who)
    title = words.plain("title_escalation", number=incident.number, to=to)
    called = " ".join(mention(each) for each in escalation.people)
    blocks: list[Block] = [header(f"{SIGNS[incident.severity]} {incident.severity} · {title}")]
    if called:
        blocks.append(section(Mrkdwn(called)))
    elif escalation.to == ON_CALL:
        instead = named(plight.instead, words, who) if plight.instead else ""
        blocks.append(section(words("escalation_nobody_on_call", instead=instead)))
    elif escalation.to != PAGER:
        blocks.append(section(words("escalation_nobody", to=to)))
    lines = [
        words("escalation_what", title=incident.title),
        words("escalation_since", since=time(incident.opened), took=_took(incident, escalation)),
        words("incident_impact_is", impact=incident.impact or words.plain("not_known_yet")),
        words("escalation_tried", tried=_tried(plight, words)),
    ]
    if plight.evidence:
        shown = [escape(line, 200) for line in plight.evidence[:_EVIDENCE]]
        lines.append(words("escalation_evidence", lines=Mrkdwn("\n".join(shown))))
    by_hand = escalation.by != BOT
    needed = escalation.why if by_hand else words.plain(f"escalation_until_{escalation.why}")
    lines.append(words("escalation_needed", needed=needed))
    blocks.append(section(Mrkdwn("\n".join(lines))))
    notes = (
        [words("escalation_next", at=time(plight.next[0]), to=named(plight.next[1], words, who))] if plight.next else []
    )
    if by_hand:
        notes.insert(0, words("escalation_by", who=who(escalation.by)))
    if plight.specialists:
        reach = listed(f"{role}: {how}" for role, how in plight.specialists)
        notes.append(words("escalation_specialists", who=reach))
    notes += [link(url, each) for each, url in plight.links]
    return content(title, [*blocks, context(Mrkdwn(" · ".join(notes)))])


def mention(slack_id: str) -> Mrkdwn:
    return Mrkdwn(f"<!subteam^{slack_id}>") if slack_id.startswith("S") else person(slack_id)


def _took(incident: Incident, escalation: Escalation) -> str:
    return seconds((escalation.at - incident.opened).total_seconds())


def _tried(plight: Plight, words: Words) -> Mrkdwn:
    if not plight.tried:
        return escape(words.plain("nothing_yet"))
    return listed(f"{title}: {result}" for title, result in plight.tried[-_MOST:])
