"""`app.py runbook run`: a runbook started by hand in a terminal, from the first question to the verdict.

There is no store behind it, and so none of what Slack's way has: no approvals by others, no locks, no cooldowns, and
nothing that goes on after a crash. What is sealed, checked, run, undone and verified is the same.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bot.errors import InputError, PlanError, SecretMissing
from bot.model import Ask, Notify, Outcome, Plan, Result
from bot.runbooks.described import in_full, one_line
from bot.runbooks.format import Runbook
from bot.runbooks.plan import fill, seal
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings, secrets_of
from bot.runbooks.terminal.by_hand import Session
from bot.runbooks.terminal.commands import DONE, NO, find, given, left_out, missing
from bot.runbooks.terminal.person import Person
from bot.runbooks.values import refusal


def run_by_hand(
    shelf: Shelf, id: str, values: Sequence[str], *, yes: bool, observe: bool, environ: Mapping[str, str]
) -> int:
    """Asks for what is missing, shows the evidence and the plan, and after a yes runs it. Gives the exit status.

    Raises InputError for what cannot be run as it was asked for; nothing has been started then.
    """
    if observe:
        raise InputError("MODE is observe, and so nothing is run. `runbook plan` shows what would be.")
    runbook = find(shelf.library(), id)
    person = Person()
    try:
        params = fill(runbook, None, completed(runbook, given(values), person))
        plan = seal(runbook, params, shelf.folder)
        secrets_of(plan, environ)
    except (PlanError, SecretMissing) as refused:
        raise InputError(str(refused)) from refused
    _can_be_asked(plan, person, yes=yes)
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="plantao-") as scratch:
        done = Session(plan, console, person, Surroundings(Path(scratch), environ, not_posted)).go(
            [*in_full(plan, params), *left_out(runbook)], yes=yes
        )
    return DONE if done.good else NO


def completed(runbook: Runbook, values: dict[str, str], person: Person) -> dict[str, str]:
    """The values and, for those that are missing, what the person types. Raises InputError when nobody does."""
    lacking = missing(runbook, values)
    if lacking and not person.present:
        raise InputError(*lacking.values())
    for name in lacking:
        spec = runbook.params[name]
        hint = f" ({spec.description})" if spec.description else ""
        while True:
            try:
                value = person.ask(f"{name}{hint}: ")
            except KeyboardInterrupt:
                value = None
            if value is None:
                raise InputError(f"No value for {name}; nothing was run.")
            why = refusal(spec, value)
            if why is None:
                break
            person.tell(f"{name} {why}")
        values[name] = value
    return values


def _can_be_asked(plan: Plan, person: Person, *, yes: bool) -> None:
    if person.present:
        return
    if any(isinstance(step.action, Ask) for step in plan.steps):
        raise InputError(f"{plan.runbook} asks a person while it runs; start it in a terminal.")
    if not yes:
        raise InputError("Nobody can say yes here: read the plan with `runbook plan`, and start it with --yes.")


def not_posted(notify: Notify, _step: str, _timeout: float, _stop: threading.Event) -> Outcome:
    said = f"not posted, as there is no Slack here: #{notify.channel} {one_line(notify.text)}"
    return Outcome(Result.OK, said, "", 0.0)
