#!/usr/bin/env python3
"""Notes whether RUNBOOK_SITE is in maintenance now, in MAINTENANCE_DIR/.<site>.before, for maintenance_back.py.

With RUNBOOK_SWITCH=http it asks by GET at RUNBOOK_SWITCH_URL for {"maintenance": true or false}, with the first line of
the file MAINTENANCE_TOKEN_FILE, when that is set, as a bearer token. A service that does not tell is noted as unknown.
With RUNBOOK_WHO=newcomers it is about the flag <site>.newcomers.
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


def asked(url: str) -> bool | None:
    """Whether the service says that it is in maintenance; None when it does not say."""
    if not url:
        sys.exit("switch is http and switch_url is empty; say where")
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    far = kind(parts.hostname or "", parts.port, timeout=10)
    headers = {}
    if file := os.environ.get("MAINTENANCE_TOKEN_FILE"):
        try:
            headers["Authorization"] = f"Bearer {Path(file).read_text().splitlines()[0]}"
        except (OSError, IndexError):
            sys.exit(f"{file} cannot be read or is empty; mend MAINTENANCE_TOKEN_FILE")
    try:
        far.request("GET", parts.path or "/", headers=headers)
        said = json.loads(far.getresponse().read(10_000))
    except OSError as wrong:
        sys.exit(f"no answer from {url}: {wrong}")
    except (ValueError, http.client.HTTPException):
        return None
    finally:
        far.close()
    now = said.get("maintenance") if isinstance(said, dict) else None
    return now if isinstance(now, bool) else None


text = ""
on: bool | None
match switch:
    case "file":
        if not folder.is_dir():
            sys.exit(f"{folder} does not exist; make it, and let the proxy look there, or set MAINTENANCE_DIR")
        try:
            text, on = (folder / site).read_text(), True
        except FileNotFoundError:
            on = False
        except OSError as wrong:
            sys.exit(f"{folder / site} cannot be read: {wrong.strerror}; the bot's user needs the right to")
    case "http":
        on = asked(os.environ["RUNBOOK_SWITCH_URL"])
    case other:
        sys.exit(f"{other} is no switch that is known here")
try:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f".{site}.before").write_text(json.dumps({"on": on, "text": text}))
except OSError as wrong:
    sys.exit(f"{folder} cannot be written: {wrong.strerror}; the bot's user needs the right to, or set MAINTENANCE_DIR")
match on:
    case True:
        print(f"{site} is in maintenance already{f', since {text.strip()}' if text else ''}; an undo leaves it so")
    case False:
        print(f"{site} is not in maintenance")
    case None:
        print(f"{site} does not tell whether it is in maintenance; an undo will not guess")
