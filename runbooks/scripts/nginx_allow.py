#!/usr/bin/env python3
"""Takes an address off nginx's list of denied ones. Nothing is tested or reloaded here: the next steps do.

RUNBOOK_ADDRESS: exactly as it stands in the list. RUNBOOK_FILE: the list. The list as it was is kept beside it as
.FILE.before, for nginx_restore.py.
"""

import os
import shutil
import sys
from pathlib import Path


def main() -> None:
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    if not file.exists():
        sys.exit(f"there is no {file}; nothing is blocked there")
    lines = file.read_text().splitlines()
    wanted = ["deny", os.environ["RUNBOOK_ADDRESS"]]
    rest = [line for line in lines if line.split("#")[0].replace(";", " ").split() != wanted]
    if rest == lines:
        near = [line.strip() for line in lines if line.strip().startswith("deny")][:5]
        sys.exit(f"{wanted[1]} does not stand in {file}; there are, among others: {' '.join(near) or 'none'}")
    shutil.copy2(file, before)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text("".join(f"{line}\n" for line in rest))
    fresh.chmod(file.stat().st_mode & 0o777)
    fresh.replace(file)
    print(f"{wanted[1]} is off {file}; {len(rest)} lines are left")


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
