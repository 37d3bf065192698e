#!/usr/bin/env python3
"""How busy, how full and how hot this machine's graphics cards are, by nvidia-smi. Reads only.

RUNBOOK_GPU_MOST         per cent that a card may be busy, over three looks (90); 0 leaves the cards out
RUNBOOK_GPU_MEMORY_MOST  per cent of a card's memory that may be used (95: many servers take nearly all at their start)
RUNBOOK_GPU_HOT          degrees Celsius that it may have (85)
RUNBOOK_REPORT           optional: a file that gets the result as a line too

Ends with 0, also where there is no nvidia-smi and no card; with 3 when something is above what it may be; with 1 when
the cards do not answer.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ASKED = "index,name,utilization.gpu,memory.used,memory.total,temperature.gpu"
LOOKS, BETWEEN = 3, 0.5  # one look is of a moment: a single batch is 100 %


def main() -> int:
    most, full, hot = (
        int(os.environ.get(f"RUNBOOK_{name}") or usual)
        for name, usual in (("GPU_MOST", 90), ("GPU_MEMORY_MOST", 95), ("GPU_HOT", 85))
    )
    if most == 0:
        return tell("skip", "they are left out")
    if shutil.which("nvidia-smi") is None:
        if Path("/proc/driver/nvidia").exists():
            sys.exit("there is a card, and no nvidia-smi on the bot's PATH; install nvidia-utils, or set gpu_most to 0")
        return tell("skip", "no nvidia-smi here, and no card that it would know")
    looks = []
    for at in range(LOOKS):
        if at:
            time.sleep(BETWEEN)
        looks.append(cards())
    wrong = []
    for index, last in looks[-1].items():
        name, _, used, total, heat = last
        busy = [look[index][1] for look in looks if index in look]
        # What a card does not tell ([N/A]) is None, and within its limit.
        share = mean(busy)
        memory = 100 * used / total if used is not None and total else None
        readings = [("busy", share, most, "%"), ("memory", memory, full, "%"), ("heat", heat, hot, "°C")]
        said = [f"{what} {'?' if value is None else f'{value:.0f}'} {unit}" for what, value, _, unit in readings]
        high = [what for what, value, limit, _ in readings if value is not None and value > limit]
        print(f"card {index} {name}: {', '.join(said)}{'  TOO HIGH: ' + ', '.join(high) if high else ''}")
        wrong += [f"card {index} {what}" for what in high]
    return tell("look", ", ".join(wrong)) if wrong else tell("ok", f"{len(looks[-1])} within")


def cards() -> dict[str, tuple[str, float | None, float | None, float | None, float | None]]:
    """Each card's name, per cent busy, MiB used, MiB in all, degrees; by its number."""
    argv = ["nvidia-smi", f"--query-gpu={ASKED}", "--format=csv,noheader,nounits"]
    asked = subprocess.run(argv, capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        said = (asked.stderr or asked.stdout).strip()[:300]
        sys.exit(f"nvidia-smi cannot ask the cards: {said}. A card that fell off needs the machine's restart.")
    found = {}
    for line in filter(None, asked.stdout.splitlines()):
        index, name, *figures = (part.strip() for part in line.split(","))
        busy, used, total, heat = (number(each) for each in figures[-4:])
        found[index] = (name, busy, used, total, heat)
    if not found:
        sys.exit("nvidia-smi names no card; look at the driver's messages: journalctl --dmesg --grep=NVRM")
    return found


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def tell(result: str, said: str) -> int:
    line = f"{result:<5} graphics: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
