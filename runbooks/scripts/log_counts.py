#!/usr/bin/env python3
"""Counts the lines of a log that hold certain words, and shows the most frequent kinds of them. Reads only.

RUNBOOK_LOG        the file; may be empty: then nothing is looked at
RUNBOOK_WORDS      with commas between; upper and lower case are the same
RUNBOOK_HOURS      how far back; lines without a time of their own, as in a stack trace, go with the line before
RUNBOOK_LINES_MOST how many such lines are still well
RUNBOOK_REPORT     optional: a file that gets the result as a line too

Ends with 0, or with 3 when there are more. Numbers, ids and texts in quotes are left out when kinds are told apart, so
that neither secrets nor people stand in the result.
"""

import datetime
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TAIL = 50 * 1024**2  # bytes; a larger log is read from there on
STAMP = re.compile(r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")
PRIVATE = re.compile(r"""\b\S+@\S+\b|"[^"]*"|'[^']*'|\b[0-9a-fA-F]{8}[0-9a-fA-F-]*\b|\S*\d\S*""")


def lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        if (size := os.fstat(file.fileno()).st_size) > TAIL:
            file.seek(size - TAIL)
            file.readline()
        for line in file:
            yield line.decode(errors="replace").rstrip("\n")


def main() -> int:
    log = os.environ["RUNBOOK_LOG"]
    if not log:
        return tell("skip", "no file is given")
    words = re.compile(
        "|".join(re.escape(word.strip()) for word in os.environ["RUNBOOK_WORDS"].split(",")), re.IGNORECASE
    )
    since = datetime.datetime.now().astimezone() - datetime.timedelta(hours=int(os.environ["RUNBOOK_HOURS"]))
    counted: Counter[str] = Counter()
    recent = True
    try:
        for line in lines(Path(log)):
            if stamp := STAMP.search(line[:80]):
                # A time without a zone is this machine's.
                recent = datetime.datetime.fromisoformat(stamp[0]).astimezone() >= since
            if recent and words.search(line):
                kind = PRIVATE.sub("…", STAMP.sub("", line))
                counted[re.sub(r"(…\W*)+", "… ", kind).strip()[:120]] += 1
    except OSError as wrong:
        sys.exit(f"{log} cannot be read: {wrong.strerror}. Give the right path as `log`, one that the bot may read.")
    for kind, count in counted.most_common(10):
        print(f"{count:>7}  {kind}")
    most = int(os.environ["RUNBOOK_LINES_MOST"])
    said = (
        f"{counted.total()} lines with {os.environ['RUNBOOK_WORDS']} in {os.environ['RUNBOOK_HOURS']} h, at most {most}"
    )
    return tell("look" if counted.total() > most else "ok", said)


def tell(result: str, said: str) -> int:
    line = f"{result:<5} log: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
