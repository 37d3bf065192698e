#!/usr/bin/env python3
"""Compares a version's files with its SHA256SUMS. Ends with 0 when all are as they were when the list was made.

RUNBOOK_REGISTRY: the folder of versions. RUNBOOK_VERSION: the one to look at; without it, the one in use.
"""

import hashlib
import os
import sys
from pathlib import Path


def main() -> None:
    version = (Path(os.environ["RUNBOOK_REGISTRY"]) / os.environ.get("RUNBOOK_VERSION", "current")).resolve()
    try:
        listed = dict(line.split(None, 1)[::-1] for line in (version / "SHA256SUMS").read_text().splitlines() if line)
    except FileNotFoundError:
        sys.exit(f"{version} has no SHA256SUMS; take another version, or have it made where the model was trained.")
    except (OSError, ValueError) as wrong:
        sys.exit(f"{version}/SHA256SUMS cannot be read: {wrong}")
    bad = 0
    for name, expected in listed.items():
        file = version / name.strip().removeprefix("*")
        try:
            with file.open("rb") as opened:
                came = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as wrong:
            came = str(wrong.strerror)
        if came != expected:
            bad += 1
            print(f"{name.strip()}: {came if len(came) != 64 else 'its contents have changed'}")
    if bad or not listed:
        sys.exit(f"{bad} of {len(listed)} files of {version.name} are not what was trained. Do not load it; roll back.")
    print(f"all {len(listed)} files of {version.name} are as they were made")


if __name__ == "__main__":
    main()
