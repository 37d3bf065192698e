#!/usr/bin/env python3
"""Ends maintenance of RUNBOOK_SITE: removes the flag file MAINTENANCE_DIR/<site>, or tells the service by HTTP.

With RUNBOOK_SWITCH=http it sends {"maintenance": false} by PUT to RUNBOOK_SWITCH_URL. The first line
of the file MAINTENANCE_TOKEN_FILE, when that is set, is sent as a bearer token. With RUNBOOK_WHO=newcomers the flag is
<site>.newcomers.
"""

import http.client
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

newcomers = os.environ.get("RUNBOOK_WHO") == "newcomers"
site, switch = os.environ["RUNBOOK_SITE"] + ".newcomers" * newcomers, os.environ.get("RUNBOOK_SWITCH", "file")


def tell(url: str, on: bool) -> None:
    if not url:
        sys.exit("switch is http and switch_url is empty; say where")
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
    except OSError as wrong:
        sys.exit(f"no answer from {url}: {wrong}")
    finally:
        far.close()
    if not 200 <= status < 300:
        sys.exit(f"http {status} from {url}; it did not take the change")
    print(f"{url} took it, http {status}")


match switch:
    case "file":
        flag = Path(os.environ.get("MAINTENANCE_DIR", "/var/lib/plantao/maintenance")) / site
        try:
            flag.unlink()
        except FileNotFoundError:
            print(f"{flag} is not there; maintenance is over already")
        except OSError as wrong:
            sys.exit(
                f"{flag} cannot be removed: {wrong.strerror}; the bot's user needs the right to, see docs/install.md"
            )
        else:
            print(f"{flag} is removed")
    case "http":
        tell(os.environ["RUNBOOK_SWITCH_URL"], False)
    case other:
        sys.exit(f"{other} is no switch that is known here")
