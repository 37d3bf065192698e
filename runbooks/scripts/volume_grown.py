#!/usr/bin/env python3
"""Waits until RUNBOOK_CLAIM has RUNBOOK_SIZE, at most RUNBOOK_WAIT seconds.

Ends with 1 when it has not, and at once when its file system waits for the pod's next start.
"""

import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

claim, namespace = os.environ["RUNBOOK_CLAIM"], f"--namespace={os.environ['RUNBOOK_NAMESPACE']}"
FACTORS = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


def size(text: str) -> Decimal:
    number = text.rstrip("kMGTi")
    return Decimal(number) * FACTORS[text[len(number) :]]


def status() -> Any:
    argv = ["kubectl", "get", f"persistentvolumeclaim/{claim}", namespace, "--output=json"]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"kubectl ended with {done.returncode}; its own words are above")
    return json.loads(done.stdout)["status"]


deadline, last = time.monotonic() + int(os.environ["RUNBOOK_WAIT"]), ""
while True:
    now = status()
    conditions = [each["type"] for each in now.get("conditions", []) if each.get("status") == "True"]
    said = f"{now['capacity']['storage']} {' '.join(conditions)}".strip()
    if said != last:
        print(said, flush=True)
    last = said
    if size(now["capacity"]["storage"]) >= size(os.environ["RUNBOOK_SIZE"]):
        break
    if "FileSystemResizePending" in conditions:
        sys.exit("the disk has grown; its file system does so when the pod that uses it starts anew: replace-pod")
    if time.monotonic() >= deadline:
        sys.exit(f"not within {os.environ['RUNBOOK_WAIT']} s; the events of {claim} say why, and it stays asked for")
    time.sleep(1)
