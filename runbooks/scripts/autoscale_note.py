#!/usr/bin/env python3
"""Notes on RUNBOOK_DEPLOYMENT which autoscaler holds it and with which bounds, for the change and the way back.

It is found by what it scales, whatever its own name is. Ends with 1, and nothing noted, when the new bounds make no
sense or would take pods away.
"""

import json
import os
import subprocess
import sys

name, namespace = os.environ["RUNBOOK_DEPLOYMENT"], os.environ["RUNBOOK_NAMESPACE"]
least, most = int(os.environ["RUNBOOK_MIN"]), int(os.environ["RUNBOOK_MAX"])
where = f"--namespace={namespace}"


def kubectl(*words: str) -> str:
    try:
        return subprocess.run(("kubectl", *words), stdout=subprocess.PIPE, text=True, check=True).stdout
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"kubectl {words[0]} ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"kubectl cannot be run here: {wrong.strerror}")


scalers = json.loads(kubectl("get", "hpa", where, "--output=json"))["items"]
mine = [
    each for each in scalers
    if (each["spec"]["scaleTargetRef"]["kind"], each["spec"]["scaleTargetRef"]["name"]) == ("Deployment", name)
]  # fmt: skip
names = [each["metadata"]["name"] for each in mine]
if len(mine) > 1:
    sys.exit(f"{' and '.join(names)} both scale {name} and fight each other; delete all but one, then run this again")
if not mine and name in [each["metadata"]["name"] for each in scalers]:
    sys.exit(
        f"there is an autoscaler {name} that scales something else; give one to {name} by hand, under another name"
    )
if mine:
    spec = mine[0]["spec"]
    old_least, old_most = spec.get("minReplicas", 1), spec["maxReplicas"]
    before, floor = f"{old_least}-{old_most}", old_most
    least = least or old_least
    why = f"{names[0]} goes up to {old_most} already; edit max"
else:
    pods = int(kubectl("get", f"deployment/{name}", where, "--output=jsonpath={.spec.replicas}"))
    before, floor = "none", pods
    least = least or 2
    why = f"{name} has {pods} pods now, some would be taken away; edit max"
if most < floor:
    sys.exit(f"max {most} is too low: {why}")
if least > most:
    sys.exit(f"min {least} is above max {most}; edit them")
kubectl(
    "annotate", f"deployment/{name}", where, "--overwrite",
    f"plantao/autoscaler={names[0] if names else name}",
    f"plantao/autoscale-before={before}",
    f"plantao/autoscale-wanted={least}-{most}",
)  # fmt: skip
print(f"{names[0]} has {before}" if names else f"{name} has no autoscaler", f"and gets {least}-{most}")
