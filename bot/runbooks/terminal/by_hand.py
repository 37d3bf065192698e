"""One plan run by hand in a terminal, from its checks to its verdict. What Slack's way keeps in a store stands here."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from bot.clock import utc_now
from bot.model import Ask, Outcome, Plan, Reading, Result, RunState, StepRecord, StepState, Verdict
from bot.runbooks.described import SHORT, one_line
from bot.runbooks.judge import verdict_of
from bot.runbooks.progress import progress_of
from bot.runbooks.run import Ended, check, execute, take_back, verify
from bot.runbooks.steps import Surroundings
from bot.runbooks.terminal.live import LiveJournal
from bot.runbooks.terminal.person import Person
from bot.runbooks.told import before_and_after, evidence, seconds

T = TypeVar("T")

_ENDING = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C, and a polite kill
_GOOD, _BAD, _DOUBTFUL = "bold green", "bold red", "bold yellow"


@dataclass(frozen=True)
class Performed:
    """What became of a plan. `state` is None when nothing was run, as nobody said yes."""

    state: RunState | None = None
    verdict: Verdict | None = None
    why: str = ""
    steps: tuple[StepRecord, ...] = ()
    before: tuple[Reading, ...] = ()
    after: tuple[Reading, ...] = ()
    interrupted: bool = False

    @property
    def good(self) -> bool:
        return self.verdict in {Verdict.FIXED, Verdict.DONE}


class Session:
    """One plan from its checks to its verdict."""

    def __init__(self, plan: Plan, console: Console, person: Person, surroundings: Surroundings) -> None:
        self._plan = plan
        self._console = console
        self._person = person
        self._surroundings = surroundings
        self._journal = LiveJournal(plan, console, utc_now)
        self._hold = threading.Event()
        self._stop = threading.Event()  # ends what is under way
        self._took_back = False  # whether undos were due

    def go(self, shown: Sequence[str], *, yes: bool) -> Performed:
        """`shown`: the plan in lines."""
        with self._interruptible():
            before = self._read(check)
            if not self._person.wants_out:
                self._part("Evidence", evidence(self._plan, before))
                self._part("Plan", shown)
            if self._person.wants_out or not (yes or self._approved()):
                self._say("Nothing was run.", _DOUBTFUL)
                return Performed(before=before, interrupted=self._person.wants_out)
            began = time.monotonic()
            self._say("\nRun", "bold")
            ended = self._steps()
            verdict: Verdict | None = None
            if ended.state is RunState.SUCCEEDED:
                ended, verdict = self._verdict()
            self._stop = threading.Event()  # after an abort too one wants to see how things stand
            after = self._read(check)
            self._part("Before → after", before_and_after(self._plan, before, after))
            self._end(ended, verdict, time.monotonic() - began)
            steps, interrupted = self._journal.records, self._person.wants_out
            return Performed(ended.state, verdict, ended.why, steps, before, after, interrupted)

    def _approved(self) -> bool:
        """A yes after the plan was shown; at high risk its hash, so that nobody says it by habit."""
        self._person.tell("\nSlack's locks, cooldowns and approvals do not apply here.")
        short = self._plan.hash[:SHORT]
        high = self._plan.risk == "high"
        try:
            typed = self._person.ask(f"The risk is high. Type {short} to run it: " if high else "Run it? [y/N] ")
        except KeyboardInterrupt:
            typed = None
        return (typed or "").strip().casefold() in ({short} if high else {"y", "yes"})

    # -- the steps ---

    def _steps(self) -> Ended:
        """Every step, with what a person has to say between them; and what follows where they do not succeed."""
        while True:
            ended = self._next()
            if ended.state is RunState.ASKING:
                self._ask(ended.position or 0)
                continue
            if ended.state is RunState.SUCCEEDED:
                return ended
            wanted = self._how_on(ended)
            if wanted in {"r", "a"}:
                self._settle(ran=wanted == "r")
                continue
            by_plan = self._plan.on_failure == "undo" and ended.state is not RunState.UNKNOWN
            return self._take_back(ended) if by_plan or wanted == "u" else ended

    def _next(self) -> Ended:
        """The steps that are not done, as far as they go by themselves."""
        progress = progress_of(self._plan, self._journal.records)
        if progress.failed is not None:
            step = self._plan.steps[progress.failed.position]
            return Ended(RunState.FAILED, f"step {step.id}: {progress.failed.said}", progress.failed.position)
        if self._person.wants_out:
            return Ended(RunState.ABORTED, "")
        with self._journal.drawing():
            ended = self._off_the_main_thread(
                lambda: execute(
                    self._plan,
                    self._journal,
                    self._surroundings,
                    start=progress.next,
                    tried=progress.tried,
                    spent=progress.spent,
                    hold=self._hold,
                    stop=self._stop,
                )
            )
        cut = self._person.wants_out and ended.state in {RunState.RUNNING, RunState.UNKNOWN}
        return Ended(RunState.ABORTED, ended.why, ended.position) if cut else ended

    def _ask(self, position: int) -> None:
        """A question of the runbook."""
        step = self._plan.steps[position]
        assert isinstance(step.action, Ask)  # noqa: S101 - the engine asks for no other
        answers = {"y": (Result.OK, "yes"), "n": (Result.FAILED, "no")}
        try:
            typed = self._person.choose(one_line(step.action.question), {"y": "yes", "n": "no"}, step.timeout)
        except KeyboardInterrupt:
            return
        result, said = answers[typed] if typed else (Result.TIMED_OUT, "nobody answered in time")
        self._journal.finish_step(position, Outcome(result, said, "", 0.0), None)

    def _how_on(self, ended: Ended) -> str | None:
        """What the person says of a step of which nobody knows or, where the runbook wants that, of one that failed."""
        unknown = ended.state is RunState.UNKNOWN
        asks = unknown or (ended.state is RunState.FAILED and self._plan.on_failure == "ask")
        if self._person.wants_out or not asks or not self._person.present:
            return None
        choices = {"r": "it ran, go on" if unknown else "go on", "a": "start it again", "s": "stop"}
        if progress_of(self._plan, self._journal.records).to_undo:
            choices["u"] = "undo"
        try:
            return self._person.choose(f"{ended.why}. How does it go on?", choices)
        except KeyboardInterrupt:
            return None

    def _settle(self, *, ran: bool) -> None:
        progress = progress_of(self._plan, self._journal.records)
        for record in filter(None, (progress.caught, progress.failed)):
            # On a person's word it starts again, and until then nothing is known of it.
            self._journal.declare(record, StepState.DECLARED if ran else StepState.UNKNOWN)

    def _take_back(self, ended: Ended) -> Ended:
        positions = progress_of(self._plan, self._journal.records).to_undo
        if not positions:
            return ended
        self._took_back = True
        self._stop = threading.Event()  # what was cut is over; another Ctrl-C cuts the undo
        with self._journal.drawing():
            back = self._off_the_main_thread(
                lambda: take_back(
                    self._plan, self._journal, self._surroundings, positions, hold=self._hold, stop=self._stop
                )
            )
        state = RunState.FAILED if back.state is RunState.UNDOING else back.state
        return Ended(state, "; ".join(filter(None, (ended.why, back.why))))

    # -- how it ended ---

    def _verdict(self) -> tuple[Ended, Verdict | None]:
        readings = self._read(verify)
        for each in readings:
            sign, style = ("✔", "green") if each.outcome.ok else ("✖", "red")
            said = f" {each.id}  {each.outcome.said} · {seconds(each.outcome.seconds)}"
            self._console.print(Text.assemble((sign, style), said), soft_wrap=True)
        verdict = verdict_of(self._plan, readings)
        if verdict is not None:
            return Ended(RunState.SUCCEEDED, ""), verdict
        if self._person.wants_out:
            return Ended(RunState.ABORTED, "every step was done; whether it worked was not looked at"), None
        return Ended(RunState.UNKNOWN, "whether it worked could not be read"), None

    def _end(self, ended: Ended, verdict: Verdict | None, took: float) -> None:
        good = verdict in {Verdict.FIXED, Verdict.DONE}
        style = _GOOD if good else _DOUBTFUL if ended.state is RunState.UNKNOWN else _BAD
        self._say(f"\n{verdict or ended.state.upper()} · plan {self._plan.hash[:SHORT]} · {seconds(took)}", style)
        if ended.why:
            self._say(ended.why)
        if self._took_back and ended.state is not RunState.UNDONE:
            self._say("NOT UNDONE. Something is half done now; look at it by hand.", _BAD)

    # -- the terminal and its signals ---

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Ctrl-C and a polite kill end what is under way, and not the process: the runbook says what follows."""

        def interrupt(_signal: int, _frame: object) -> None:
            self._stop.set()
            self._person.interrupt()

        before = [(each, signal.signal(each, interrupt)) for each in _ENDING]
        try:
            yield
        finally:
            for each, handler in before:
                signal.signal(each, handler)

    def _off_the_main_thread(self, work: Callable[[], T]) -> T:
        """Signals are heard in the main thread alone, and it has to be free for them."""
        with ThreadPoolExecutor(1, "run") as pool:
            return pool.submit(work).result()

    def _read(self, what: Callable[..., tuple[Reading, ...]]) -> tuple[Reading, ...]:
        with self._console.status("Looking …"):
            return self._off_the_main_thread(lambda: what(self._plan, self._surroundings, stop=self._stop))

    def _part(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            self._say(f"\n{title}", "bold")
        for line in lines:
            self._say(f"  {line}".rstrip())

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style), soft_wrap=True)
