#!/usr/bin/env python3
"""Sets the rate of one of nginx's request limits. Nothing is tested or reloaded here: the next steps do.

RUNBOOK_ZONE: the name in `limit_req_zone … zone=NAME:10m rate=5r/s;`. RUNBOOK_RATE, RUNBOOK_PER (s or m): the new rate.
RUNBOOK_FILE: where that line stands, under the folder of RUNBOOK_CONFIG. The file as it was is kept beside it as
.FILE.before, for nginx_restore.py.
"""

import os
import re
import shutil
import sys
from pathlib import Path


def main() -> None:
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    if not file.exists():
        sys.exit(f"there is no {file}; `grep -rn limit_req_zone` finds the right one")
    if Path(os.environ["RUNBOOK_CONFIG"]).parent not in file.parents:
        sys.exit(f"{file} lies outside the folder of {os.environ['RUNBOOK_CONFIG']}; it is not changed")
    text = file.read_text()
    zone = re.escape(os.environ["RUNBOOK_ZONE"])
    line = re.compile(rf"^(\s*limit_req_zone\s[^;#]*\szone={zone}:[^;#]*\brate=)([0-9]+r/[sm])", re.MULTILINE)
    found = line.findall(text)
    if len(found) != 1:
        sys.exit(f"{file} has {len(found)} lines limit_req_zone with zone={os.environ['RUNBOOK_ZONE']}; one is needed")
    rate = f"{os.environ['RUNBOOK_RATE']}r/{os.environ['RUNBOOK_PER']}"
    if found[0][1] == rate:
        print(f"the rate is {rate} already")
        return
    shutil.copy2(file, before)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(line.sub(rf"\g<1>{rate}", text))
    fresh.chmod(file.stat().st_mode & 0o777)
    fresh.replace(file)
    print(f"{os.environ['RUNBOOK_ZONE']}: {found[0][1]} → {rate}")


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
