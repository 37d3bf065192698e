#!/usr/bin/env python3
"""Compares measures with their limits. Reads only.

RUNBOOK_METRICS  an address in the Prometheus text format; may be empty: then nothing is looked at
RUNBOOK_LIMITS   "queue_size<1000 model_accuracy>0.95": of every series with that name; may be empty
RUNBOOK_REPORT   optional: a file that gets the result as a line too

Ends with 0, or with 3 when one is beyond its limit or not there.
"""

import math
import os
import re
import sys
import urllib.request
from pathlib import Path

SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(\{.*\})?\s+(\S+)(\s+-?\d+)?\s*")


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no good answer: behind it may be a login page, which answers 200 whatever is wrong."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def main() -> int:
    address, limits = os.environ["RUNBOOK_METRICS"], os.environ["RUNBOOK_LIMITS"].split()
    if not address or not limits:
        return tell("skip", "no address or no limits are given")
    try:
        with OPEN(address, timeout=8) as answer:
            text = answer.read(20_000_000).decode(errors="replace")
    except OSError as failure:
        sys.exit(f"{address}: {getattr(failure, 'reason', failure)}. Give the right address as `metrics`.")
    found: dict[str, list[tuple[str, float]]] = {}
    for line in text.splitlines():
        if not line.startswith("#") and (sample := SAMPLE.fullmatch(line)):
            found.setdefault(sample[1], []).append((sample[2] or "", float(sample[3])))
    wrong = []
    for limit in limits:
        name, sign, bound = re.split("([<>])", limit)
        series = found.get(name, [])
        # What is not a number is beyond any limit.
        bad = [each for each in series if not (each[1] < float(bound) if sign == "<" else each[1] > float(bound))]
        values = [value if sign == "<" else -value for _, value in series]
        worst = math.nan if any(map(math.isnan, values)) else max(values, default=0.0)
        shown = f"{worst if sign == '<' else -worst:g}" if series else "not there"
        print(f"{name:<36} {shown:>12}  {'BEYOND' if bad or not series else 'within'} {sign}{bound}")
        for labels, value in bad[:3] if len(series) > 1 else ():
            print(f"  {labels} {value:g}")
        wrong += [name] if bad or not series else []
    return (
        tell("look", f"beyond the limit or not there: {', '.join(wrong)}")
        if wrong
        else tell("ok", f"{len(limits)} within")
    )


def tell(result: str, said: str) -> int:
    line = f"{result:<5} measures: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
