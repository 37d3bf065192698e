#!/usr/bin/env python3
"""Gives RUNBOOK_SITE back the maintenance, or none, that maintenance_note.py found before the run changed anything.

So an undo never ends a maintenance that somebody else has begun. It switches as maintenance_on.py does.
"""

import http.client
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

newcomers = os.environ.get("RUNBOOK_WHO") == "newcomers"
site, switch = os.environ["RUNBOOK_SITE"] + ".newcomers" * newcomers, os.environ.get("RUNBOOK_SWITCH", "file")
folder = Path(os.environ.get("MAINTENANCE_DIR", "/var/lib/plantao/maintenance"))


def tell(url: str, on: bool) -> None:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    far = kind(parts.hostname or "", parts.port, timeout=10)
    headers = {"Content-Type": "application/json"}
    if file := os.environ.get("MAINTENANCE_TOKEN_FILE"):
        try:
            headers["Authorization"] = f"Bearer {Path(file).read_text().splitlines()[0]}"
        except (OSError, IndexError):
            sys.exit(f"{file} cannot be read or is empty; mend MAINTENANCE_TOKEN_FILE")
    try:
        far.request("PUT", parts.path or "/", json.dumps({"maintenance": on}), headers)
        status = far.getresponse().status
    except (OSError, http.client.HTTPException) as wrong:
        sys.exit(f"no answer from {url}: {wrong}")
    finally:
        far.close()
    if not 200 <= status < 300:
        sys.exit(f"http {status} from {url}; it did not take the change")


def flag(on: bool, text: str) -> None:
    try:
        if not on:
            (folder / site).unlink(missing_ok=True)
        elif not (folder / site).exists():
            (folder / f".{site}.new").write_text(text)
            (folder / f".{site}.new").replace(folder / site)
    except OSError as wrong:
        sys.exit(f"{folder / site} cannot be changed: {wrong.strerror}; do it by hand")


note = folder / f".{site}.before"
try:
    before = json.loads(note.read_text())
except (OSError, ValueError):
    sys.exit(f"{note} cannot be read, so it is not known how it was; look at {site} and switch it by hand")
if before["on"] is None:
    sys.exit(f"{site} did not tell whether it was in maintenance before; use maintenance-mode or end-maintenance")
if switch == "http":
    tell(os.environ["RUNBOOK_SWITCH_URL"], before["on"])
else:
    flag(before["on"], before["text"])
try:
    note.unlink()
except OSError as wrong:
    sys.exit(f"{note} cannot be removed: {wrong.strerror}; remove it by hand")
print(f"{site} is {'in' if before['on'] else 'out of'} maintenance, as before")
