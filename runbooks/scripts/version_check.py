#!/usr/bin/env python3
"""Asks RUNBOOK_URL/version which version answers; fails when RUNBOOK_EXPECTED is given and another one does."""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

url, expected = os.environ["RUNBOOK_URL"], os.environ["RUNBOOK_EXPECTED"]
if not url:
    print("no address is given; which version answers was not asked")
    sys.exit(0)
parts = urlsplit(url)
kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
far = kind(parts.hostname or "", parts.port, timeout=10)
try:
    far.request("GET", parts.path.rstrip("/") + "/version")
    answer = far.getresponse()
    body = answer.read(64 * 1024).decode(errors="replace")
except (OSError, http.client.HTTPException) as wrong:
    sys.exit(f"no answer from {url}/version: {wrong}")
finally:
    far.close()
if answer.status != 200:
    sys.exit(f"http {answer.status} from {url}/version")
try:
    said = json.loads(body)["version"]
except (ValueError, KeyError, TypeError):
    said = body.strip()
print(f"version {said} answers")
if expected and said != expected:
    sys.exit(f"it should be {expected}")
