#!/usr/bin/env python3
"""Asks a partner's API with our key, and says whose trouble it is. Reads only.

RUNBOOK_PROBE    an address there that answers a GET with little, as a version or an account page does
RUNBOOK_API_KEY  our key, sent as a bearer token; never printed, and never sent on to where a redirect leads

Ends with 0: it works; 3: theirs; 4: our key; 5: a limit; 6: our request.
"""

import os
import sys
import time
import urllib.error
import urllib.request


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other. To follow would carry our key elsewhere, and login pages answer 200."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def main() -> int:
    key = os.environ["RUNBOOK_API_KEY"]
    if not (key.isascii() and key.isprintable()):
        print("OURS: our key holds characters that no header takes. Look at it where the bot reads it")
        return 4
    request = urllib.request.Request(os.environ["RUNBOOK_PROBE"])
    request.add_header("Authorization", f"Bearer {key}")
    began = time.monotonic()
    try:
        with OPEN(request, timeout=8) as answer:
            status, again = answer.status, None
    except urllib.error.HTTPError as wrong:
        status, again = wrong.code, wrong.headers.get("Retry-After")
    except OSError as wrong:
        print(f"THEIRS, or the way there: no answer, {getattr(wrong, 'reason', wrong)}")
        print("does another outside address answer from this machine? If not, it is our network.")
        return 3
    seconds = time.monotonic() - began
    if status < 300:
        print(f"WORKS: answered {status} within {seconds:.1f} s, and takes our key")
        return 0
    if status < 400:
        print(
            f"OURS: it leads elsewhere with {status}. Did the address change, or is it a login? Our key was not sent on"
        )
        return 6
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
