"""One alert, from what it says to whether it is fixed, in front of a person or in a pipeline."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.alert_files import FiledAlert
from bot.classify.weigh import RULE
from bot.classify_command import Classify, candidates, reasons
from bot.errors import InputError, PlanError, SecretMissing
from bot.handle.incident import Incident, Status, did, status_of
from bot.model import AlertStatus, Ask, Classification, Param, Plan
from bot.runbooks.described import in_full
from bot.runbooks.format import Runbook
from bot.runbooks.masking import Mask
from bot.runbooks.plan import fill, known_values, seal
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings, secrets_of
from bot.runbooks.terminal.by_hand import Performed, Session
from bot.runbooks.terminal.person import Person
from bot.runbooks.terminal.start import completed, not_posted
from bot.runbooks.told import before_and_after, seconds
from bot.withheld import secret_values, seen

_GOOD, _BAD = "bold green", "bold red"
_NOT_AGAINST_RESOLVED = "`alert: resolved` is left out of verify: no tool says here when the alert is over."


@dataclass(frozen=True)
class Place:
    """What alerts are handled with. `approve`: low and medium risk is run without asking. `observe`: nothing is run."""

    shelf: Shelf
    classify: Classify
    environ: Mapping[str, str]
    now: Callable[[], datetime]
    approve: bool
    observe: bool


class Handling:
    """One alert."""

    def __init__(self, filed: FiledAlert, place: Place, console: Console, person: Person) -> None:
        self._filed, self._place = filed, place
        self._console, self._person = console, person
        self._plan: Plan | None = None
        self._runbook: str | None = None
        self._performed = Performed()
        self._read = ""  # the language model's sentence, as its own

    def go(self) -> Incident:
        """Everything that is done about it, told as it goes. Raises nothing that the alert could be the cause of."""
        began, started = self._place.now(), time.monotonic()
        self._show()
        found = self._place.classify(self._filed.alert)
        self._read = f"{found.summary_by} reads: {found.summary}" if found.summary else ""
        said = [f"  {self._read}"] if self._read else []
        self._part("Classified", [f"  {found.category} · {found.severity}", *reasons(found), *said])
        status, why = self._respond(found)
        return self._incident(found, status, why, began, time.monotonic() - started)

    def _respond(self, found: Classification) -> tuple[Status, str]:
        """What becomes of it, and why when that needs saying."""
        match self._filed.alert.status:
            case AlertStatus.NONE:
                return Status.NO_ALERT, "it reports nothing"
            case AlertStatus.RESOLVED:
                return Status.NOTHING_TO_DO, "the alert is over"
            case AlertStatus.INFO:
                return Status.NOTHING_TO_DO, "it reports no trouble"
        library = self._place.shelf.library()
        runbook = library.runbooks.get(found.runbook or "")
        if runbook is None:
            closest = ", ".join(
                f"{id} ({score:.2f})" for id, score in candidates(self._filed.alert, found, library)[:3]
            )
            return Status.NO_RUNBOOK, f"no runbook fits{f'; closest: {closest}' if closest else ''}"
        self._runbook = runbook.id
        if not runbook.steps:
            return Status.NO_RUNBOOK, f"{runbook.id} has no steps; read it with `runbook show {runbook.id}`"
        try:
            plan, params = self._sealed(runbook)
        except (PlanError, SecretMissing, InputError) as refused:
            return Status.NOT_RUN, str(refused).replace("\n", "; ")
        self._plan = plan
        # Words of an alert may have led a model or a ranking to it, and must not choose what runs on nobody's word.
        by_rule = found.by == RULE
        yes = self._place.approve and by_rule and plan.risk != "high" and plan.approval.required < 2
        if obstacle := self._obstacle(plan, yes=yes, by=None if by_rule else found.by):
            self._part("Plan", [f"  {line}".rstrip() for line in in_full(plan, params)])
            return Status.NOT_RUN, obstacle
        return self._perform(plan, params, left_out=any(entry.alert for entry in runbook.verify), yes=yes)

    def _sealed(self, runbook: Runbook) -> tuple[Plan, tuple[Param, ...]]:
        """With the alert's values and, for what is missing, a person's."""
        known = known_values(runbook, self._filed.alert)
        asked = completed(runbook, dict(known), self._person)
        params = fill(runbook, self._filed.alert, {name: asked[name] for name in asked.keys() - known.keys()})
        plan = seal(runbook, params, self._place.shelf.folder)
        secrets_of(plan, self._place.environ)
        return plan, params

    def _obstacle(self, plan: Plan, *, yes: bool, by: str | None) -> str | None:
        """Why it cannot be run here, whoever would like that. `by`: who chose it, when no rule did."""
        if self._place.observe:
            return "MODE is observe, and so nothing is run"
        if self._person.present:
            return None
        if any(isinstance(step.action, Ask) for step in plan.steps):
            return f"{plan.runbook} asks a person while it runs; start it in a terminal"
        if yes:
            return None
        if not self._place.approve:
            return "nobody can say yes here; start it in a terminal, or with --approve"
        if by is not None:
            return f"no rule names it ({by} chose it), and --approve is for what a rule names; start it in a terminal"
        if plan.risk == "high":
            return "its risk is high, and --approve is for low and medium; start it in a terminal"
        return f"it needs {plan.approval.required} people, and --approve is one; start it in a terminal"

    def _perform(self, plan: Plan, params: Sequence[Param], *, left_out: bool, yes: bool) -> tuple[Status, str]:
        shown = [*in_full(plan, params), *(["", _NOT_AGAINST_RESOLVED] if left_out else [])]
        with tempfile.TemporaryDirectory(prefix="plantao-") as scratch:
            surroundings = Surroundings(Path(scratch), self._place.environ, not_posted)
            self._performed = Session(plan, self._console, self._person, surroundings).go(shown, yes=yes)
        return status_of(self._performed), self._performed.why

    # -- told ---

    def _show(self) -> None:
        alert = self._filed.alert
        told = [("from", alert.source), ("status", str(alert.status)), ("level", alert.severity_hint or "")]
        told += [*alert.labels.items(), *self._filed.facts, *((link.title, link.url) for link in alert.links)]
        width = max(len(key) for key, _ in told)
        summary = [f"  {line}" for line in alert.summary.splitlines()[:20]]
        self._say(f"\nAlert {self._filed.id} · {alert.name}", "bold")
        for line in [*summary, *(f"  {key:<{width}}  {value}" for key, value in told if value)]:
            self._say(line)

    def _incident(self, found: Classification, status: Status, why: str, began: datetime, took: float) -> Incident:
        alert, plan, performed = self._filed.alert, self._plan, self._performed
        known = Mask(secret_values(self._place.environ))
        steps = plan.steps if plan else ()
        done = [each for each in performed.steps if did(each.state)]
        says = [steps[each.position].say or steps[each.position].id for each in done]
        return Incident(
            began=began,
            alert_id=self._filed.id,
            name=seen(alert.name, 200, known),
            summary=seen(alert.summary, 1000, known),
            read=seen(self._read, 400, known),
            category=found.category,
            severity=found.severity,
            status=status,
            why=seen(why, 1000, known),
            runbook=self._runbook,
            executed=plan.runbook if plan and performed.steps else None,
            plan=plan.hash if plan else None,
            actions=tuple(f"Undone: {say}" if each.undo else say for each, say in zip(done, says, strict=True)),
            before_after=tuple(before_and_after(plan, performed.before, performed.after) if plan else ()),
            seconds=took,
        )

    def _part(self, title: str, lines: Sequence[str]) -> None:
        self._say(f"\n{title}", "bold")
        for line in lines:
            self._say(line)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style), soft_wrap=True)


def summed_up(incident: Incident, console: Console) -> None:
    """The last words about an alert."""
    rows = [
        ("alert", incident.alert_id),
        ("type", str(incident.category)),
        ("runbook", incident.runbook or "none"),
        ("status", incident.status.words),
        ("why", incident.why),
        *(("done" if at == 0 else "", action) for at, action in enumerate(incident.actions)),
        ("duration", seconds(incident.seconds)),
    ]
    console.print(Text("\nSummary", "bold"), soft_wrap=True)
    for key, value in rows:
        style = (_GOOD if incident.status.good else _BAD) if key == "status" else ""
        if value:
            console.print(Text.assemble(f"  {key:<9} ", (value, style)), soft_wrap=True)
