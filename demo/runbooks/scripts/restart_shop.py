#!/usr/bin/env python3
"""Ends the shop if it runs (asked first, killed after RUNBOOK_GRACE seconds) and starts a new one, detached.

SHOP_HOME is the shop's folder: shop.pid is locked by the shop for as long as it lives, start.json says how to start it.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

home = Path(os.environ["SHOP_HOME"])
grace = float(os.environ["RUNBOOK_GRACE"])


def running() -> int | None:
    """The process id from the file, as long as that process holds the file's lock: a number alone may be another's."""
    with (home / "shop.pid").open("a+") as pidfile:
        try:
            fcntl.flock(pidfile, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pidfile.seek(0)
            return int(pidfile.read() or 0) or None
    return None


def gone_within(seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


old = running()
if old is None:
    print("the shop was not running")
else:
    os.kill(old, signal.SIGTERM)
    how = "ended when asked"
    if not gone_within(grace):
        os.kill(old, signal.SIGKILL)
        how = f"did not end within {grace:g} s and was killed"
        if not gone_within(5):
            sys.exit(f"the shop, process {old}, cannot be ended")
    print(f"the old shop, process {old}, {how}")

with (home / "shop.log").open("ab") as log:
    new = subprocess.Popen(
        json.loads((home / "start.json").read_text()),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # it outlives this script, the bot and the terminal
    )
deadline = time.monotonic() + 10
while running() != new.pid:
    if new.poll() is not None:
        sys.exit(f"the new shop ended at once with exit code {new.returncode}; see {home / 'shop.log'}")
    if time.monotonic() > deadline:
        sys.exit("the new shop does not come up")
    time.sleep(0.05)
print(f"a new shop is running, process {new.pid}")
