#!/usr/bin/env python3
"""The machine's memory: what is left, whether programs wait for it, who holds most, how many were killed for it."""

from pathlib import Path

MIB = 1024

figures = {line.split(":")[0]: int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()}
total, left = figures["MemTotal"], figures["MemAvailable"]
print(f"memory: {(total - left) * 100 // total} % of {total // MIB} MiB used, {left // MIB} MiB available")
if figures["SwapTotal"]:
    used = figures["SwapTotal"] - figures["SwapFree"]
    print(f"swap: {used * 100 // figures['SwapTotal']} % of {figures['SwapTotal'] // MIB} MiB used")
try:
    print(f"waiting for memory: {Path('/proc/pressure/memory').read_text().splitlines()[0]}")
except OSError:
    print("waiting for memory: this kernel does not say")
killed = [line for line in Path("/proc/vmstat").read_text().splitlines() if line.startswith("oom_kill ")]
print(f"killed for want of memory since the machine started: {killed[0].split()[1] if killed else 'not counted'}")

holders = []
for entry in Path("/proc").iterdir():
    if entry.name.isdigit():
        try:
            lines = (entry / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        if "VmRSS" in status:
            size, most = (int(status[key].split()[0]) // MIB for key in ("VmRSS", "VmHWM"))
            holders.append((size, most, int(entry.name), status["Name"]))
for size, most, pid, name in sorted(holders, reverse=True)[:8]:
    print(f"  process {pid} {name}: {size} MiB, never more than {most} MiB")
