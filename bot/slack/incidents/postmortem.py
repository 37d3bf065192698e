"""What stands in an incident's thread about its postmortem: that there is a draft, and who is asked for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement

from bot.model import ActionItem, Incident, Postmortem, Reminder
from bot.mrkdwn import Mrkdwn, moment, person
from bot.slack.blocks import Content, actions, button, content, context, section
from bot.words import Words

_SHOWN = 15  # action items


@dataclass(frozen=True)
class Review:
    """One draft. `latest`: there is no newer one; `items`: the incident's action items."""

    incident: Incident
    postmortem: Postmortem
    latest: bool
    items: Sequence[ActionItem]

    @property
    def waits(self) -> bool:
        """Whether people can say that it was held."""
        return self.latest and self.postmortem.waits and not self.over_again

    @property
    def over_again(self) -> bool:
        """The incident came back: the draft tells of an end that was none."""
        return self.postmortem.at < self.incident.since


def file_name(incident: Incident, postmortem: Postmortem) -> str:
    """inc-7-postmortem.md, and of a later draft inc-7-postmortem-2.md: each name stands in the thread once."""
    later = f"-{postmortem.number}" if postmortem.number > 1 else ""
    return f"{incident.name.lower()}-postmortem{later}.md"


def draw_postmortem(review: Review, words: Words, who: Callable[[str], str]) -> Content:
    incident, postmortem = review.incident, review.postmortem
    file = file_name(incident, postmortem)
    blocks = [section(words("postmortem_drafted", number=incident.number, file=file))]
    if review.latest and review.items:
        shown = [item_line(each, words, who) for each in review.items[:_SHOWN]]
        more = len(review.items) - len(shown)
        lines = [*shown, *([words("action_more", count=more)] if more else [])]
        blocks.append(context(Mrkdwn("\n".join(lines))))
    blocks.append(context(_how_it_stands(review, words, who)))
    if review.latest and not review.over_again:
        add = button(words.plain("button_add_action"), "action_add", incident.id)
        blocks.append(actions(*([_held(incident, words)] if review.waits else []), add))
    return content(words.plain("title_postmortem", number=incident.number), blocks)


def draw_reminder(review: Review, reminder: Reminder, words: Words, who: Callable[[str], str]) -> Content:
    """A question to one person; once it is answered, or asks for nothing any more, without its button."""
    incident = review.incident
    said = words("postmortem_asked", number=incident.number, title=incident.title)
    called = f"{person(reminder.person)} " if reminder.person else ""
    blocks: list[Block] = [section(Mrkdwn(called + said)), context(_how_it_stands(review, words, who))]
    if review.waits:
        blocks.append(actions(_held(incident, words)))
    return content(words.plain("title_postmortem_asked", number=incident.number), blocks)


def item_line(item: ActionItem, words: Words, who: Callable[[str], str], *, overdue: bool = False) -> Mrkdwn:
    return words(
        "action_line",
        number=item.number,
        text=item.text,
        owner=who(item.owner) if item.owner else words.plain("nobody_yet"),
        due=item.due.isoformat() if item.due else "",
        done=item.done is not None,
        overdue=overdue,
    )


def _how_it_stands(review: Review, words: Words, who: Callable[[str], str]) -> Mrkdwn:
    postmortem = review.postmortem
    if postmortem.held is not None:
        return words("postmortem_held", who=who(postmortem.held_by or ""), at=moment(postmortem.held))
    if review.over_again:
        return words("postmortem_over_again")
    if not review.latest:
        return words("postmortem_newer")
    if postmortem.due is None:
        return words("postmortem_while_open")
    return words("postmortem_due", at=moment(postmortem.due))


def _held(incident: Incident, words: Words) -> ButtonElement:
    return button(words.plain("button_held"), "postmortem_held", incident.id, "primary")
