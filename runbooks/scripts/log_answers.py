#!/usr/bin/env python3
"""How requests were answered: the share of each class of status, the failing paths, and how long the answers took.

RUNBOOK_LOG: a log in the common or combined format. RUNBOOK_LINES: how many of its last lines. The seconds are taken
from `rt=0.123` or from a number with decimals at the end of the line, where the log has one ($request_time in nginx).
Reads only.
"""

import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

LINE = re.compile(r'\S+ \S+ .*?\[(?P<minute>[^\]]{17})[^\]]*\] "(?P<request>[^"]*)" (?P<status>\d{3}) (?P<rest>.*)')
SECONDS = re.compile(r'\brt="?(\d+\.\d+)|\s"?(\d+\.\d+)"?\s*$')
READ_AT_MOST = 64 * 1024**2


def main() -> None:
    lines = last_lines(Path(os.environ["RUNBOOK_LOG"]), int(os.environ["RUNBOOK_LINES"]))
    found = [match for line in lines if (match := LINE.match(line))]
    if not found:
        sys.exit(f"none of {len(lines)} lines is in the common or combined format; is it the access log?")
    print(f"{len(found)} requests, {found[0]['minute']} to {found[-1]['minute']}")
    statuses = Counter(match["status"] for match in found)
    for kind, meaning in (("2", "done"), ("3", "elsewhere"), ("4", "the caller's fault"), ("5", "our fault")):
        codes = {code: count for code, count in sorted(statuses.items()) if code[0] == kind}
        if codes:
            each = "  ".join(f"{code} {count}" for code, count in codes.items())
            print(f"  {kind}xx {100 * sum(codes.values()) / len(found):5.1f} %  {meaning}: {each}")
    for kind in "54":
        failing = Counter(path(match) for match in found if match["status"][0] == kind)
        for where, count in failing.most_common(5):
            total = sum(path(match) == where for match in found)
            print(f"  {kind}xx  {count} of {total}  {where[:70]}")
    times(found)


def times(found: list[re.Match[str]]) -> None:
    by_path: dict[str, list[float]] = defaultdict(list)
    for match in found:
        if seconds := SECONDS.search(match["rest"]):
            by_path[path(match)].append(float(seconds[1] or seconds[2]))
    everything = sorted(value for values in by_path.values() for value in values)
    if not everything:
        print("seconds    the log does not tell; add rt=$request_time to nginx's log_format")
        return
    print("seconds    " + "  ".join(f"p{at} {percentile(everything, at):.3f}" for at in (50, 95, 99)))
    slowest = sorted(by_path.items(), key=lambda item: percentile(sorted(item[1]), 95), reverse=True)
    for where, values in slowest[:5]:
        print(f"  p95 {percentile(sorted(values), 95):.3f}  of {len(values)}  {where[:70]}")


def percentile(ordered: list[float], at: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * at // 100)]


def path(match: re.Match[str]) -> str:
    """GET /orders/…: numbers and long names are cut out, so that requests of one kind count as one."""
    words = match["request"].split("?")[0].split()[:2]
    return re.sub(r"/(\d+|[0-9a-fA-F-]{16,})(?=/|$)", "/…", " ".join(words))


def last_lines(log: Path, count: int) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - READ_AT_MOST))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError as wrong:
        sys.exit(f"{log} cannot be read: {wrong.strerror}")


if __name__ == "__main__":
    main()
