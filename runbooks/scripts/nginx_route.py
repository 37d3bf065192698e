#!/usr/bin/env python3
"""Adds a route to a file that a map of nginx includes, or takes it out. Nothing is tested or reloaded here.

RUNBOOK_ROUTE: its path. RUNBOOK_DO: add or remove. RUNBOOK_FILE: lines of the form `/path 0;`, under the folder of
RUNBOOK_CONFIG. The file as it was is kept beside it as .FILE.before, for nginx_restore.py.
"""

import os
import re
import shutil
import sys
from pathlib import Path


def main() -> None:
    file, route = Path(os.environ["RUNBOOK_FILE"]), os.environ["RUNBOOK_ROUTE"]
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    if not file.exists():
        sys.exit(f"there is no {file}; make it empty, and let nginx's map include it as the runbook's text says")
    if Path(os.environ["RUNBOOK_CONFIG"]).parent not in file.parents:
        sys.exit(f"{file} lies outside the folder of {os.environ['RUNBOOK_CONFIG']}; it is not changed")
    lines = file.read_text().splitlines()
    if other := [line for line in lines if not re.fullmatch(r"\s*(#.*|/\S+\s+0\s*;\s*(#.*)?)?", line)]:
        sys.exit(f"{file} holds more than routes, so it is not changed; there is, among others: {other[0][:60]}")
    its_own = [line for line in lines if line.split()[:1] == [route]]
    if os.environ["RUNBOOK_DO"] == "add":
        if its_own:
            print(f"{route} is cached already")
            return
        after = [*lines, f"{route} 0;"]
    else:
        if not its_own:
            sys.exit(
                f"{route} is not in {file}; there is: {', '.join(line.split()[0] for line in lines if line) or '-'}"
            )
        after = [line for line in lines if line not in its_own]
    shutil.copy2(file, before)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text("".join(f"{line}\n" for line in after))
    fresh.chmod(file.stat().st_mode & 0o777)
    fresh.replace(file)
    print(f"{route} {'is added to' if len(after) > len(lines) else 'is taken out of'} {file}")


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
