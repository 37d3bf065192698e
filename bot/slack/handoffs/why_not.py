"""What is said when something about a handoff cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.mrkdwn import moment
from bot.words import Words
from handoff.errors import AlreadyAccepted, AlreadyPosted, DraftMoved, HandoffError, NotYours


def why_not(error: HandoffError, words: Words, who: Callable[[str], str]) -> tuple[str, Mapping[str, object]]:
    """A sentence of words.yaml and what it is filled in with. `who` turns a Slack id into a name."""
    match error:
        case NotYours():
            return "handoff_not_yours", {"who": who(error.to) if error.to else words.plain("nobody")}
        case AlreadyAccepted():
            return "handoff_accepted_before", {"who": who(error.by), "at": moment(error.at)}
        case DraftMoved():
            return "handoff_draft_other", {}
        case AlreadyPosted():
            return "handoff_posted_before", {}
        case _:
            return "handoff_nothing", {}
