"""The commands that work from files: `python -m tests.command_line detect …`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.detect import command as detection
from bot.errors import InputError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def detect(
    logs: Annotated[list[str], typer.Argument(metavar="LOGFILE…")],
    service: Annotated[str | None, typer.Option(help="Whose logs they are.")] = None,
) -> None:
    """Trouble in logs, one alert in JSON a line."""
    raise typer.Exit(detection.detect(logs, service=service, environ=os.environ, now=utc_now))


@app.callback()
def main() -> None: ...


def run() -> int:
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
