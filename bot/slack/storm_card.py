"""The card of a storm: alerts by what they are about, in place of a card for each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.model import Incident
from bot.mrkdwn import Mrkdwn, time
from bot.slack.blocks import Content, content, context, header, section
from bot.slack.drawing import SIGNS
from bot.store.storms import Group, Storm
from bot.words import Words

_MOST_GROUPS = 15
_LONGEST = 2500  # characters of their lines; Slack takes 3,000 in a section


def draw_storm(storm: Storm, groups: Sequence[Group], incident: Incident | None, words: Words) -> Content:
    """`groups`: the worst first."""
    count, firing = sum(each.count for each in groups), sum(each.firing for each in groups)
    key = "title_storm" if storm.ended is None else "title_storm_over"
    title = words.plain(key, count=count)
    lines = [
        words(
            "storm_group",
            sign=SIGNS[each.worst],
            severity=each.worst,
            category=each.category,
            service=each.service,
            count=each.count,
            firing=each.firing,
        )
        for each in groups[:_MOST_GROUPS]
    ]
    while sum(len(line) + 1 for line in lines) > _LONGEST:
        lines.pop()
    if left := groups[len(lines) :]:
        lines.append(words("storm_more", groups=len(left), count=sum(each.count for each in left)))
    since = words("storm_since", since=time(storm.began), ended=time(storm.ended) if storm.ended else "", firing=firing)
    blocks: list[Block] = [header(title), section(since), section(Mrkdwn("\n".join(lines)))]
    notes = [words("storm_how")]
    if incident is not None:
        notes.insert(0, words("part_of", number=incident.number))
    return content(title, [*blocks, context(Mrkdwn(" · ".join(notes)))])
