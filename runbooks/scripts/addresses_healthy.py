#!/usr/bin/env python3
"""Whether health addresses answer, and how fast. Reads only.

RUNBOOK_HEALTH   the addresses, with spaces between
RUNBOOK_SLOW_MS  milliseconds from which an answer is slow
RUNBOOK_REPORT   optional: a file that gets the result as a line too

Ends with 0, or with 3 when one does not answer with 2xx or is slow.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no good answer: behind it may be a login page, which answers 200 whatever is wrong."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def main() -> int:
    addresses, slow = os.environ["RUNBOOK_HEALTH"].split(), int(os.environ["RUNBOOK_SLOW_MS"])
    wrong = []
    for address in addresses:
        began = time.monotonic()
        try:
            with OPEN(address, timeout=5) as answer:
                said = answer.read(500).decode(errors="replace").strip().replace("\n", " ")
                status = f"http {answer.status}"
            good = True
        except urllib.error.HTTPError as failure:
            status, said, good = f"http {failure.code}", failure.read(500).decode(errors="replace").strip(), False
        except OSError as failure:
            status, said, good = "no answer", str(getattr(failure, "reason", failure)), False
        took = (time.monotonic() - began) * 1000
        print(f"{address}: {status} in {took:.0f} ms{', slow' if good and took >= slow else ''}  {said[:120]}")
        wrong += [] if good and took < slow else [address]
    return tell("look", f"not well: {', '.join(wrong)}") if wrong else tell("ok", f"{len(addresses)} answer")


def tell(result: str, said: str) -> int:
    line = f"{result:<5} health: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
