#!/usr/bin/env python3
"""Whether RUNBOOK_VARIABLE of RUNBOOK_DEPLOYMENT can be set to RUNBOOK_VALUE. Changes nothing, and shows no value.

Ends with 1 when RUNBOOK_CONTAINER (* is each) has no such variable and RUNBOOK_NEW is not `yes`, when it comes from a
secret, a config map or elsewhere, and when it has that value already.
"""

import os
import subprocess
import sys


def main() -> None:
    deployment, namespace, container, variable = (
        os.environ[f"RUNBOOK_{name}"] for name in ("DEPLOYMENT", "NAMESPACE", "CONTAINER", "VARIABLE")
    )
    argv = ["kubectl", "set", "env", f"deployment/{deployment}", f"--namespace={namespace}"]
    argv += [f"--containers={container}", "--list"]
    asked = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    if asked.returncode != 0:
        sys.exit(f"kubectl does not list its variables: {asked.stderr.strip()[:300]}")
    values = []
    for line in asked.stdout.splitlines():
        if line.startswith(f"# {variable} from "):
            better = "rotate-key" if " secret " in line else "correct-config-map"
            sys.exit(f"{line.removeprefix('# ')}: a value set here would hide that for good; use {better}")
        name, is_set, value = line.partition("=")
        if is_set and name == variable:
            values.append(value)
    if not values and os.environ["RUNBOOK_NEW"] != "yes":
        sys.exit(f"{deployment} has no {variable}. Is the name right? If it is to be added, set `new` to yes")
    if values and all(value == os.environ["RUNBOOK_VALUE"] for value in values):
        sys.exit(f"{variable} has this value already: it is not what is wrong")
    print(f"{variable} {'is set, to another value' if values else 'is not there, and is added'}")


if __name__ == "__main__":
    main()
