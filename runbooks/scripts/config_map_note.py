#!/usr/bin/env python3
"""Notes on RUNBOOK_CONFIG_MAP itself what RUNBOOK_KEY is now, for config_map_back.py. No value is shown.

Ends with 1 when it has no such key, when the value is a file of several lines, and when it is RUNBOOK_VALUE already.
"""

import json
import os
import subprocess
import sys

config_map, key = os.environ["RUNBOOK_CONFIG_MAP"], os.environ["RUNBOOK_KEY"]
where = (f"configmap/{config_map}", f"--namespace={os.environ['RUNBOOK_NAMESPACE']}")


def kubectl(*argv: str) -> str:
    try:
        return subprocess.run(["kubectl", *argv], stdout=subprocess.PIPE, text=True, check=True).stdout
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"kubectl cannot be run here: {wrong.strerror}")


values = json.loads(kubectl("get", *where, "--output=json")).get("data") or {}
if key not in values:
    sys.exit(f"{config_map} has no {key}; it has {', '.join(sorted(values)) or 'nothing'}")
if "\n" in values[key].strip() or len(values[key]) > 2000:
    sys.exit(f"{key} is a file of {len(values[key])} characters; change it where the config map comes from")
if values[key] == os.environ["RUNBOOK_VALUE"]:
    sys.exit(f"{key} has this value already: it is not what is wrong")
noted = json.dumps({"key": key, "value": values[key]})
kubectl("annotate", *where, "--overwrite", f"plantao/value-before={noted}")
print(f"the value of {key}, {len(values[key])} characters, is noted on {config_map}")
