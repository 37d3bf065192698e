#!/usr/bin/env python3
"""Makes nginx load its configuration again, and waits until the new one serves: the signal alone promises nothing.

RUNBOOK_CONFIG: nginx's main configuration. Old workers finish what they have begun; nobody is cut off.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 30.0


def main() -> None:
    nginx = ["nginx", "-c", os.environ["RUNBOOK_CONFIG"]]
    master = master_of(nginx)
    before = workers(master)
    if subprocess.run([*nginx, "-s", "reload"], check=False).returncode != 0:
        sys.exit("nginx did not take the reload; is it running?")
    deadline = time.monotonic() + PATIENCE
    while True:
        now = workers(master)
        # One that shuts down takes no more requests.
        old = [pid for pid, title in now.items() if pid in before and "shutting down" not in title]
        if now.keys() - before.keys() and not old:
            print(f"nginx {master} serves with the new configuration")
            return
        if time.monotonic() > deadline:
            sys.exit("nginx goes on with the old configuration; its error log tells why it could not load the new one")
        time.sleep(0.05)


def master_of(nginx: list[str]) -> int:
    shown = subprocess.run([*nginx, "-T", "-q"], capture_output=True, text=True, errors="replace", check=False)
    if shown.returncode != 0:
        sys.exit(f"the configuration is wrong: {shown.stderr.strip()}")
    named = re.findall(r"^\s*pid\s+([^;\s]+)\s*;", shown.stdout, re.MULTILINE)
    built = re.search(r"--pid-path=(\S+)", subprocess.run(["nginx", "-V"], capture_output=True, text=True).stderr)
    file = Path(named[-1] if named else built[1] if built else "/run/nginx.pid")
    try:
        return int(file.read_text())
    except (OSError, ValueError) as wrong:
        sys.exit(f"nginx is not running: {wrong}")


def workers(master: int) -> dict[int, str]:
    """The children that take requests: process → its title, which tells when one is shutting down."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            title = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == master and fields[0] not in "ZX" and "worker process" in title:
            found[int(entry.name)] = title
    return found


if __name__ == "__main__":
    main()
