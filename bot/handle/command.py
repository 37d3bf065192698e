"""`app.py handle FILE`: the alerts of a file, one after the other, and the exit status."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.alert_files import read_file
from bot.handle.handling import Handling, Place, summed_up
from bot.handle.incident import Incident, Status
from bot.handle.records import Records
from bot.runbooks.terminal.person import Person

DONE, NO = 0, 1


def handle(name: str, place: Place, *, log: Path | None, result: Path | None) -> int:
    """Gives the exit status: 0 when all of them ended well, or there was nothing to do, and 1 otherwise.

    Raises InputError, before anything was done, for a file that cannot be read and for records that cannot be kept.
    """
    filed = read_file(name)
    summary = place.environ.get("GITHUB_STEP_SUMMARY")
    records = Records(log, result, Path(summary) if summary else None)
    console, person = Console(highlight=False), Person()
    incidents: list[Incident] = []
    for each in filed:
        incident = Handling(each, place, console, person).go()
        incidents.append(incident)
        summed_up(incident, console)
        records.add(incident)
        if incident.status is Status.ABORTED:
            break
    records.finish(incidents)
    for line in records.told():
        console.print(Text(line), soft_wrap=True)
    return DONE if records.kept and all(each.status.good for each in incidents) else NO
