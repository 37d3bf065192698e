#!/usr/bin/env python3
"""How much memory RUNBOOK_SERVICE holds: its processes together, and how fast they grew. One program, two names.

service_memory notes the figure in the run's folder. service_memory_lower, after a restart, compares with it, and fails
when more than RUNBOOK_KEEPS per cent are still held. With RUNBOOK_MEMORY=graphics it is the memory of graphics cards.
"""

import os
import subprocess
import sys
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
project = os.environ.get("RUNBOOK_PROJECT", "")
graphics = os.environ.get("RUNBOOK_MEMORY") == "graphics"
MIB = 1024**2


def ask(*argv: str) -> str:
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{argv[0]} ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"{argv[0]} cannot be run here: {wrong.strerror}")


def roots() -> list[int]:
    """The first process of each instance; its children are found below it."""
    match platform:
        case "systemd":
            return [int(ask("systemctl", "show", "--property=MainPID", "--value", "--", service) or 0)]
        case "docker":
            return [int(ask("docker", "inspect", "--type", "container", "--format", "{{.State.Pid}}", "--", service))]
        case "compose":
            found = ask("docker", "compose", "--project-name", project, "ps", "--quiet", "--", service).split()
            if not found:
                return []
            return [int(pid) for pid in ask("docker", "inspect", "--format", "{{.State.Pid}}", "--", *found).split()]
        case "process":
            pidfile = Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service / "pid"
            return [int(pidfile.read_text().split()[0])] if pidfile.exists() else []
        case other:
            sys.exit(f"{other} is no platform that is known here")


def on_cards() -> dict[int, int]:
    """Process → bytes that it holds of the cards' memory."""
    argv = ("nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits")
    held: dict[int, int] = {}
    for line in filter(None, ask(*argv).splitlines()):
        pid, used = (word.strip() for word in line.split(","))
        # A process has a line for each card; where the driver does not tell ([N/A]), nothing can be measured.
        if not used.isdigit():
            sys.exit(f"the driver does not tell how much process {pid} holds ({used})")
        held[int(pid)] = held.get(int(pid), 0) + int(used) * MIB
    return held


def tree() -> dict[int, tuple[int, float, str]]:
    """Process → bytes that it holds in memory, seconds that it has lived, name."""
    found: dict[int, tuple[int, float, str]] = {}
    parents: dict[int, int] = {}
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            except (FileNotFoundError, ProcessLookupError):
                continue
            stat = rest.split()
            pid = int(entry.name)
            parents[pid] = int(stat[1])
            age = uptime - int(stat[19]) / os.sysconf("SC_CLK_TCK")
            found[pid] = (int(stat[21]) * os.sysconf("SC_PAGE_SIZE"), age, name)
    below = {root for root in roots() if root in found}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    if graphics:
        held = on_cards()
        return {pid: (held[pid], *found[pid][1:]) for pid in below if pid in held}
    return {pid: found[pid] for pid in below}


note = Path("memory-before")
members = tree()
if not members:
    print(f"{service} holds nothing of the graphics cards" if graphics else f"{service} has no process here")
    sys.exit(3)
held = sum(size for size, _, _ in members.values())
oldest = max(age for _, age, _ in members.values())
print(f"{service}: {held // MIB} MiB in {len(members)} processes, the oldest lives {oldest / 3600:.1f} h")
if oldest > 600:
    print(f"on average {held / MIB / (oldest / 3600):.0f} MiB more in every hour of its life")
for pid, (size, _, name) in sorted(members.items(), key=lambda each: -each[1][0])[:5]:
    print(f"  process {pid} {name}: {size // MIB} MiB")

if Path(sys.argv[0]).stem == "service_memory":
    note.write_text(f"{held}\n")
    sys.exit(0)
try:
    before = int(note.read_text())
except FileNotFoundError:
    sys.exit("what it held before is lost with the run that noted it; compare with the checks of the proposal")
keeps = int(os.environ["RUNBOOK_KEEPS"])
print(f"before: {before // MIB} MiB, now {held * 100 // max(before, 1)} % of it")
if held * 100 > before * keeps:
    sys.exit(f"it holds more than {keeps} % of what it held before; the restart did not give the memory back")
