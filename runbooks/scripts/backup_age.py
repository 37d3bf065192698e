#!/usr/bin/env python3
"""The newest backup: how old, how large, and how that compares with those before it. Reads only.

RUNBOOK_BACKUPS       the folder they are in, with folders below it; may be empty: then nothing is looked at
RUNBOOK_BACKUP_HOURS  how old the newest may be
RUNBOOK_REPORT        optional: a file that gets the result as a line too

Ends with 0, or with 3 when it is too old, empty, or less than half as large as the ones before.
"""

import os
import sys
import time
from pathlib import Path

BESIDE = (".sha256", ".md5", ".sig", ".asc", ".log", ".part", ".tmp")


def main() -> int:
    where, hours = os.environ["RUNBOOK_BACKUPS"], int(os.environ["RUNBOOK_BACKUP_HOURS"])
    if not where:
        return tell("skip", "no folder is given")
    folder = Path(where)
    if not folder.is_dir():
        sys.exit(f"{folder} is no folder. Give the right path as `backups`, or mount it.")
    states = {file: file.stat() for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")}
    found = sorted((each for each in states if not each.name.endswith(BESIDE)), key=lambda each: states[each].st_mtime)
    if not found:
        return tell("look", f"{folder} holds none")
    for file in found[-7:]:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(states[file].st_mtime))
        print(f"{when} {states[file].st_size / 1024**2:>10.2f} MB  {file.name}")
    newest = states[found[-1]]
    age = (time.time() - newest.st_mtime) / 3600
    sizes = sorted(states[file].st_size for file in found[-8:-1])
    usual = sizes[len(sizes) // 2] if sizes else newest.st_size
    said = f"the newest is {age:.1f} h old, {newest.st_size / 1024**2:.2f} MB"
    if age > hours:
        return tell("look", f"{said}; it may be {hours} h old")
    if newest.st_size == 0 or newest.st_size < usual / 2:
        return tell("look", f"{said}, far less than the usual {usual / 1024**2:.2f} MB")
    return tell("ok", said)


def tell(result: str, said: str) -> int:
    line = f"{result:<5} backup: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
