"""`app.py runbook …`: what can be typed, and what `--help` says of it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.at_hand import at_hand
from bot.runbooks.shelf import Shelf
from bot.runbooks.terminal import commands
from bot.runbooks.terminal.start import run_by_hand

runbook_commands = typer.Typer(no_args_is_help=True, help="Runbooks, without Slack.")
Values = Annotated[list[str] | None, typer.Argument(metavar="K=V…", help="Values of its parameters.")]


@runbook_commands.command("list")
def list_runbooks() -> None:
    """Every runbook that can be used."""
    raise typer.Exit(commands.list_all(_shelf()))


@runbook_commands.command("show")
def show_runbook(id: str) -> None:
    """One runbook: its text, parameters, checks, steps, and who may approve it. Markdown where it is piped."""
    raise typer.Exit(commands.show(_shelf(), id))


@runbook_commands.command("lint")
def lint_runbooks() -> None:
    """What is wrong with the runbooks, a line each. Exits with 1 when one cannot be used."""
    raise typer.Exit(commands.lint(_shelf()))


@runbook_commands.command("test")
def replay_cases(ids: Annotated[list[str] | None, typer.Argument(metavar="ID…")] = None) -> None:
    """Replays the cases in the runbooks folder's tests/, of these runbooks or of all. Runs nothing.

    Exits with 1 when a case differs or a runbook with steps has none, and with
    2 when something cannot be read.
    """
    raise typer.Exit(commands.replay_cases(_shelf(), ids or []))


@runbook_commands.command("plan")
def plan_runbook(
    id: str,
    values: Values = None,
    as_json: Annotated[bool, typer.Option("--json", help="The text whose SHA-256 is the plan's hash.")] = False,
) -> None:
    """The sealed plan of a runbook with these values: what would run, and its hash. Runs nothing."""
    raise typer.Exit(commands.plan(_shelf(), id, values or [], as_json=as_json))


@runbook_commands.command("run")
def run_runbook(
    id: str,
    values: Values = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it runs, at high risk neither.")] = False,
) -> None:
    """Runs a runbook here and now: checks, plan, a yes, steps, verify, before and after.

    Asks for values that are missing. Ctrl-C aborts it, and what the runbook
    says for a failure follows. There is no store behind it:
    Slack's locks, cooldowns and approvals do not apply here,
    messages to channels are shown and not posted, and nothing goes on after a
    crash. Exits with 0 when it ends FIXED or DONE, with 1 otherwise, and with
    2 for bad input.
    """
    found, shelf, _ = at_hand()
    raise typer.Exit(run_by_hand(shelf, id, values or [], yes=yes, observe=found.mode == "observe", environ=os.environ))


def _shelf() -> Shelf:
    return at_hand()[1]
