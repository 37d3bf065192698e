#!/usr/bin/env python3
"""Sums a usage report of paid calls, and compares the days with the budget.

RUNBOOK_USAGE   the report: CSV with a header, or JSON lines; columns day (or time or date), model, and any of calls,
                input_tokens, output_tokens, cost, caller. May be empty: then nothing is looked at.
RUNBOOK_BUDGET  what a day may cost, in the report's currency
RUNBOOK_REPORT  optional: a file that gets the result as a line too

Ends with 0, or with 3 when a day of the last seven cost more than the budget.
"""

import csv
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SHOWN = 8
NUMBERS = ("calls", "input_tokens", "output_tokens", "cost")


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix in (".jsonl", ".ndjson", ".json"):
            yield from (json.loads(line) for line in file if line.strip())
        else:
            yield from csv.DictReader(file)


def read(path: Path) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """day, model, caller and the four numbers of each row; a report that lacks a day or all costs says nothing."""
    for at, row in enumerate(rows(path), start=1):
        day = str(row.get("day") or row.get("date") or row.get("time") or "")[:10]
        try:
            numbers = {name: float(row.get(name) or (name == "calls")) for name in NUMBERS}
        except ValueError as wrong:
            sys.exit(f"{path}, entry {at}: {wrong}. Mend the report.")
        if len(day) != 10 or row.get("cost") is None:
            sys.exit(f"{path}, entry {at}: has no day or no cost. The columns needed are day, model and cost.")
        yield day, str(row.get("model") or "?"), str(row.get("caller") or ""), numbers


def sums() -> defaultdict[str, dict[str, float]]:
    return defaultdict(lambda: dict.fromkeys(NUMBERS, 0.0))


def table(title: str, by: dict[str, dict[str, float]]) -> None:
    print(f"{title:<28} {'calls':>9} {'input':>12} {'output':>12} {'cost':>10}")
    for name, each in sorted(by.items(), key=lambda item: -item[1]["cost"])[:SHOWN]:
        print(f"{name[:28]:<28} {each['calls']:>9.0f} {each['input_tokens']:>12.0f} {each['output_tokens']:>12.0f} "
              f"{each['cost']:>10.2f}")  # fmt: skip


def main() -> int:
    usage, budget = os.environ["RUNBOOK_USAGE"], float(os.environ["RUNBOOK_BUDGET"])
    if not usage:
        return tell("skip", "no usage report is given")
    by_day, by_model, by_caller = sums(), sums(), sums()
    try:
        for day, model, caller, numbers in read(Path(usage)):
            for each, key in ((by_day, day), (by_model, model), (by_caller, caller)):
                for name, number in numbers.items() if key else ():
                    each[key][name] += number
    except OSError as wrong:
        sys.exit(f"{usage} cannot be read: {wrong.strerror}. Give the right path as `usage`.")
    except ValueError as wrong:
        sys.exit(f"{usage} is no CSV and no JSON lines: {wrong}")
    if not by_day:
        sys.exit(f"{usage} has no entries. Look at whether the export still runs.")
    table("model", by_model)
    if by_caller:
        table("caller", by_caller)
    table("day, the dearest first", by_day)
    last = max(by_day)
    recent = sorted(by_day)[-7:]
    mean = sum(by_day[day]["cost"] for day in recent) / len(recent)
    calls = sum(each["calls"] for each in by_day.values())
    total = sum(each["cost"] for each in by_day.values())
    print(f"in all {total:.2f} on {len(by_day)} days, {total / calls:.4f} a call; 30 days like the last {len(recent)}: "
          f"{30 * mean:.2f}")  # fmt: skip
    over = [day for day in recent if by_day[day]["cost"] > budget]
    said = f"{by_day[last]['cost']:.2f} on {last}, budget {budget:g} a day"
    return tell("look", f"{said}; over it on {', '.join(over)}") if over else tell("ok", said)


def tell(result: str, said: str) -> int:
    line = f"{result:<5} cost: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
