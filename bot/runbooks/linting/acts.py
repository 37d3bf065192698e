"""All that a runbook does, and where in its file it stands: one walk for everybody who judges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.runbooks.format import (
    CheckEntry,
    HttpSpec,
    NotifySpec,
    Runbook,
    StepEntry,
    TcpSpec,
    UndoEntry,
    VerifyEntry,
    WaitSpec,
)
from bot.runbooks.placeholders import texts
from bot.yaml_faults import Loc

Finding = tuple[Loc, Literal["error", "warning"], str]
"""The place, how bad it is, and what is wrong and what would be right."""


@dataclass(frozen=True)
class Act:
    """One action: that of a check, a step, the undo or the wait of a step, or a verify entry; all but one are None.

    `looks`: it is there to look, and must change nothing.
    """

    loc: Loc
    looks: bool
    run: tuple[str, ...] | None = None
    ok: tuple[int, ...] = (0,)
    script: str | None = None
    http: HttpSpec | None = None
    tcp: TcpSpec | None = None
    notify: NotifySpec | None = None
    ask: str | None = None

    @property
    def texts(self) -> Iterator[str]:
        """Every text of it that takes parameters in."""
        yield from self.run or ()
        if self.http:
            yield from (self.http.url, *self.http.headers.values(), *texts(self.http.body))
        if self.tcp:
            yield self.tcp.host
        if self.notify:
            yield self.notify.text
        if self.ask:
            yield self.ask


def acts(runbook: Runbook) -> Iterator[Act]:
    """In the order of the format: checks, steps with what belongs to them, verify entries."""
    for at, check in enumerate(runbook.check):
        yield _act(check, ("check", at), looks=True)
    for at, step in enumerate(runbook.steps):
        here: Loc = ("steps", at)
        yield _act(step.wait, (*here, "wait"), looks=True) if step.wait else _act(step, here, looks=False)
        if step.undo:
            yield _act(step.undo, (*here, "undo"), looks=False)
    for at, verify in enumerate(runbook.verify):
        yield _act(verify, ("verify", at), looks=True)


def _act(entry: CheckEntry | StepEntry | UndoEntry | WaitSpec | VerifyEntry, loc: Loc, *, looks: bool) -> Act:
    return Act(
        loc,
        looks,
        run=entry.run,
        ok=entry.ok or (0,),
        script=getattr(entry, "script", None),
        http=getattr(entry, "http", None),
        tcp=getattr(entry, "tcp", None),
        notify=getattr(entry, "notify", None),
        ask=getattr(entry, "ask", None),
    )
