"""Is the shop running, whoever started it, and ending it."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from demo.shop import PIDFILE

RESTART = Path(__file__).parent / "runbooks" / "scripts" / "restart_shop.py"
START = "start.json"  # what to run to start the shop: the part of a systemd unit


def prepare(home: Path, port: int, limit_mb: int, warm_up: float = 0.0) -> None:
    """Writes down how the shop is started, for whoever starts it; each time it is healthy after `warm_up` seconds."""
    shop = Path(__file__).parent / "shop.py"
    argv = [sys.executable, str(shop), "--home", str(home), "--port", str(port), "--limit", str(limit_mb)]
    (home / START).write_text(json.dumps([*argv, "--warm-up", str(warm_up)]))


def start(home: Path) -> None:
    """Starts the shop the way the runbook does. Raises CalledProcessError when the script fails."""
    subprocess.run(
        [sys.executable, str(RESTART)],
        env={"SHOP_HOME": str(home), "RUNBOOK_GRACE": "5"},
        check=True,
        capture_output=True,
        timeout=30,
    )


def running(home: Path) -> int | None:
    """The shop's process id, or None when it is not running."""
    try:
        with (home / PIDFILE).open() as pidfile:
            try:
                fcntl.flock(pidfile, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(pidfile.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def gone(home: Path, pid: int, within: float) -> bool:
    """Whether that process is gone, waited for `within` seconds: of a dying one, connections break before locks do."""
    deadline = time.monotonic() + within
    while running(home) == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(home: Path, grace: float = 3.0) -> None:
    """Ends the shop, also one that a runbook started: asked first, then killed after `grace` seconds."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        pid = running(home)
        if pid is None:
            return
        os.kill(pid, how)
        gone(home, pid, grace)
