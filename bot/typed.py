"""Commands that need no Slack: alerts from files, and trouble in logs. As they are typed; what they do is elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.at_hand import at_hand
from bot.classify.language_model import language_model
from bot.classify.weigh import classifier
from bot.classify_command import classify_files
from bot.clock import utc_now
from bot.detect import command as detection
from bot.detect.second_look import second_look
from bot.handle import command as handling
from bot.handle.handling import Place
from bot.logs import set_up_logs
from bot.settings import Provider
from bot.withheld import secret_values


def classify(
    files: Annotated[list[str], typer.Argument(metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, in the order of the files.")] = False,
) -> None:
    """What an alert or a Slack message in a file is taken for. `-` is standard input."""
    found, shelf, policy = at_hand()
    set_up_logs(found.log_format)  # what is printed is for programs
    library = shelf.library()
    raise typer.Exit(
        classify_files(files, as_json=as_json, classify=classifier(shelf.library, policy), library=library)
    )


def handle(
    file: str,
    llm: Annotated[Provider | None, typer.Option(help="Who is asked where no rule decides.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Run low and medium risk without asking.")] = False,
    result: Annotated[Path | None, typer.Option(help="Where the result is written.")] = Path("incident-result.json"),
    history: Annotated[Path | None, typer.Option("--log", help="Where a line is added.")] = Path("logs/incidents.log"),
) -> None:
    """An alert from a file, handled here and now: classified, planned, asked about, run and verified."""
    found, shelf, policy = at_hand(llm)
    set_up_logs(found.log_format)
    place = Place(
        shelf=shelf,
        classify=classifier(shelf.library, policy, language_model(found, secrets=secret_values(os.environ))),
        environ=os.environ,
        now=utc_now,
        approve=approve,
        observe=found.mode == "observe",
    )
    raise typer.Exit(handling.handle(file, place, log=history, result=result))


def detect(
    logs: Annotated[list[str], typer.Argument(metavar="LOGFILE…")],
    service: Annotated[str | None, typer.Option(help="Whose logs they are.")] = None,
    llm: Annotated[Provider | None, typer.Option(help="Who is asked about errors that no rule names.")] = None,
) -> None:
    """Trouble in logs, one alert in JSON a line, as `handle` takes it. `-` is standard input."""
    found, _, _ = at_hand(llm)
    set_up_logs(found.log_format)  # what is printed is for programs
    look = second_look(found, os.environ)
    raise typer.Exit(detection.detect(logs, service=service, environ=os.environ, now=utc_now, look=look))
