#!/usr/bin/env python3
"""Waits until no request is under way: the sum of RUNBOOK_METRIC at RUNBOOK_METRICS_URL is 0, twice in a row.

At most RUNBOOK_DRAIN seconds. Without an address nothing can be asked: then it waits RUNBOOK_DRAIN seconds and says so.
"""

import http.client
import os
import re
import sys
import time
from urllib.parse import urlsplit

url, metric = os.environ["RUNBOOK_METRICS_URL"], os.environ["RUNBOOK_METRIC"]
drain = float(os.environ["RUNBOOK_DRAIN"])


def under_way() -> float | None:
    """The sum over all label sets; None when there is no such metric."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    far = kind(parts.hostname or "", parts.port, timeout=5)
    try:
        far.request("GET", parts.path or "/")
        answer = far.getresponse()
        text = answer.read().decode(errors="replace")
    except OSError as wrong:
        sys.exit(f"no answer from {url}: {wrong}; if it is down there is nothing to wait for, else mend the address")
    finally:
        far.close()
    if answer.status != 200:
        sys.exit(f"http {answer.status} from {url}")
    found = re.findall(rf"^{re.escape(metric)}(?:\{{.*\}})?\s+(\S+)", text, re.MULTILINE)
    return sum(float(value) for value in found) if found else None


if not url:
    print(f"no address of metrics is given, so nobody can say what is under way; waiting {drain:g} s instead")
    time.sleep(drain)
    sys.exit(0)
deadline = time.monotonic() + drain
quiet, last = 0, None
while True:
    count = under_way()
    if count is None:
        sys.exit(f"{url} has no metric {metric}; name the one that counts requests under way")
    if count != last:
        print(f"{count:g} requests under way", flush=True)
    quiet, last = (quiet + 1 if count == 0 else 0), count
    if quiet == 2:
        sys.exit(0)
    if time.monotonic() > deadline:
        sys.exit(f"after {drain:g} s still {count:g} requests under way; wait longer, or end their clients first")
    time.sleep(0.5)
