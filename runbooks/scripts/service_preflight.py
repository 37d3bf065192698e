#!/usr/bin/env python3
"""Before RUNBOOK_SERVICE is started: is there room, and is its port free? Changes nothing; fails when something is not.

RUNBOOK_HOST and RUNBOOK_PORT: where it will listen. A port is only asked when the host is this machine.
"""

import os
import shutil
import socket
import sys
from pathlib import Path

LEAST_DISK, LEAST_MEMORY = 5, 10  # per cent free

wrong = []
for place in sorted({"/", "/tmp", "/var", os.environ["HOME"]}):  # noqa: S108 - looked at, not written to
    if Path(place).is_dir():
        usage = shutil.disk_usage(place)
        free = usage.free * 100 // usage.total
        print(f"{place}: {free} % free, {usage.free // 1024**2} MiB")
        if free < LEAST_DISK:
            wrong.append(f"{place} is full; see the runbook disk-full")
figures = {line.split(":")[0]: int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()}
left = figures["MemAvailable"] * 100 // figures["MemTotal"]
print(f"memory: {left} % available")
if left < LEAST_MEMORY:
    wrong.append("there is little memory left; see the runbook clear-memory")

host, port = os.environ["RUNBOOK_HOST"], int(os.environ["RUNBOOK_PORT"])
if host in ("127.0.0.1", "localhost", "::1"):
    with socket.socket() as probe:
        probe.settimeout(3)
        taken = probe.connect_ex((host, port)) == 0
    print(f"port {port}: {'something answers already' if taken else 'free'}")
    if taken:
        wrong.append(f"something answers on port {port} already; it runs, or another program holds the port (ss -ltnp)")
if wrong:
    sys.exit("\n".join(wrong))
