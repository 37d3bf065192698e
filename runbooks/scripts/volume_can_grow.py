#!/usr/bin/env python3
"""Whether RUNBOOK_CLAIM can grow to RUNBOOK_SIZE. Changes nothing.

Ends with 1 when it is that large already, when it would be more than RUNBOOK_MOST times as large, when it is not bound,
and when its storage class does not let volumes grow.
"""

import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

claim, namespace = os.environ["RUNBOOK_CLAIM"], f"--namespace={os.environ['RUNBOOK_NAMESPACE']}"
FACTORS = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


def size(text: str) -> Decimal:
    number = text.rstrip("kMGTi")
    return Decimal(number) * FACTORS[text[len(number) :]]


def get(*what: str) -> Any:
    try:
        done = subprocess.run(["kubectl", "get", *what, "--output=json"], stdout=subprocess.PIPE, text=True, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"kubectl cannot be run here: {wrong.strerror}")
    return json.loads(done.stdout)


found = get(f"persistentvolumeclaim/{claim}", namespace)
spec, status = found["spec"], found["status"]
if status.get("phase") != "Bound":
    sys.exit(f"{claim} is {status.get('phase')}: it has no volume that could grow")
now, wanted = status["capacity"]["storage"], os.environ["RUNBOOK_SIZE"]
asked = spec["resources"]["requests"]["storage"]
print(f"{claim} has {now} (asked for {asked}), class {spec.get('storageClassName') or 'none'}")
if size(wanted) <= size(now):
    sys.exit(f"{wanted} is not more than the {now} that it has; a volume never gets smaller")
if size(wanted) < size(asked):
    sys.exit(f"{asked} is asked for already and has not come yet; its events say why")
if size(wanted) > size(now) * int(os.environ["RUNBOOK_MOST"]):
    sys.exit(f"{wanted} is more than {os.environ['RUNBOOK_MOST']} times {now}. If it is meant, raise `most`")
if not spec.get("storageClassName"):
    sys.exit(f"{claim} has no storage class, so nobody would enlarge it; enlarge its disk by hand")
if not get(f"storageclass/{spec['storageClassName']}").get("allowVolumeExpansion"):
    sys.exit(f"{spec['storageClassName']} does not let volumes grow (allowVolumeExpansion); nothing is changed")
