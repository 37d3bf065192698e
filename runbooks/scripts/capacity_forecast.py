#!/usr/bin/env python3
"""When will it be full? A straight line through the past of each resource, and the day on which it meets the limit.

RUNBOOK_HISTORY     CSV with the columns day, resource, used and limit (same unit), a row for each day and resource;
                    may be empty: then nothing is looked at
RUNBOOK_DAYS_AHEAD  how many days ahead must still have room
RUNBOOK_FULL        per cent of the limit that count as full
RUNBOOK_REPORT      a file that gets the result

Ends with 0, or with 3 when something is full sooner.
"""

import csv
import datetime
import os
import sys
from collections import defaultdict
from pathlib import Path

FEWEST = 7  # days; a shorter past is no trend


def trend(points: list[tuple[int, float]]) -> float:
    """Units a day, by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def main() -> int:
    path, ahead = os.environ["RUNBOOK_HISTORY"], int(os.environ["RUNBOOK_DAYS_AHEAD"])
    share = int(os.environ["RUNBOOK_FULL"]) / 100
    if not path:
        return tell("skip", "no history is given")
    past, limits = defaultdict(list), {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            for at, row in enumerate(csv.DictReader(file), start=2):
                try:
                    day = datetime.date.fromisoformat(row["day"][:10]).toordinal()
                    past[row["resource"]].append((day, float(row["used"])))
                    limits[row["resource"]] = float(row["limit"])
                except (KeyError, TypeError, ValueError) as wrong:
                    sys.exit(f"{path}:{at}: {wrong}. The columns needed are day, resource, used and limit.")
    except OSError as wrong:
        sys.exit(f"{path} cannot be read: {wrong.strerror}. Give the right path as `history`.")
    soon, short = [], []
    for name, points in sorted(past.items()):
        points.sort()
        if points[-1][0] - points[0][0] < FEWEST:
            short.append(name)
            print(f"{name:<24} only {points[-1][0] - points[0][0]} days are known, no trend")
            continue
        used, grows = points[-1][1], trend(points)
        left = limits[name] * share - used
        days = 0 if left <= 0 else left / grows if grows > 0 else None
        when = "never at this rate" if days is None else f"full in {days:.0f} days" if days < 3650 else "years of room"
        print(f"{name:<24} {100 * used / limits[name]:5.1f} % of {limits[name]:g}, {grows:+.3g} a day, {when}")
        soon += [f"{name} in {days:.0f} days"] if days is not None and days < ahead else []
    if not past or len(short) == len(past):
        sys.exit(f"{path} holds no resource with {FEWEST} days or more. Let it grow, and look again.")
    return (
        tell("look", f"full before {ahead} days: {', '.join(soon)}") if soon else tell("ok", f"room for {ahead} days")
    )


def tell(result: str, said: str) -> int:
    line = f"{result:<5} capacity: {said}"
    print(line)
    with Path(os.environ["RUNBOOK_REPORT"]).open("a") as file:
        file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
