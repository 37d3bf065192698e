#!/usr/bin/env python3
"""Who sends the requests: addresses, programs and paths by their share of the latest lines of an access log.

RUNBOOK_LOG: a log in the common or combined format of nginx and Apache. RUNBOOK_LINES: how many of its last lines.
Reads only.
"""

import os
import re
import sys
from collections import Counter
from pathlib import Path

LINE = re.compile(
    r'(?P<client>\S+) \S+ .*?\[(?P<minute>[^\]]{17})[^\]]*\] "(?P<request>[^"]*)" (?P<status>\d{3}) \S+'
    r'(?: "[^"]*" "(?P<agent>[^"]*)")?'
)
READ_AT_MOST = 64 * 1024**2


def main() -> None:
    lines = last_lines(Path(os.environ["RUNBOOK_LOG"]), int(os.environ["RUNBOOK_LINES"]))
    found = [match for line in lines if (match := LINE.match(line))]
    if not found:
        sys.exit(f"none of {len(lines)} lines is in the common or combined format; is it the access log?")
    print(f"{len(found)} requests, {found[0]['minute']} to {found[-1]['minute']}")
    if len(found) < len(lines):
        print(f"{len(lines) - len(found)} lines in another format are left out")
    minutes = Counter(match["minute"] for match in found)
    print(f"busiest minute {minutes.most_common(1)[0][1]}, middle one {sorted(minutes.values())[len(minutes) // 2]}")
    refused = Counter(match["client"] for match in found if match["status"] in ("401", "403", "429"))
    clients = Counter(match["client"] for match in found)
    print(f"addresses: {len(clients)} in all")
    for client, count in clients.most_common(10):
        said = f", {refused[client]} of them answered 401, 403 or 429" if refused[client] else ""
        print(f"  {count:>7} {share(count, found)} {client[:60]}{said}")
    print("programs")
    for agent, count in Counter(match["agent"] or "-" for match in found).most_common(5):
        print(f"  {count:>7} {share(count, found)} {agent[:70]}")
    print("paths")
    # Without what stands behind the question mark: it may hold names and tokens.
    paths = Counter(" ".join(match["request"].split("?")[0].split()[:2]) for match in found)
    for path, count in paths.most_common(5):
        print(f"  {count:>7} {share(count, found)} {path[:70]}")
    print("answers    " + "  ".join(f"{code} {n}" for code, n in sorted(Counter(m["status"] for m in found).items())))


def share(count: int, found: list[re.Match[str]]) -> str:
    return f"{100 * count / len(found):5.1f} %"


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
