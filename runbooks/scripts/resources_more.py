#!/usr/bin/env python3
"""Whether what RUNBOOK_CONTAINER of RUNBOOK_DEPLOYMENT is to get is more than it has. Changes nothing.

Ends with 1 when any of the four figures would be less, when a limit would be set where there is none (none is the
most), when a request would be above its limit, or when all four are `same`.
"""

import json
import os
import subprocess
import sys
from decimal import Decimal

deployment, container = os.environ["RUNBOOK_DEPLOYMENT"], os.environ["RUNBOOK_CONTAINER"]
FACTORS = {
    "m": Decimal("0.001"), "": Decimal(1), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9),
    "T": Decimal(10**12), "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
}  # fmt: skip


def amount(text: str) -> Decimal:
    number = text.rstrip("mkMGTi")
    return Decimal(number) * FACTORS[text[len(number) :]]


argv = ("kubectl", "get", f"deployment/{deployment}", f"--namespace={os.environ['RUNBOOK_NAMESPACE']}", "--output=json")
try:
    found = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout
except subprocess.CalledProcessError as wrong:
    sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
except OSError as wrong:
    sys.exit(f"kubectl cannot be run here: {wrong.strerror}")
containers = {each["name"]: each for each in json.loads(found)["spec"]["template"]["spec"]["containers"]}
if container not in containers:
    sys.exit(f"{deployment} has no container {container}; it has {', '.join(containers)}")
has = containers[container].get("resources", {})
will = {kind: dict(has.get(kind, {})) for kind in ("requests", "limits")}
wrong: list[str] = []
changed = False
for kind, what in (("requests", "request"), ("limits", "limit")):
    for resource in ("cpu", "memory"):
        wanted, now = os.environ[f"RUNBOOK_{resource.upper()}_{what.upper()}"], will[kind].get(resource)
        print(f"{resource} {what}: {now or 'none'} -> {wanted}")
        if wanted == "same":
            continue
        if now is None and kind == "limits":
            wrong.append(f"it has no {resource} limit, so {wanted} would be less; say same")
        elif now is not None and amount(wanted) < amount(now):
            wrong.append(f"{resource} {what} {wanted} is less than the {now} that it has")
        changed = changed or now is None or amount(wanted) > amount(now)
        will[kind][resource] = wanted
for resource in ("cpu", "memory"):
    request, limit = will["requests"].get(resource), will["limits"].get(resource)
    if request and limit and amount(request) > amount(limit):
        wrong.append(f"{resource} request {request} is above its limit {limit}")
if not changed and not wrong:
    wrong.append("none of it is more than it has; edit the parameters")
if wrong:
    sys.exit("\n".join(wrong))
