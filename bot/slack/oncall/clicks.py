"""The buttons of a cover, and why one of them does nothing."""

from __future__ import annotations

from collections.abc import Callable

from bot.covering import Covering
from bot.errors import (
    CoverAskedAlready,
    CoverBackwards,
    CoverBegun,
    CoverError,
    CoverOver,
    CoverPast,
    CoverTaken,
    CoverTooLong,
    DeclinedAlready,
    NobodyToAsk,
    NoRota,
    NoSuchCover,
    NotAsked,
    NothingToCover,
    NotOnCallThen,
    OwnCover,
)
from bot.mrkdwn import moment
from bot.slack.click import Click

COVER_ACTIONS = ("cover_accept", "cover_decline", "cover_end")

WHY_NOT: dict[type[CoverError], str] = {
    NoRota: "oncall_no_rota",
    CoverBackwards: "cover_backwards",
    CoverPast: "cover_past",
    CoverBegun: "cover_begun",
    CoverTooLong: "cover_too_long",
    NotOnCallThen: "cover_not_yours",
    OwnCover: "cover_own",
    NobodyToAsk: "cover_nobody_to_ask",
    CoverAskedAlready: "cover_asked_already",
    NoSuchCover: "cover_unknown",
    NotAsked: "cover_not_asked",
    CoverTaken: "cover_taken",
    DeclinedAlready: "cover_declined_already",
    CoverOver: "cover_over",
    NothingToCover: "cover_nothing",
}


def why_not(error: CoverError, person: str, who: Callable[[str], str]) -> tuple[str, dict[str, object]]:
    """The sentence that says it to this person, and what it is filled in with."""
    values: dict[str, object] = {}
    if isinstance(error, CoverTaken):
        if error.by == person:
            return "cover_taken_by_you", {}
        values = {"by": who(error.by)}
    elif isinstance(error, CoverAskedAlready):
        values = {"name": error.name}
    elif isinstance(error, NothingToCover):
        values = {"absent": who(error.absent)}
    elif isinstance(error, NotOnCallThen):
        values = {
            "start": moment(error.start) if error.start else "",
            "until": moment(error.end) if error.end else "",
        }
    return WHY_NOT[type(error)], values


class CoverClicks:
    def __init__(self, covering: Covering) -> None:
        self._covering = covering

    def act(self, click: Click, event: str) -> None:
        """Raises CoverError and NotOnTheTeam."""
        match click.action:
            case "cover_accept":
                self._covering.accept(click.value, click.person, event=event)
            case "cover_decline":
                self._covering.decline(click.value, click.person, event=event)
            case "cover_end":
                self._covering.end(click.value, click.person, event=event)
