#!/usr/bin/env python3
"""How far what a model gets today is from what it was trained on: the population stability index of each column.

RUNBOOK_REFERENCE  CSV with a header: a sample of the training data
RUNBOOK_CURRENT    CSV with the same columns: a sample of what came lately
RUNBOOK_COLUMNS    the columns to compare, with commas between; empty: all that both have
RUNBOOK_REPORT     a file that gets the result

Numbers are compared in ten bins that hold a tenth of the reference each, words by themselves; what is missing is a bin
of its own. Below 0.1 a column is stable, from 0.25 on it has shifted (the usual reading of the index). Ends with 0:
stable; 3: something moved; 4: something shifted.
"""

import bisect
import csv
import datetime
import math
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

MOVED, SHIFTED = 0.1, 0.25
BINS = 10
MOST_WORDS = 30  # the rarer words of a column count together
FEWEST = 100  # rows; with less, chance alone moves the index
MISSING = ("", "na", "nan", "null", "none")


def read(name: str) -> list[dict[str, str | None]]:
    path = os.environ[name]
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as wrong:
        sys.exit(f"{path} cannot be read: {wrong.strerror}. Give the right path as `{name[8:].lower()}`.")
    except (csv.Error, UnicodeDecodeError) as wrong:
        sys.exit(f"{path} is no CSV: {wrong}")
    if len(rows) < FEWEST:
        sys.exit(f"{path} has {len(rows)} rows; with fewer than {FEWEST} chance alone looks like drift. Take more.")
    return rows


def values(rows: list[dict[str, str | None]], column: str) -> list[str | None]:
    return [None if (text := (row[column] or "").strip()).lower() in MISSING else text for row in rows]


def numbers(texts: list[str | None]) -> list[float | None] | None:
    """The texts as numbers, or None when one of them is none."""
    try:
        found = [float(text) if text is not None else None for text in texts]
    except ValueError:
        return None
    return None if any(number is not None and not math.isfinite(number) for number in found) else found


def binned(reference: list[str | None], current: list[str | None]) -> tuple[list[Any], ...]:
    """Both columns as bin names."""
    old, new = numbers(reference), numbers(current)
    if old is not None and new is not None and len(set(old)) > BINS:
        known = sorted(number for number in old if number is not None)
        edges = sorted({known[len(known) * at // BINS] for at in range(1, BINS)})
        return tuple(
            [None if number is None else bisect.bisect_right(edges, number) for number in column]
            for column in (old, new)
        )
    often = {word for word, _ in Counter(reference).most_common(MOST_WORDS)}
    return tuple([word if word in often else "(other)" for word in column] for column in (reference, current))


def stability_index(reference: list[str | None], current: list[str | None]) -> float:
    old, new = (Counter(column) for column in binned(reference, current))
    total = 0.0
    for name in old.keys() | new.keys():
        # Half an entry where there is none: the logarithm of nothing says nothing.
        expected = max(old[name], 0.5) / len(reference)
        came = max(new[name], 0.5) / len(current)
        total += (came - expected) * math.log(came / expected)
    return total


def middle(texts: list[str | None]) -> str:
    found = numbers(texts)
    known = sorted(number for number in found or () if number is not None)
    return f"median {known[len(known) // 2]:g}" if known else f"mostly {Counter(texts).most_common(1)[0][0]}"


def main() -> int:
    reference, current = read("RUNBOOK_REFERENCE"), read("RUNBOOK_CURRENT")
    asked = [name.strip() for name in os.environ["RUNBOOK_COLUMNS"].split(",") if name.strip()]
    shared = [name for name in reference[0] if name in current[0]]
    columns = asked or shared
    if strange := [name for name in columns if name not in shared]:
        sys.exit(f"not in both samples: {', '.join(strange)}; both have {', '.join(shared) or 'nothing'}")
    if not columns:
        sys.exit("the two samples share no column")
    for name in reference[0].keys() ^ current[0].keys():
        print(f"{name}: only in one of the samples. Was the format changed?")
    found = []
    for name in columns:
        old, new = values(reference, name), values(current, name)
        gone = 100 * new.count(None) / len(new) - 100 * old.count(None) / len(old)
        found.append((stability_index(old, new), name, middle(old), middle(new), gone))
    for index, name, then, now, gone in sorted(found, reverse=True):
        word = "SHIFTED" if index >= SHIFTED else "moved" if index >= MOVED else "stable"
        print(
            f"{name[:28]:<28} {index:7.3f}  {word:<8} {then} → {now}"
            + (f", missing {gone:+.1f} %" if abs(gone) >= 1 else "")
        )
    worst = max(found)[0]
    result = "shifted" if worst >= SHIFTED else "moved" if worst >= MOVED else "stable"
    print(f"{len(reference)} rows then, {len(current)} now: {result}, at most {worst:.3f}")
    with Path(os.environ["RUNBOOK_REPORT"]).open("a") as file:
        stamp = f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M}"
        file.write("".join(f"{stamp} {name} {index:.4f}\n" for index, name, *_ in sorted(found, reverse=True)))
        file.write(f"{'ok' if result == 'stable' else 'look':<5} drift: {result}, at most {worst:.3f}\n")
    return {"stable": 0, "moved": 3, "shifted": 4}[result]


if __name__ == "__main__":
    sys.exit(main())
