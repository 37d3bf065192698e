#!/usr/bin/env python3
"""The undo of a change to a file of nginx: brings .FILE.before back, tests the configuration and reloads it.

RUNBOOK_FILE: the file. RUNBOOK_CONFIG: nginx's main configuration.
"""

import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    if not before.exists():
        print(f"{file} was not changed; there is nothing to take back")
        return
    before.replace(file)
    print(f"{file} is as it was")
    nginx = ("nginx", "-c", os.environ["RUNBOOK_CONFIG"])
    if subprocess.run([*nginx, "-t"], check=False).returncode != 0:
        sys.exit(
            "the configuration is wrong for another reason; nginx goes on with what it has loaded. Mend it by hand"
        )
    if subprocess.run([*nginx, "-s", "reload"], check=False).returncode != 0:
        sys.exit("nginx did not take the reload; is it running?")


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
