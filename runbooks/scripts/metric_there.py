#!/usr/bin/env python3
"""Shows RUNBOOK_METRIC, or what begins with it, at RUNBOOK_METRICS_URL; fails when it is not there.

An empty address asks nothing, and says so.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

url, metric = os.environ["RUNBOOK_METRICS_URL"], os.environ["RUNBOOK_METRIC"]
if not url:
    print("no address of metrics is given; they were not asked")
    sys.exit(0)
parts = urlsplit(url)
kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
far = kind(parts.hostname or "", parts.port, timeout=8)
try:
    far.request("GET", parts.path or "/")
    answer = far.getresponse()
    text = answer.read(4 * 1024 * 1024).decode(errors="replace")
except (OSError, http.client.HTTPException) as wrong:
    sys.exit(f"no answer from {url}: {wrong}")
finally:
    far.close()
if answer.status != 200:
    sys.exit(f"http {answer.status} from {url}")
found = [line for line in text.splitlines() if line.startswith(metric)]
print("\n".join(found[:40]) + (f"\n… and {len(found) - 40} more" if len(found) > 40 else ""))
if not found:
    sys.exit(f"{url} has nothing that begins with {metric}; does it serve requests, and is that its name?")
