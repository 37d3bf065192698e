#!/usr/bin/env python3
"""How many days certificates are still good for. Reads only; needs openssl.

RUNBOOK_CERTIFICATES      with spaces between: HOST:PORT, whose served certificate is read, or the absolute path of a
                          PEM file; may be empty: then nothing is looked at
RUNBOOK_CERTIFICATE_DAYS  how many of them must be left
RUNBOOK_REPORT            optional: a file that gets the result as a line too

Ends with 0, or with 3 when one has fewer days left or cannot be read.
"""

import os
import ssl
import subprocess
import sys
import time
from pathlib import Path


def ends(where: str) -> tuple[float, str]:
    """When it ends, and whose it is."""
    if where.startswith("/"):
        pem = Path(where).read_text()
    else:
        host, _, port = where.rpartition(":")
        pem = ssl.get_server_certificate((host, int(port)), timeout=5)
    read = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-subject"], input=pem, capture_output=True, text=True, check=False
    )
    if read.returncode != 0:
        raise ValueError("it is no certificate")
    facts = dict(line.split("=", 1) for line in read.stdout.splitlines())
    return ssl.cert_time_to_seconds(facts["notAfter"]), facts["subject"].strip()


def main() -> int:
    least, wrong = int(os.environ["RUNBOOK_CERTIFICATE_DAYS"]), []
    asked = os.environ["RUNBOOK_CERTIFICATES"].split()
    if not asked:
        return tell("skip", "none is given")
    shortest = None
    for where in asked:
        try:
            end, subject = ends(where)
        except (OSError, ValueError) as failure:
            print(f"{where}: cannot be read: {failure}")
            wrong.append(where)
            continue
        days = (end - time.time()) / 86400
        shortest = days if shortest is None else min(shortest, days)
        print(f"{where}: {days:.0f} days left, until {time.strftime('%Y-%m-%d', time.gmtime(end))}, {subject}")
        wrong += [where] if days < least else []
    if wrong:
        return tell("look", f"fewer than {least} days or unreadable: {', '.join(wrong)}")
    return tell("ok", f"the first of {len(asked)} ends in {shortest:.0f} days")


def tell(result: str, said: str) -> int:
    line = f"{result:<5} certificates: {said}"
    print(line)
    if report := os.environ.get("RUNBOOK_REPORT"):
        with Path(report).open("a") as file:
            file.write(line + "\n")
    return 3 if result == "look" else 0


if __name__ == "__main__":
    sys.exit(main())
