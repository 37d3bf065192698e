"""`app.py detect LOGFILE…`: trouble in logs, one alert in JSON a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.detect.blocks import STDIN, blocks
from bot.detect.scan import Scan
from bot.detect.second_look import SecondLook
from bot.detect.told import alert
from bot.detect.unnamed import Unnamed
from bot.errors import InputError
from bot.runbooks.masking import Mask
from bot.withheld import secret_values

DONE, BAD_INPUT = 0, 2


def detect(
    logs: Sequence[str],
    *,
    service: str | None,
    environ: Mapping[str, str],
    now: Callable[[], datetime],
    look: SecondLook | None = None,
) -> int:
    """Prints what it finds, in the order of the files; `-` is standard input. `service`: whose logs they are.

    `look`: the language model's, at errors that no rule has a name for. Gives the exit status: 0 when every log was
    read, whether or not there is trouble in it, and 2 when one could not be; the others were read all the same.
    """
    known = Mask(secret_values(environ))
    status = DONE
    for log in logs:
        unnamed = Unnamed()
        scan = Scan(now(), unnamed if look is not None else None)
        try:
            for block in blocks(log):
                scan.feed(block)
        except InputError as wrong:
            sys.stderr.write(f"{wrong}\n")
            status = BAD_INPUT
        for finding in scan.found(look.recognised(unnamed.often()) if look is not None else ()):
            where = "standard input" if log == STDIN else str(Path(log).absolute())
            sys.stdout.write(json.dumps(alert(finding, where, service, known)) + "\n")
        sys.stdout.flush()
    return status
