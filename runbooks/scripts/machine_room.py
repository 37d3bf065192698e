#!/usr/bin/env python3
"""How full this machine is: disks in bytes and inodes, memory, load. Reads only.

RUNBOOK_DISKS        paths on the file systems to look at, with spaces between
RUNBOOK_DISK_MOST    per cent of a disk that may be used
RUNBOOK_MEMORY_MOST  per cent of the memory that may be used
RUNBOOK_LOAD_MOST    per cent of the processors that may be busy, by the load of the last 15 minutes
RUNBOOK_REPORT       optional: a file that gets the result as a line too

Ends with 0, or with 3 when something is fuller than it may be.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def disks() -> Iterator[tuple[str, float, str]]:
    for path in os.environ["RUNBOOK_DISKS"].split():
        try:
            state = os.statvfs(path)
        except OSError as wrong:
            sys.exit(f"{path}: {wrong.strerror}. Give the right paths as `disks`.")
        # As df counts: what is kept for root is neither used nor free.
        used = state.f_blocks - state.f_bfree
        yield (
            path,
            100 * used / max(used + state.f_bavail, 1),
            f"{state.f_bavail * state.f_frsize / 1024**3:.1f} GB free",
        )
        if state.f_files:
            yield f"{path} inodes", 100 * (1 - state.f_ffree / state.f_files), f"{state.f_ffree} free"


def memory() -> tuple[float, str]:
    facts = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    total, free = (int(facts[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return 100 * (1 - free / total), f"{free / 1024**2:.1f} GB free"


def main() -> int:
    limits = {name: int(os.environ[f"RUNBOOK_{name.upper()}_MOST"]) for name in ("disk", "memory", "load")}
    load = os.getloadavg()[2]
    readings = [(name, used, "disk", said) for name, used, said in disks()]
    readings += [("memory", *memory()[:1], "memory", memory()[1])]
    readings += [("load", 100 * load / (os.cpu_count() or 1), "load", f"{load:.2f} on {os.cpu_count()} processors")]
    wrong = []
    for name, used, kind, said in readings:
        full = used > limits[kind]
        print(f"{name:<24} {used:5.1f} %  of at most {limits[kind]} %  {said}{'  TOO FULL' if full else ''}")
        wrong += [f"{name} {used:.0f} %"] if full else []
    return tell("look", ", ".join(wrong)) if wrong else tell("ok", "disks, memory and load have room")


def tell(result: str, said: str) -> int:
    line = f"{result:<5} machine: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
