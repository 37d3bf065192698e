#!/usr/bin/env python3
"""The machine in one look: load beside its cores, what it waits for, memory, disks, who takes most. Read-only."""

import os
import shutil
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
OVER = 0.5  # seconds; long enough to see who is busy now, and not since the machine started


def spent() -> dict[int, tuple[int, int, str]]:
    """Process → ticks of processor time, bytes in memory, name."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            except (FileNotFoundError, ProcessLookupError):
                continue
            stat = rest.split()
            found[int(entry.name)] = (int(stat[11]) + int(stat[12]), int(stat[21]) * os.sysconf("SC_PAGE_SIZE"), name)
    return found


def shares() -> list[int]:
    return [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]


cores = os.cpu_count() or 1
load = Path("/proc/loadavg").read_text().split()
print(f"load {load[0]} {load[1]} {load[2]} on {cores} cores, processes that run now: {load[3]}")
then, cpu = spent(), shares()
time.sleep(OVER)
now, after = spent(), shares()
parts = [(b - a) * 100 // max(sum(after) - sum(cpu), 1) for a, b in zip(cpu, after, strict=True)]
print(
    f"processor: {parts[0] + parts[1]} % programs, {parts[2]} % kernel, {parts[4]} % waits for disks, "
    f"{parts[7]} % taken by other machines on the host"
)
for kind in ("cpu", "io"):
    try:
        print(f"waiting, {kind}: {Path(f'/proc/pressure/{kind}').read_text().splitlines()[0]}")
    except OSError:
        continue
figures = {line.split(":")[0]: int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()}
print(
    f"memory: {100 - figures['MemAvailable'] * 100 // figures['MemTotal']} % of {figures['MemTotal'] // 1024} MiB used"
)
for place in ("/", "/var", "/home"):
    if os.path.ismount(place):
        usage = shutil.disk_usage(place)
        print(f"disk {place}: {usage.used * 100 // usage.total} % used, {usage.free // 1024**2} MiB free")
busy = [(now[pid][0] - then.get(pid, now[pid])[0], pid) for pid in now]
print("most processor time just now:")
for ticks, pid in sorted(busy, reverse=True)[:6]:
    print(f"  process {pid} {now[pid][2]}: {ticks * 100 / TICK / OVER:.0f} % of a core")
print("most memory:")
for pid in sorted(now, key=lambda pid: -now[pid][1])[:4]:
    print(f"  process {pid} {now[pid][2]}: {now[pid][1] // 1024**2} MiB")
