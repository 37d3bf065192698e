#!/usr/bin/env python3
"""Asks each endpoint of RUNBOOK_PATHS at RUNBOOK_URL and fails when one answers with another status than it should.

RUNBOOK_PATHS: "/health,/login,/admin=401": a path, and after `=` the status that is right when it is not 200. Each is
asked RUNBOOK_TRIES times, since a service with several instances may have one that is broken. An empty RUNBOOK_URL
tests nothing, and says so. Redirects are not followed.
"""

import http.client
import os
import sys
import time
from urllib.parse import urlsplit

url = os.environ["RUNBOOK_URL"]
tries = int(os.environ.get("RUNBOOK_TRIES", "3"))
SLOW = 2.0  # seconds; what the 95th percentile of most services should stay below


def ask(path: str) -> tuple[int | str, float]:
    """Status, or why there is none, and the seconds it took."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    far = kind(parts.hostname or "", parts.port, timeout=10)
    began = time.monotonic()
    try:
        far.request("GET", parts.path.rstrip("/") + path, headers={"User-Agent": "plantao-smoke-test"})
        answer = far.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    except (OSError, http.client.HTTPException) as wrong:
        return f"no answer: {wrong or type(wrong).__name__}", time.monotonic() - began
    finally:
        far.close()


if not url:
    print("no address is given; nothing was tested")
    sys.exit(0)
bad = 0
for entry in os.environ["RUNBOOK_PATHS"].split(","):
    path, _, right = entry.partition("=")
    answers = [ask(path) for _ in range(tries)]
    wrong = [status for status, _ in answers if status != int(right or 200)]
    slowest = max(seconds for _, seconds in answers)
    bad += bool(wrong)
    said = f"{len(wrong)} of {tries} wrong, last {wrong[-1]}, expected {right or 200}" if wrong else f"{answers[0][0]}"
    print(f"{'WRONG' if wrong else 'ok':5} {path} {said}, at most {slowest:.2f} s{' (slow)' if slowest > SLOW else ''}")
if bad:
    sys.exit(f"{bad} endpoints do not answer as they should")
