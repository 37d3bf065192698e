#!/usr/bin/env python3
"""Gives RUNBOOK_SERVICE less of the processor when others want it too, or with RUNBOOK_DO=back as much as before.

On systemd the unit gets a CPUWeight of RUNBOOK_WEIGHT until the next start of the machine. Of a process
(SERVICES_DIR/<service>/pid) everything below it becomes nice by at least 10, and what it was is noted in `nice-before`.
Without a service nothing is changed: the checks name the busiest first.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
lower = os.environ["RUNBOOK_DO"] == "lower"
NICE = 10


def systemd() -> None:
    weight = os.environ["RUNBOOK_WEIGHT"] if lower else ""  # empty is what the unit's own file says
    argv = ("systemctl", "set-property", "--runtime", "--", service, f"CPUWeight={weight}")
    try:
        subprocess.run(argv, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"systemctl ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"systemctl cannot be run here: {wrong.strerror}")
    print(f"{service}: CPUWeight={weight or 'its own'}")


def tree(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    below = {root} & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(below)


def process() -> None:
    home = Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service
    note = home / "nice-before"
    try:
        members = tree(int((home / "pid").read_text().split()[0]))
    except FileNotFoundError:
        sys.exit(f"{home}/pid does not exist; the service is not running, or its name is another")
    if not members:
        sys.exit(f"the process that {home}/pid names is gone")
    if lower:
        if note.exists():
            print("it was lowered already")
            return
        before = {pid: os.getpriority(os.PRIO_PROCESS, pid) for pid in members}
        note.write_text(json.dumps(before))
        for pid in members:
            os.setpriority(os.PRIO_PROCESS, pid, max(NICE, before[pid]))  # one that is nicer already stays so
        print(f"{len(members)} processes of {service} are nice by {NICE} or more now")
        return
    if not note.exists():
        print(f"{note} is not there; nothing was lowered")
        return
    noted = json.loads(note.read_text())
    usual = min(noted.values())  # of those that it has started since
    for pid in members:
        try:
            os.setpriority(os.PRIO_PROCESS, pid, noted.get(str(pid), usual))
        except PermissionError:
            sys.exit("only root may take niceness back; restart the service, or ask an administrator: renice")
    note.unlink()
    print(f"{len(members)} processes of {service} are as nice as before")


if not service:
    sys.exit("no service is named, so nothing was changed; the checks show who is busiest: edit the parameter")
match platform:
    case "systemd":
        systemd()
    case "process":
        process()
    case other:
        sys.exit(f"{other} is no platform that is known here")
