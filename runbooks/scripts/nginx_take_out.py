#!/usr/bin/env python3
"""Marks one instance of an nginx upstream as down. Nothing is tested or reloaded here: the next steps do.

RUNBOOK_INSTANCE: host:port as in `server HOST:PORT;`. RUNBOOK_FILE: the file with the upstream, under the folder of
RUNBOOK_CONFIG. At least one other instance has to stay. The file as it was is kept beside it as .FILE.before, for
nginx_restore.py.
"""

import os
import re
import shutil
import sys
from pathlib import Path

SERVER = re.compile(r"^(?P<start>\s*server\s+)(?P<address>[A-Za-z0-9_.:\[\]-]+)(?P<options>[^;{#]*);", re.MULTILINE)


def main() -> None:
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    if not file.exists():
        sys.exit(f"there is no {file}; `grep -rn upstream` finds the right one")
    if Path(os.environ["RUNBOOK_CONFIG"]).parent not in file.parents:
        sys.exit(f"{file} lies outside the folder of {os.environ['RUNBOOK_CONFIG']}; it is not changed")
    text, wanted = file.read_text(), os.environ["RUNBOOK_INSTANCE"]
    servers = list(SERVER.finditer(text))
    mine = [server for server in servers if server["address"] == wanted]
    if len(mine) != 1:
        known = ", ".join(server["address"] for server in servers) or "none"
        sys.exit(f"{file} has {len(mine)} lines `server {wanted}`; one is needed. There are: {known}")
    serving = [server for server in servers if not {"down", "backup"} & set(server["options"].split())]
    if mine[0] not in serving:
        sys.exit(f"{wanted} takes no requests already")
    if len(serving) < 2:
        sys.exit(f"{wanted} is the last one that serves; it stays. Start another instance first")
    shutil.copy2(file, before)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(f"{text[: mine[0].end() - 1]} down{text[mine[0].end() - 1 :]}")
    fresh.chmod(file.stat().st_mode & 0o777)
    fresh.replace(file)
    print(f"{wanted} is marked as down; {len(serving) - 1} go on serving")


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
