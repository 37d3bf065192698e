"""What every card is drawn with: the team's words, people's names, and how the bot works here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.model import Param, Run, Severity
from bot.mrkdwn import Mrkdwn, clean, escape
from bot.slack.blocks import code
from bot.team import Team
from bot.words import Words

SIGNS = {Severity.P0: "🔴", Severity.P1: "🟠", Severity.P2: "🟡", Severity.P3: "⚪"}
OVER = "🟢"


def short(plan_hash: str) -> str:
    """As much of a plan's hash as people see."""
    return plan_hash[:7]


@dataclass(frozen=True)
class Drawing:
    """`team` gives the team as it is now; `who` turns a Slack id into a name.

    `holders` turns roles into names, `broken` counts unusable runbook files, and `emergency` gives the roles that may
    approve alone.
    """

    words: Words
    team: Callable[[], Team]
    who: Callable[[str], str]
    holders: Callable[[Sequence[str]], Sequence[str]]
    broken: Callable[[], int]
    emergency: Callable[[], Collection[str]]
    observe: bool
    silencing: bool = False  # whether there is an Alertmanager to be told

    def table(self, label: str, lines: Sequence[str]) -> Block:
        return code(self.words.plain(label), lines, self.words.plain("cut"))

    def param(self, param: Param) -> Mrkdwn:
        origin = self.words.plain(f"origin_{param.origin}")
        return self.words("parameter", name=param.name, value=clean(param.value, 100), origin=origin)

    def why(self, run: Run) -> Mrkdwn:
        """Why a run did not come to its end: who stopped it, and what stood in its way."""
        who = self.words("aborted_by", who=self.who(run.stopped_by)) if run.stopped_by else ""
        return Mrkdwn("; ".join(part for part in (who, escape(run.why)) if part))
