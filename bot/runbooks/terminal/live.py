"""A run as it goes, in a terminal: a line for each step that ended, and below it the one under way with its time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.model import Ask, Command, Outcome, Plan, Script, Step, StepRecord, StepState
from bot.runbooks.described import one_line
from bot.runbooks.told import SIGNS, last_line, seconds, tail

_STYLES = {StepState.OK: "green", StepState.FAILED: "red", StepState.TIMED_OUT: "red", StepState.UNKNOWN: "yellow"}
_PER_SECOND = 8


class LiveJournal:
    """The journal of one run, kept in memory and drawn. Where nothing can be redrawn, each line is printed once."""

    def __init__(self, plan: Plan, console: Console, now: Callable[[], datetime]) -> None:
        self._plan, self._console, self._now = plan, console, now
        self._records: dict[tuple[bool, int], StepRecord] = {}
        self._under_way: StepRecord | None = None
        self._width = max(len(self._name(at, undo=undo)) for at in range(len(plan.steps)) for undo in (False, True))

    @property
    def records(self) -> tuple[StepRecord, ...]:
        """The latest attempt at each step and each undo."""
        return tuple(self._records.values())

    def drawing(self) -> AbstractContextManager[object]:
        """While it is open, the step under way is drawn anew several times a second."""
        if not self._console.is_terminal:
            return nullcontext()
        return Live(
            get_renderable=self._now_line, console=self._console, refresh_per_second=_PER_SECOND, transient=True
        )

    # -- as the engine tells it ---

    def begin_step(self, position: int, *, undo: bool = False) -> None:
        before = self._records.get((undo, position))
        asks = not undo and isinstance(self._plan.steps[position].action, Ask)
        record = StepRecord(
            position=position,
            state=StepState.ASKING if asks else StepState.RUNNING,
            started=self._now(),
            ended=None,
            said="",
            output="",
            attempt=before.attempt + 1 if before else 1,
            undo=undo,
        )
        self._records[undo, position] = self._under_way = record
        if not self._console.is_terminal:
            self._print(record, one_line(self._plan.steps[position].say))

    def started(self, position: int, pid: int, pid_started: float, *, undo: bool = False) -> None:
        """The process is of no interest: it does not outlive the terminal."""

    def finish_step(self, position: int, outcome: Outcome, then: int | None, *, undo: bool = False) -> None:
        record = replace(
            self._records[undo, position],
            state=StepState(outcome.result.value),
            ended=self._now(),
            said=outcome.said,
            output=outcome.output,
        )
        self._records[undo, position] = record
        self._under_way = None
        step = self._plan.steps[position]
        again = f" (try {record.attempt} of {step.retries + 1})" if step.retries and not undo and not outcome.ok else ""
        self._print(record, f"{seconds(outcome.seconds):>7}  {_last_words(step, outcome)}{again}")
        for line in tail(outcome.output) if not outcome.ok else ():
            self._console.print(Text(f"  {' ' * self._width}{line}", "dim"), soft_wrap=True)
        if then is not None:
            self.begin_step(then)

    def declare(self, record: StepRecord, state: StepState) -> None:
        """A person has said what became of a step."""
        self._records[record.undo, record.position] = replace(record, state=state)

    # -- drawn ---

    def _print(self, record: StepRecord, words: str) -> None:
        self._console.print(self._line(record, words), soft_wrap=True)

    def _now_line(self) -> Text:
        record = self._under_way
        if record is None:
            return Text("")
        passed = (self._now() - record.started).total_seconds()
        line = self._line(record, f"{passed:>5.0f} s  {one_line(self._plan.steps[record.position].say)}")
        line.no_wrap, line.overflow = True, "ellipsis"
        return line

    def _line(self, record: StepRecord, words: str) -> Text:
        name = self._name(record.position, undo=record.undo)
        style = _STYLES.get(record.state, "")
        return Text.assemble((SIGNS[record.state], style), f" {name:<{self._width}}  {words}".rstrip())

    def _name(self, position: int, *, undo: bool) -> str:
        id = self._plan.steps[position].id
        return f"undo {id}" if undo else f"{position + 1} {id}"


def _last_words(step: Step, outcome: Outcome) -> str:
    """What a step that did it printed last, or how the far side answered; what became of one that did not."""
    plain = isinstance(step.action, Command | Script)
    return (last_line(outcome.output) or "") if outcome.ok and plain else outcome.said
