#!/usr/bin/env python3
"""Which processes hold the memory of this machine's graphics cards, the largest first, and whose. Reads only."""

import pwd
import subprocess
import sys
from pathlib import Path


def whose(pid: str) -> str:
    """The user, and the unit or container that it belongs to."""
    home = Path("/proc") / pid
    try:
        uid = home.stat().st_uid
        group = (home / "cgroup").read_text().splitlines()[-1].rpartition("/")[2]
    except (OSError, IndexError):
        return "of another machine, or gone: memory that nobody gives back"
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    return f"of {user}, in {group or 'no unit'}"


argv = ["nvidia-smi", "--query-compute-apps=pid,process_name,used_memory", "--format=csv,noheader,nounits"]
try:
    asked = subprocess.run(argv, capture_output=True, text=True, check=False)
except OSError as wrong:
    sys.exit(f"nvidia-smi cannot be run here: {wrong.strerror}")
if asked.returncode != 0:
    sys.exit(f"nvidia-smi cannot ask the cards: {(asked.stderr or asked.stdout).strip()[:300]}")
rows = []
for line in filter(None, asked.stdout.splitlines()):
    pid, _, rest = line.partition(",")
    name, _, used = rest.rpartition(",")  # a name may hold commas
    rows.append((int(used) if used.strip().isdigit() else 0, pid.strip(), Path(name.strip()).name))
for used, pid, name in sorted(rows, reverse=True):
    print(f"process {pid} {name}: {used or '?'} MiB, {whose(pid)}")
print(f"{len(rows)} processes use a card")
