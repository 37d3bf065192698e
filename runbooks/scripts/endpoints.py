#!/usr/bin/env python3
"""What each endpoint of RUNBOOK_PATHS ("/health,/health/db") at RUNBOOK_HOST:RUNBOOK_PORT says. Judges nothing.

An answer, whatever it is, tells more than a verdict: 200 of /health and 503 of /health/db name the culprit.
"""

import http.client
import os
import time

host, port = os.environ["RUNBOOK_HOST"], int(os.environ["RUNBOOK_PORT"])
for path in os.environ["RUNBOOK_PATHS"].split(","):
    far = http.client.HTTPConnection(host, port, timeout=5)
    began = time.monotonic()
    try:
        far.request("GET", path)
        answer = far.getresponse()
        body = " ".join(answer.read(2048).decode(errors="replace").split())
        print(f"{path}: {answer.status} in {time.monotonic() - began:.2f} s {body[:160]}")
    except (OSError, http.client.HTTPException) as wrong:
        print(f"{path}: no answer ({wrong or type(wrong).__name__}) after {time.monotonic() - began:.2f} s")
    finally:
        far.close()
