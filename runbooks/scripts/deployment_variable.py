#!/usr/bin/env python3
"""What one variable of a deployment is now. Nothing else of its environment is shown: that holds passwords and keys.

RUNBOOK_DEPLOYMENT, RUNBOOK_NAMESPACE: whose. RUNBOOK_VARIABLE: the variable; its value is shown when it is a number or
a time such as 30s, since anything else may be a secret. Reads only.
"""

import os
import re
import subprocess
import sys

PLAIN = re.compile(r"\d{1,9}(\.\d{1,6})?(ms|s|m|h)?")


def main() -> None:
    deployment, namespace, variable = (
        os.environ[f"RUNBOOK_{name}"] for name in ("DEPLOYMENT", "NAMESPACE", "VARIABLE")
    )
    argv = ["kubectl", "set", "env", f"deployment/{deployment}", f"--namespace={namespace}", "--list"]
    asked = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    if asked.returncode != 0:
        sys.exit(f"kubectl does not list its variables: {asked.stderr.strip()[:300]}")
    found, container = False, ""
    for line in asked.stdout.splitlines():
        name, is_set, value = line.partition("=")
        if heading := re.fullmatch(r"# \S+(?:/| )\S+, container (\S+)", line):
            container = f"{heading[1]}: "
        elif line.startswith(f"# {variable} from "):
            print(f"{container}{line.removeprefix('# ')}")
            found = True
        elif is_set and name == variable:
            shown = f"is {value}" if PLAIN.fullmatch(value) else "is set, and is no number; its value is not shown"
            print(f"{container}{variable} {shown}")
            found = True
    if not found:
        print(f"{variable} is not set: the program has what is built in, or reads another name")


if __name__ == "__main__":
    main()
