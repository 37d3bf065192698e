"""The commands that work from files: `python -m tests.command_line detect …`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from bot.classify import weigh
from bot.classify_command import classify_files
from bot.clock import utc_now
from bot.detect import command as detection
from bot.errors import InputError
from bot.handle import command as handling
from bot.handle.handling import Place
from bot.logs import set_up_logs
from bot.runbooks.shelf import Shelf

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def detect(
    logs: Annotated[list[str], typer.Argument(metavar="LOGFILE…")],
    service: Annotated[str | None, typer.Option(help="Whose logs they are.")] = None,
) -> None:
    """Trouble in logs, one alert in JSON a line."""
    raise typer.Exit(detection.detect(logs, service=service, environ=os.environ, now=utc_now))


@app.command()
def classify(
    files: Annotated[list[str], typer.Argument(metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, in the order of the files.")] = False,
) -> None:
    """What an alert or a Slack message in a file is taken for."""
    shelf = _shelf()
    library = shelf.library()
    raise typer.Exit(
        classify_files(
            files, as_json=as_json, classify=lambda alert: weigh.classify(alert, library, ()), library=library
        )
    )


@app.command()
def handle(
    file: str,
    approve: Annotated[bool, typer.Option("--approve", help="Run low and medium risk without asking.")] = False,
    result: Annotated[Path | None, typer.Option(help="Where the result is written.")] = Path("incident-result.json"),
    history: Annotated[Path | None, typer.Option("--log", help="Where a line is added.")] = Path("logs/incidents.log"),
) -> None:
    """An alert from a file, handled here and now: classified, planned, asked about, run and verified."""
    found = settings.load(os.environ, None, slack=False)
    shelf = _shelf()
    place = Place(
        shelf=shelf,
        classify=lambda alert: weigh.classify(alert, shelf.library(), ()),
        environ=os.environ,
        now=utc_now,
        approve=approve,
        observe=found.mode == "observe",
    )
    raise typer.Exit(handling.handle(file, place, log=history, result=result))


def _shelf() -> Shelf:
    return Shelf(settings.load(os.environ, None, slack=False).runbooks_dir)


@app.callback()
def main() -> None: ...


def run() -> int:
    set_up_logs("console")
    try:
        app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except InputError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(run())
