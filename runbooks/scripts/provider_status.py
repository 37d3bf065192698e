#!/usr/bin/env python3
"""What another company's status page says. Ends with 0: no trouble reported, 3: trouble, 1: the page cannot be read.

RUNBOOK_STATUS_PAGE: the address of its summary, in the common form {"status": {"indicator": "none", …}}; may be empty.
"""

import json
import os
import sys
import urllib.error
import urllib.request


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is no good answer: behind it may be a login page, which answers 200 whatever is wrong."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def main() -> int:
    page = os.environ["RUNBOOK_STATUS_PAGE"]
    if not page:
        print("no status page is given; look at it in a browser, and ask others whether they see the same")
        return 0
    try:
        with OPEN(page, timeout=8) as answer:
            said = json.loads(answer.read(1_000_000))
        status = said["status"]
        indicator = str(status["indicator"])
    except urllib.error.HTTPError as wrong:
        sys.exit(f"{page} was answered with {wrong.code}. Look at it in a browser.")
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        sys.exit(f"{page} cannot be read as a status summary: {wrong}. Look at it in a browser.")
    print(f"they say: {indicator}, {status.get('description', 'no description')}")
    for incident in said.get("incidents") or []:
        print(f"  {incident.get('impact', '?')}: {incident.get('name', '?')} ({incident.get('status', '?')})")
    for component in said.get("components") or []:
        if component.get("status") not in (None, "operational"):
            print(f"  {component.get('name', '?')}: {component['status']}")
    if indicator == "none":
        print("status pages are often late: no trouble reported is not the same as no trouble")
    return 0 if indicator == "none" else 3


if __name__ == "__main__":
    sys.exit(main())
