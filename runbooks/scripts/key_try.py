#!/usr/bin/env python3
"""Whether a provider accepts the new key: one request with it. The key is never printed or in an argv.

RUNBOOK_KEY: the key. RUNBOOK_API: an address that needs a key and changes nothing. RUNBOOK_HEADER: Authorization (sent
as Bearer) or X-API-Key. Redirects are not followed: they could carry the key elsewhere.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

PATIENCE = 15.0


def main() -> None:
    api = urlsplit(os.environ["RUNBOOK_API"])
    header, key = os.environ["RUNBOOK_HEADER"], os.environ["RUNBOOK_KEY"]
    kind = http.client.HTTPSConnection if api.scheme == "https" else http.client.HTTPConnection
    if api.scheme == "http" and api.hostname not in ("localhost", "127.0.0.1", "::1"):
        sys.exit("the key would go over the network in the clear; give an https address")
    connection = kind(str(api.hostname), api.port, timeout=PATIENCE)
    try:
        connection.request(
            "GET", api.path or "/", headers={header: f"Bearer {key}" if header == "Authorization" else key}
        )
        status = connection.getresponse().status
    except (OSError, ValueError, http.client.HTTPException) as wrong:
        # ValueError: a key that cannot stand in a header; its message would show it.
        why = "the key holds characters that no header takes" if isinstance(wrong, ValueError) else wrong
        sys.exit(f"no answer from {api.netloc}: {why}")
    finally:
        connection.close()
    if status in (401, 403):
        sys.exit(f"{api.netloc} does not accept the new key ({status}); nothing was changed. Make it anew there")
    if status >= 400:
        sys.exit(f"{api.netloc} answered {status}; whether it accepts the key is not known. Nothing was changed")
    print(f"{api.netloc} accepts the new key ({status})")


if __name__ == "__main__":
    main()
