#!/usr/bin/env python3
"""Gives RUNBOOK_CONFIG_MAP the value back that config_map_note.py noted; new pods of RUNBOOK_DEPLOYMENT read it."""

import json
import os
import subprocess
import sys

namespace = f"--namespace={os.environ['RUNBOOK_NAMESPACE']}"
config_map, deployment = (
    f"configmap/{os.environ['RUNBOOK_CONFIG_MAP']}",
    f"deployment/{os.environ['RUNBOOK_DEPLOYMENT']}",
)


def kubectl(*argv: str) -> str:
    try:
        return subprocess.run(["kubectl", *argv], stdout=subprocess.PIPE, text=True, check=True).stdout
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"kubectl cannot be run here: {wrong.strerror}")


noted = kubectl("get", config_map, namespace, "--output=jsonpath={.metadata.annotations.plantao/value-before}")
try:
    before = json.loads(noted)
    data = {before["key"]: before["value"]}
except (ValueError, KeyError, TypeError):
    sys.exit(f"nothing is noted on {config_map}; set the old value by hand: kubectl edit {config_map} {namespace}")
if list(data) != [os.environ["RUNBOOK_KEY"]]:
    sys.exit(f"what is noted on {config_map} is of another key, {before['key']}; set the old value by hand")
kubectl("patch", config_map, namespace, "--type=merge", f"--patch={json.dumps({'data': data})}")
kubectl("rollout", "restart", deployment, namespace)
kubectl("rollout", "status", deployment, namespace, "--timeout=4m")
print(f"{before['key']} of {config_map} is as before, and the pods of {deployment} have read it")
