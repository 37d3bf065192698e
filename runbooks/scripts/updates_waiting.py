#!/usr/bin/env python3
"""Which updates wait, and how many of them mend a security fault. Reads only; installs nothing.

RUNBOOK_KINDS    of apt, pip and npm those to ask, with spaces between
RUNBOOK_PROJECT  for pip and npm: the project's folder; pip is that of its .venv when it has one
RUNBOOK_REPORT   a file that gets the result

Ends with 0, or with 3 when a security update waits.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

Update = tuple[str, str, str, bool]  # name, now, new, whether it is for security


def run(*argv: str, cwd: str | Path = "/") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=cwd)
    except FileNotFoundError:
        sys.exit(f"{argv[0]} is not here. Leave its kind out of `kinds`, or install it.")


def apt() -> Iterator[Update]:
    """What `upgrade` would install; its source says whether it is for security."""
    asked = run("apt-get", "--simulate", "--quiet", "upgrade")
    if asked.returncode != 0:
        sys.exit(f"apt-get says: {asked.stderr.strip()[-300:]}")
    for line in asked.stdout.splitlines():
        if found := re.match(r"Inst (\S+) (?:\[(\S+)\] )?\((\S+) ([^)]*)\)", line):
            yield found[1], found[2] or "-", found[3], "security" in found[4].lower()


def pip() -> Iterator[Update]:
    project = Path(os.environ["RUNBOOK_PROJECT"])
    own = project / ".venv" / "bin" / "pip"
    asked = run(str(own) if own.exists() else "pip", "list", "--outdated", "--format", "json", cwd=project)
    if asked.returncode != 0:
        sys.exit(f"pip says: {asked.stderr.strip()[-300:]}")
    for each in json.loads(asked.stdout or "[]"):
        yield each["name"], each["version"], each["latest_version"], False


def npm() -> Iterator[Update]:
    """`npm audit` tells the security faults; it ends with 1 when there are some."""
    asked = run("npm", "audit", "--json", cwd=os.environ["RUNBOOK_PROJECT"])
    try:
        said = json.loads(asked.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        sys.exit(f"npm says: {(asked.stderr or asked.stdout).strip()[-300:]}")
    for name, each in said.items():
        yield name, each.get("range", "?"), each.get("severity", "?"), True


def main() -> int:
    waiting = [(kind, *each) for kind in os.environ["RUNBOOK_KINDS"].split()
               for each in {"apt": apt, "pip": pip, "npm": npm}[kind]()]  # fmt: skip
    urgent = [each for each in waiting if each[4]]
    for kind, name, now, new, security in sorted(waiting, key=lambda each: not each[4])[:25]:
        print(f"{kind}  {name:<32} {now:<20} → {new:<20} {'SECURITY' if security else ''}")
    said = f"{len(waiting)} wait, {len(urgent)} for security"
    print(said)
    with Path(os.environ["RUNBOOK_REPORT"]).open("a") as file:
        file.write(f"{'look' if urgent else 'ok':<5} updates: {said}\n")
    return 3 if urgent else 0


if __name__ == "__main__":
    sys.exit(main())
