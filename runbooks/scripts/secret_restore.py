#!/usr/bin/env python3
"""The undo of secret_put.py: the key that was there before. A secret in Kubernetes is put back by hand.

RUNBOOK_STORE: file or kubernetes. RUNBOOK_FILE: the file.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    if os.environ["RUNBOOK_STORE"] == "kubernetes":
        sys.exit("the old key is not known here; put it back from the vault, with this same runbook")
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    if not before.exists():
        print(f"{file} was not changed; there is nothing to take back")
        return
    kept, now = before.stat(), file.stat()
    if (kept.st_uid, kept.st_gid) != (now.st_uid, now.st_gid):
        sys.exit(f"{before} and {file} do not belong to the same user and group; put the old key back by hand")
    before.replace(file)
    print(f"{file} holds the old key again; restart its consumer")


if __name__ == "__main__":
    main()
