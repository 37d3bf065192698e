#!/usr/bin/env python3
"""How good a model's answers were, from a sample of what it said and what was right.

RUNBOOK_SAMPLE     CSV with the columns predicted and actual; also day, when there is one
RUNBOOK_LEAST      accuracy in per cent that it must have
RUNBOOK_REPORT     a file that gets the result

Ends with 0, or with 3 when it is worse than it must be.
"""

import csv
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

FEWEST = 50  # rows; with less, one answer more or less decides


def main() -> int:
    path, least = os.environ["RUNBOOK_SAMPLE"], float(os.environ["RUNBOOK_LEAST"])
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("actual")]
    except OSError as failure:
        sys.exit(f"{path} cannot be read: {failure.strerror}. Give the right path as `sample`.")
    if len(rows) < FEWEST or "predicted" not in rows[0]:
        sys.exit(f"{path} has {len(rows)} rows with `predicted` and `actual`; at least {FEWEST} are needed.")
    right = sum(row["predicted"] == row["actual"] for row in rows)
    accuracy = 100 * right / len(rows)
    by_day = defaultdict(list)
    for row in rows:
        by_day[row.get("day") or ""].append(row["predicted"] == row["actual"])
    if len(by_day) > 1:
        for day in sorted(by_day)[-7:]:
            print(f"{day:<12} {100 * sum(by_day[day]) / len(by_day[day]):5.1f} % of {len(by_day[day])}")
    said, true = Counter(row["predicted"] for row in rows), Counter(row["actual"] for row in rows)
    hits = Counter(row["actual"] for row in rows if row["predicted"] == row["actual"])
    for name, count in true.most_common(10):
        precision = f"{100 * hits[name] / said[name]:.0f} %" if said[name] else "never said"
        print(f"{name[:24]:<24} {count:>6} times, found {100 * hits[name] / count:.0f} %, right when said {precision}")
    wrong = Counter((row["actual"], row["predicted"]) for row in rows if row["predicted"] != row["actual"])
    for (actual, predicted), count in wrong.most_common(3):
        print(f"taken for {predicted[:24]}: {actual[:24]}, {count} times")
    line = f"quality: {accuracy:.1f} % right of {len(rows)}, at least {least:g} %"
    print(line)
    with Path(os.environ["RUNBOOK_REPORT"]).open("a") as file:
        file.write(f"{'ok' if accuracy >= least else 'look':<5} {line}\n")
    return 0 if accuracy >= least else 3


if __name__ == "__main__":
    sys.exit(main())
