#!/usr/bin/env python3
"""Sets RUNBOOK_KEY of RUNBOOK_CONFIG_MAP to RUNBOOK_VALUE. Who reads it is restarted by the next step."""

import json
import os
import subprocess
import sys

patch = json.dumps({"data": {os.environ["RUNBOOK_KEY"]: os.environ["RUNBOOK_VALUE"]}})
where = (f"configmap/{os.environ['RUNBOOK_CONFIG_MAP']}", f"--namespace={os.environ['RUNBOOK_NAMESPACE']}")
try:
    subprocess.run(["kubectl", "patch", *where, "--type=merge", f"--patch={patch}"], check=True)
except subprocess.CalledProcessError as wrong:
    sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
except OSError as wrong:
    sys.exit(f"kubectl cannot be run here: {wrong.strerror}")
