#!/usr/bin/env python3
"""Asks a partner's API with our key, and says whose trouble it is. Reads only.

RUNBOOK_PROBE    an address there that answers a GET with little, as a version or an account page does
RUNBOOK_API_KEY  our key, sent as a bearer token; never printed

Ends with 0: it works; 3: theirs; 4: our key; 5: a limit; 6: our request.
"""

import os
import sys
import time
import urllib.error
import urllib.request


def main() -> int:
    request = urllib.request.Request(os.environ["RUNBOOK_PROBE"])
    request.add_header("Authorization", f"Bearer {os.environ['RUNBOOK_API_KEY']}")
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            status, again = answer.status, None
    except urllib.error.HTTPError as wrong:
        status, again = wrong.code, wrong.headers.get("Retry-After")
    except OSError as wrong:
        print(f"THEIRS, or the way there: no answer, {getattr(wrong, 'reason', wrong)}")
        print("does another outside address answer from this machine? If not, it is our network.")
        return 3
    seconds = time.monotonic() - began
    if status < 400:
        print(f"WORKS: answered {status} within {seconds:.1f} s, and takes our key")
        return 0
    if status in (401, 403):
        print(f"OURS: it is up and refuses our key with {status}. Has it expired, or was it changed or narrowed?")
        return 4
    if status == 429:
        print("A LIMIT: it is up and we ask too often" + (f"; come again in {again} s" if again else ""))
        return 5
    if status < 500:
        print(f"OURS: it is up and answers {status} to our request. Was the address or the format changed?")
        return 6
    print(f"THEIRS: it answers {status}")
    return 3


if __name__ == "__main__":
    sys.exit(main())
