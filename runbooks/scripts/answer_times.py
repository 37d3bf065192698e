#!/usr/bin/env python3
"""How long an address takes to answer, from a few requests one after the other. Reads only.

RUNBOOK_PROBE: the address. RUNBOOK_SLOW_AFTER: seconds from which an answer is slow. Ends with 0, or with 3 when a
request failed or was slow.
"""

import os
import sys
import time
import urllib.error
import urllib.request

TRIES = 5
IN_ALL = 8.0  # seconds; a check has ten


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no good answer: behind it may be a login page, which answers 200 whatever is wrong."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def main() -> int:
    probe, slow = os.environ["RUNBOOK_PROBE"], float(os.environ["RUNBOOK_SLOW_AFTER"])
    times, failures = [], []
    until = time.monotonic() + IN_ALL
    for _ in range(TRIES):
        began = time.monotonic()
        if began > until - 0.1:
            break
        try:
            with OPEN(probe, timeout=until - began) as answer:
                answer.read(1_000_000)
            times.append(time.monotonic() - began)
        except urllib.error.HTTPError as wrong:
            again = wrong.headers.get("Retry-After")
            failures.append(f"http {wrong.code}" + (f", asks to come again in {again} s" if again else ""))
        except OSError as wrong:
            failures.append(str(getattr(wrong, "reason", wrong)))
    if times:
        ordered = sorted(times)
        print(f"{len(times)} answers: fastest {ordered[0]:.2f} s, middle {ordered[len(ordered) // 2]:.2f} s, "
              f"slowest {ordered[-1]:.2f} s; slow is {slow:g} s and more")  # fmt: skip
    for failure in failures:
        print(f"no good answer: {failure}")
    return 3 if failures or not times or max(times) >= slow else 0


if __name__ == "__main__":
    sys.exit(main())
